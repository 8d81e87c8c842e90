package rewrite_test

import (
	"encoding/binary"
	"fmt"
	"slices"
	"strings"
	"testing"
	"unicode/utf16"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/internal/redact"
	"github.com/unleak/unleak/internal/rewrite"
)

// Rules for messages change commits, tags and names of people, and leave headers that git can read (case 33).
func TestMessages(t *testing.T) {
	r := gittest.New(t)
	tree := r.MakeTree(entry("100644", "keep", r.Blob("kept\n")))
	names := map[string]string{}
	commit := func(name, headers, message, wantHeaders, wantMessage string) {
		id := r.HashObject("commit", []byte("tree "+tree+"\n"+headers+"\n"+message))
		r.UpdateRef("refs/heads/"+name, id)
		names[id] = "tree " + tree + "\n" + wantHeaders + "\n" + wantMessage
	}
	person := func(author string) string {
		return "author " + author + " 1600000000 +0000\ncommitter Bo <bo@tests.invalid> 1600000000 +0000\n"
	}
	same := func(name, headers, message string) { commit(name, headers, message, headers, message) }
	signed := "gpgsig " + indented(signature(pgp))
	commit("message", person("A <a@b>"), word+" and "+word+"\n", person("A <a@b>"), "X and X\n")
	commit("author", person(word+" <a@b>"), "text\n", person("X <a@b>"), "text\n")
	commit("address", person("A <"+word+"@b>"), "text\n", person("A <X@b>"), "text\n")
	commit("signed", person("A <a@b>")+signed, word+"\n", person("A <a@b>"), "X\n")
	commit("header", person("A <a@b>")+"extra "+word+"\nencoding "+word+"\n", "text\n", person("A <a@b>")+"extra X\nencoding "+word+"\n", "text\n")
	commit("binary", person("A <a@b>"), "\x00\x01"+word+"\xff\n", person("A <a@b>"), "\x00\x01X\xff\n")
	commit("only-one", person(word+"lines <a@b>")+"extra "+word+"\n", "text\n", person("Xlines <a@b>")+"extra X\n", "text\n")
	same("brackets", person("broken <a@b>"), "text\n")
	same("lines", person("lines <a@b>"), "text\n")
	same("space", person("space <a@b>"), "text\n")
	same("key", person("A <a@b>")+"keyword value\n", "text\n")
	same("continued", person("A <a@b>")+"merge "+indented("one\ntwo\n"), "text\n")
	same("date", person("A <a@b>"), "text\n")
	same("untouched", person("A <a@b>")+signed, "text\n")
	tag := func(name, rest, want string) {
		head := "object " + tree + "\ntype tree\ntag " + name + "\n"
		id := r.HashObject("tag", []byte(head+rest))
		r.UpdateRef("refs/tags/"+name, id)
		names[id] = head + want
	}
	tag("tagger", "tagger "+word+" <a@b> 1 +0000\n\ntext\n", "tagger X <a@b> 1 +0000\n\ntext\n")
	tag("text", "tagger A <a@b> 1 +0000\n\nof "+word+"\n"+signature(pgp), "tagger A <a@b> 1 +0000\n\nof X\n")
	tag("plain", "tagger A <a@b> 1 +0000\n\ntext\n"+signature(pgp), "tagger A <a@b> 1 +0000\n\ntext\n"+signature(pgp))
	tag(word, "tagger A <a@b> 1 +0000\n\ntext\n", "tagger A <a@b> 1 +0000\n\ntext\n")

	all := word + "==>X\nbroken==>br<oken\nregex:lines (?=x)?==>y\nspace ==>\nkeyword==>other\n1600000000==>0\n"
	all = strings.Replace(all, "regex:lines (?=x)?==>y", "regex:(?m)^(author|committer) lines ==>\\1\n", 1)
	e := rewrite.Edit{Messages: rules(t, all), Headers: true}
	after := rewritten(t, r, e)
	redacted := 0
	for old, want := range names {
		after.wantRaw("commit or tag", after.now(old), want)
		if after.now(old) != old {
			redacted++
		}
		if after.removed()[old] != (after.now(old) != old) {
			t.Errorf("%s is among what must be gone: %v", old, after.removed()[old])
		}
	}
	if s := after.Summary(); s.Redacted != redacted || s.Unsigned != 1 || s.UnsignedTags != 1 || s.Changed != 7 || s.Tags != 2 {
		t.Errorf("summary is %+v, want %d redacted", s, redacted)
	}
	want := rewrite.RuleCount{Label: after.RuleCounts()[0].Label, Matches: 11, Messages: 9}
	if got := after.RuleCounts()[0]; got != want {
		t.Errorf("the first rule counts %+v, want %+v", got, want)
	}

	e.Headers = false
	after = rewritten(t, r, e)
	for old, want := range names {
		inMessage := !strings.HasPrefix(raw(r, old)[strings.Index(raw(r, old), "\n\n"):], want[strings.Index(want, "\n\n"):])
		if (after.now(old) != old) != inMessage {
			t.Errorf("without headers %s became %s", old, after.now(old))
		}
	}
}

