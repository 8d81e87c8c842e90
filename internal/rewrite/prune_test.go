package rewrite_test

import (
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
)

// Which commits are left of those that change nothing any more (cases 9 to 16).
func TestPruning(t *testing.T) {
	r := gittest.New(t)
	want := map[string][]string{} // by commit: its new parents, by old commits; or what stands for it, alone behind "pruned"
	kept := r.CommitFile("keep", "1", "kept")
	gone := r.CommitFile(".env", "a=1\n", "only the file")
	emptied := r.Commit("empty, and its parent goes")
	next := r.CommitFile("keep", "2", "next")
	empty := r.Commit("empty on purpose")
	want[kept], want[gone], want[emptied] = nil, []string{"pruned", kept}, []string{"pruned", kept}
	want[next], want[empty] = []string{kept}, []string{next}

	side := func(name, from, path string) string {
		r.Git("checkout", "-q", "-b", name, from)
		return r.CommitFile(path, name, "on "+name)
	}
	lost := side("lost", empty, "sub/.env")
	r.Checkout("main")
	nothing := r.Merge("of a side that goes", nil, "lost")
	r.Git("branch", "-D", "lost")
	want[lost], want[nothing] = []string{"pruned", empty}, []string{"pruned", empty}

	evil := side("evil", "main", "sub/.env")
	r.Checkout("main")
	own := r.Merge("with a change of its own", map[string]string{"own": "1"}, "evil")
	want[evil], want[own] = []string{"pruned", empty}, []string{empty}

	topic := side("topic", "main", "topic")
	r.Checkout("main")
	always := r.Merge("always of an ancestor", nil, "topic")
	want[topic], want[always] = []string{own}, []string{own, topic}

	under := r.CommitFile("under/.env", "1", "goes, and a merge has it as side and as ancestor")
	above := side("above", "main", "above")
	r.Checkout("main")
	still := r.Merge("of an ancestor all the same", nil, "above")
	want[under], want[above], want[still] = []string{"pruned", always}, []string{always}, []string{always, above}

	other := side("other", "main", "other/.env")
	r.Checkout("main")
	grown := r.CommitFile("keep", "3", "grown")
	old := r.Merge("of what became an ancestor", nil, "other")
	want[other], want[grown], want[old] = []string{"pruned", still}, []string{still}, []string{"pruned", grown}

	r.Git("checkout", "-q", "--orphan", "root")
	r.Git("rm", "-rfq", ".")
	root := r.CommitFile("r/.env", "a=2\n", "a root that goes")
	second := r.CommitFile("second", "1", "which is a root then")
	r.Checkout("main")
	r.Git("merge", "-q", "--no-ff", "--allow-unrelated-histories", "-m", "of another root", "root")
	last := r.ID("HEAD")
	want[root], want[second], want[last] = []string{"pruned"}, nil, []string{grown, second}

	after := rewritten(t, r, dropping(t, ".env"))
	for id, parents := range want {
		if len(parents) > 0 && parents[0] == "pruned" {
			now := ""
			if len(parents) == 2 {
				now = after.now(parents[1])
			}
			after.wantNow(r.Git("show", "-s", "--format=%s", id), id, now)
			continue
		}
		var now []string
		for _, parent := range parents {
			now = append(now, after.now(parent))
		}
		if got := after.after.Git("rev-list", "-1", "--parents", after.now(id)); got != strings.Join(append([]string{after.now(id)}, now...), " ") {
			t.Errorf("%s has parents %s, want %s", r.Git("show", "-s", "--format=%s", id), got, now)
		}
	}
	if s := after.Summary(); s.Pruned != 9 {
		t.Errorf("%d commits are pruned, want 9", s.Pruned)
	}
}

// Git needs no object for the empty tree.
func TestEmptyTreeThatIsNowhere(t *testing.T) {
	r := gittest.New(t)
	root := r.Git("commit-tree", "-m", "begins with nothing", emptyTree)
	r.UpdateRef("refs/heads/main", root)
	r.Write(".env", "a=1\n")
	last := r.CommitFile("keep", "1", "last")
	for _, o := range r.Objects() {
		if o.ID == emptyTree {
			t.Skip("this git stores it")
		}
	}
	after := rewritten(t, r, dropping(t, ".env"))
	after.wantNow("root", root, root)
	if got := after.after.Git("log", "--format=%s", after.now(last)); got != "last\nbegins with nothing" {
		t.Errorf("git sees\n%s", got)
	}
	after = rewritten(t, r, dropping(t, ".env", "keep"))
	after.wantNow("what has nothing left", last, root)
}
