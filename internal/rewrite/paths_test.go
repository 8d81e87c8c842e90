package rewrite_test

import (
	"fmt"
	"maps"
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
)

// What patterns take away, of a history in which files become folders and the other way round (cases 1 to 7).
func TestPatterns(t *testing.T) {
	r := gittest.New(t)
	commit := func(files map[string]string) {
		var lines strings.Builder
		for path, content := range files {
			mode := "100644"
			id := content
			switch {
			case strings.HasPrefix(content, "link "):
				mode, id = "120000", r.Blob(content[5:])
			case strings.HasPrefix(content, "exec "):
				mode, id = "100755", r.Blob(content)
			case content == "module":
				mode, id = "160000", strings.Repeat("4d", 20)
			default:
				id = r.Blob(content)
			}
			fmt.Fprintf(&lines, "%s %s\t%s\x00", mode, id, path)
		}
		r.Git("read-tree", "--empty")
		r.GitInput([]byte(lines.String()), "update-index", "-z", "--add", "--index-info")
		r.CommitIndex(fmt.Sprint(len(files), " files"))
	}
	// Of the first of each pair only one can be in a tree.
	common := map[string]string{
		".env": "1", ".env.example": "2", ".envrc": "3", "conf/.env": "4", "conf/a.pem": "5", "conf/deep/a.pem": "6",
		"foo": "7", "foobar": "8", "sub/foo": "9", "link": "link .env", "vendor/module": "module", "run": "exec x",
		"tab\tand\"quote": "10", "line\nend": "11", "l\xf6we/\xff\xfe": "12", "only/here/.env": "13",
	}
	with := func(more map[string]string) map[string]string {
		files := maps.Clone(common)
		maps.Copy(files, more)
		return files
	}
	commit(with(map[string]string{"secrets": "a file", "dual/inner": "14", "swap": "link conf", "bits": "exec y"}))
	commit(with(map[string]string{"secrets/key": "15", "dual": "16", "swap": "module", "bits": "y"}))
	commit(with(map[string]string{"secrets": "link conf", "dual": "module", "swap/conf/a.pem": "17"}))
	commit(with(map[string]string{"secrets": "module", "dual/inner/er": "18", "swap": "19", "deep/secrets/key": "20"}))

	for _, test := range []struct {
		patterns string
		goes     func(path, mode string) bool
	}{
		{".env", base(".env")},
		{"/.env", func(path, _ string) bool { return path == ".env" }},
		{"conf/*.pem", func(path, _ string) bool { return path == "conf/a.pem" }},
		{"**/conf/*.pem", func(path, _ string) bool { return strings.HasSuffix(path, "conf/a.pem") }},
		{"secrets/", func(path, _ string) bool { return strings.Contains(path, "secrets/") }},
		{"literal:foo", func(path, _ string) bool { return path == "foo" }},
		{"glob:conf/*.pem", func(path, _ string) bool { return strings.HasPrefix(path, "conf/") && strings.HasSuffix(path, ".pem") }},
		{"regex:^[ds].*e", func(path, _ string) bool { return strings.ContainsAny(path[:1], "ds") && strings.Contains(path, "e") }},
		{"dual", func(path, _ string) bool { return path == "dual" || strings.HasPrefix(path, "dual/") }},
		{"dual/", func(path, _ string) bool { return strings.HasPrefix(path, "dual/") }},
		{"inner", func(path, _ string) bool { return strings.HasPrefix(path, "dual/inner") }},
		{"/swap", func(path, _ string) bool { return path == "swap" || strings.HasPrefix(path, "swap/") }},
		{"swap/conf", func(path, _ string) bool { return path == "swap/conf/a.pem" }},
		{"link module", base("link", "module")},
		{"bits run", base("bits", "run")},
		{"literal:tab\tand\"quote literal:line\nend", func(path, _ string) bool { return strings.ContainsAny(path, "\t\n") }},
		{"regex:\\xff", func(path, _ string) bool { return strings.Contains(path, "\xff") }},
		{"only", func(path, _ string) bool { return strings.HasPrefix(path, "only/") }},
		{"nowhere", func(string, string) bool { return false }},
	} {
		t.Run(test.patterns, func(t *testing.T) {
			patterns := strings.Split(test.patterns, " ")
			after := rewritten(t, r, dropping(t, patterns...))
			changed := false
			for id := range strings.Lines(r.Git("rev-list", "main")) {
				id = strings.TrimSpace(id)
				want := slices.DeleteFunc(files(r, id), func(line string) bool {
					mode, path, _ := strings.Cut(line, "\t")
					return test.goes(path, mode)
				})
				changed = changed || len(want) != len(files(r, id))
				if diff := cmp.Diff(want, files(after.after, after.now(id))); diff != "" {
					t.Errorf("files of %s (-want, +got):\n%s", id, diff)
				}
			}
			if changed != (len(after.Refs()) > 0) {
				t.Errorf("refs that change: %v", after.Refs())
			}
		})
	}
}

