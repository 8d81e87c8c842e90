package gitstore

import (
	"bytes"
	"crypto/sha1"
	"encoding/binary"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/go-git/go-git/v5/plumbing/format/index"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
)

func read(t testing.TB, path string) string {
	t.Helper()
	content, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	return string(content)
}

// staged prints entries in the form of git ls-files --stage -z.
func staged(entries []IndexEntry) string {
	var out strings.Builder
	for _, e := range entries {
		fmt.Fprintf(&out, "%06o %s %d\t%s\x00", e.Mode, e.ID, e.Stage, e.Path)
	}
	return out.String()
}

func indexOf(t *testing.T, l *Layout, number int) []IndexEntry {
	t.Helper()
	worktrees, _ := l.Worktrees()
	entries, found := l.Index(worktrees[number])
	if len(found) > 0 {
		t.Fatalf("problems %v", found)
	}
	return entries
}

// indexRepo has an index with odd names, modes and a conflict.
func indexRepo(t *testing.T) *gittest.Repo {
	repo := gittest.New(t)
	for i := range 8 { // every length of padding
		repo.Write(strings.Repeat("x", i+1), "0")
	}
	repo.Write("folder/deep/file", "1")
	repo.Write("folder/deep/"+strings.Repeat("long", 40)+"/"+strings.Repeat("name", 40), "2")
	repo.Write("grüße\t\"quoted\"", "3")
	repo.Symlink("link", "folder")
	repo.CommitFile("conflict", "base", "first")
	repo.CheckoutNew("other")
	repo.CommitFile("conflict", "theirs", "second")
	repo.Checkout("main")
	repo.CommitFile("conflict", "ours", "third")
	if _, err := repo.TryGit("merge", "-q", "other"); err == nil {
		t.Fatal("expected a conflict")
	}
	repo.Write("planned", "4")
	repo.Git("add", "-N", "planned")
	return repo
}

func TestIndexIsWhatGitSays(t *testing.T) {
	repo := indexRepo(t)
	for _, version := range []string{"2", "3", "4"} {
		for _, skipHash := range []string{"false", "true"} {
			t.Run("version "+version+" skipHash "+skipHash, func(t *testing.T) {
				repo.Git("config", "index.skipHash", skipHash)
				repo.Git("update-index", "--index-version", version, "--add")
				entries := indexOf(t, locate(t, repo.Dir), 0)
				if diff := cmp.Diff(string(repo.GitInput(nil, "ls-files", "--stage", "-z")), staged(entries)); diff != "" {
					t.Error(diff)
				}
				for _, entry := range entries {
					if entry.IntentToAdd != (entry.Path == "planned") {
						t.Errorf("%q: intent to add is %v", entry.Path, entry.IntentToAdd)
					}
				}
			})
		}
	}
}

func TestIndexWithoutChecksum(t *testing.T) {
	repo := indexRepo(t)
	file := filepath.Join(repo.Dir, ".git", "index")
	content := []byte(read(t, file))
	clear(content[len(content)-20:])
	write(t, file, string(content))
	if entries := indexOf(t, locate(t, repo.Dir), 0); len(entries) == 0 {
		t.Error("no entries")
	}
}

func TestIndexOfLinkedWorktree(t *testing.T) {
	repo := gittest.New(t)
	if entries := indexOf(t, locate(t, repo.Dir), 0); len(entries) > 0 {
		t.Errorf("new repository has entries %v", entries)
	}
	repo.CommitFile("file", "1", "first")
	linked := filepath.Join(t.TempDir(), "side")
	repo.Git("worktree", "add", "-q", "-b", "side", linked)
	side := gittest.Open(t, linked)
	side.Write("only here", "2")
	side.Git("add", "-A")
	entries := indexOf(t, locate(t, repo.Dir), 1)
	if diff := cmp.Diff(string(side.GitInput(nil, "ls-files", "--stage", "-z")), staged(entries)); diff != "" {
		t.Error(diff)
	}
}

func TestSparseIndex(t *testing.T) {
	repo := gittest.New(t)
	repo.Write("kept/file", "1")
	repo.Write("out/deep/file", "2")
	repo.Commit("first")
	if _, err := repo.TryGit("sparse-checkout", "set", "--cone", "--sparse-index", "kept"); err != nil {
		t.Skip(err)
	}
	entries := indexOf(t, locate(t, repo.Dir), 0)
	tree := repo.ID("HEAD:out")
	want := []IndexEntry{
		{Path: "kept/file", ID: parseID(t, repo.ID("HEAD:kept/file")), Mode: 0o100644},
		{Path: "out/", ID: parseID(t, tree), Mode: treeMode, SkipWorktree: true, Tree: true},
	}
	if diff := cmp.Diff(want, entries); diff != "" {
		t.Error(diff)
	}
}

