package scanner_test

import (
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/scanner/finding"
)

// Lines of a message count from its own first. Those of headers are of the whole object, as
// git cat-file shows it: in a commit with one parent the author stands on line 3, and in a
// tag the tagger on line 4.
var hidingInMetadata = []hiding{
	{"a commit message", func(t *testing.T, r *gittest.Repo, s string) []place {
		c := r.Commit("subject\n\nuse " + s + " to log in\n")
		return []place{{Kind: finding.KindMessage, Line: 3, Commit: c, AtHead: true}}
	}},
	{"the name of an author", func(t *testing.T, r *gittest.Repo, s string) []place {
		c := r.Commit("change", gittest.Author("Ada "+s, "ada@tests.invalid"))
		return []place{{Kind: finding.KindIdentity, Line: 3, Commit: c, AtHead: true}}
	}},
	{"the address of a committer", func(t *testing.T, r *gittest.Repo, s string) []place {
		c := r.Commit("change", gittest.Committer("Ada", s+"@tests.invalid"))
		return []place{{Kind: finding.KindIdentity, Line: 4, Commit: c, AtHead: true}}
	}},
	{"another header of a commit", func(t *testing.T, r *gittest.Repo, s string) []place {
		who := fmt.Sprintf("%s <%s> 1600000000 +0000", gittest.Name, gittest.Email)
		c := r.HashObject("commit", fmt.Appendf(nil, "tree %s\nauthor %s\ncommitter %s\nx-note first\n then %s\n\nmessage\n",
			r.ID("HEAD^{tree}"), who, who, s))
		r.UpdateRef("refs/heads/odd", c)
		return []place{{Kind: finding.KindHeader, Line: 5, Commit: c}}
	}},
	{"the message of a tag", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.Tag("v1", "HEAD", "release\n\n"+s+"\n")
		return []place{{Kind: finding.KindTag, Line: 3}}
	}},
	{"the tagger of a tag", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.Tag("v1", "HEAD", "release\n", gittest.Committer("Ada "+s, "ada@tests.invalid"))
		return []place{{Kind: finding.KindTagger, Line: 4}}
	}},
	{"a tag below another", func(t *testing.T, r *gittest.Repo, s string) []place {
		inner := r.Tag("inner", "HEAD", s)
		r.Tag("outer", inner, "clean\n")
		r.UpdateRef("refs/tags/inner", gittest.NullID)
		return []place{{Kind: finding.KindTag, Line: 1}}
	}},
	{"a tag that nothing holds", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.Tag("v1", "HEAD", "release "+s)
		r.UpdateRef("refs/tags/v1", gittest.NullID)
		return []place{{Kind: finding.KindTag, Line: 1, HeldBy: "nothing"}}
	}},
	{"the name of a branch", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.Branch("fix/" + s)
		r.DropReflogs()
		return []place{{Kind: finding.KindRef}}
	}},
	{"the name of a tag, packed", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.Git("tag", s)
		r.Git("pack-refs", "--all")
		return []place{{Kind: finding.KindRef}}
	}},
	{"the message of a reflog entry", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.Git("update-ref", "--create-reflog", "-m", "moved for "+s, "refs/heads/moved", "HEAD")
		return []place{{Kind: finding.KindReflog, HeldBy: "reflog"}}
	}},
	{"the name of a file", func(t *testing.T, r *gittest.Repo, s string) []place {
		c := r.CommitFile("keys/"+s+".txt", "clean\n", "add")
		return []place{{Kind: finding.KindPath, Path: "keys/" + s + ".txt", Commit: c, AtHead: true}}
	}},
	{"the name of a folder", func(t *testing.T, r *gittest.Repo, s string) []place {
		c := r.CommitFile("keys/"+s+"/note.txt", "clean\n", "add")
		return []place{{Kind: finding.KindPath, Path: "keys/" + s, Commit: c, AtHead: true}}
	}},
	{"the target of a link", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.Symlink("link", "../"+s)
		return []place{{Kind: finding.KindSymlink, Path: "link", Commit: r.Commit("link"), AtHead: true}}
	}},
	{"the address of a submodule", func(t *testing.T, r *gittest.Repo, s string) []place {
		c := r.CommitFile(".gitmodules", "[submodule \"x\"]\n\tpath = x\n\turl = https://bot:"+s+"@git.invalid/x.git\n", "add")
		return at(".gitmodules", 3, c)
	}},
}

