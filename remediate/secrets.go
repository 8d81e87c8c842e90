package remediate

import (
	"cmp"
	"context"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/rewrite"
	"github.com/unleak/unleak/remediate/account"
	"github.com/unleak/unleak/scanner/finding"
)

// describeSecrets says which secrets the plan is about: those asked for, and those that stand in what is removed.
func (p *Plan) describeSecrets(ctx context.Context, removed []rewrite.RemovedPath) error {
	s := secrets{plan: p, gone: map[string]bool{}, at: map[string]int{}, left: map[pack.ID][]*finding.Finding{}, rules: map[string]finding.Rule{}}
	for _, rule := range p.request.Rules {
		s.rules[rule.ID] = rule
	}
	for id := range p.rewrite.Removed {
		s.gone[id.String()] = true
	}
	for _, f := range p.request.Findings {
		s.add(ctx, f)
	}
	if p.request.Judge != nil {
		j := judge{secrets: &s, seen: map[pack.ID]bool{}}
		if err := j.all(ctx, removed); err != nil {
			return err
		}
		p.unjudged = j.left
	}
	slices.SortStableFunc(s.list, func(a, b account.Secret) int {
		return cmp.Or(cmp.Compare(rank(a.Severity), rank(b.Severity)), cmp.Compare(a.RuleID, b.RuleID), cmp.Compare(a.Fingerprint, b.Fingerprint))
	})
	p.account.Secrets = s.list
	return nil
}

func rank(severity string) int {
	return slices.Index([]string{string(finding.Critical), string(finding.High), string(finding.Medium), string(finding.Low)}, severity)
}

// secrets gathers the secrets of a plan.
type secrets struct {
	plan  *Plan
	rules map[string]finding.Rule
	gone  map[string]bool // objects, by hex id
	list  []account.Secret
	at    map[string]int                 // by fingerprint
	left  map[pack.ID][]*finding.Finding // what is found in blobs after replacing texts
}

// maxPlaces is how many places of a secret a plan names.
const maxPlaces = 20

// add adds a finding with its places.
func (s *secrets) add(ctx context.Context, f *finding.Finding) {
	s.plan.found = append(s.plan.found, f)
	i, known := s.at[f.Fingerprint]
	if !known {
		i = len(s.list)
		s.at[f.Fingerprint] = i
		rule := s.rules[f.RuleID]
		s.list = append(s.list, account.Secret{
			Fingerprint: f.Fingerprint, RuleID: f.RuleID, Description: f.Description, Severity: string(f.Severity),
			Revoke: rule.URL, Help: rule.Help, Fate: account.Removed,
		})
	}
	at := &s.list[i]
	for _, o := range f.Occurrences {
		if !o.Date.IsZero() && (at.Since.IsZero() || o.Date.Before(at.Since)) {
			at.Since = o.Date
		}
		fate := s.fate(f, o)
		if fate == account.Redacted && len(o.Layers) > 0 && s.remains(ctx, f, o) {
			fate = account.Stays
		}
		at.PlaceCount++
		if len(at.Places) < maxPlaces {
			at.Places = append(at.Places, account.Place{
				Kind: string(o.Kind), Path: o.Path, Line: o.StartLine, Object: cmp.Or(o.Blob, o.Object),
				Commit: o.Commit, AtHead: o.AtHead, Fate: fate, Hidden: hiddenIn(o),
			})
		}
		switch {
		case fate == account.Stays:
			at.Fate = account.Stays
		case fate == account.Redacted && at.Fate == account.Removed:
			at.Fate = account.Redacted
		}
	}
}

// fate says what becomes of a place.
func (s *secrets) fate(f *finding.Finding, o finding.Occurrence) account.Fate {
	p := s.plan
	if o.Path != "" && p.selection.dropsBelow(o.Path) {
		return account.Removed
	}
	switch o.Kind {
	case finding.KindReflog:
		return account.Removed
	case finding.KindPath, finding.KindRef, finding.KindTreeEntry:
		return account.Stays
	}
	object := cmp.Or(o.Blob, o.Object)
	switch {
	case p.selection.common[f]:
		return account.Stays
	case !o.Reachable && o.HeldBy != "index" && o.HeldBy != "stash":
		return account.Removed
	case s.gone[object]:
		return account.Redacted
	}
	return account.Stays
}

// remains reports whether a secret that is encoded or packed in a blob is still found in what replacing texts makes
// of it: not every way to encode a value is one that is replaced. Where that cannot be told, it is.
func (s *secrets) remains(ctx context.Context, f *finding.Finding, o finding.Occurrence) bool {
	p := s.plan
	id, err := pack.ParseID(o.Blob)
	if err != nil || p.request.Judge == nil || p.selection.rules == nil {
		return true
	}
	known, ok := s.left[id]
	if !ok {
		_, content, err := p.repository.Read(id, nil, maxJudgedTree)
		if err != nil {
			return true
		}
		edited := pack.AppendSpliced(nil, content, p.selection.rules.Edit(content).Splices)
		if known, err = p.request.Judge(ctx, o.Path, edited); err != nil {
			return true
		}
		s.left[id] = known
	}
	return slices.ContainsFunc(known, func(other *finding.Finding) bool { return other.Fingerprint == f.Fingerprint })
}

// hiddenIn says how a secret is encoded or packed, outermost first; nothing for one that stands as it is.
func hiddenIn(o finding.Occurrence) string {
	var parts []string
	for _, l := range o.Layers {
		parts = append(parts, strings.TrimSpace(l.Encoding+" "+l.Member))
	}
	return strings.Join(parts, ", ")
}

// dropsBelow reports whether a path goes, or a folder that it is in.
func (s *selection) dropsBelow(path string) bool {
	for i := range path {
		if path[i] == '/' && i > 0 && s.drops(path[:i], true) {
			return true
		}
	}
	return s.drops(path, false)
}
