package scanner_test

import (
	"encoding/base64"
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/scanner"
)

// hook is a hook in a folder, with some variables.
func hook(dir string, vars ...string) scanner.Hook {
	return scanner.Hook{Dir: dir, Getenv: func(name string) string {
		for _, v := range vars {
			if value, ok := strings.CutPrefix(v, name+"="); ok {
				return value
			}
		}
		return ""
	}}
}

func update(ref, from, to string) scanner.Update {
	return scanner.Update{Ref: ref, Old: from, New: to}
}

// A push brings in the commits that git lists as reached from its refs and from nothing that is known.
func TestPushAsGitListsIt(t *testing.T) {
	for seed := range uint64(3) {
		h := newMessageHistory(t, seed, 60, false)
		random := rand.New(rand.NewPCG(seed, 9))
		pick := func() string { return h.commits[random.IntN(len(h.commits))].ID }
		for range 5 {
			h.repo.Git("update-ref", "refs/remotes/origin/a", pick())
			h.repo.Git("update-ref", "refs/remotes/origin/b", pick())
			h.repo.Git("update-ref", "refs/remotes/other/c", pick())
			old, one, two := pick(), pick(), pick()
			var want []string
			for id := range strings.FieldsSeq(h.repo.Git("rev-list", one, two, "--not", old, "--remotes=origin")) {
				want = append(want, id)
			}
			result := scan(t, hook(h.repo.Dir).Incoming(scanner.Push{
				Updates:   []scanner.Update{update("refs/heads/one", old, one), update("refs/heads/two", gittest.NullID, two)},
				KnownRefs: []string{"refs/remotes/origin/"},
			}))
			var got []string
			for _, f := range result.Findings {
				for _, o := range f.Occurrences {
					got = append(got, o.Commit)
				}
			}
			slices.Sort(want)
			slices.Sort(got)
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-git +scan):\n%s", diff)
			}
			if !result.Header.Coverage.Complete {
				t.Errorf("incomplete: %s", encode(t, result.Header.Coverage))
			}
		}
	}
}

// What a ref leads to beside commits is looked at too, and what is known is not.
func TestPushBesideCommits(t *testing.T) {
	r := cleanRepo(t)
	v := newValues(80)
	inBlob, inTree, inTag, inName, known := v.token(), v.token(), v.token(), v.token(), v.token()
	blob := r.Blob("x\n" + inBlob)
	tree := r.MakeTree(gittest.TreeEntry{Mode: "100644", Name: "file.txt", ID: r.Blob(inTree)})
	tag := r.Tag("of-a-tree", tree, inTag)
	r.Tag("of-a-tag", "of-a-tree", "outer")
	r.CommitFile("known.txt", known, "known")
	head := r.ID("HEAD")
	for name, test := range map[string]struct {
		updates []scanner.Update
		refs    []string
		want    []string // "kind path:line"
	}{
		"blob":          {[]scanner.Update{update("refs/x/blob", gittest.NullID, blob)}, nil, []string{"blob :2"}},
		"tree":          {[]scanner.Update{update("refs/x/tree", gittest.NullID, tree)}, nil, []string{"blob file.txt:1"}},
		"tag of a tag":  {[]scanner.Update{update("refs/tags/t", gittest.NullID, r.ID("of-a-tag"))}, nil, []string{"blob file.txt:1", "tag :1"}},
		"known tag":     {[]scanner.Update{update("refs/tags/t", gittest.NullID, r.ID("of-a-tag"))}, []string{"refs/tags/of-a-tree"}, nil},
		"old tag":       {[]scanner.Update{update("refs/tags/t", tag, r.ID("of-a-tag"))}, nil, nil},
		"name":          {[]scanner.Update{update("refs/heads/"+inName, head, head)}, nil, []string{"ref :1"}},
		"deleted":       {[]scanner.Update{update("refs/heads/x", head, gittest.NullID)}, nil, nil},
		"nothing known": {[]scanner.Update{update("refs/heads/x", gittest.NullID, head)}, nil, []string{"blob known.txt:1"}},
		"known here":    {[]scanner.Update{update("refs/heads/x", gittest.NullID, head)}, []string{"refs/heads/"}, nil},
		"not this ref":  {[]scanner.Update{update("refs/heads/x", gittest.NullID, head)}, []string{"refs/head/"}, []string{"blob known.txt:1"}},
	} {
		t.Run(name, func(t *testing.T) {
			result := scan(t, hook(r.Dir).Incoming(scanner.Push{Updates: test.updates, KnownRefs: test.refs}))
			var got []string
			for _, f := range result.Findings {
				for _, o := range f.Occurrences {
					got = append(got, fmt.Sprintf("%s %s:%d", o.Kind, o.Path, o.StartLine))
				}
			}
			slices.Sort(got)
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
			if !result.Header.Coverage.Complete {
				t.Errorf("incomplete: %s", encode(t, result.Header.Coverage))
			}
		})
	}
}