// UTF-16 and odd line ends stay; the value goes in each of its forms (cases 31 and 32).
func TestEncodings(t *testing.T) {
	wide := func(order binary.AppendByteOrder, text string) string {
		out := order.AppendUint16(nil, 0xfeff)
		for _, unit := range utf16.Encode([]rune(text)) {
			out = order.AppendUint16(out, unit)
		}
		return string(out)
	}
	forms := map[string]func(string) string{
		"plain":   func(v string) string { return "a=" + v + "\r\nb=1\r\n" },
		"no end":  func(v string) string { return "a=" + v },
		"little":  func(v string) string { return wide(binary.LittleEndian, "a="+v+"\r\nö=1\r\n") },
		"big":     func(v string) string { return wide(binary.BigEndian, "a="+v+"\nö=1\n") },
		"latin-1": func(v string) string { return "gr\xfc\xdfe " + v + "\n" },
	}
	r := gittest.New(t)
	for name, form := range forms {
		r.Write(name, form(word))
	}
	r.Symlink("link", "to/"+word)
	id := r.Commit("all")
	values, err := redact.ForValues([]redact.Value{{Text: word, Label: "v", Replacement: "gone"}})
	if err != nil {
		t.Fatal(err)
	}
	after := rewritten(t, r, rewrite.Edit{Blobs: values})
	for name, form := range forms {
		if diff := cmp.Diff(form("gone"), raw(after.after, after.now(id)+":"+name)); diff != "" {
			t.Errorf("%s (-want, +got):\n%s", name, diff)
		}
	}
	if got := after.after.Git("ls-tree", after.now(id), "link"); !strings.HasPrefix(got, "120000") || raw(after.after, after.now(id)+":link") != "to/gone" {
		t.Errorf("the link is %q", got)
	}
	if c := after.RuleCounts(); len(c) != 1 || c[0].Matches != 6 || c[0].Blobs != 6 || after.Summary().Edited != 6 {
		t.Errorf("counts are %+v", c)
	}
}

// A binary file is replaced whole or told of, wherever it is held (case 35).
func TestBinaryFiles(t *testing.T) {
	r := gittest.New(t)
	r.Write("image", "\x00\x01"+word+"\x02")
	r.Write("clean", "\x00\x01\x02")
	r.Write("text", word+"\n")
	id := r.Commit("files")
	r.Remove("image")
	r.Commit("removed")
	r.Write("staged", "\x00staged "+word)
	r.Git("add", "staged")
	tagged := r.Blob("\x00tagged " + word)
	r.Tag("blob", tagged, "of a blob\n")
	loose := r.Blob("\x00dangling " + word)
	staged, image := r.ID(":staged"), r.ID(id+":image")

	for _, mode := range []rewrite.Binary{rewrite.KeepBinary, rewrite.ReplaceBinary} {
		e := replacing(t, word)
		e.Binary = mode
		after := rewritten(t, r, e)
		got := map[string]string{}
		for _, b := range after.Binaries() {
			if b.Bytes != int64(len(raw(r, b.ID.String()))) {
				t.Errorf("%s has %d bytes", b.ID, b.Bytes)
			}
			got[b.ID.String()] = b.Path
		}
		if diff := cmp.Diff(map[string]string{staged: "staged", tagged: "", image: "image"}, got); diff != "" {
			t.Errorf("binary files (-want, +got):\n%s", diff)
		}
		replaced := mode == rewrite.ReplaceBinary
		for _, old := range []string{staged, tagged, image, loose} {
			if removed := after.removed()[old]; removed != replaced {
				t.Errorf("mode %d: %s is among what must be gone: %v", mode, old, removed)
			}
		}
		if content := raw(after.after, after.now(id)+":image"); strings.Contains(content, word) == replaced || replaced && strings.Contains(content, "\x00") {
			t.Errorf("mode %d: the file became %q", mode, content)
		}
		if got := raw(after.after, after.now(id)+":clean"); got != "\x00\x01\x02" {
			t.Errorf("another binary file became %q", got)
		}
	}
}

