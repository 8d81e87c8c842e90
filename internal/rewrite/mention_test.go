package rewrite_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
)

// Names of commits in messages become those of the new commits, where they name one (case 23).
func TestNamesInMessages(t *testing.T) {
	r := gittest.New(t)
	root := r.CommitFile("keep", "1", "root\n")
	r.Write(".env", "a=1\n")
	changed := r.CommitFile("keep", "2", "changed\n")
	r.CheckoutNew("side")
	side := r.CommitFile("side", "1", "on another branch\n")
	r.Checkout("main")
	pruned := r.CommitFile(".env", "a=2\n", "pruned\n")
	one, two := twins(r, changed)
	blob := r.ID("HEAD:keep")
	upper := strings.ToUpper(changed[:10])
	if upper == changed[:10] {
		t.Fatal("the name has no letter")
	}
	lines := [][2]string{ // a line, and what is a commit's name in it
		{"full %s", changed}, {"short %s.", changed[:7]}, {"(%s)", changed[:39]}, {"%s at the start", changed[:20]},
		{"twice %[1]s,%[1]s", changed[:8]}, {"on a side %s", side[:12]}, {"of a twin %s", one}, {"and %s~1..", two[:12]},
		{"too short " + changed[:6] + "%s", ""}, {"too long " + changed + "0%s", ""}, {"upper case " + upper + "%s", ""},
		{"in a word x" + changed[:12] + "%s", ""}, {"and " + changed[:12] + "_x%s", ""}, {"ambiguous " + one[:7] + "%s", ""},
		{"pruned " + pruned + "%s", ""}, {"unchanged " + root + "%s", ""}, {"unknown " + strings.Repeat("1a", 20) + "%s", ""},
		{"a blob " + blob + "%s", ""}, {"nearly " + changed[:11] + "z%s", ""}, {"at the end %s", changed[:9]},
	}
	var text, want strings.Builder
	names := map[string]string{changed: "", side: "", one: "", two: ""}
	for _, l := range lines {
		fmt.Fprintf(&text, l[0]+"\n", l[1])
	}
	message := strings.TrimSuffix(text.String(), "\n")
	last := r.CommitFile("keep", "3", message)
	signer := r.Tag("v", last, message)
	cherry := r.MakeCommit(r.ID(root+"^{tree}"), "like "+changed+"\n", root)
	r.UpdateRef("refs/heads/cherry", cherry)

	after := rewritten(t, r, dropping(t, ".env"))
	for old := range names {
		if names[old] = after.now(old); names[old] == old {
			t.Fatalf("%s did not change", old)
		}
	}
	for _, l := range lines {
		now := l[1]
		for old, name := range names {
			if now != "" && strings.HasPrefix(old, now) {
				now = name[:len(now)]
				break
			}
		}
		fmt.Fprintf(&want, l[0]+"\n", now)
	}
	expected := strings.TrimSuffix(want.String(), "\n")
	replace := strings.NewReplacer(message, expected, r.ID(last+"^{tree}"), after.after.ID(after.now(last)+"^{tree}"),
		"parent "+pruned, "parent "+names[changed], last, after.now(last))
	after.wantRaw("message", after.now(last), replace.Replace(raw(r, last)))
	after.wantRaw("tag", after.now(signer), replace.Replace(raw(r, signer)))
	after.wantNow("a commit that only names one", cherry, cherry)
	if got := after.Summary().Updated; got != 1 {
		t.Errorf("%d messages are updated, want 1", got)
	}

	e := dropping(t, ".env")
	e.KeepIDs = true
	after = rewritten(t, r, e)
	if got := raw(after.after, after.now(last)); !strings.Contains(got, message) {
		t.Errorf("with KeepIDs the message became\n%s", got)
	}
	if got := after.Summary().Updated; got != 0 {
		t.Errorf("with KeepIDs %d messages are updated", got)
	}
}

// twins makes two commits whose names have the first seven digits in common.
func twins(r *gittest.Repo, parent string) (one, two string) {
	tree := r.ID(parent + "^{tree}")
	content := func(n int) []byte {
		return fmt.Appendf(nil, "tree %s\nparent %s\nauthor %s\ncommitter %s\n\nnumber %d\n", tree, parent, who, who, n)
	}
	seen := map[string]int{}
	for n := 0; ; n++ {
		id := gittest.ObjectID("commit", content(n))[:7]
		if before, ok := seen[id]; ok {
			one, two = r.HashObject("commit", content(before)), r.HashObject("commit", content(n))
			r.UpdateRef("refs/heads/one", one)
			r.UpdateRef("refs/heads/two", two)
			return one, two
		}
		seen[id] = n
	}
}

// A message can name the commit that it is of, by its beginning: that took a while to find.
func TestCommitThatNamesItself(t *testing.T) {
	r := gittest.New(t)
	const name = "0c0ffee"
	tree := r.MakeTree(entry("100644", ".env", r.Blob("a=1\n")), entry("100644", "keep", r.Blob("kept\n")))
	id := r.HashObject("commit", fmt.Appendf(nil, "tree %s\nauthor %s\ncommitter %s\n\nthis is %s, by %d\n", tree, who, who, name, 1360096745))
	if !strings.HasPrefix(id, name) {
		t.Fatalf("its name is %s", id)
	}
	r.UpdateRef("refs/heads/main", id)
	after := rewritten(t, r, dropping(t, ".env"))
	if got := raw(after.after, after.now(id)); after.now(id) == id || !strings.Contains(got, name) {
		t.Errorf("it became %s:\n%s", after.now(id), got)
	}
}
