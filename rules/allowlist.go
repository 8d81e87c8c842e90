package rules

import (
	"bytes"
	"regexp"
	"slices"
	"strings"
)

// Target names the text that an allowlist's regexes are tried on.
type Target string

// The targets of an allowlist's regexes.
const (
	TargetSecret Target = "secret" // the default
	TargetMatch  Target = "match"
	TargetLine   Target = "line"
)

// Allowlist says which matches are no findings. Its criteria are of two sorts:
// by value (Regexes, Stopwords), which hold for a text wherever it is, and by
// place (Paths, Commits), which silence one occurrence and no other.
//
// It is immutable after [Load] and safe for concurrent use.
type Allowlist struct {
	Description string
	// All asks for every criterion that is given (condition = "AND"), where
	// otherwise one is enough.
	All         bool
	Commits     []string // full hex ids, lower case
	Paths       []string // regexes over the full slash path
	Regexes     []string
	RegexTarget Target
	Stopwords   []string // lower case; sought in the secret, whatever its case
	TargetRules []string // of a global list: the rules it is for; empty for all

	at      position
	regexes []lazyRegexp
	paths   []lazyRegexp
}

// byValue reports whether the list has a criterion that depends on the text.
func (a *Allowlist) byValue() bool { return len(a.Regexes)+len(a.Stopwords) > 0 }

// byPlace reports whether the list has a criterion that depends on the place.
func (a *Allowlist) byPlace() bool { return len(a.Paths)+len(a.Commits) > 0 }

// mixed reports whether the list can only be decided on text and place together.
func (a *Allowlist) mixed() bool { return a.All && a.byValue() && a.byPlace() }

// valueHolds decides the criteria by value.
func (a *Allowlist) valueHolds(secret, match, line []byte) bool {
	text := secret
	switch a.RegexTarget {
	case TargetMatch:
		text = match
	case TargetLine:
		text = line
	}
	return a.combine(
		len(a.Regexes) > 0, func() bool { return anyMatch(a.Regexes, a.regexes, (*regexp.Regexp).Match, text) },
		len(a.Stopwords) > 0, func() bool { return containsAny(secret, a.Stopwords) },
	)
}

// placeHolds decides the criteria by place. Texts outside commits and paths have
// empty ones, which nothing allows.
func (a *Allowlist) placeHolds(path, commit string) bool {
	return a.combine(
		len(a.Paths) > 0, func() bool {
			return path != "" && anyMatch(a.Paths, a.paths, (*regexp.Regexp).MatchString, path)
		},
		len(a.Commits) > 0, func() bool { return commit != "" && contains(a.Commits, commit) },
	)
}

// combine joins two criteria, of which each may be absent, as the condition says.
func (a *Allowlist) combine(hasFirst bool, first func() bool, hasSecond bool, second func() bool) bool {
	if a.All {
		return (hasFirst || hasSecond) && (!hasFirst || first()) && (!hasSecond || second())
	}
	return hasFirst && first() || hasSecond && second()
}

func anyMatch[T any](exprs []string, compiled []lazyRegexp, match func(*regexp.Regexp, T) bool, text T) bool {
	for i, expr := range exprs {
		if match(compiled[i].get(expr), text) {
			return true
		}
	}
	return false
}

// containsAny reports whether text holds one of the words, which are lower case.
func containsAny(text []byte, words []string) bool {
	lower := bytes.ToLower(text)
	for _, word := range words {
		if bytes.Contains(lower, []byte(word)) {
			return true
		}
	}
	return false
}

func contains(ids []string, id string) bool {
	for _, known := range ids {
		if strings.EqualFold(known, id) {
			return true
		}
	}
	return false
}

// AllowValue decides the allowlists as far as the text alone can. The list of
// criteria that ask for the place too is decided later: pending has the bit of
// each list whose criteria by value hold, to be handed to [Rule.AllowPlace].
//
// secret is the value, match the whole match, line the lines it stands on
// without their end. The result depends on nothing else.
func (r *Rule) AllowValue(secret, match, line []byte) (allowed bool, pending uint64) {
	for i, list := range r.Allowlists {
		switch {
		case !list.byValue() || !list.valueHolds(secret, match, line):
		case list.mixed():
			pending |= 1 << r.pendingBit[i]
		default:
			return true, 0
		}
	}
	return false, pending
}

// AllowPlace decides the allowlists for one occurrence: path is the full slash
// path and commit the full hex id, either empty where there is none; pending is
// what [Rule.AllowValue] returned for the text.
func (r *Rule) AllowPlace(path, commit string, pending uint64) bool {
	for i, list := range r.Allowlists {
		if !list.byPlace() || list.mixed() && pending&(1<<r.pendingBit[i]) == 0 {
			continue
		}
		if list.placeHolds(path, commit) {
			return true
		}
	}
	return false
}

// CountsWherever reports whether a match of the rule is known to count at each place at which one of other
// does, as far as paths and commits decide.
func (r *Rule) CountsWherever(other *Rule) bool {
	if r.Path != "" && r.Path != other.Path {
		return false
	}
	for _, list := range r.Allowlists {
		if list.byPlace() && (list.mixed() || !slices.Contains(other.Allowlists, list)) {
			return false
		}
	}
	return true
}
