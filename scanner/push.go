package scanner

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/go-git/go-git/v5"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/scanner/finding"
)

// Hook is the repository of a hook that git runs (githooks(5)), as the variables say that git sets for it: of
// `git commit FILE` another index, of a push that is being received a quarantine for its objects.
type Hook struct {
	Dir    string              // the folder that the hook was started in; empty for that of the process
	Getenv func(string) string // looks up a variable, as [os.Getenv] does
}

func (h Hook) environment() gitstore.Environment { return gitstore.ReadEnvironment(h.Dir, h.Getenv) }

// Locate returns the root of the work tree, or "" for a bare repository, and the Git folder that all work
// trees share.
func (h Hook) Locate() (root, gitDir string, err error) {
	layout, err := gitstore.LocateIn(h.environment())
	if err != nil {
		return "", "", err
	}
	return layout.WorkTree, layout.CommonDir, nil
}

// Staged is what the commit that is about to be made would bring in: see [Staged].
func (h Hook) Staged() Source { return stagedSource{h.environment()} }

// Incoming is what a push brings to a repository that knows a part of it: commits with what each has at a path
// and none of its parents has there, annotated tags, trees and blobs that a ref leads to by
// itself, and the names of refs.
func (h Hook) Incoming(push Push) Source { return pushSource{h.environment(), push} }

// Push is what a push is to change.
type Push struct {
	Updates []Update
	// KnownRefs are prefixes of the refs here that lead to what the receiver has: "refs/remotes/origin/" on the
	// side that pushes, "refs/" on the receiver itself.
	KnownRefs []string
	// Absent is told of every old object that is not here, and so says nothing of what the receiver
	// has. It may be nil.
	Absent func(Update)
}

// Update is a ref that is to be changed.
type Update struct {
	Ref      string // on the receiver
	Old, New string // objects in hex; zeros for none
}

// Deletes reports whether the ref is to be removed.
func (u Update) Deletes() bool { return strings.Trim(u.New, "0") == "" }

type pushSource struct {
	environment gitstore.Environment
	push        Push
}

func (ps pushSource) scan(ctx context.Context, s *session) (*Result, error) {
	s.phase("commits")
	repository, err := gitstore.OpenIn(ps.environment)
	if err != nil {
		return nil, fmt.Errorf("opening the repository: %w", err)
	}
	defer repository.Close()
	r := newRangeScan(s, repository)
	known, err := r.known(ps.push)
	if err != nil {
		return nil, err
	}
	tips, err := r.tips(ps.push, known)
	if err != nil {
		return nil, err
	}
	r.commits = r.log.between(slices.Collect(known.commits()), tips)
	r.scanBeside()
	return r.result(ctx, sourceOf(repository, "push", ps.environment.Dir))
}

// knownObjects is what the receiver has: the objects that refs of it lead to, and the commit that each is or leads to.
type knownObjects map[pack.ID]pack.ID

// commits yields where to begin with leaving out.
func (k knownObjects) commits() func(yield func(pack.ID) bool) {
	return func(yield func(pack.ID) bool) {
		for _, id := range k {
			if !yield(id) {
				return
			}
		}
	}
}

// known finds what the receiver has.
func (r *rangeScan) known(push Push) (knownObjects, error) {
	known := knownObjects{}
	for _, u := range push.Updates {
		old, err := pack.ParseID(u.Old)
		switch {
		case err != nil:
			return nil, fmt.Errorf("the old value of %q is no object name: %q", u.Ref, u.Old)
		case old.IsZero():
		case r.repository.Holds(old):
			known[old] = r.commitOf(old)
		case push.Absent != nil:
			push.Absent(u)
		}
	}
	if len(push.KnownRefs) == 0 {
		return known, nil
	}
	remotes := r.repository.Remotes()
	refs, problems := r.repository.Refs()
	for _, p := range problems {
		r.account.corrupt(finding.Gap{Path: p.Where, Reason: p.What})
	}
	for _, ref := range refs {
		if ref.Pseudo || ref.Target.IsZero() || !push.vouches(ref.Name, remotes) {
			continue
		}
		if _, ok := known[ref.Target]; ok {
			continue
		}
		if !r.repository.Holds(ref.Target) {
			continue // a broken ref vouches for nothing
		}
		known[ref.Target] = r.commitOf(ref.Target)
	}
	return known, nil
}

// commitOf returns the commit that an object is or, as a tag, leads to; zero if there is none.
func (r *rangeScan) commitOf(id pack.ID) pack.ID {
	if kind, _, _, _ := r.repository.Find(id); kind == pack.Tag {
		id = r.log.peel(id)
	}
	if kind, _, _, _ := r.repository.Find(id); kind == pack.Commit {
		return id
	}
	return pack.ID{} // it leads to files alone, or cannot be read and so vouches for nothing
}

