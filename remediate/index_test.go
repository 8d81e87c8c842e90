package remediate

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
)

// indexShapes are indexes of every kind that git writes.
func indexShapes(t testing.TB) map[string]func(*gittest.Repo) {
	return map[string]func(*gittest.Repo){
		"version 2": func(*gittest.Repo) {},
		"version 3": func(r *gittest.Repo) {
			r.Write("intended.txt", "x\n")
			r.Git("add", "-N", "intended.txt")
		},
		"version 4":        func(r *gittest.Repo) { r.Git("update-index", "--index-version", "4") },
		"skip-worktree":    func(r *gittest.Repo) { r.Git("update-index", "--skip-worktree", "b.txt") },
		"assume-unchanged": func(r *gittest.Repo) { r.Git("update-index", "--assume-unchanged", "b.txt") },
		"conflict": func(r *gittest.Repo) {
			r.CheckoutNew("side")
			r.CommitFile("b.txt", "side\n", "side")
			r.Checkout("main")
			r.CommitFile("b.txt", "main\n", "main")
			_, _ = r.TryGit("merge", "side")
		},
		"untracked cache": func(r *gittest.Repo) {
			r.Git("update-index", "--force-untracked-cache")
			r.Git("status")
		},
		"sparse": func(r *gittest.Repo) {
			r.Git("sparse-checkout", "set", "--cone", "--sparse-index", "kept")
		},
		"no checksum": func(r *gittest.Repo) {
			path := filepath.Join(r.GitDir(), "index")
			content, err := os.ReadFile(path)
			must(t, err)
			clear(content[len(content)-20:])
			must(t, os.WriteFile(path, content, 0o644))
		},
		"names": func(r *gittest.Repo) {
			for _, length := range []int{1, 2, 3, 4, 5, 6, 7, 8, 9, 200, 255} {
				r.Write(strings.Repeat("n", length), "x")
			}
			r.Write(strings.Repeat(strings.Repeat("d", 200)+"/", 18)+strings.Repeat("e", 250), "x")
			r.Git("add", "-A")
		},
	}
}

func shapedIndex(t testing.TB, shape func(*gittest.Repo)) *gittest.Repo {
	t.Helper()
	r := gittest.New(t)
	for _, path := range []string{"a.txt", "b.txt", "c/d.txt", "c/e.txt", "kept/f.txt", "z.txt"} {
		r.Write(path, path+"\n")
	}
	r.Symlink("link", "a.txt")
	r.Commit("one")
	shape(r)
	return r
}

// listing is all that git says of the entries of an index.
func listing(r *gittest.Repo) string {
	return r.Git("ls-files", "--stage", "-t", "-v", "--sparse", "--debug")
}

// What is read and written again says the same to git, down to stat data and flags.
func TestIndexRoundTrip(t *testing.T) {
	for name, shape := range indexShapes(t) {
		t.Run(name, func(t *testing.T) {
			r := shapedIndex(t, shape)
			path := filepath.Join(r.GitDir(), "index")
			content, err := os.ReadFile(path)
			must(t, err)
			before := listing(r)
			x, err := parseIndex(content)
			must(t, err)
			must(t, os.WriteFile(path, x.encode(), 0o644))
			if diff := cmp.Diff(before, listing(r)); diff != "" {
				t.Errorf("(-before +after):\n%s", diff)
			}
			again, err := parseIndex(x.encode())
			must(t, err)
			if diff := cmp.Diff(x, again, cmp.AllowUnexported(indexFile{})); diff != "" {
				t.Errorf("read again (-first +second):\n%s", diff)
			}
			if status, err := r.TryGit("status"); err != nil {
				t.Errorf("git status: %v\n%s", err, status)
			}
		})
	}
}

