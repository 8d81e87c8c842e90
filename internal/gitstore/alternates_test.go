package gitstore

import (
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
)

// makeStore makes an objects folder that borrows from the given alternates.
func makeStore(t *testing.T, dir string, alternates ...string) string {
	t.Helper()
	write(t, filepath.Join(dir, "info", "alternates"), strings.Join(alternates, "\n"))
	return resolved(dir)
}

func objectDirs(t *testing.T, l *Layout, root string) (dirs, problems []string) {
	t.Helper()
	found, reported := l.ObjectDirs()
	for _, dir := range found {
		relative, err := filepath.Rel(resolved(root), dir)
		if err != nil {
			t.Fatal(err)
		}
		dirs = append(dirs, filepath.ToSlash(relative))
	}
	for _, p := range reported {
		problems = append(problems, p.What)
	}
	return dirs, problems
}

func TestAlternates(t *testing.T) {
	root := t.TempDir()
	repo := gittest.Open(t, root)
	repo.Git("init", "-q", "own")
	for _, dir := range []string{"plain", "back\"slash\\é", "deep"} {
		makeStore(t, filepath.Join(root, dir))
	}
	makeStore(t, filepath.Join(root, "nested"), "../deep", "../own/.git/objects", "../nested")
	makeStore(t, filepath.Join(root, "own/.git/objects"),
		"# a comment", "", filepath.Join(root, "plain"), "../../../nested",
		`"../../../back\"slash\\\303\251"`, "../../../plain", "../../../missing\x1b")
	dirs, found := objectDirs(t, locate(t, filepath.Join(root, "own")), root)
	want := []string{"own/.git/objects", "plain", "nested", "back\"slash\\é", "deep"}
	if diff := cmp.Diff(want, dirs); diff != "" {
		t.Error(diff)
	}
	if len(found) != 1 || !strings.Contains(found[0], `missing\x1b" is missing`) {
		t.Errorf("problems %q", found)
	}
}

// TestAlternatesDepth compares with git how far a chain is followed.
func TestAlternatesDepth(t *testing.T) {
	root := t.TempDir()
	repo := gittest.Open(t, root)
	var want []string
	for i := range 9 {
		repo.Git("init", "-q", strconv.Itoa(i))
		dir := filepath.Join(root, strconv.Itoa(i))
		id := gittest.Open(t, dir).Blob(strconv.Itoa(i))
		want = append(want, id)
		if i < 8 {
			makeStore(t, filepath.Join(dir, ".git", "objects"), "../../../"+strconv.Itoa(i+1)+"/.git/objects")
		}
	}
	var ours []string
	dirs, found := locate(t, filepath.Join(root, "0")).ObjectDirs()
	for i := range dirs {
		ours = append(ours, want[i])
	}
	var gits []string
	for _, object := range gittest.Open(t, filepath.Join(root, "0")).Objects() {
		gits = append(gits, object.ID)
	}
	slices.Sort(ours)
	if diff := cmp.Diff(gits, ours); diff != "" {
		t.Error(diff)
	}
	if len(found) != 1 || !strings.Contains(found[0].What, "nested too deep") {
		t.Errorf("problems %v", found)
	}
}

func TestHostileAlternates(t *testing.T) {
	repo := gittest.New(t)
	file := filepath.Join(repo.Dir, ".git", "objects", "info", "alternates")
	for name, test := range map[string]func(){
		"device": func() { os.Symlink(os.DevNull, file) },
		"folder": func() { os.MkdirAll(file, 0o755) },
		"huge":   func() { write(t, file, ""); os.Truncate(file, maxListFile+1) },
	} {
		t.Run(name, func(t *testing.T) {
			os.RemoveAll(file)
			test()
			dirs, found := locate(t, repo.Dir).ObjectDirs()
			if len(dirs) != 1 || len(found) != 1 {
				t.Errorf("dirs %q, problems %v", dirs, found)
			}
		})
	}
	os.RemoveAll(file)
	write(t, file, strings.Repeat("/dev/null\n/nowhere\n\x00\n", 1000))
	if _, found := locate(t, repo.Dir).ObjectDirs(); len(found) != maxProblems+1 {
		t.Errorf("%d problems, want them bounded", len(found))
	}
}

func FuzzAlternates(f *testing.F) {
	f.Add([]byte("# comment\n/plain\n\"quoted \\303\\251\\n\"\n\"open"))
	f.Add([]byte("\"\\8\"\n\"a\"b\n\"\\\n\\\""))
	f.Fuzz(func(t *testing.T, content []byte) {
		for path := range alternates(content) {
			if path == "" && !strings.Contains(string(content), `""`) || strings.Contains(path, "\x00") {
				t.Errorf("path %q", path)
			}
			if quoted, err := unquoteC(strconv.Quote(path)); strings.Trim(path, plainASCII) == "" && (err != nil || quoted != path) {
				t.Errorf("%q comes back as %q: %v", path, quoted, err)
			}
		}
	})
}

const plainASCII = " !#$%&'()*+,-./0123456789:;<=>?@ABCDEFGHIJKLMNOPQRSTUVWXYZ[]^_`abcdefghijklmnopqrstuvwxyz{|}~\"\\\n\t"
