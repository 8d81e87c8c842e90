package remediate

import (
	"cmp"
	"context"
	"slices"
	"time"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/rewrite"
	"github.com/unleak/unleak/remediate/account"
	"github.com/unleak/unleak/scanner/finding"
)

// describeSecrets says which secrets the plan is about: those asked for, and those that stand in what is removed.
func (p *Plan) describeSecrets(ctx context.Context, removed []rewrite.RemovedPath) error {
	s := secrets{plan: p, gone: map[string]bool{}, at: map[string]int{}, rules: map[string]finding.Rule{}}
	for _, rule := range p.request.Rules {
		s.rules[rule.ID] = rule
	}
	for id := range p.rewrite.Removed {
		s.gone[id.String()] = true
	}
	for _, f := range p.request.Findings {
		s.add(f)
	}
	if p.request.Judge != nil {
		if err := s.judge(ctx, removed); err != nil {
			return err
		}
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
	at    map[string]int // by fingerprint
}

// maxPlaces is how many places of a secret a plan names.
const maxPlaces = 20

// add adds a finding with its places.
func (s *secrets) add(f *finding.Finding) {
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
		at.PlaceCount++
		if len(at.Places) < maxPlaces {
			at.Places = append(at.Places, account.Place{
				Kind: string(o.Kind), Path: o.Path, Line: o.StartLine, Object: cmp.Or(o.Blob, o.Object),
				Commit: o.Commit, AtHead: o.AtHead, Fate: fate,
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

// dropsBelow reports whether a path goes, or a folder that it is in.
func (s *selection) dropsBelow(path string) bool {
	for i := range path {
		if path[i] == '/' && i > 0 && s.drops(path[:i], true) {
			return true
		}
	}
	return s.drops(path, false)
}

// What is scanned of the blobs that a plan by path removes: enough to say what to rotate.
const (
	maxJudged     = 2000
	maxJudgedSize = 1 << 20
)

// judge scans the removed blobs.
func (s *secrets) judge(ctx context.Context, removed []rewrite.RemovedPath) error {
	seen := map[pack.ID]bool{}
	for _, at := range removed {
		for _, id := range at.Objects {
			if seen[id] || len(seen) == maxJudged {
				continue
			}
			seen[id] = true
			kind, content, err := s.plan.repository.Read(id, nil, maxJudgedSize)
			if err != nil || kind != pack.Blob {
				continue // too large, or a folder
			}
			found, err := s.plan.request.Judge(ctx, at.Path, content)
			if err != nil {
				return err
			}
			for _, f := range found {
				if !s.scanned(f.Fingerprint) {
					s.addRemoved(f, id, s.plan.oldest(at.By[id]))
				}
			}
		}
	}
	return nil
}

// scanned reports whether a scan of the whole history has found a secret, and so knows all its places.
func (s *secrets) scanned(fingerprint string) bool {
	return slices.ContainsFunc(s.plan.request.Findings, func(f *finding.Finding) bool { return f.Fingerprint == fingerprint })
}

// addRemoved adds a finding in a removed blob, and the commit that brought it in there. Where the blob stays
// elsewhere, so does the secret.
func (s *secrets) addRemoved(f *finding.Finding, blob pack.ID, by introduction) {
	placed := *f
	placed.Occurrences = slices.Clone(f.Occurrences)
	for i := range placed.Occurrences {
		o := &placed.Occurrences[i]
		o.Blob, o.Commit, o.Date = blob.String(), by.commit, by.date
	}
	s.add(&placed)
	if !s.gone[blob.String()] {
		s.list[s.at[f.Fingerprint]].Fate = account.Stays
	}
}

// introduction is a commit that brought something in.
type introduction struct {
	commit string
	date   time.Time
}

// oldest returns the one of some commits that was written first.
func (p *Plan) oldest(commits []pack.ID) introduction {
	const largest = 1 << 20 // bytes of a commit that is read for its date
	var first introduction
	for _, id := range commits {
		_, content, err := p.repository.Read(id, nil, largest)
		if err != nil {
			continue
		}
		c, _ := gitstore.ParseCommit(content)
		if when := c.Author.When; first.commit == "" || when.Before(first.date) {
			first = introduction{id.String(), when}
		}
	}
	return first
}
