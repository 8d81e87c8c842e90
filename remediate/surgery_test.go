package remediate

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
)

// jobOf is what Plan.Apply hands on, with a way to look in between.
func jobOf(t testing.TB, p *Plan, reached func(string)) *job {
	t.Helper()
	keep, err := p.selection.digests(filesOf(p.repository.Layout))
	must(t, err)
	return &job{
		repository: p.repository, rewriting: p.rewrite, before: p.before, plan: p.account,
		backup: p.request.Backup, noBackup: p.request.NoBackup,
		ignore: p.selection.ignoreLines(), keep: keep, release: p.Close, reached: reached,
	}
}

// operate applies the plan of the tests and returns the points that it came by.
func operate(t testing.TB, r *gittest.Repo) (points []string) {
	t.Helper()
	j := jobOf(t, mustPlan(t, r.Dir), func(point string) { points = append(points, point) })
	_, err := apply(t.Context(), j, ApplyOptions{})
	must(t, err)
	return points
}

func TestApply(t *testing.T) {
	dir := patient(t)
	r := copyOf(t, dir)
	before, old := portrait(t, r), ids(r)
	p := mustPlan(t, r.Dir)
	a, err := p.Apply(t.Context(), ApplyOptions{})
	must(t, err)
	fsck(t, r)
	after := portrait(t, r)

	for name, content := range after {
		if strings.Contains(content, oldText) || strings.Contains(name, "logs/") && name != "logs/refs/stash" && content != "" {
			t.Errorf("%s is %q", name, content)
		}
	}
	for name, want := range map[string]string{
		"file main/" + removedPath:   before["file main/"+removedPath],
		"file main/.gitignore":       removedPath + "\n",
		"file main/README":           "hello, edited\n",
		"file main/untracked.txt":    "untracked\n",
		"file main/staged.txt":       "staged ***REMOVED***\n",
		"file linked/topic.txt":      "***REMOVED***\n",
		"file linked/" + removedPath: before["file linked/"+removedPath],
		"status of main":             " M README\nA  staged.txt\n?? .gitignore\n?? untracked.txt\n!! conf/",
		"status of linked":           "?? .gitignore\n!! conf/",
		"branch of main":             "refs/heads/main",
		"branch of linked":           "",
	} {
		if after[name] != want {
			t.Errorf("%s is %q, want %q", name, after[name], want)
		}
	}
	if diff := cmp.Diff([]string{"account.json", "commit-map", "digests.json", "key", "ref-map", "removed-objects"}, sortedNames(filepath.Join(r.Dir, ".git", "unleak"))); diff != "" {
		t.Errorf("files that stay (-want +got):\n%s", diff)
	}
	removed, err := readIDs(filepath.Join(r.Dir, ".git", "unleak", removedName))
	must(t, err)
	now := ids(r)
	for _, id := range removed {
		if now[id.String()] || !old[id.String()] {
			t.Errorf("removed object %s: there now %v, before %v", id, now[id.String()], old[id.String()])
		}
	}
	if len(removed) == 0 || a.Purged.Packs != 1 || a.Purged.Loose == 0 || a.Purged.ReflogEntries == 0 || len(a.Kept) != 2 {
		t.Errorf("account: %d removed, %+v, kept %q", len(removed), a.Purged, a.Kept)
	}
	if stash := r.Git("stash", "show", "-p", "stash@{1}"); !strings.Contains(stash, "stashed") {
		t.Errorf("a stash entry says %q", stash)
	}
	// Everything that there was is in the bundle.
	restored := gittest.Open(t, t.TempDir())
	restored.Git("init", "-q", "--bare")
	restored.Git("fetch", "-q", a.Backup.Path, "+refs/*:refs/*")
	for id := range old {
		if _, err := restored.TryGit("cat-file", "-e", id); err != nil {
			t.Errorf("the backup lacks %s", id)
		}
	}
	// Nothing is left to be done, and a second run says so.
	if again := mustPlan(t, r.Dir); !again.Account().Empty() {
		t.Errorf("a second plan would change %+v", again.Account().Refs)
	}
}

func TestRollbackWithNothingPending(t *testing.T) {
	r := copyOf(t, patient(t))
	if err := Rollback(t.Context(), r.Dir); err != ErrNothingPending {
		t.Errorf("Rollback: %v", err)
	}
	if _, err := Resume(t.Context(), r.Dir, ApplyOptions{}); err != ErrNothingPending {
		t.Errorf("Resume: %v", err)
	}
	if _, pending := Pending(r.Dir); pending {
		t.Error("something is pending")
	}
}