// What an index holds follows, also what no commit has (case 26).
func TestIndexes(t *testing.T) {
	r := gittest.New(t)
	r.CommitFile("keep", "1\n", "first")
	r.CommitFile("folder/.env", "a=1\n", "second")
	r.Write("only", "here "+word+"\n")
	r.Write("new/.env", "b="+word+"\n")
	r.Write("clean", "only here\n")
	r.Git("add", ".")
	r.Write("intended", "")
	r.Git("add", "-N", "intended")
	env, only := r.ID(":new/.env"), r.ID(":only")
	// An object that nothing reaches keeps nothing.
	r.HashObject("tag", []byte("object "+env+"\ntype blob\ntag x\ntagger "+who+"\n\nof a file that goes\n"))
	e := dropping(t, ".env")
	e.Blobs = rules(t, word)
	after := rewritten(t, r, e)
	entry := func(path string) (string, bool) {
		id, keep := after.Entry(path, 0o100644, parseID(t, r.ID(":"+path)))
		return id.String(), keep
	}
	if id, keep := entry("only"); !keep || raw(after.after, id) != "here ***REMOVED***\n" {
		t.Errorf("what only the index holds became %s, %v", id, keep)
	}
	if id, keep := entry("clean"); !keep || id != r.ID(":clean") {
		t.Errorf("what stays became %s, %v", id, keep)
	}
	for _, path := range []string{"new/.env", "folder/.env"} {
		if id, keep := entry(path); keep {
			t.Errorf("%s became %s", path, id)
		}
	}
	if got := hexes(after.GoneBlobs()); !slices.Contains(got, env) || len(got) != 2 {
		t.Errorf("gone are %v, and %s should be", got, env)
	}
	if !after.removed()[env] || !after.removed()[only] {
		t.Error("what only the index held is not among what must be gone")
	}
}

// A folder that a sparse index holds as one tree changes at its path.
func TestSparseIndex(t *testing.T) {
	r := gittest.New(t)
	r.Write("kept/file", "1")
	r.Write("left/file", "2")
	r.Write("left/sub/.env", "a=1\n")
	r.Write("gone/.env", "a=1\n")
	r.CommitFile("whole/file", "3", "first")
	if _, err := r.TryGit("sparse-checkout", "set", "--cone", "--sparse-index", "kept"); err != nil {
		t.Skip("git makes no sparse index:", err)
	}
	repository, err := gitstore.Open(r.Dir)
	if err != nil {
		t.Fatal(err)
	}
	defer repository.Close()
	worktrees, _ := repository.Worktrees()
	entries, _ := repository.Index(worktrees[0])
	after := rewritten(t, r, dropping(t, "/left/sub/.env", "/gone/.env", "/whole/"))
	head := after.now(r.ID("HEAD"))
	got := map[string]string{}
	for _, e := range entries {
		if e.Tree {
			if id, keep := after.Entry(e.Path, e.Mode, e.ID); keep {
				got[e.Path] = id.String()
			}
		}
	}
	if diff := cmp.Diff(map[string]string{"left/": after.after.ID(head + ":left")}, got); diff != "" {
		t.Errorf("folders (-want, +got):\n%s", diff)
	}

	// One that no commit has there.
	r.Write("left/sub/more", fmt.Sprint("b=", word))
	r.Git("add", "--sparse", "left/sub/more")
	r.Git("sparse-checkout", "reapply")
	later := plan(t, r.Dir, replacing(t, word))
	if len(later.Refs()) != 0 {
		t.Errorf("refs change: %v", later.Refs())
	}
}
