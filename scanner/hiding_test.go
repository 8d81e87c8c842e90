package scanner_test

import (
	"fmt"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/scanner/finding"
)

// place is what these tests say of an occurrence. What is reachable has no holder.
type place struct {
	Kind   finding.Kind
	Path   string
	Line   int // 1 where it is not said
	Commit string
	AtHead bool
	HeldBy string
}

func (p place) String() string {
	return fmt.Sprintf("%s at %q line %d, commit %.7s, at head %t, held by %q", p.Kind, p.Path, p.Line, p.Commit, p.AtHead, p.HeldBy)
}

// hiding is a place where history tools are known to miss secrets. It hides the token s in a
// repository that has one clean commit on main, and says where.
type hiding struct {
	name string
	hide func(t *testing.T, r *gittest.Repo, s string) []place
}

// at is one place in a file that HEAD has.
func at(path string, line int, commit string) []place {
	return []place{{Kind: finding.KindBlob, Path: path, Line: line, Commit: commit, AtHead: true}}
}

// was is one place in a file that HEAD has no more; without a holder, a ref reaches it.
func was(path string, line int, commit, heldBy string) []place {
	return []place{{Kind: finding.KindBlob, Path: path, Line: line, Commit: commit, HeldBy: heldBy}}
}

func TestHidingPlaces(t *testing.T) {
	for group, cases := range map[string][]hiding{
		"history": hidingInHistory, "objects": hidingInObjects, "metadata": hidingInMetadata, "content": hidingInContent, "layers": hidingInLayers,
	} {
		for _, test := range cases {
			t.Run(group+"/"+test.name, func(t *testing.T) {
				t.Parallel()
				r := cleanRepo(t)
				s := newValues(7).token()
				want := test.hide(t, r, s)
				result := scanRepo(t, r)
				if len(result.Findings) != 1 {
					t.Fatalf("%d findings, want one:\n%s", len(result.Findings), encode(t, result.Findings))
				}
				f := result.Findings[0]
				if f.RuleID != "token" || f.Secret.Reveal() != s {
					t.Errorf("rule %s found %q, want rule token and %q", f.RuleID, f.Secret.Reveal(), s)
				}
				if diff := cmp.Diff(sortedPlaces(want), sortedPlaces(placesOf(t, f))); diff != "" {
					t.Errorf("places (-want +got):\n%s", diff)
				}
			})
		}
	}
}

// cleanRepo has one commit, in which nothing is found.
func cleanRepo(t *testing.T) *gittest.Repo {
	t.Helper()
	r := gittest.New(t)
	r.CommitFile("clean.txt", "nothing to see\n", "first")
	return r
}

// placesOf returns the occurrences of a finding as these tests see them, and checks
// what must hold for any occurrence.
func placesOf(t *testing.T, f *finding.Finding) []place {
	t.Helper()
	var places []place
	for _, o := range f.Occurrences {
		if o.Reachable != (o.HeldBy == "") {
			t.Errorf("occurrence is reachable %t and held by %q", o.Reachable, o.HeldBy)
		}
		if o.Reachable != (o.RefCount > 0) && o.Kind != finding.KindRef {
			t.Errorf("occurrence is reachable %t from %d refs", o.Reachable, o.RefCount)
		}
		if o.StartLine == 1 {
			o.StartLine = 0
		}
		places = append(places, place{o.Kind, o.Path, o.StartLine, o.Commit, o.AtHead, o.HeldBy})
	}
	return places
}

func sortedPlaces(places []place) []string {
	var texts []string
	for _, p := range places {
		p.Line = max(p.Line, 1)
		texts = append(texts, p.String())
	}
	slices.Sort(texts)
	return texts
}

