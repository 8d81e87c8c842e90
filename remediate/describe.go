package remediate

import (
	"cmp"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
	"github.com/unleak/unleak/internal/rewrite"
	"github.com/unleak/unleak/remediate/account"
	"github.com/unleak/unleak/scanner/finding"
)

// describe makes the plan's account.
func (p *Plan) describe(ctx context.Context) error {
	r := &p.request
	summary := p.rewrite.Summary()
	a := &account.Plan{
		SchemaVersion: account.SchemaVersion,
		Tool:          account.Tool(r.Tool),
		Repository:    p.describeRepository(),
		Selectors: account.Selectors{
			Paths: r.Paths, Secrets: r.AllFindings, ReplaceText: r.ReplaceTextName,
			Messages: p.selection.edit.Messages != nil, KeepIDs: r.KeepIDs, Binary: cmp.Or(r.Binary, binaryRefuse),
		},
		Objects: account.Objects{
			Total: summary.Objects, BlobsRemoved: summary.Gone, BlobsRedacted: summary.Edited,
			Trees: summary.Trees, Unreachable: summary.Unreachable, Stale: summary.Stale,
		},
		Commits:    account.Commits{Total: summary.Commits, Changed: summary.Changed, Pruned: summary.Pruned, FirstChanged: texts(summary.FirstChanged)},
		Messages:   account.Messages{Redacted: summary.Redacted, Unedited: summary.Unedited, Updated: summary.Updated},
		RefCount:   summary.Refs,
		Tags:       summary.Tags,
		Signatures: account.Signatures{Commits: summary.Unsigned, Tags: summary.UnsignedTags},
		Size:       account.Size{Before: p.repository.StoredBytes(), After: p.rewrite.SizeAfter()},
	}
	p.account = a
	if !r.AllFindings {
		for _, f := range r.Findings {
			a.Selectors.Findings = append(a.Selectors.Findings, f.Fingerprint)
		}
	}
	removed := p.rewrite.RemovedPaths()
	p.describePaths(removed)
	if err := p.describeCopies(ctx, removed); err != nil {
		return err
	}
	for _, c := range p.rewrite.RuleCounts() {
		a.Replacements = append(a.Replacements, account.Replacement{Label: c.Label, Matches: c.Matches, Blobs: c.Blobs, Messages: c.Messages})
	}
	for _, b := range p.rewrite.Binaries() {
		a.Binaries = append(a.Binaries, account.Binary{Blob: b.ID.String(), Path: b.Path, Bytes: b.Bytes, Action: a.Selectors.Binary})
	}
	p.describeRefs()
	for _, pointer := range p.rewrite.Pointers() {
		a.LFS = append(a.LFS, account.LFS{OID: pointer.OID, Path: pathOf(removed, pointer.Blob), Bytes: pointer.Bytes})
	}
	if err := p.describeSecrets(ctx, removed); err != nil {
		return err
	}
	a.ID = p.id()
	var err error
	if a.Checks, err = safety(ctx, p.repository, r.Force); err != nil {
		return err
	}
	a.Checks = append(a.Checks, p.checkPatterns(), p.checkJudged(), p.checkBinaries(), p.checkMessages(summary.Unedited), p.checkCommon(), p.checkNames())
	a.Checks = slices.DeleteFunc(a.Checks, func(c account.Check) bool { return c.Name == "" })
	// A value may stand in the name of a file or ref as well. The plan is for tickets.
	p.account = a.MapText(finding.Redactor(p.found))
	return nil
}

// describeRepository says which repository it is.
func (p *Plan) describeRepository() account.Repository {
	layout := p.repository.Layout
	folder := cmp.Or(layout.WorkTree, layout.GitDir)
	name := filepath.Base(folder)
	if layout.WorkTree == "" {
		name = strings.TrimSuffix(name, ".git")
	}
	a := account.Repository{Name: name, Path: folder, GitFolder: layout.CommonDir, Bare: layout.WorkTree == ""}
	if head, ok := layout.Head(); ok {
		a.Branch = head.Symbolic
		if !head.Target.IsZero() {
			a.Head = head.Target.String()
		}
	}
	worktrees, _ := layout.Worktrees() // findRoots has met its problems
	a.Worktrees = len(worktrees)
	for _, remote := range layout.Remotes() {
		a.Remotes = append(a.Remotes, account.Remote{Name: remote.Name, URL: remote.URL, Mirror: remote.Mirror})
	}
	refs, _ := layout.Refs()
	for _, ref := range refs {
		if strings.HasPrefix(ref.Name, "refs/pull/") || strings.HasPrefix(ref.Name, "refs/merge-requests/") {
			a.PullRefs++
		}
	}
	return a
}

// describePaths says which paths go.
func (p *Plan) describePaths(removed []rewrite.RemovedPath) {
	kinds := map[history.Class]string{history.File: "file", history.Symlink: "symlink", history.Dir: "folder", history.Gitlink: "submodule"}
	for _, at := range removed {
		pattern, _ := p.selection.pattern(at.Path, at.Class == history.Dir)
		onDisk := false
		if p.repository.WorkTree != "" {
			_, err := os.Lstat(filepath.Join(p.repository.WorkTree, filepath.FromSlash(at.Path)))
			onDisk = err == nil
		}
		p.account.Paths = append(p.account.Paths, account.Path{
			Path: at.Path, Pattern: pattern, Kind: kinds[at.Class],
			Blobs: len(at.Objects), Commits: at.Commits, AtHead: at.AtHead, OnDisk: onDisk,
		})
	}
}

