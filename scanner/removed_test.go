package scanner_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestRemovedIn: every place that HEAD has lost says since which commit, and no other does.
func TestRemovedIn(t *testing.T) {
	v := newValues(70)
	moved, dropped, again, onBranch, elsewhere, edited, message, still := v.token(), v.token(), v.token(), v.token(), v.token(), v.token(), v.token(), v.token()
	name := v.token()
	r := cleanRepo(t)
	r.CommitFile("moved.txt", moved, "moved")
	r.CommitFile("dropped.txt", dropped, "dropped")
	r.CommitFile("again.txt", again, "again")
	r.CommitFile("edited.txt", "key "+edited, "edited, and "+message)
	r.CommitFile("on-branch.txt", onBranch, "on branch")
	r.CommitFile("still.txt", still, "still")
	r.CommitFile(name+".txt", "a name", "name")
	r.CheckoutNew("other")
	r.CommitFile("elsewhere.txt", elsewhere, "on another branch alone")
	r.Remove("elsewhere.txt")
	r.Commit("gone there")
	r.Checkout("main")
	r.Rename("moved.txt", "b/moved.txt")
	rename := r.Commit("rename")
	r.Remove("again.txt")
	r.Commit("remove for the first time")
	r.CommitFile("again.txt", again, "and back")
	r.Remove("again.txt")
	second := r.Commit("remove for the second time")
	edit := r.CommitFile("edited.txt", "key from the environment", "edit")
	r.CheckoutNew("clean-up")
	r.Remove("on-branch.txt")
	cleanUp := r.Commit("clean up")
	r.Checkout("main")
	r.Remove("dropped.txt")
	r.Remove(name + ".txt")
	drop := r.Commit("drop")
	r.Merge("merge", nil, "clean-up")

	type removed struct{ Path, In string }
	got := map[string][]removed{}
	for _, f := range scanRepo(t, r).Findings {
		for _, o := range f.Occurrences {
			got[f.Secret.Reveal()] = append(got[f.Secret.Reveal()], removed{o.Path, o.RemovedIn})
			if (o.RemovedIn == "") != o.RemovedAt.IsZero() {
				t.Errorf("%s: removed in %q at %v", o.Path, o.RemovedIn, o.RemovedAt)
			}
			if o.RemovedIn != "" && o.RemovedAt.Format("2006-01-02T15:04:05-07:00") != strings.TrimSpace(r.Git("log", "-1", "--format=%aI", o.RemovedIn)) {
				t.Errorf("%s: removed at %v", o.Path, o.RemovedAt)
			}
		}
	}
	want := map[string][]removed{
		moved:     {{"moved.txt", rename}, {"b/moved.txt", ""}},
		dropped:   {{"dropped.txt", drop}},
		again:     {{"again.txt", second}, {"again.txt", second}},
		edited:    {{"edited.txt", edit}},
		onBranch:  {{"on-branch.txt", cleanUp}},
		elsewhere: {{"elsewhere.txt", ""}},
		message:   {{"", ""}, {"", ""}, {"", ""}}, // and in two reflogs
		still:     {{"still.txt", ""}},
		name:      {{name + ".txt", drop}},
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	for _, f := range scanRepo(t, r).Findings {
		e := f.Exposure()
		if s := f.Secret.Reveal(); e.AtHead != (s == moved || s == still || s == message) || e.Last.IsZero() != (e.AtHead || s == elsewhere) {
			t.Errorf("%v: exposure %+v", want[s], e)
		}
	}
}