// Entries change and go one by one, and come back as they were.
func TestIndexEdits(t *testing.T) {
	for name, shape := range indexShapes(t) {
		t.Run(name, func(t *testing.T) {
			r := shapedIndex(t, shape)
			fresh, err := pack.ParseID(r.Blob("fresh\n"))
			must(t, err)
			path := filepath.Join(r.GitDir(), "index")
			content, err := os.ReadFile(path)
			must(t, err)
			before := listing(r)
			x, err := parseIndex(content)
			must(t, err)
			var edits []indexEdit
			for _, record := range x.records {
				switch string(record.Path) {
				case "b.txt":
					edits = append(edits, indexEdit{Old: record, New: objectID(fresh)})
				case "a.txt", "z.txt", "c/d.txt":
					edits = append(edits, indexEdit{Old: record})
				}
			}
			if !x.apply(edits) {
				t.Error("nothing changed")
			}
			must(t, os.WriteFile(path, x.encode(), 0o644))
			for line := range strings.SplitSeq(r.Git("ls-files", "--stage"), "\n") {
				name := line[strings.IndexByte(line, '\t')+1:]
				if slices.Contains([]string{"a.txt", "z.txt", "c/d.txt"}, name) && !strings.Contains(r.Git("ls-files", "--stage", "--sparse"), "\tc/\n") {
					t.Errorf("there still is %s", line)
				}
				if name == "b.txt" && !strings.Contains(line, fresh.String()) {
					t.Errorf("not changed: %s", line)
				}
			}
			if tree, err := r.TryGit("write-tree"); err != nil && name != "conflict" && name != "version 3" {
				t.Errorf("git write-tree: %v\n%s", err, tree)
			}
			// Git may have written the index since; what stands is still taken back.
			x, err = readIndexFile(r.GitDir())
			must(t, err)
			if !x.undo(edits) {
				t.Error("nothing was taken back")
			}
			must(t, os.WriteFile(path, x.encode(), 0o644))
			if diff := cmp.Diff(before, listing(r)); diff != "" {
				t.Errorf("(-before +after):\n%s", diff)
			}
		})
	}
}

// What someone has staged since is theirs.
func TestIndexEditsLeaveOtherWork(t *testing.T) {
	r := shapedIndex(t, func(*gittest.Repo) {})
	x, err := readIndexFile(r.GitDir())
	must(t, err)
	var edits []indexEdit
	for _, record := range x.records {
		edits = append(edits, indexEdit{Old: record})
	}
	r.Write("b.txt", "other\n")
	r.Git("add", "b.txt")
	x, err = readIndexFile(r.GitDir())
	must(t, err)
	x.apply(edits)
	if len(x.records) != 1 || string(x.records[0].Path) != "b.txt" {
		t.Errorf("left are %q", x.records)
	}
	x.undo(edits)
	if len(x.records) != len(edits) || slices.ContainsFunc(edits, func(e indexEdit) bool {
		return string(e.Old.Path) == "b.txt" && slices.ContainsFunc(x.records, func(r indexRecord) bool { return r.id() == e.Old.id() })
	}) {
		t.Errorf("taken back: %q", x.records)
	}
}

func TestIndexesThatCannotBeRewritten(t *testing.T) {
	r := shapedIndex(t, func(r *gittest.Repo) { r.Git("update-index", "--split-index") })
	if _, err := readIndexFile(r.GitDir()); err == nil || !strings.Contains(err.Error(), "--no-split-index") {
		t.Errorf("a split index: %v", err)
	}
	content, err := os.ReadFile(filepath.Join(shapedIndex(t, func(*gittest.Repo) {}).GitDir(), "index"))
	must(t, err)
	for size := range len(content) {
		if _, err := parseIndex(content[:size]); err == nil {
			t.Errorf("cut off at %d it can be read", size)
		}
	}
}

func FuzzIndex(f *testing.F) {
	for _, shape := range indexShapes(f) {
		content, err := os.ReadFile(filepath.Join(shapedIndex(f, shape).GitDir(), "index"))
		must(f, err)
		f.Add(content[:len(content)-20])
	}
	f.Fuzz(func(t *testing.T, body []byte) {
		x, err := parseIndex(slices.Concat(body, make([]byte, 20))) // zeros stand for no checksum
		if err != nil {
			return
		}
		again, err := parseIndex(x.encode())
		if err != nil {
			t.Fatalf("what was written cannot be read: %v", err)
		}
		if diff := cmp.Diff(x, again, cmp.AllowUnexported(indexFile{})); diff != "" {
			t.Errorf("(-first +second):\n%s", diff)
		}
	})
}
