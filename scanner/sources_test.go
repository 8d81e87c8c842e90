package scanner_test

import (
	"errors"
	"fmt"
	"net/http/cgi"
	"net/http/httptest"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/scanner"
)

// pathsOf returns where the one secret of a result is, as "path:line".
func pathsOf(t *testing.T, result *scanner.Result, value string) []string {
	t.Helper()
	var paths []string
	for _, f := range result.Findings {
		if f.Secret.Reveal() != value {
			t.Errorf("found %q, want %q alone", f.Secret.Reveal(), value)
		}
		for _, o := range f.Occurrences {
			paths = append(paths, fmt.Sprintf("%s:%d", o.Path, o.StartLine))
		}
	}
	slices.Sort(paths)
	return paths
}

func wantPaths(t *testing.T, source scanner.Source, value string, want ...string) *scanner.Result {
	t.Helper()
	result := scan(t, source)
	if diff := cmp.Diff(want, pathsOf(t, result, value)); diff != "" {
		t.Errorf("places (-want +got):\n%s", diff)
	}
	return result
}

func TestFolder(t *testing.T) {
	dir, s := t.TempDir(), newValues(70).token()
	writeFile(t, dir+"/a/b/config.yml", "x: 1\nkey: "+s+"\r\n")
	writeFile(t, dir+"/.hidden", s)
	writeFile(t, dir+"/"+s+"/empty", "")
	must(t, os.Symlink("../"+s, dir+"/link"))
	must(t, os.Symlink(dir, dir+"/circle"))
	result := wantPaths(t, scanner.Path(dir), s, ".hidden:1", "a/b/config.yml:2", "link:1", s+":0")
	if !result.Header.Coverage.Complete || result.Header.Source.Kind != "folder" {
		t.Errorf("header: %s", encode(t, result.Header))
	}
	file := wantPaths(t, scanner.Path(dir+"/a/b/config.yml"), s, "config.yml:2")
	if file.Header.Source.Kind != "file" {
		t.Errorf("source: %s", encode(t, file.Header.Source))
	}
	if _, err := scanner.Scan(t.Context(), scanner.Path(dir+"/nowhere"), scanner.Options{Rules: loadRules(t, "")}); err == nil {
		t.Error("what does not exist is scanned")
	}
}

func TestReader(t *testing.T) {
	s := newValues(71).token()
	wantPaths(t, scanner.Reader("-", strings.NewReader("first\n"+s)), s, "-:2")
	broken := errors.New("the pipe broke")
	_, err := scanner.Scan(t.Context(), scanner.Reader("-", failingReader{broken}), scanner.Options{Rules: loadRules(t, "")})
	if !errors.Is(err, broken) {
		t.Errorf("error is %v, want %v", err, broken)
	}
}

type failingReader struct{ err error }

func (f failingReader) Read([]byte) (int, error) { return 0, f.err }

// Staged is what the next commit would bring in, and not what lies on disk.
func TestStaged(t *testing.T) {
	r := cleanRepo(t)
	v := newValues(72)
	s, other := v.token(), v.token()
	r.CommitFile("committed.txt", other, "old")
	r.CommitFile("changed.txt", "clean\n", "old")
	r.Write("changed.txt", "clean\n"+s)
	r.Write("new/file.txt", s)
	r.Git("add", "changed.txt", "new/file.txt")
	r.Write("changed.txt", "clean again\n")
	r.Write("untracked.txt", other)
	r.Write("intended.txt", other)
	r.Git("add", "--intent-to-add", "intended.txt")
	r.Git("rm", "-q", "--cached", "clean.txt")
	wantPaths(t, scanner.Staged(r.Dir), s, "changed.txt:2", "new/file.txt:1")
	wantPaths(t, scanner.Staged(filepath.Join(r.Dir, "new")), s, "changed.txt:2", "new/file.txt:1")
}