// What is said of the receiver and is not here is told, and vouches for nothing.
func TestPushOverTheUnknown(t *testing.T) {
	r := cleanRepo(t)
	s := newValues(81).token()
	r.CommitFile("file.txt", s, "add")
	unknown := strings.Repeat("12", 20)
	var absent []scanner.Update
	push := scanner.Push{
		Updates: []scanner.Update{update("refs/heads/main", unknown, r.ID("HEAD"))},
		Absent:  func(u scanner.Update) { absent = append(absent, u) },
	}
	wantPaths(t, hook(r.Dir).Incoming(push), s, "file.txt:1")
	if diff := cmp.Diff(push.Updates, absent); diff != "" {
		t.Error(diff)
	}

	// What is to come in and is not here cannot be looked at.
	push.Updates[0].New = unknown
	result := scan(t, hook(r.Dir).Incoming(push))
	if c := result.Header.Coverage; c.Complete || len(c.Missing) != 1 || c.Missing[0].Object != unknown {
		t.Errorf("coverage: %s", encode(t, c))
	}
	for _, wrong := range []scanner.Update{update("refs/heads/x", "abc", unknown), update("refs/heads/x", unknown, "HEAD")} {
		push.Updates[0] = wrong
		if _, err := scanner.Scan(t.Context(), hook(r.Dir).Incoming(push), scanner.Options{Rules: loadRules(t, "")}); err == nil {
			t.Errorf("%+v is looked at", wrong)
		}
	}
}

// The index that counts is the one that git names.
func TestStagedOfAHook(t *testing.T) {
	r := cleanRepo(t)
	s := newValues(82).token()
	r.Write("file.txt", s)
	other := filepath.Join(t.TempDir(), "index")
	r.Git("add", "file.txt")
	r.Git("update-index", "--refresh")
	must(t, os.Rename(filepath.Join(r.GitDir(), "index"), other))
	r.Git("reset", "-q")
	wantPaths(t, hook(r.Dir).Staged(), s)
	wantPaths(t, hook(r.Dir, "GIT_INDEX_FILE="+other).Staged(), s, "file.txt:1")
	wantPaths(t, hook(t.TempDir(), "GIT_INDEX_FILE="+other, "GIT_DIR="+r.GitDir(), "GIT_WORK_TREE="+r.Dir).Staged(), s, "file.txt:1")
}

// Comments count unless whoever wrote them is not to decide.
func TestNoAllowComments(t *testing.T) {
	r := cleanRepo(t)
	v := newValues(83)
	s := v.token()
	encoded := v.token()
	r.CommitFile("file.txt", s+" # unleak:allow\n# unleak:allow-next-line\n"+s+"\n"+s+" gitleaks:allow\n"+base64.StdEncoding.EncodeToString([]byte("key: "+encoded))+" unleak:allow\n", "add")
	count := func(result *scanner.Result) int {
		n := 0
		for _, f := range result.Findings {
			n += len(f.Occurrences)
		}
		return n
	}
	if n := count(scan(t, scanner.Repository(r.Dir))); n != 0 {
		t.Errorf("%d places in spite of comments", n)
	}
	if n := count(scan(t, scanner.Repository(r.Dir), func(o *scanner.Options) { o.NoAllowComments = true })); n != 4 {
		t.Errorf("%d places, want 4", n)
	}
}
