package gitstore_test

import (
	"bytes"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
)

// TestParseLikeGit compares commits, tags and trees of a random history with what git says.
func TestParseLikeGit(t *testing.T) {
	repo := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 5, Commits: 30}).Repo
	for _, o := range repo.Objects() {
		_, content := repo.Read(o.ID)
		switch o.Kind {
		case "commit":
			c, err := gitstore.ParseCommit(content)
			if err != nil {
				t.Fatalf("commit %s: %v", o.ID, err)
			}
			got := []string{c.Tree.String(), names(c.Parents), c.Author.Name, c.Author.Email, fmt.Sprint(c.Author.When.Unix()),
				c.Committer.Name, c.Committer.Email, string(content[c.Message:])}
			want := strings.Split(repo.Git("log", "-1", "--encoding=none", "--no-mailmap", "--format=%T%x00%P%x00%an%x00%ae%x00%at%x00%cn%x00%ce%x00%B", o.ID), "\x00")
			for i := range got {
				got[i], want[i] = strings.TrimSpace(got[i]), strings.TrimSpace(want[i])
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("commit %s (-git +parsed):\n%s", o.ID, diff)
			}
		case "tag":
			tag, err := gitstore.ParseTag(content)
			if err != nil {
				t.Fatalf("tag %s: %v", o.ID, err)
			}
			if want := strings.TrimSpace(repo.Git("cat-file", "-t", tag.Target.String())); tag.Kind.String() != want {
				t.Errorf("tag %s points at a %s, git says %s", o.ID, tag.Kind, want)
			}
		case "tree":
			var got strings.Builder
			for at := 0; at < len(content); {
				e, n, err := gitstore.NextTreeEntry(content[at:])
				if err != nil {
					t.Fatalf("tree %s: %v", o.ID, err)
				}
				fmt.Fprintf(&got, "%06o %s\t%s\x00", e.Mode, e.ID, e.Name)
				at += n
			}
			want := strings.NewReplacer(" blob ", " ", " tree ", " ", " commit ", " ").Replace(repo.Git("ls-tree", "-z", o.ID))
			if strings.TrimSpace(got.String()) != strings.TrimSpace(want) {
				t.Errorf("tree %s:\n%q, git says\n%q", o.ID, got.String(), want)
			}
		}
	}
}

func names(ids []pack.ID) string {
	var list []string
	for _, id := range ids {
		list = append(list, id.String())
	}
	return strings.Join(list, " ")
}

