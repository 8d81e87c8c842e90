package remediate

import (
	"context"
	"fmt"
	"slices"
	"time"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/rewrite"
	"github.com/unleak/unleak/remediate/account"
	"github.com/unleak/unleak/scanner/finding"
)

// What is scanned of the blobs that a plan by path removes: enough to say what to rotate. What is beyond
// is counted.
const (
	maxJudged      = 5000
	maxJudgedSize  = 4 << 20  // bytes of a blob
	maxJudgedTree  = 64 << 20 // bytes of a folder
	maxJudgedDepth = 512      // folders below one another
)

// judge scans removed blobs for a plan's secrets.
type judge struct {
	*secrets
	seen   map[pack.ID]bool
	judged int
	left   int // blobs that were not scanned
}

// all scans what stood at some paths.
func (j *judge) all(ctx context.Context, removed []rewrite.RemovedPath) error {
	for _, at := range removed {
		for _, id := range at.Objects {
			if err := j.object(ctx, at.Path, id, at.By[id], 0); err != nil {
				return err
			}
		}
	}
	return nil
}

// object scans a blob, or the blobs of a folder, that some commits brought in at a path.
func (j *judge) object(ctx context.Context, path string, id pack.ID, by []pack.ID, depth int) error {
	if j.seen[id] {
		return nil
	}
	j.seen[id] = true
	repository := j.plan.repository
	kind, size, ok, err := repository.Find(id)
	switch {
	case !ok || err != nil || depth > maxJudgedDepth:
		j.left++
		return nil
	case kind == pack.Tree:
		_, content, err := repository.Read(id, nil, maxJudgedTree)
		if err != nil {
			j.left++
			return nil
		}
		return j.folder(ctx, path, content, by, depth)
	case size > maxJudgedSize || j.judged == maxJudged:
		j.left++
		return nil
	}
	j.judged++
	_, content, err := repository.Read(id, nil, maxJudgedSize)
	if err != nil {
		j.left++
		return nil
	}
	found, err := j.plan.request.Judge(ctx, path, content)
	if err != nil {
		return err
	}
	for _, f := range found {
		if !j.scanned(f.Fingerprint) {
			j.addRemoved(ctx, f, id, j.plan.oldest(by))
		}
	}
	return nil
}

// folder scans what the tree at a path holds.
func (j *judge) folder(ctx context.Context, path string, tree []byte, by []pack.ID, depth int) error {
	for len(tree) > 0 {
		entry, length, err := gitstore.NextTreeEntry(tree)
		if err != nil {
			j.left++
			return nil
		}
		tree = tree[length:]
		if entry.Type() == gitstore.ModeGitlink {
			continue
		}
		if err := j.object(ctx, path+"/"+string(entry.Name), entry.ID, by, depth+1); err != nil {
			return err
		}
	}
	return nil
}

// checkJudged tells how much of what is removed nobody looked at.
func (p *Plan) checkJudged() account.Check {
	if p.unjudged == 0 {
		return account.Check{}
	}
	return account.Check{
		Name: "removed files", Verdict: account.Warn,
		Detail: fmt.Sprintf("%d of the removed files are not scanned for secrets to rotate: they are too large, too many, or unreadable.", p.unjudged),
		Remedy: "Look at them yourself, or run `unleak scan` first.",
	}
}

// scanned reports whether a scan of the whole history has found a secret, and so knows all its places.
func (s *secrets) scanned(fingerprint string) bool {
	return slices.ContainsFunc(s.plan.request.Findings, func(f *finding.Finding) bool { return f.Fingerprint == fingerprint })
}

// addRemoved adds a finding in a removed blob, and the commit that brought it in there. Where the blob stays
// elsewhere, so does the secret.
func (s *secrets) addRemoved(ctx context.Context, f *finding.Finding, blob pack.ID, by introduction) {
	placed := *f
	placed.Occurrences = slices.Clone(f.Occurrences)
	for i := range placed.Occurrences {
		o := &placed.Occurrences[i]
		o.Blob, o.Commit, o.Date = blob.String(), by.commit, by.date
	}
	s.add(ctx, &placed)
	if s.gone[blob.String()] {
		return
	}
	at := &s.list[s.at[f.Fingerprint]]
	at.Fate = account.Stays
	for _, c := range s.plan.copies {
		if slices.Contains(c.Blobs, blob) {
			at.PlaceCount++
			at.Places = append(at.Places, account.Place{
				Kind: string(finding.KindBlob), Path: c.Path, Object: blob.String(), AtHead: c.AtHead, Fate: account.Stays,
			})
		}
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
