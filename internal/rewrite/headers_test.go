package rewrite_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/internal/rewrite"
)

// Of a commit that changes, tree and parents change, and nothing else (cases 21 and 22).
func TestHeadersStay(t *testing.T) {
	const line = "author " + who + "\ncommitter " + who + "\n"
	zone := func(date string) string {
		return strings.ReplaceAll(line, "1600000000 +0000", date) + "\nodd date\n"
	}
	merged := "mergetag object " + strings.Repeat("ab", 20) + "\n " + indented("type commit\ntag v\ntagger "+who+"\n\ntext\n"+signature(pgp))
	cases := map[string]string{
		"plain":             line + "\ntext\n",
		"encoding":          line + "encoding ISO-8859-1\n\nStra\xdfe\n",
		"merged tag":        line + merged + "\ntext\n",
		"unknown headers":   line + "HG:extra x:y\nfoo\nbar \n continued\n\ntext\n",
		"zone -0000":        zone("1600000000 -0000"),
		"zone +051800":      zone("1600000000 +051800"),
		"negative date":     zone("-1 +0000"),
		"huge date":         zone("18446744073709551616 +0000"),
		"no date":           zone("+0000"),
		"empty name":        strings.ReplaceAll(line, "Ada Tester <ada@tests.invalid>", " <>") + "\nnobody\n",
		"no address":        strings.ReplaceAll(line, "<ada@tests.invalid> ", "") + "\nnowhere\n",
		"author twice":      "author " + who + "\n" + line + "\ntext\n",
		"no committer":      "author " + who + "\n\ntext\n",
		"no message":        line,
		"empty message":     line + "\n",
		"only empty lines":  line + "\n\n\n",
		"bytes and returns": line + "\n\x01\xff\xfe\r\n\ttext\r\n",
		"no last line end":  line + "\ntext",
	}
	r := gittest.New(t)
	keep, env := r.Blob("kept\n"), r.Blob("a=1\n")
	tree := r.MakeTree(entry("100644", ".env", env), entry("100644", "keep", keep))
	root := r.MakeCommit(tree, "root\n")
	side := r.MakeCommit(r.MakeTree(entry("100644", "keep", keep)), "side\n")
	ids := map[string]string{}
	for name, rest := range cases {
		id := r.HashObject("commit", fmt.Appendf(nil, "tree %s\nparent %s\nparent %s\n%s", tree, root, side, rest))
		ids[id] = name
		r.UpdateRef("refs/heads/"+strings.ReplaceAll(name, " ", "-"), id)
	}
	after := rewritten(t, r, dropping(t, ".env"))
	newTree := gittest.ObjectID("tree", []byte(raw(r, side+"^{tree}")))
	for id, name := range ids {
		want := strings.NewReplacer(tree, newTree, root, after.now(root)).Replace(raw(r, id))
		after.wantRaw(name, after.now(id), want)
	}
	if s := after.Summary(); s.Changed != len(cases)+1 || s.Unsigned != 0 || len(s.FirstChanged) != 1 || s.FirstChanged[0].String() != root {
		t.Errorf("summary is %+v", s)
	}
}

// A commit keeps its signature as long as it keeps its name (case 20).
func TestSignedCommits(t *testing.T) {
	r := gittest.New(t)
	keep, env := r.Blob("kept\n"), r.Blob("a=1\n")
	clean := r.MakeTree(entry("100644", "keep", keep))
	number := 0
	trees := map[string]string{}
	tree := func() string { // another one each time
		number++
		mine := entry("100644", "mine", r.Blob(fmt.Sprint(number)))
		id := r.MakeTree(entry("100644", ".env", env), entry("100644", "keep", keep), mine)
		trees[id] = r.MakeTree(entry("100644", "keep", keep), mine)
		return id
	}
	commit := func(tree, parent, signed, rest string) string {
		if parent != "" {
			parent = "parent " + parent + "\n"
		}
		return r.HashObject("commit", []byte("tree "+tree+"\n"+parent+"author "+who+"\ncommitter "+who+"\n"+signed+rest))
	}
	one := "gpgsig " + indented(signature(pgp))
	both := one + "gpgsig-sha256 " + indented(signature(pgp))
	first := commit(clean, "", one, "\nfirst\n")
	second := commit(tree(), first, "encoding x\n"+one, "other header\n continued\n\nsecond\n\ngpgsig is a word\n")
	third := commit(tree(), second, both, "\nthird\n")
	last := commit(tree(), third, "gpgsigx y\n", "\nunsigned\n")
	r.UpdateRef("refs/heads/main", last)

	after := rewritten(t, r, dropping(t, ".env"))
	after.wantNow("signed and unchanged", first, first)
	for id, parent := range map[string]string{second: first, third: second, last: third} {
		tree := r.ID(id + "^{tree}")
		want := strings.NewReplacer(tree, trees[tree], parent, after.now(parent), both, "", one, "").Replace(raw(r, id))
		after.wantRaw("commit", after.now(id), want)
	}
	if s := after.Summary(); s.Unsigned != 2 || s.Changed != 3 {
		t.Errorf("%d of %d lose a signature, want 2 of 3", s.Unsigned, s.Changed)
	}
}

// What is no commit ends the plan, with its name.
func TestCommitThatIsNone(t *testing.T) {
	r := gittest.New(t)
	r.CommitFile(".env", "a=1\n", "first")
	parent := "parent " + r.ID("HEAD") + "\n"
	tree := "tree " + r.MakeTree(entry("100644", "another", r.ID("HEAD:.env"))) + "\n"
	for name, content := range map[string]string{
		"without a tree":      parent + "author " + who + "\ncommitter " + who + "\n\ntext\n",
		"in another order":    tree + "author " + who + "\n" + parent + "committer " + who + "\n\ntext\n",
		"tree after a parent": parent + tree + "author " + who + "\ncommitter " + who + "\n\ntext\n",
		"without its tree":    "tree " + strings.Repeat("12", 20) + "\nauthor " + who + "\ncommitter " + who + "\n\ntext\n",
	} {
		t.Run(name, func(t *testing.T) {
			id := r.HashObject("commit", []byte(content))
			looseRef(t, r, "refs/heads/odd", id)
			for _, e := range []rewrite.Edit{dropping(t, ".env"), everywhere(t, "author==>x\ntext==>y")} {
				if _, err := tryPlan(t, r.Dir, e); err == nil || !strings.Contains(err.Error(), id) && !strings.Contains(err.Error(), strings.Repeat("12", 20)) {
					t.Errorf("error is %v, want one that names %s", err, id)
				}
			}
		})
	}
}