var hidingInHistory = []hiding{
	{"a file at HEAD", func(t *testing.T, r *gittest.Repo, s string) []place {
		return at("src/config.yml", 2, r.CommitFile("src/config.yml", "a: 1\nkey: "+s+"\n", "add"))
	}},
	{"a file gone from HEAD", func(t *testing.T, r *gittest.Repo, s string) []place {
		c := r.CommitFile("config.yml", s, "add")
		r.Remove("config.yml")
		r.Commit("remove")
		return was("config.yml", 1, c, "")
	}},
	{"content that only a merge has", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.CheckoutNew("side")
		r.CommitFile("side.txt", "clean\n", "on the side")
		r.Checkout("main")
		r.CommitFile("main.txt", "clean\n", "on main")
		m := r.Merge("merge", map[string]string{"main.txt": "merged\n" + s + "\n"}, "side")
		return at("main.txt", 2, m)
	}},
	{"an octopus merge", func(t *testing.T, r *gittest.Repo, s string) []place {
		for _, name := range []string{"one", "two"} {
			r.CheckoutNew(name)
			r.CommitFile(name+".txt", "clean\n", name)
			r.Checkout("main")
		}
		r.CommitFile("main.txt", "clean\n", "on main")
		return at("extra.txt", 1, r.Merge("octopus", map[string]string{"extra.txt": s}, "one", "two"))
	}},
	{"a side that a merge takes over", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.CheckoutNew("side")
		c := r.CommitFile("side.txt", s, "on the side")
		r.Checkout("main")
		r.CommitFile("main.txt", "clean\n", "on main")
		r.Merge("merge", nil, "side")
		return at("side.txt", 1, c)
	}},
	{"a side that a merge throws away", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.CheckoutNew("side")
		c := r.CommitFile("clean.txt", s, "on the side")
		r.Checkout("main")
		r.CommitFile("clean.txt", "other\n", "on main")
		r.Git("merge", "-q", "-s", "ours", "-m", "theirs is not wanted", "side")
		return was("clean.txt", 1, c, "")
	}},
	{"a second root", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.Git("checkout", "-q", "--orphan", "other")
		c := r.CommitFile("other.txt", s, "root")
		r.Checkout("main")
		return was("other.txt", 1, c, "")
	}},
	{"a removed file that comes back", func(t *testing.T, r *gittest.Repo, s string) []place {
		first := r.CommitFile("config.yml", s, "add")
		r.Remove("config.yml")
		r.Commit("remove")
		again := r.CommitFile("config.yml", s, "revert")
		return append(at("config.yml", 1, first), at("config.yml", 1, again)...)
	}},
	{"a stash of a changed file", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.Write("clean.txt", "changed\n"+s)
		return was("clean.txt", 2, r.Stash("work in progress"), "")
	}},
	{"a stash of an untracked file", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.Write("new.txt", s)
		stash := r.Stash("work in progress")
		return was("new.txt", 1, r.ID(stash+"^3"), "")
	}},
	{"a stash below another", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.Write("clean.txt", s)
		stash := r.Stash("first")
		r.Write("clean.txt", "other")
		r.Stash("second")
		return was("clean.txt", 1, stash, "stash")
	}},
	{"a commit that only a reflog holds", func(t *testing.T, r *gittest.Repo, s string) []place {
		c := r.CommitFile("config.yml", s, "oops")
		r.Git("reset", "-q", "--hard", "HEAD~1")
		return was("config.yml", 1, c, "reflog")
	}},
	{"a deleted branch", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.CheckoutNew("gone")
		c := r.CommitFile("config.yml", s, "oops")
		r.Checkout("main")
		r.Git("branch", "-q", "-D", "gone")
		r.DropReflogs()
		return was("config.yml", 1, c, "commit")
	}},
	{"a note", func(t *testing.T, r *gittest.Repo, s string) []place {
		head := r.ID("HEAD")
		return was(head, 1, r.Note(head, "reviewed with "+s), "")
	}},
	{"a ref outside heads and tags", func(t *testing.T, r *gittest.Repo, s string) []place {
		c := r.CommitFile("config.yml", s, "in review")
		r.UpdateRef("refs/pull/7/head", c)
		r.Git("reset", "-q", "--hard", "HEAD~1")
		r.DropReflogs()
		return was("config.yml", 1, c, "")
	}},
	{"the detached HEAD of another work tree", func(t *testing.T, r *gittest.Repo, s string) []place {
		linked := t.TempDir() + "/linked"
		r.Git("worktree", "add", "-q", "--detach", linked)
		c := gittest.Open(t, linked).CommitFile("config.yml", s, "elsewhere")
		return was("config.yml", 1, c, "")
	}},
	{"a pure rename out of an ignored folder", func(t *testing.T, r *gittest.Repo, s string) []place {
		first := r.CommitFile("vendor/lib/config.yml", s, "import")
		r.Rename("vendor/lib/config.yml", "config.yml")
		c := r.Commit("move")
		return append(was("vendor/lib/config.yml", 1, first, ""), at("config.yml", 1, c)...)
	}},
	{"a copy", func(t *testing.T, r *gittest.Repo, s string) []place {
		first := r.CommitFile("a.txt", s, "add")
		return append(at("a.txt", 1, first), at("copies/b.txt", 1, r.CommitFile("copies/b.txt", s, "copy"))...)
	}},
	{"a change of mode", func(t *testing.T, r *gittest.Repo, s string) []place {
		c := r.CommitFile("run.sh", s, "add")
		r.Git("update-index", "--chmod=+x", "run.sh")
		r.CommitIndex("make it run") // the same blob at the same path: brought in once
		return at("run.sh", 1, c)
	}},
	{"a link that becomes a file", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.Symlink("config", "clean.txt")
		r.Commit("link")
		return at("config", 1, r.CommitFile("config", s, "file"))
	}},
	{"a file that becomes a folder", func(t *testing.T, r *gittest.Repo, s string) []place {
		first := r.CommitFile("config", s, "file")
		return append(was("config", 1, first, ""), at("config/config", 1, r.CommitFile("config/config", s, "folder"))...)
	}},
	{"a replaced blob", func(t *testing.T, r *gittest.Repo, s string) []place {
		c := r.CommitFile("config.yml", s, "add")
		r.Git("replace", r.ID("HEAD:config.yml"), r.Blob("a clean replacement\n"))
		return at("config.yml", 1, c)
	}},
	{"a replaced commit", func(t *testing.T, r *gittest.Repo, s string) []place {
		c := r.CommitFile("config.yml", s, "add")
		r.Git("replace", c, r.ID("HEAD~1"))
		return at("config.yml", 1, c)
	}},
}