func TestStagedBeforeTheFirstCommit(t *testing.T) {
	r := gittest.New(t)
	s := newValues(73).token()
	r.Write("file.txt", s)
	r.Git("add", "file.txt")
	wantPaths(t, scanner.Staged(r.Dir), s, "file.txt:1")
}

// Worktree is the files as they are on disk but those that Git ignores.
func TestWorktree(t *testing.T) {
	r := cleanRepo(t)
	s := newValues(74).token()
	r.Write(".gitignore", "*.log\n/build/\n!keep.log\n")
	r.Write("sub/.gitignore", "local.txt\n")
	r.Write("tracked.log", s)
	r.Git("add", "-f", "tracked.log")
	r.Commit("a file that is tracked though ignored")
	for _, path := range []string{"untracked.txt", "debug.log", "keep.log", "build/out.txt", "sub/local.txt", "sub/build/out.txt"} {
		r.Write(path, s)
	}
	tracked := []string{"keep.log:1", "sub/build/out.txt:1", "tracked.log:1", "untracked.txt:1"}
	wantPaths(t, scanner.Worktree(r.Dir, false), s, tracked...)
	wantPaths(t, scanner.Worktree(r.Dir, true), s,
		"build/out.txt:1", "debug.log:1", "keep.log:1", "sub/build/out.txt:1", "sub/local.txt:1", "tracked.log:1", "untracked.txt:1")
}

// A range finds what a scan of everything says that its commits brought in.
func TestRangeAgreesWithRepository(t *testing.T) {
	h := randomHistory(t, 75, 100)
	whole := scanRepo(t, h.Repo)
	for _, ends := range [][2]int{{0, 99}, {40, 99}, {70, 90}, {99, 20}} {
		from, to := h.Commits[ends[0]], h.Commits[ends[1]]
		t.Run(fmt.Sprintf("commits %d to %d", ends[0], ends[1]), func(t *testing.T) {
			t.Parallel()
			commits := make(map[string]bool)
			for id := range strings.FieldsSeq(h.Repo.Git("rev-list", to, "^"+from)) {
				commits[id] = true
			}
			result := scan(t, scanner.Range(h.Repo.Dir, from+".."+to))
			alone := scan(t, scanner.Range(h.Repo.Dir, from+".."+to), func(o *scanner.Options) { o.Jobs = 1 })
			if diff := cmp.Diff(encode(t, alone.Findings)+encode(t, alone.Header), encode(t, result.Findings)+encode(t, result.Header)); diff != "" {
				t.Errorf("one worker (-) and two (+):\n%s", diff)
			}
			want, got := broughtIn(whole, commits), broughtIn(result, nil)
			if len(want) == 0 {
				t.Log("the range brings nothing in")
			}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("scan of everything (-) and of the range (+) differ:\n%s", diff)
			}
		})
	}
}

// broughtIn returns the occurrences that commits brought in, all with nil.
func broughtIn(result *scanner.Result, commits map[string]bool) []string {
	var texts []string
	for _, f := range result.Findings {
		for _, o := range f.Occurrences {
			if o.Commit != "" && (commits == nil || commits[o.Commit]) {
				texts = append(texts, fmt.Sprintf("%s %s %s %q %s line %d at head %t", f.Fingerprint, o.Commit, o.Kind, o.Path, o.Blob, o.StartLine, o.AtHead))
			}
		}
	}
	slices.Sort(texts)
	return texts
}

func TestRangeExpressions(t *testing.T) {
	r := cleanRepo(t)
	s := newValues(76).token()
	r.CheckoutNew("topic")
	r.CommitFile("file.txt", s, "add")
	for _, expression := range []string{"main..topic", "main..", "main..HEAD", "HEAD~1..HEAD", "main...topic", gittest.NullID + "..topic"} {
		t.Run(expression, func(t *testing.T) { wantPaths(t, scanner.Range(r.Dir, expression), s, "file.txt:1") })
	}
	for _, expression := range []string{"topic..main", "topic..topic"} {
		t.Run(expression, func(t *testing.T) { wantPaths(t, scanner.Range(r.Dir, expression), s) })
	}
	for _, expression := range []string{"main", "", "nowhere..topic", "main..--all"} {
		if _, err := scanner.Scan(t.Context(), scanner.Range(r.Dir, expression), scanner.Options{Rules: loadRules(t, "")}); err == nil {
			t.Errorf("%q is no range and is scanned", expression)
		}
	}
}