var hidingInContent = []hiding{
	{"UTF-16, little endian", func(t *testing.T, r *gittest.Repo, s string) []place {
		content := gittest.UTF16(binary.LittleEndian, "héllo 🙂\r\n"+s+"\r\n")
		return at("file.txt", 2, r.CommitFile("file.txt", string(content), "add"))
	}},
	{"UTF-16, big endian", func(t *testing.T, r *gittest.Repo, s string) []place {
		content := gittest.UTF16(binary.BigEndian, "first\n"+s)
		return at("file.txt", 2, r.CommitFile("file.txt", string(content), "add"))
	}},
	{"Windows line ends", func(t *testing.T, r *gittest.Repo, s string) []place {
		return at("file.txt", 3, r.CommitFile("file.txt", "a\r\n\r\nkey="+s+"\r\n", "add"))
	}},
	{"a binary file", func(t *testing.T, r *gittest.Repo, s string) []place {
		return at("db.sqlite", 1, r.CommitFile("db.sqlite", "SQLite\x00\x01\x02"+s+"\x00\xff\xfe", "add"))
	}},
	{"a file that attributes call binary", func(t *testing.T, r *gittest.Repo, s string) []place {
		r.Write(".gitattributes", "*.dat -diff -text\n*.dat export-ignore\n")
		return at("x.dat", 1, r.CommitFile("x.dat", s, "add"))
	}},
	{"a line of eight MB", func(t *testing.T, r *gittest.Repo, s string) []place {
		filler := strings.Repeat("minified ", 500_000)
		return at("bundle.js", 1, r.CommitFile("bundle.js", filler+s+" "+filler, "add"))
	}},
	{"the last byte of a large file", func(t *testing.T, r *gittest.Repo, s string) []place {
		return at("log.txt", 400_001, r.CommitFile("log.txt", strings.Repeat("a line of a log\n", 400_000)+s, "add"))
	}},
	{"a name of bytes that are no UTF-8", func(t *testing.T, r *gittest.Repo, s string) []place {
		tree := r.MakeTree(gittest.TreeEntry{Mode: "100644", Name: "caf\xe9\n.txt", ID: r.Blob(s)})
		c := r.MakeCommit(tree, "odd\n", r.ID("HEAD"))
		r.UpdateRef("refs/heads/odd", c)
		return was("caf\xe9\n.txt", 1, c, "")
	}},
	{"a small change of a large file, in a delta", func(t *testing.T, r *gittest.Repo, s string) []place {
		var lines strings.Builder
		for i := range 2000 {
			fmt.Fprintf(&lines, "line %d of a long file\n", i)
		}
		r.CommitFile("long.txt", lines.String(), "add")
		c := r.CommitFile("long.txt", strings.Replace(lines.String(), "line 1000 ", s+" ", 1), "change")
		r.CommitFile("long.txt", lines.String()+"\n", "clean up")
		r.Git("repack", "-adfq", "--depth=50")
		return was("long.txt", 1001, c, "")
	}},
}

// Secrets of several parts that do not change together.

func TestKeyReplacedBetweenUnchangedLines(t *testing.T) {
	r := cleanRepo(t)
	keys := secretKeys(t, 2)
	first := r.CommitFile("server.key", "# key\n"+keys[0]+"\n", "add")
	second := r.CommitFile("server.key", "# key\n"+keys[1]+"\n", "rotate")
	r.Git("repack", "-adfq", "--depth=50")
	result := scanRepo(t, r)
	if len(result.Findings) != 2 {
		t.Fatalf("%d findings, want both keys:\n%s", len(result.Findings), encode(t, result.Findings))
	}
	for _, f := range result.Findings {
		want := was("server.key", 2, first, "")
		if strings.Contains(f.Secret.Reveal(), keyBody(keys[1])) {
			want = at("server.key", 2, second)
		}
		diffPlaces(t, want, f)
	}
}

func TestValueOnTheLineAfterItsKey(t *testing.T) {
	r := cleanRepo(t)
	values := []string{newValues(1).pick("ABCDEFGH23456789", 20), newValues(2).pick("ABCDEFGH23456789", 20)}
	text := func(value string) string { return "a: b\npassphrase:\n    \"" + value + "\"\nc: d\n" }
	first := r.CommitFile("config.yml", text(values[0]), "add")
	second := r.CommitFile("config.yml", text(values[1]), "the key is in no hunk of this change")
	result := scanRepo(t, r)
	if len(result.Findings) != 2 {
		t.Fatalf("%d findings, want both values:\n%s", len(result.Findings), encode(t, result.Findings))
	}
	for _, f := range result.Findings {
		want := was("config.yml", 3, first, "")
		if f.Secret.Reveal() == values[1] {
			want = at("config.yml", 3, second)
		}
		diffPlaces(t, want, f)
	}
}

// Each version of such a file is a place of its own: all of them leaked.
func TestPathThatIsAFinding(t *testing.T) {
	r := cleanRepo(t)
	first := r.CommitFile("keys/id_secret.bin", "\x00\x01", "add")
	second := r.CommitFile("keys/id_secret.bin", "\x00\x02", "change")
	result := scanRepo(t, r)
	if len(result.Findings) != 1 {
		t.Fatalf("%d findings, want one:\n%s", len(result.Findings), encode(t, result.Findings))
	}
	diffPlaces(t, []place{
		{Kind: finding.KindTreeEntry, Path: "keys/id_secret.bin", Commit: first},
		{Kind: finding.KindTreeEntry, Path: "keys/id_secret.bin", Commit: second, AtHead: true},
	}, result.Findings[0])
}

// A work tree may have its repository elsewhere, or be one of several.
func TestRepositoryShapes(t *testing.T) {
	s := newValues(3).token()
	r := cleanRepo(t)
	r.CommitFile("config.yml", s, "add")
	linked := t.TempDir() + "/linked"
	r.Git("worktree", "add", "-q", "-b", "other", linked)
	separate := gittest.New(t, gittest.InitArgs("--separate-git-dir="+t.TempDir()+"/elsewhere.git"))
	separate.CommitFile("config.yml", s, "add")
	must(t, os.Mkdir(filepath.Join(r.Dir, "sub"), 0o755))
	for name, dir := range map[string]string{
		"work tree": r.Dir, "git folder": r.GitDir(), "linked work tree": linked, "git file": separate.Dir,
		"folder of a work tree": filepath.Join(r.Dir, "sub"), "packed": gittest.Variant(t, r, "bare"),
	} {
		t.Run(name, func(t *testing.T) {
			result := scanRepo(t, gittest.Open(t, dir))
			if len(result.Findings) != 1 || result.Findings[0].Secret.Reveal() != s {
				t.Fatalf("findings: %s", encode(t, result.Findings))
			}
			if o := result.Findings[0].Occurrences; len(o) != 1 || o[0].Path != "config.yml" || !o[0].AtHead {
				t.Errorf("occurrences: %s", encode(t, o))
			}
		})
	}
}
