package rules

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"strings"
)

// Set is the rules of a scan. It is immutable and safe for concurrent use.
type Set struct {
	Title string
	Rules []*Rule // sorted by id
	// Warnings are what the files say that cannot be meant, and does not keep the rules
	// from being used. Only files of gitleaks have any, see [Dialect].
	Warnings []*Error

	// What the rules were made of, for a file that extends this set.
	definitions []definition
	globals     []*Allowlist
}

// Lookup returns the rule with an id.
func (s *Set) Lookup(id string) (*Rule, bool) {
	i, ok := slices.BinarySearchFunc(s.Rules, id, func(r *Rule, id string) int { return cmp.Compare(r.ID, id) })
	if !ok {
		return nil, false
	}
	return s.Rules[i], true
}

// Select returns the set with the rules named in only (all when it is empty) but
// those named in exclude. An id that no rule has is an error which names ids
// like it.
func (s *Set) Select(only, exclude []string) (*Set, error) {
	var unknown []error
	for _, id := range slices.Concat(only, exclude) {
		if _, ok := s.Lookup(id); !ok {
			unknown = append(unknown, fmt.Errorf("no rule has the id %q%s", id, s.suggest(id)))
		}
	}
	if len(unknown) > 0 {
		return nil, errors.Join(unknown...)
	}
	selected := &Set{Title: s.Title, Warnings: s.Warnings, definitions: s.definitions, globals: s.globals}
	for _, rule := range s.Rules {
		wanted := len(only) == 0 || slices.Contains(only, rule.ID)
		if wanted && !slices.Contains(exclude, rule.ID) {
			selected.Rules = append(selected.Rules, rule)
		}
	}
	if len(selected.Rules) == 0 {
		return nil, errors.New("the rules asked for leave none to scan with: name fewer to exclude")
	}
	selected.complete()
	return selected, nil
}

// complete adds what the selected rules require, to be found and not reported.
func (s *Set) complete() {
	for _, rule := range slices.Clone(s.Rules) {
		for _, required := range rule.Required {
			i := slices.IndexFunc(s.definitions, func(d definition) bool { return d.id == required.RuleID })
			if _, there := s.Lookup(required.RuleID); there || i < 0 {
				continue
			}
			silent := s.definitions[i]
			silent.skipReport = true
			s.Rules = append(s.Rules, silent.rule(s.globals))
			sortRules(s.Rules)
		}
	}
}

func sortRules(rules []*Rule) {
	slices.SortFunc(rules, func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) })
}

// suggest names up to three ids near one that does not exist.
func (s *Set) suggest(id string) string {
	type near struct {
		id       string
		distance int
	}
	var found []near
	for _, rule := range s.Rules {
		d := editDistance(id, rule.ID)
		if strings.Contains(rule.ID, id) || strings.Contains(id, rule.ID) {
			d = min(d, 1)
		}
		if d <= max(2, len(id)/3) {
			found = append(found, near{rule.ID, d})
		}
	}
	if len(found) == 0 {
		return ""
	}
	slices.SortStableFunc(found, func(a, b near) int { return cmp.Compare(a.distance, b.distance) })
	var names []string
	for _, n := range found[:min(3, len(found))] {
		names = append(names, n.id)
	}
	return "; did you mean " + strings.Join(names, ", ") + "?"
}

// editDistance is Levenshtein's, over bytes, of at most the first 100 of each.
func editDistance(a, b string) int {
	a, b = a[:min(len(a), 100)], b[:min(len(b), 100)]
	row := make([]int, len(b)+1)
	for j := range row {
		row[j] = j
	}
	for i := range len(a) {
		diagonal := row[0]
		row[0] = i + 1
		for j := range len(b) {
			cost := 1
			if a[i] == b[j] {
				cost = 0
			}
			diagonal, row[j+1] = row[j+1], min(row[j+1]+1, row[j]+1, diagonal+cost)
		}
	}
	return row[len(b)]
}
