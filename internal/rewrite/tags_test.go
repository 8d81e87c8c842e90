package rewrite_test

import (
	"fmt"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
)

// Tags follow what they point at, with every other byte as it was (cases 17 to 19, 22).
func TestTags(t *testing.T) {
	r := gittest.New(t)
	first := r.CommitFile("keep", "1", "first")
	r.Write(".env", "a=1\n")
	r.CommitFile("keep", "2", "second")
	env := r.ID("HEAD:.env")
	last := r.CommitFile("keep", "3", "third")
	blob := r.Blob("only a tag holds this\n")
	tag := func(name, target, kind, rest string) string {
		id := r.HashObject("tag", fmt.Appendf(nil, "object %s\ntype %s\ntag %s\n%s", target, kind, name, rest))
		r.UpdateRef("refs/tags/"+name, id)
		return id
	}
	const tagger = "tagger Ada <> -1 -0000\n"
	early := tag("early", first, "commit", tagger+"\nof what stays\n")
	odd := tag("odd", last, "commit", tagger+"unknown header\n\nm\xf6re\n\n\n")
	bare := tag("bare", last, "commit", "")
	nested := tag("nested", odd, "tag", tagger+"\nof a tag\n")
	tree := tag("tree", r.ID(last+"^{tree}"), "tree", tagger+"\nof a tree\n")
	of := tag("blob", blob, "blob", tagger+"\nof a blob\n")
	held := tag("held", env, "blob", tagger+"\nof a file that goes\n")
	r.UpdateRef("refs/tags/light", last)
	r.UpdateRef("refs/tags/tree-itself", r.ID(last+"^{tree}"))

	after := rewritten(t, r, dropping(t, ".env"))
	newLast, newTree := after.now(last), after.after.ID(after.now(last)+"^{tree}")
	for _, id := range []string{early, of, held, blob, env} {
		after.wantNow("not concerned", id, id)
	}
	swap := func(id, old, now string) string { return strings.Replace(raw(r, id), old, now, 1) }
	after.wantRaw("tag of a commit", after.now(odd), swap(odd, last, newLast))
	after.wantRaw("tag of nothing else", after.now(bare), swap(bare, last, newLast))
	after.wantRaw("nested tag", after.now(nested), swap(nested, odd, after.now(odd)))
	after.wantRaw("tag of a tree", after.now(tree), swap(tree, r.ID(last+"^{tree}"), newTree))
	if got := after.after.ID("refs/tags/light"); got != newLast {
		t.Errorf("light tag is at %s, want %s", got, newLast)
	}
	if got := after.after.ID("refs/tags/tree-itself"); got != newTree {
		t.Errorf("tag of a tree is at %s, want %s", got, newTree)
	}
	if got := after.Summary().Tags; got != 4 {
		t.Errorf("%d tags change, want 4", got)
	}
	if gone := after.GoneBlobs(); len(gone) != 0 || after.removed()[env] {
		t.Errorf("%v are gone, but a tag holds %s", gone, env)
	}
}

// A signature is of one object. It goes where that becomes another one, with nothing before it (case 20).
func TestSignedTags(t *testing.T) {
	r := gittest.New(t)
	first := r.CommitFile("keep", "1", "first")
	r.Write(".env", "a=1\n")
	last := r.CommitFile("keep", "2", "second")
	quoted := "about signatures:\n" + signature(pgp) + "that is how they look\n"
	names := map[string]string{}
	for name, c := range map[string]struct{ target, headers, message, want string }{
		"pgp":     {last, "", "text\n" + signature(pgp), "text\n"},
		"ssh":     {last, "", "text\n\n" + signature("SSH "+"SIGNATURE"), "text\n\n"},
		"x509":    {last, "", "text\n" + signature("SIGNED "+"MESSAGE"), "text\n"},
		"mixed":   {last, "", quoted + signature("SSH "+"SIGNATURE"), quoted},
		"empty":   {last, "", signature(pgp), ""},
		"header":  {last, "gpgsig-sha256 " + indented(signature(pgp)), "text\n", "text\n"},
		"mention": {last, "", "see " + last[:12] + "\n" + strings.Replace(signature(pgp), "\n\n", "\nComment: "+last+"\n\n", 1), "see NEW\n"},
		"stays":   {first, "", "text\n" + signature(pgp), "text\n" + signature(pgp)},
	} {
		head := fmt.Sprintf("object %s\ntype commit\ntag %s\ntagger %s\n", c.target, name, who)
		id := r.HashObject("tag", []byte(head+c.headers+"\n"+c.message))
		r.UpdateRef("refs/tags/"+name, id)
		names[id] = head + "\n" + c.want
	}
	after := rewritten(t, r, dropping(t, ".env"))
	for id, want := range names {
		want = strings.ReplaceAll(want, last, after.now(last))
		after.wantRaw("tag", after.now(id), strings.ReplaceAll(want, "NEW", after.now(last)[:12]))
	}
	if got := after.Summary().UnsignedTags; got != 7 {
		t.Errorf("%d tags lose a signature, want 7", got)
	}
}

// A tag of a branch that is pruned goes with it.
func TestTagsOfNothing(t *testing.T) {
	r := gittest.New(t)
	r.CommitFile("keep", "1", "first")
	r.Git("checkout", "-q", "--orphan", "lost")
	r.Git("rm", "-rfq", ".")
	only := r.CommitFile(".env", "a=1\n", "nothing else")
	tag := r.Tag("outer", r.Tag("inner", only, "inner\n"), "outer\n")
	after := rewritten(t, r, dropping(t, ".env"))
	after.wantNow("commit", only, "")
	after.wantNow("tag", tag, "")
	if got := after.after.Git("for-each-ref", "--format=%(refname)"); got != "refs/heads/main" {
		t.Errorf("refs are\n%s", got)
	}
	if s := after.Summary(); s.Tags != 0 || s.Pruned != 1 || s.Changed != 0 {
		t.Errorf("summary is %+v", s)
	}
}

// A tag that names nothing has nothing to follow.
func TestTagThatIsNone(t *testing.T) {
	r := gittest.New(t)
	r.CommitFile("keep", "1", "first")
	r.CommitFile(".env", "a=1\n", "second")
	tree := r.ID("HEAD^{tree}")
	var content string // of a root commit whose name comes first of all
	for n := 0; !strings.HasPrefix(gittest.ObjectID("commit", []byte(content)), "000"); n++ {
		content = fmt.Sprintf("tree %s\nauthor %s\ncommitter %s\n\n%d\n", tree, who, who, n)
	}
	r.UpdateRef("refs/heads/low", r.HashObject("commit", []byte(content)))
	odd := r.HashObject("tag", []byte("nothing that git knows\n"))
	looseRef(t, r, "refs/tags/odd", odd)
	e := plan(t, r.Dir, dropping(t, ".env"))
	for _, c := range e.Refs() {
		if c.Ref.Name == "refs/tags/odd" {
			t.Errorf("the tag became %s", c.New)
		}
	}
	after := gittest.New(t, gittest.Bare())
	if _, err := e.WritePack(t.Context(), filepath.Join(after.GitDir(), "objects", "pack")); err != nil {
		t.Fatal(err)
	}
	if got := after.Git("cat-file", "-t", odd); got != "tag" {
		t.Errorf("it is a %s afterwards", got)
	}
}