// files lists what ls-tree has of a commit.
func files(r *gittest.Repo, id string) []string {
	return strings.FieldsFunc(r.Git("ls-tree", "-r", "-z", id), func(c rune) bool { return c == 0 })
}

// base tells paths with a base name.
func base(names ...string) func(path, mode string) bool {
	return func(path, _ string) bool { return slices.Contains(names, path[strings.LastIndex(path, "/")+1:]) }
}

// Of a tree that changes, entries change or go, and nothing else (cases 24 and 25).
func TestOddTreesStay(t *testing.T) {
	r := gittest.New(t)
	keep, env, text := r.Blob("kept\n"), r.Blob("a=1\n"), r.Blob("holds "+word+"\n")
	odd := r.MakeTree(entry("100664", "z", keep), entry("100644", "a", keep), entry("040000", "f", r.MakeTree(entry("100600", "x", keep))))
	list := []gittest.TreeEntry{
		entry("100644", "zeta", text), entry("100664", "alpha", text), entry("0100644", "beta", keep), entry("100644", ".env", env),
		entry("40000", "odd", odd), entry("100644", "twice", keep), entry("100644", "twice", text), entry("100644", ".env", text),
		entry("100755", "-- \n\xff", text), entry("120000", "link", text), entry("160000", "module", text), entry("160000", ".env", keep),
		entry("160000", "zeta", text),
	}
	id := r.MakeCommit(r.MakeTree(list...), "odd\n")
	r.UpdateRef("refs/heads/main", id)
	untouched := r.MakeCommit(odd, "untouched\n")
	r.UpdateRef("refs/heads/other", untouched)

	e := dropping(t, ".env")
	e.Blobs = rules(t, word)
	after := rewritten(t, r, e)
	now := gittest.ObjectID("blob", []byte("holds ***REMOVED***\n"))
	list = slices.DeleteFunc(list, func(e gittest.TreeEntry) bool { return e.Name == ".env" })
	for i := range list {
		if list[i].ID == text && list[i].Mode != "160000" {
			list[i].ID = now
		}
	}
	after.wantRaw("tree", after.now(id)+"^{tree}", raw(r, r.MakeTree(list...)))
	after.wantNow("untouched", untouched, untouched)
}

// The same tree or blob at two paths can change at one of them (case 37).
func TestSameObjectAtTwoPaths(t *testing.T) {
	r := gittest.New(t)
	for i := range 6 { // with deltas between the trees, once they are packed
		for _, folder := range []string{"one", "two", "two/inner", "three/one"} {
			for file := range 20 {
				r.Write(fmt.Sprint(folder, "/file", file), fmt.Sprint("same ", file%19*i))
			}
			r.Write(folder+"/key", fmt.Sprint("key ", i))
		}
		r.CommitFile("copy", fmt.Sprint("key ", i), fmt.Sprint(i))
	}
	r.Git("repack", "-adfq")
	for _, patterns := range []string{"/one/key", "two/key", "/two/inner", "three/*/key", "/one /two/key", "key", "copy", "/one/file* two/inner/key"} {
		t.Run(patterns, func(t *testing.T) {
			e := dropping(t, strings.Split(patterns, " ")...)
			after := rewritten(t, r, e)
			for id := range strings.Lines(r.Git("rev-list", "main")) {
				id = strings.TrimSpace(id)
				want := slices.DeleteFunc(files(r, id), func(line string) bool {
					_, path, _ := strings.Cut(line, "\t")
					return drops(e, path, false)
				})
				if diff := cmp.Diff(want, files(after.after, after.now(id))); diff != "" {
					t.Errorf("files of %s (-want, +got):\n%s", id, diff)
				}
			}
			gone := map[string]bool{}
			for _, id := range hexes(after.GoneBlobs()) {
				gone[id] = true
			}
			left := map[string]bool{}
			for _, o := range after.after.Objects() {
				left[o.ID] = true
			}
			for _, o := range r.Objects() {
				if o.Kind == "blob" && gone[o.ID] == left[o.ID] {
					t.Errorf("blob %s: gone is %v, and it is left: %v", o.ID, gone[o.ID], left[o.ID])
				}
			}
		})
	}
}