// vouches reports whether what a ref here leads to is on the receiver. A remote may be called "a" and another one
// "a/b", whose refs do not speak of the first.
func (p Push) vouches(ref string, remotes []gitstore.Remote) bool {
	for _, prefix := range p.KnownRefs {
		ofAnother := func(r gitstore.Remote) bool {
			other := remoteRefs + r.Name + "/"
			return strings.HasPrefix(ref, other) && strings.HasPrefix(prefix, remoteRefs) && len(other) > len(prefix)
		}
		if strings.HasPrefix(ref, prefix) && !slices.ContainsFunc(remotes, ofAnother) {
			return true
		}
	}
	return false
}

const remoteRefs = "refs/remotes/"

// pushedTag is an annotated tag that a push brings in.
type pushedTag struct {
	id      pack.ID
	ref     string
	content []byte
	tag     gitstore.Tag
}

// tips notes what the refs are to lead to beside commits, and returns the commits.
func (r *rangeScan) tips(push Push, known knownObjects) ([]pack.ID, error) {
	var commits []pack.ID
	for _, u := range push.Updates {
		r.names = append(r.names, u.Ref)
		if u.Deletes() {
			continue
		}
		id, err := pack.ParseID(u.New)
		if err != nil {
			return nil, fmt.Errorf("the new value of %q is no object name: %q", u.Ref, u.New)
		}
		if id, ok := r.tip(id, u.Ref, known); ok {
			commits = append(commits, id)
		}
	}
	return commits, nil
}

// tip follows tags to the commit that they lead to. What leads to none is added to what is scanned.
func (r *rangeScan) tip(id pack.ID, ref string, known knownObjects) (pack.ID, bool) {
	for range maxTagDepth {
		if _, ok := known[id]; ok {
			return id, false
		}
		kind, content, err := r.repository.Read(id, nil, r.options.MaxObjectSize)
		if err != nil {
			r.unread(pack.Tag, id, ref, err)
			return id, false
		}
		switch kind {
		case pack.Commit:
			return id, true
		case pack.Blob:
			r.add(change{id: id})
			return id, false
		case pack.Tree:
			r.comparer().compare("", id, nil, 0, r.add)
			return id, false
		}
		tag, err := gitstore.ParseTag(content)
		if err != nil {
			r.account.corrupt(finding.Gap{Kind: kind.String(), Object: id.String(), Reason: err.Error()})
		}
		r.tags = append(r.tags, pushedTag{id, ref, content, tag})
		id = tag.Target
	}
	r.account.corrupt(finding.Gap{Kind: "tag", Object: id.String(), Path: ref, Reason: "it is behind too many other tags"})
	return id, false
}

// scanBeside scans the texts of tags, numbered after the commits, and the names of refs.
func (r *rangeScan) scanBeside() {
	found := r.newCollector()
	for i, t := range r.tags {
		r.account.count("tag", 1, 1, int64(len(t.content)))
		found.scanRaw(uint32(len(r.commits)+i), t.content, t.tag.Message, tagKinds(t.tag))
	}
	for i, name := range r.names {
		found.scan(uint32(i), []byte(name), finding.KindRef)
	}
	r.hits = append(r.hits, found.hits...)
}

// besideCommits says where a hit is that lies in no commit.
func (r *rangeScan) besideCommits(h *hit) ([]finding.Occurrence, bool) {
	switch h.kind {
	case finding.KindRef:
		return []finding.Occurrence{{Refs: []string{r.names[h.object]}, RefCount: 1}}, true
	case finding.KindTag, finding.KindTagger, finding.KindHeader:
		if int(h.object) < len(r.commits) {
			return nil, false // a header of a commit
		}
		t := r.tags[int(h.object)-len(r.commits)]
		return []finding.Occurrence{{
			Object: t.id.String(), Refs: []string{t.ref}, RefCount: 1, Date: t.tag.Tagger.When,
			Author: finding.Identity{Name: t.tag.Tagger.Name, Email: t.tag.Tagger.Email},
		}}, true
	}
	return nil, false
}

// Resolve returns the object that a revision names, in hex.
func (h Hook) Resolve(revision string) (string, error) {
	repository, err := gitstore.OpenIn(h.environment())
	if err != nil {
		return "", fmt.Errorf("opening the repository: %w", err)
	}
	defer repository.Close()
	opened, err := git.Open(gitstore.NewStorer(repository.Layout, repository, DefaultMaxObjectSize), nil)
	if err != nil {
		return "", fmt.Errorf("opening the repository: %w", err)
	}
	id, err := resolve(opened, revision)
	return id.String(), err
}