// A secret in the name of a folder is found once, whatever the source and however many files
// are below.
func TestSecretInTheNameOfAFolder(t *testing.T) {
	r := cleanRepo(t)
	s := newValues(81).token()
	for _, name := range []string{"a", "b", "c/d"} {
		r.Write("keys/"+s+"/"+name, "clean\n")
	}
	r.Git("add", "-A")
	want := "keys/" + s + ":0"
	wantPaths(t, scanner.Staged(r.Dir), s, want)
	r.Commit("add")
	for name, source := range map[string]scanner.Source{
		"repository": scanner.Repository(r.Dir), "range": scanner.Range(r.Dir, "HEAD~1.."),
		"work tree": scanner.Worktree(r.Dir, false), "folder": scanner.Path(r.Dir),
	} {
		t.Run(name, func(t *testing.T) { wantPaths(t, source, s, want) })
	}
	r.CommitFile("keys/"+s+"/e", "clean\n", "the folder is known")
	wantPaths(t, scanner.Range(r.Dir, "HEAD~1.."), s)
}

// A clone holds what the remote shows, so no dangling objects, and is removed afterwards.
func TestURL(t *testing.T) {
	temporary := t.TempDir()
	t.Setenv("TMPDIR", temporary)
	t.Setenv("TMP", temporary)
	r := cleanRepo(t)
	s := newValues(77).token()
	r.CheckoutNew("other")
	r.CommitFile("file.txt", s, "add")
	r.Checkout("main")
	r.Blob(newValues(78).token())
	result := wantPaths(t, scanner.URL(serve(t, r)), s, "file.txt:1")
	if source := result.Header.Source; source.Kind != "url" || source.Branch != "refs/heads/main" || source.Head != r.ID("main") {
		t.Errorf("source: %s", encode(t, source))
	}
	if left, err := filepath.Glob(filepath.Join(temporary, "*clone*")); err != nil || len(left) > 0 {
		t.Errorf("left behind: %q, %v", left, err)
	}
}

// serve lets git serve a repository by HTTP and returns its URL.
func serve(t *testing.T, r *gittest.Repo) string {
	t.Helper()
	backend := filepath.Join(r.Git("--exec-path"), "git-http-backend")
	if _, err := os.Stat(backend); err != nil {
		t.Skip("this git has no HTTP server")
	}
	server := httptest.NewServer(&cgi.Handler{Path: backend, Env: []string{
		"GIT_PROJECT_ROOT=" + r.Dir, "GIT_HTTP_EXPORT_ALL=1", "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL=" + os.DevNull,
	}})
	t.Cleanup(server.Close)
	return server.URL + "/.git"
}

// A repository that a file URL names is scanned where it is, with all it holds.
func TestFileURL(t *testing.T) {
	r := cleanRepo(t)
	s := newValues(80).token()
	r.Blob(s)
	path := filepath.ToSlash(r.Dir)
	wantPaths(t, scanner.URL("file://"+strings.Repeat("/", 1-strings.Count(path[:1], "/"))+path), s, ":1")
}

// No error of a URL says the password in it.
func TestURLWithPassword(t *testing.T) {
	password := newValues(79).pick("abcdefgh12345678", 20)
	url := "https://user:" + password + "@127.0.0.1:1/x.git"
	result, err := scanner.Scan(t.Context(), scanner.URL(url), scanner.Options{Rules: loadRules(t, "")})
	if err == nil || result != nil {
		t.Fatal("nothing is scanned without an error")
	}
	if strings.Contains(err.Error(), password) {
		t.Errorf("the error holds the password: %v", err)
	}
}