func TestParseOddSignatures(t *testing.T) {
	for name, test := range map[string]struct{ line, who, mail, when string }{
		"plain":            {"A <a@b> 1500000000 +0130", "A", "a@b", "2017-07-14T04:10:00+01:30"},
		"west":             {"A <a@b> 1500000000 -0030", "A", "a@b", "2017-07-14T02:10:00-00:30"},
		"negative zero":    {"A <a@b> 1500000000 -0000", "A", "a@b", "2017-07-14T02:40:00Z"},
		"zone of a day":    {"A <a@b> 1500000000 +051800", "A", "a@b", "2017-07-14T02:40:00Z"},
		"zone of minutes":  {"A <a@b> 1500000000 +0099", "A", "a@b", "2017-07-14T02:40:00Z"},
		"before 1970":      {"A <a@b> -1 +0000", "A", "a@b", "1969-12-31T23:59:59Z"},
		"beyond year 9999": {"A <a@b> 253402300800 +0000", "A", "a@b", ""},
		"not a number":     {"A <a@b> soon +0000", "A", "a@b", ""},
		"no zone":          {"A <a@b> 1500000000", "A", "a@b", "2017-07-14T02:40:00Z"},
		"no name":          {"<a@b> 1500000000 +0000", "", "a@b", "2017-07-14T02:40:00Z"},
		"no address":       {"A 1500000000 +0000", "A 1500000000 +0000", "", ""},
		"brackets inside":  {"A <a <b> c> 1500000000 +0000", "A", "a <b> c", "2017-07-14T02:40:00Z"},
	} {
		t.Run(name, func(t *testing.T) {
			raw := "tree " + strings.Repeat("1", 40) + "\nauthor " + test.line + "\n\nmessage\n"
			c, err := gitstore.ParseCommit([]byte(raw))
			if err != nil {
				t.Fatal(err)
			}
			when := ""
			if !c.Author.When.IsZero() {
				when = c.Author.When.Format(time.RFC3339)
			}
			got := []string{c.Author.Name, c.Author.Email, when, raw[c.Author.Line.Start:c.Author.Line.End], raw[c.Message:]}
			want := []string{test.who, test.mail, test.when, "author " + test.line, "message\n"}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// checkRange fails unless a range lies in content and holds one line.
func checkRange(t *testing.T, content []byte, r gitstore.Range) {
	if r.Start < 0 || r.End < r.Start || r.End > len(content) || bytes.IndexByte(content[r.Start:r.End], '\n') >= 0 {
		t.Errorf("range %v of %q", r, content)
	}
}

func checkWhen(t *testing.T, s gitstore.Signature) {
	if _, err := s.When.MarshalJSON(); err != nil {
		t.Errorf("time %v cannot be reported: %v", s.When, err)
	}
}

func FuzzParseCommit(f *testing.F) {
	f.Add([]byte("tree " + strings.Repeat("a", 40) + "\nparent " + strings.Repeat("b", 40) + "\nauthor A <a@b> 1 +0000\ncommitter A <a@b> 1 +0000\ngpgsig x\n y\n\nsubject\n"))
	f.Add([]byte("tree \nauthor <<>> - +9999\n\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		c, err := gitstore.ParseCommit(content)
		if err == nil && !bytes.Contains(content, []byte("tree ")) {
			t.Error("a commit without a tree")
		}
		if c.Message < 0 || c.Message > len(content) || len(c.Parents)*40 > len(content) {
			t.Errorf("message at %d of %d, %d parents", c.Message, len(content), len(c.Parents))
		}
		for _, s := range []gitstore.Signature{c.Author, c.Committer} {
			checkRange(t, content, s.Line)
			checkWhen(t, s)
			if s.Line.End > c.Message {
				t.Error("a header behind the message")
			}
		}
		outline := gitstore.Commit{Tree: pack.ID{1}, Parents: make([]pack.ID, 3), Message: 1}
		outlineErr := outline.ParseOutline(content)
		lines := func(c gitstore.Commit) gitstore.Commit {
			c.Author, c.Committer = gitstore.Signature{Line: c.Author.Line}, gitstore.Signature{Line: c.Committer.Line}
			return c
		}
		if diff := cmp.Diff(lines(c), outline, cmpopts.EquateEmpty()); diff != "" || (err == nil) != (outlineErr == nil) {
			t.Errorf("the outline is another (-whole +outline):\n%s%v, %v", diff, err, outlineErr)
		}
	})
}

func FuzzParseTag(f *testing.F) {
	f.Add([]byte("object " + strings.Repeat("a", 40) + "\ntype commit\ntag v1\ntagger A <a@b> 1 -2359\n\nsubject\n"))
	f.Add([]byte("object \ntype ship\n\n"))
	f.Fuzz(func(t *testing.T, content []byte) {
		tag, err := gitstore.ParseTag(content)
		if err == nil && !bytes.Contains(content, []byte("object ")) {
			t.Error("a tag without an object")
		}
		if tag.Message < 0 || tag.Message > len(content) {
			t.Errorf("message at %d of %d", tag.Message, len(content))
		}
		checkRange(t, content, tag.Name)
		checkRange(t, content, tag.Tagger.Line)
		checkWhen(t, tag.Tagger)
	})
}

func FuzzTreeEntry(f *testing.F) {
	f.Add(append([]byte("100644 a\x00"), make([]byte, 20)...))
	f.Add([]byte("40000 "))
	f.Fuzz(func(t *testing.T, tree []byte) {
		e, n, err := gitstore.NextTreeEntry(tree)
		if err != nil {
			return
		}
		if n > len(tree) || len(e.Name) == 0 || bytes.IndexByte(e.Name, 0) >= 0 || !bytes.HasSuffix(tree[:n], e.ID[:]) {
			t.Errorf("%d of %q is %+v", n, tree, e)
		}
	})
}