var hidingInObjects = []hiding{
	{"a dangling blob", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.Blob("first line\n" + s)
		return was("", 2, "", "nothing")
	}},
	{"a dangling tree", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.MakeTree(gittest.TreeEntry{Mode: "100644", Name: "x.txt", ID: r.Blob(s)})
		return was("x.txt", 1, "", "tree")
	}},
	{"a dangling commit", func(t *testing.T, r *gittest.Repo, s string) []place {
		tree := r.MakeTree(gittest.TreeEntry{Mode: "100644", Name: "x.txt", ID: r.Blob(s)})
		return was("x.txt", 1, r.MakeCommit(tree, "nobody knows\n"), "commit")
	}},
	{"the index", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.Write("staged.txt", s)
		r.Git("add", "staged.txt")
		r.Remove("staged.txt")
		return was("staged.txt", 1, "", "index")
	}},
	{"the index of another work tree", func(t *testing.T, r *gittest.Repo, s string) []place {
		linked := t.TempDir() + "/linked"
		r.Git("worktree", "add", "-q", "--detach", linked)
		other := gittest.Open(t, linked)
		other.Write("staged.txt", s)
		other.Git("add", "staged.txt")
		return was("staged.txt", 1, "", "index")
	}},
	{"an alternate", func(t *testing.T, r *gittest.Repo, s string) []place {
		far := cleanRepo(t)
		far.Blob(s)
		writeFile(t, r.ObjectDir()+"/info/alternates", far.ObjectDir()+"\n")
		return was("", 1, "", "nothing")
	}},
	{"a tag of a blob", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.Git("tag", "key", r.Blob(s))
		return was("", 1, "", "")
	}},
	{"an annotated tag of a blob", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.Tag("key", r.Blob(s), "the key of the release\n")
		return was("", 1, "", "")
	}},
	{"a tag of a tree", func(t *testing.T, r *gittest.Repo, s string) []place {
		inner := r.MakeTree(gittest.TreeEntry{Mode: "100644", Name: "x.txt", ID: r.Blob(s)})
		r.Tag("tree", r.MakeTree(gittest.TreeEntry{Mode: "40000", Name: "dir", ID: inner}), "a tree\n")
		return was("dir/x.txt", 1, "", "")
	}},
	{"a tree out of order with odd modes", func(t *testing.T, r *gittest.Repo, s string) []place {
		clean := r.Blob("clean\n")
		tree := r.MakeTree(
			gittest.TreeEntry{Mode: "100664", Name: "z.txt", ID: r.Blob(s)},
			gittest.TreeEntry{Mode: "0100644", Name: "a.txt", ID: clean},
		)
		c := r.MakeCommit(tree, "odd\n", r.ID("HEAD"))
		r.UpdateRef("refs/heads/odd", c)
		return was("z.txt", 1, c, "")
	}},
}