func TestIndexThatCannotBeReadIsAProblem(t *testing.T) {
	repo := indexRepo(t)
	file := filepath.Join(repo.Dir, ".git", "index")
	good := []byte(read(t, file))
	flipped := append([]byte{}, good...)
	flipped[len(flipped)/2] ^= 1
	many := append([]byte{}, good[:len(good)-20]...)
	binary.BigEndian.PutUint32(many[8:], 1<<31)
	unsigned := strings.Repeat("\x00", 20)
	for name, test := range map[string]struct{ content, want string }{
		"empty":               {"", "too early"},
		"wrong checksum":      {string(flipped), "checksum"},
		"cut off":             {string(good[:len(good)/2]) + unsigned, "too early"},
		"more than there are": {string(many) + unsigned, "too early"},
		"unknown extension":   {string(good[:len(good)-20]) + "true\x00\x00\x00\x00" + unsigned, "extension"},
		"names of terabytes":  {bomb(), "longer together"},
	} {
		t.Run(name, func(t *testing.T) {
			write(t, file, test.content)
			checkIndexProblem(t, repo, test.want)
		})
	}
	t.Run("split", func(t *testing.T) {
		os.Remove(file)
		repo.Git("reset", "-q", "--hard")
		repo.Git("update-index", "--split-index")
		checkIndexProblem(t, repo, "--no-split-index")
	})
}

func checkIndexProblem(t *testing.T, repo *gittest.Repo, want string) {
	t.Helper()
	worktrees, _ := locate(t, repo.Dir).Worktrees()
	entries, found := locate(t, repo.Dir).Index(worktrees[0])
	if len(entries) > 0 || len(found) != 1 || !strings.Contains(found[0].What, want) {
		t.Errorf("%d entries, problems %v, want one with %q", len(entries), found, want)
	}
}

// TestOffsetVarint has the examples of gitformat-pack(5)'s rule: each further byte adds
// all shorter numbers.
func TestOffsetVarint(t *testing.T) {
	for data, want := range map[string][2]uint64{
		"\x00": {0, 1}, "\x7f": {127, 1}, "\x80\x00": {128, 2}, "\x81\x00": {256, 2}, "\xff\x7f": {16511, 2},
		"\x80\x80\x00": {16512, 3}, "": {0, 0}, "\x80": {0, 0}, "\xff\xff\xff\xff\xff\xff\xff\xff\xff\x00": {0, 0},
	} {
		if value, length := offsetVarint([]byte(data)); value != want[0] || uint64(length) != want[1] {
			t.Errorf("%x: %d in %d bytes, want %d", data, value, length, want)
		}
	}
}

// bomb is an index of version 4 in which each name repeats all of the one before.
func bomb() string {
	entry := func(name string) string {
		stat := make([]byte, indexEntrySize)
		return string(stat) + "\x00" + name + "\x00"
	}
	const count = 10_000
	head := binary.BigEndian.AppendUint32([]byte("DIRC\x00\x00\x00\x04"), count+1)
	return string(head) + entry(strings.Repeat("a", 1<<20)) + strings.Repeat(entry("b"), count) + strings.Repeat("\x00", 20)
}

// byGoGit decodes an index with go-git's decoder, which wants a checksum.
func byGoGit(content []byte) (entries []IndexEntry, err error) {
	content = bytes.Clone(content)
	body := len(content) - sha1.Size
	sum := sha1.Sum(content[:body])
	copy(content[body:], sum[:])
	var decoded index.Index
	if err := index.NewDecoder(bytes.NewReader(content)).Decode(&decoded); err != nil {
		return nil, err
	}
	for _, e := range decoded.Entries {
		entries = append(entries, IndexEntry{
			Path: e.Name, ID: pack.ID(e.Hash), Mode: uint32(e.Mode), Stage: int(e.Stage),
			IntentToAdd: e.IntentToAdd, SkipWorktree: e.SkipWorktree, Tree: e.Mode == treeMode,
		})
	}
	return entries, nil
}

func TestIndexIsWhatGoGitSays(t *testing.T) {
	repo := indexRepo(t)
	for _, version := range []string{"2", "3", "4"} {
		repo.Git("update-index", "--index-version", version)
		content := read(t, filepath.Join(repo.Dir, ".git", "index"))
		decoded, err := decodeIndex([]byte(content))
		if err != nil {
			t.Fatal(err)
		}
		want, err := byGoGit([]byte(content))
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(want, decoded.Entries); diff != "" {
			t.Errorf("version %s: %s", version, diff)
		}
	}
}

// FuzzIndex also compares with go-git where that decodes the same file.
func FuzzIndex(f *testing.F) {
	f.Add([]byte("DIRC\x00\x00\x00\x02\x00\x00\x00\x00" + strings.Repeat("\x00", 20)))
	for _, version := range []string{"2", "3", "4"} {
		repo := gittest.New(f)
		repo.Write("a/b/file", "1")
		repo.Write("a/other", "2")
		repo.Commit("first")
		repo.Write("planned", "3")
		repo.Git("add", "-N", "planned")
		repo.Git("update-index", "--index-version", version)
		content := read(f, filepath.Join(repo.Dir, ".git", "index"))
		f.Add([]byte(content[:len(content)-sha1.Size] + strings.Repeat("\x00", sha1.Size)))
	}
	f.Fuzz(func(t *testing.T, content []byte) {
		decoded, err := decodeIndex(content)
		if err != nil {
			return
		}
		for folder, known := range decoded.folders {
			first, end, ok := decoded.Holds(folder, known.tree)
			if ok && (first < 0 || end > len(decoded.Entries) || end < first) {
				t.Errorf("%q holds entries %d to %d", folder, first, end)
			}
		}
		if want, err := byGoGit(content); err == nil && !cmp.Equal(want, decoded.Entries, cmpopts.EquateEmpty()) {
			t.Error(cmp.Diff(want, decoded.Entries))
		}
	})
}
