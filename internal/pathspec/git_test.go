package pathspec

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
)

// Patterns mean what git takes them for in a .gitignore: each is put into a folder of its
// own with the same files, and git is asked which of them it ignores.
func TestAsGitIgnores(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	if runtime.GOOS == "windows" {
		t.Skip("names may not end in dots there")
	}
	random := rand.New(rand.NewPCG(1, 2))
	paths := treeOfPaths(random)
	var patterns []string
	for len(patterns) < 150 {
		pattern := randomPattern(random)
		if _, err := Parse(pattern); err == nil {
			patterns = append(patterns, pattern)
		}
	}
	patterns = append(patterns, ".env", "/.env", "a/**/b", "**/b", "a/**", "**", "*", "a**b", "a**/b", "a/b**/a", `\!**/a`, "[]-]", "[!]a]", "[a-]", "[^a]", "[[:alpha:]-b]", `[\]]`, `[a\-b]`)

	dir := t.TempDir()
	git(t, dir, nil, "init", "-q")
	var input bytes.Buffer
	for i, pattern := range patterns {
		folder := fmt.Sprintf("%d", i)
		for _, path := range paths {
			file := filepath.Join(dir, folder, filepath.FromSlash(path))
			if name, ok := strings.CutSuffix(path, "/"); ok {
				file = filepath.Join(dir, folder, filepath.FromSlash(name))
				must(t, os.MkdirAll(file, 0o777))
			} else {
				must(t, os.MkdirAll(filepath.Dir(file), 0o777))
				must(t, os.WriteFile(file, nil, 0o666))
			}
			fmt.Fprintf(&input, "%s/%s\x00", folder, strings.TrimSuffix(path, "/"))
		}
		must(t, os.WriteFile(filepath.Join(dir, folder, ".gitignore"), []byte(pattern+"\n"), 0o666))
	}
	ignored := map[string]bool{}
	for path := range strings.SplitSeq(git(t, dir, input.Bytes(), "check-ignore", "-z", "--no-index", "--stdin"), "\x00") {
		ignored[path] = true
	}
	for i, pattern := range patterns {
		p, _ := Parse(pattern)
		for _, path := range paths {
			name, dir := strings.CutSuffix(path, "/")
			if got, want := removed(p, name, dir), ignored[fmt.Sprintf("%d/%s", i, name)]; got != want {
				t.Errorf("%q on %q: %v, git says %v", pattern, path, got, want)
			}
		}
	}
}

// removed reports whether an entry, or a folder that it lies in, matches.
func removed(p Pattern, path string, dir bool) bool {
	for i := range len(path) {
		if path[i] == '/' && p.Match(path[:i], true) {
			return true
		}
	}
	return p.Match(path, dir)
}

// treeOfPaths returns files and, with a slash at the end, folders.
func treeOfPaths(random *rand.Rand) []string {
	const bytes = "ab.-!]"
	kinds := map[string]bool{".env": false, "a": true} // folders are true
	for len(kinds) < 60 {
		var path string
		for range 1 + random.IntN(3) {
			if path != "" {
				kinds[path] = true
				path += "/"
			}
			name := ""
			for range 1 + random.IntN(3) {
				name += string(bytes[random.IntN(len(bytes))])
			}
			if strings.Trim(name, ".") == "" {
				name += "a"
			}
			path += name
			if isFolder, ok := kinds[path]; ok && !isFolder {
				path = ""
				break
			}
		}
		if _, ok := kinds[path]; !ok && path != "" {
			kinds[path] = random.IntN(5) == 0
		}
	}
	var paths []string
	for path, isFolder := range kinds {
		if isFolder {
			path += "/"
		}
		paths = append(paths, path)
	}
	slices.Sort(paths)
	return paths
}

func randomPattern(random *rand.Rand) string {
	parts := []string{"a", "b", "a", "b", ".", "-", "*", "*", "**", "?", "/", "/", "**/", "/**", "[ab]", "[!a]", "[a-b]", "[^-.]", "[]b]", "[!]]", `\!`, `\*`, " ", "[[:alpha:]]"}
	var pattern string
	for range 1 + random.IntN(6) {
		pattern += parts[random.IntN(len(parts))]
	}
	return pattern
}

func git(t *testing.T, dir string, stdin []byte, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(stdin)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && len(stderr.Bytes()) > 0 {
		t.Fatalf("git %v: %v\n%s", args, err, stderr.Bytes())
	}
	return string(out)
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