// Folders of which nothing is left are gone, up to the root, where the empty tree stays (cases 9 and 16).
func TestFoldersThatBecomeEmpty(t *testing.T) {
	r := gittest.New(t)
	r.Write("a/b/c/.env", "1")
	r.Write("a/d/.env", "2")
	root := r.CommitFile(".env", "3", "all of it goes")
	both := r.CommitFile("a/b/keep", "4", "one stays")
	r.Remove("a/b/keep")
	last := r.Commit("nothing but files that go")
	r.CheckoutNew("side")
	empty := r.Commit("empty on purpose")
	tag := r.Tag("tree", root+"^{tree}", "of a tree that becomes empty\n")

	after := rewritten(t, r, dropping(t, ".env"))
	after.wantNow("root", root, "")
	if got := files(after.after, after.now(both)); len(got) != 1 || !strings.HasSuffix(got[0], "\ta/b/keep") {
		t.Errorf("files are %q", got)
	}
	if got := after.after.Git("ls-tree", "-r", "-t", "--name-only", after.now(both)); got != "a\na/b\na/b/keep" {
		t.Errorf("entries are %q", got)
	}
	for _, id := range []string{last, empty} {
		if got := after.after.ID(after.now(id) + "^{tree}"); got != emptyTree {
			t.Errorf("tree of %s is %s", id, got)
		}
	}
	if after.now(empty) == after.now(last) {
		t.Error("a commit that was empty on purpose is gone")
	}
	if got := after.after.ID(after.now(tag) + "^{}"); got != emptyTree {
		t.Errorf("the tag is of %s", got)
	}
}

// What a tree takes over from a delta base stays, though nothing else holds the base.
func TestTreesOnBasesThatNothingHolds(t *testing.T) {
	r := gittest.New(t)
	var pack []gittest.PackEntry
	// grown stores a tree as a delta of one that nothing holds, and returns its name.
	grown := func(base []gittest.TreeEntry, more gittest.TreeEntry) string {
		old, now := raw(r, r.MakeTree(base...)), raw(r, r.MakeTree(append(base, more)...))
		id := gittest.ObjectID("tree", []byte(now))
		pack = append(pack, gittest.PackEntry{Type: gittest.Tree, Data: []byte(old)}, gittest.PackEntry{
			Type: gittest.OffsetDelta, Base: len(pack), ID: id, Data: gittest.Delta(uint64(len(old)), uint64(len(now)),
				gittest.Copy(0, uint32(len(old))), gittest.Insert(now[len(old):])),
		})
		return id
	}
	list := func(prefix string) []gittest.TreeEntry {
		var entries []gittest.TreeEntry
		for i := range 20 {
			entries = append(entries, entry("100644", name(i), r.Blob(prefix+name(i))))
		}
		return entries
	}
	sub := grown(list("below "), entry("100644", "last", r.Blob("last below")))
	top := append([]gittest.TreeEntry{entry("100644", ".env", r.Blob("a=1\n"))}, list("")...)
	root := grown(top, entry("40000", "sub", sub))
	id := r.MakeCommit(root, "all\n")
	r.UpdateRef("refs/heads/main", id)
	r.WritePack(pack)
	for _, e := range pack {
		if err := os.Remove(r.LoosePath(e.ID)); err != nil {
			t.Fatal(err)
		}
	}
	after := rewritten(t, r, dropping(t, ".env"))
	if diff := cmp.Diff(files(r, id)[1:], files(after.after, after.now(id))); diff != "" {
		t.Errorf("files (-want, +got):\n%s", diff)
	}
}