// describeCopies says which paths hold the same blobs and stay.
func (p *Plan) describeCopies(ctx context.Context, removed []rewrite.RemovedPath) error {
	copies, err := p.rewrite.Copies(ctx)
	if err != nil {
		return err
	}
	p.copies = copies
	for _, c := range copies {
		p.account.OtherPaths = append(p.account.OtherPaths, account.OtherPath{
			Path: c.Path, SameAs: pathOf(removed, c.Blobs...), Blob: c.Blobs[0].String(), Blobs: len(c.Blobs), AtHead: c.AtHead,
		})
	}
	return nil
}

// pathOf returns the first path at which one of some blobs stood that goes.
func pathOf(removed []rewrite.RemovedPath, blobs ...pack.ID) string {
	for _, at := range removed {
		for _, blob := range blobs {
			if slices.Contains(at.Objects, blob) {
				return at.Path
			}
		}
	}
	return ""
}

// describeRefs says which refs change.
func (p *Plan) describeRefs() {
	for _, change := range p.rewrite.Refs() {
		ref := account.Ref{Name: change.Ref.Name, Worktree: change.Ref.Worktree}
		if !change.Ref.Target.IsZero() {
			ref.Old = change.Ref.Target.String()
		}
		if !change.New.IsZero() {
			ref.New = change.New.String()
		}
		p.account.Refs = append(p.account.Refs, ref)
	}
}

// id returns the plan's id: that of the refs and of what is asked for.
func (p *Plan) id() string {
	sum := sha256.New()
	refs, _ := p.repository.Refs()
	for _, ref := range refs {
		fmt.Fprintf(sum, "%s %s\n", ref.Target, ref.Name)
	}
	selectors, _ := json.Marshal(p.account.Selectors)
	sum.Write(selectors)
	sum.Write(p.request.ReplaceText)
	for _, f := range p.request.Findings {
		fmt.Fprintln(sum, f.Fingerprint)
	}
	return hex.EncodeToString(sum.Sum(nil)[:8])
}

// checkPatterns tells of patterns that match nothing: most likely they are mistyped. Those of findings come after
// the ones that were typed, and are of paths that a scan has seen.
func (p *Plan) checkPatterns() account.Check {
	used := map[string]bool{}
	for _, at := range p.account.Paths {
		used[at.Pattern] = true
	}
	var unused []string
	for _, pattern := range p.selection.patterns[:len(p.request.Paths)] {
		if text := pattern.String(); !used[text] {
			unused = append(unused, fmt.Sprintf("%q", text))
		}
	}
	switch {
	case len(p.selection.patterns) == 0:
		return account.Check{}
	case len(unused) == 0:
		return account.Check{Name: "patterns", Verdict: account.Pass, Detail: "Every path pattern matches something."}
	case p.account.Objects.Stale > 0:
		return account.Check{Name: "patterns", Verdict: account.Pass, Detail: "What the path patterns match is in unreachable objects too, which are deleted."}
	}
	return account.Check{
		Name: "patterns", Verdict: account.Warn,
		Detail: fmt.Sprintf("No commit has a path that matches %s, or another pattern has all of them.", strings.Join(unused, ", ")),
		Remedy: "Look at how the path is spelt; `git log --all --name-only` lists them all.",
	}
}

// checkBinaries refuses to leave binary files that hold what is to be replaced.
func (p *Plan) checkBinaries() account.Check {
	n := len(p.account.Binaries)
	check := account.Check{Name: "binary files", Verdict: account.Pass, Detail: "No binary file holds a text to replace."}
	if n == 0 {
		if p.selection.rules == nil {
			check.Name = ""
		}
		return check
	}
	check.Detail = fmt.Sprintf("%d binary files hold a text to replace, which cannot be cut out of them.", n)
	switch p.account.Selectors.Binary {
	case binaryReplace:
		check.Verdict, check.Detail = account.Warn, fmt.Sprintf("%d binary files hold a text to replace: each is replaced whole by a note.", n)
	case binaryKeep:
		check.Verdict = account.Warn
		check.Remedy = "They are left as they are, as asked: remove them by --path."
	default:
		check.Verdict = account.Refuse
		check.Remedy = "Remove them by --path, have them replaced whole by --binary replace, or leave them by --binary keep."
	}
	return check
}

// checkMessages tells of commits and tags that hold what is replaced in files only.
func (p *Plan) checkMessages(unedited int) account.Check {
	if unedited == 0 {
		return account.Check{}
	}
	return account.Check{
		Name: "messages", Verdict: account.Warn,
		Detail: fmt.Sprintf("Texts to replace stand in messages or names of %d commits or tags too, and stay there.", unedited),
		Remedy: "Add --messages to replace them there as well; until then, verification will find them.",
	}
}

// checkCommon tells of values that are left because they may stand for something else.
func (p *Plan) checkCommon() account.Check {
	n := len(p.selection.common)
	if n == 0 {
		return account.Check{}
	}
	return account.Check{
		Name: "common values", Verdict: account.Warn,
		Detail: fmt.Sprintf("%d found secrets are short or plain words, and stay: replacing them everywhere could damage other text.", n),
		Remedy: "Rotate them; name one by --finding to replace it all the same, or write a --replace-text file.",
	}
}

// checkNames tells of values in names, which are not changed.
func (p *Plan) checkNames() account.Check {
	n := 0
	for _, s := range p.account.Secrets {
		for _, place := range s.Places {
			if place.Kind == "path" || place.Kind == "ref" {
				n++
			}
		}
	}
	if n == 0 {
		return account.Check{}
	}
	return account.Check{
		Name: "names", Verdict: account.Warn,
		Detail: fmt.Sprintf("Secrets stand in %d names of paths or refs, which are not rewritten.", n),
		Remedy: "Remove the paths by --path, and delete or rename the refs.",
	}
}

func texts(ids []pack.ID) []string {
	list := make([]string, len(ids))
	for i, id := range ids {
		list[i] = id.String()
	}
	return list
}
