package gitignore

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"runtime"
	"strings"
	"testing"
)

// Rules decide as git does, and name the line that git names: for generated .gitignore files in
// nested folders, with negations, comments, odd line ends, and info/exclude.
func TestAsGitChecksIgnore(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	if runtime.GOOS == "windows" {
		t.Skip("names may not end in spaces there")
	}
	random := rand.New(rand.NewPCG(3, 4))
	for range 25 {
		dir := t.TempDir()
		git(t, dir, nil, "init", "-q", "-b", "main")
		git(t, dir, nil, "config", "core.ignoreCase", "false")
		git(t, dir, nil, "config", "core.excludesFile", filepath.Join(dir, userFile))
		paths := populate(t, random, dir)
		compare(t, dir, paths)
	}
}

// Files as people have them, and what stands at their edges.
func TestAsGitChecksIgnoreByHand(t *testing.T) {
	if _, err := exec.LookPath("git"); err != nil {
		t.Skip("git is not installed")
	}
	for name, content := range map[string]string{
		"all but the example":  ".env*\n!.env.example\n",
		"byte order mark":      "\ufeff.env\n",
		"windows line ends":    ".env\r\n!.env.example\r\n",
		"spaces at the end":    ".env  \n",
		"kept space":           ".env\\ \n",
		"tab at the end":       ".env\t\n",
		"comment behind":       ".env # not a comment\n",
		"escaped letter":       "\\.env\n\\.e\\nv.local\n",
		"the root only":        "/.env\n",
		"folder only":          ".env/\n",
		"negated set":          "[!a]env\n",
		"class":                "[[:punct:]]env\n",
		"stars in the middle":  "**/conf/**/.env\n",
		"folder shut, file on": "conf/\n!conf/.env\n",
		"folder open again":    "conf/*\n!conf/a/\n",
		"everything":           "*\n!.gitignore\n",
		"two signs":            "!!.env\n.env\n",
		"unclosed set":         "[.env\n.env[\n",
		"slash alone":          "/\n",
		"dots":                 "../.env\n./.env\n",
		"no end of line":       ".env",
		"carriage return only": ".env\r.env\n",
		"nul":                  ".env\x00\n.env.local\n",
		"letter case":          ".ENV\n",
	} {
		t.Run(name, func(t *testing.T) {
			dir := t.TempDir()
			git(t, dir, nil, "init", "-q", "-b", "main")
			git(t, dir, nil, "config", "core.ignoreCase", "false")
			write(t, filepath.Join(dir, ".gitignore"), content)
			var paths []string
			for _, p := range []string{".env", ".env.example", ".env.local", "conf/.env", "conf/a/.env", "conf/a/b/.env.local", "aenv", "src/main.go"} {
				write(t, filepath.Join(dir, filepath.FromSlash(p)), "")
				paths = append(paths, p)
			}
			compare(t, dir, append(paths, "conf", "conf/a", "not-there/.env"))
		})
	}
}

// userFile is where core.excludesFile points.
const userFile = ".git/user-excludes"

// compare has git and Rules decide the same paths.
func compare(t *testing.T, dir string, paths []string) {
	t.Helper()
	rules := New(dir, filepath.Join(dir, ".git"))
	rules.AddUser(filepath.Join(dir, userFile))
	output := git(t, dir, []byte(strings.Join(paths, "\x00")), "check-ignore", "--no-index", "-v", "-n", "-z", "--stdin")
	fields := strings.Split(strings.TrimSuffix(output, "\x00"), "\x00")
	if len(fields) != 4*len(paths) {
		t.Fatalf("git decides %d paths of %d", len(fields)/4, len(paths))
	}
	for i, name := range paths {
		source, line, pattern := fields[4*i], fields[4*i+1], fields[4*i+2]
		want := Match{}
		if source != "" {
			want = Match{Ignored: !strings.HasPrefix(pattern, "!"), File: strings.TrimPrefix(source, ".git/")}
			if strings.HasSuffix(source, userFile) {
				want.File = User
			}
			fmt.Sscan(line, &want.Line)
		}
		info, err := os.Stat(filepath.Join(dir, filepath.FromSlash(name)))
		got := rules.Check(name, err == nil && info.IsDir())
		got.Pattern = ""
		if got != want {
			t.Errorf("%q: %+v, git says %+v (%q)", name, got, want, pattern)
		}
	}
}

// populate makes folders and files with short names, and .gitignore files among them.
func populate(t *testing.T, random *rand.Rand, dir string) []string {
	names := []string{".env", "a", "b", "ab", "a.b", "-", "a b", "!a", "#a"}
	lines := func() string {
		parts := []string{"a", "b", ".env", "*", "?", "/", "/", "**/", "/**", "[ab]", "[!a]", " ", `\ `, `\#`, `\!`, `\a`, "#", "!", "."}
		var text strings.Builder
		for range 1 + random.IntN(5) {
			if random.IntN(3) == 0 {
				text.WriteByte('!')
			}
			for range 1 + random.IntN(4) {
				text.WriteString(parts[random.IntN(len(parts))])
			}
			text.WriteString([]string{"\n", "\n", "\n", "\r\n", " \n"}[random.IntN(5)])
		}
		return text.String()
	}
	write(t, filepath.Join(dir, ".git", "info", "exclude"), lines())
	write(t, filepath.Join(dir, userFile), lines())
	var paths []string
	var fill func(folder string, depth int)
	fill = func(folder string, depth int) {
		if random.IntN(2) == 0 {
			write(t, filepath.Join(dir, folder, ".gitignore"), lines())
		}
		for _, name := range names {
			p := path.Join(folder, name)
			paths = append(paths, p)
			if depth < 2 && random.IntN(4) == 0 {
				if err := os.MkdirAll(filepath.Join(dir, p), 0o777); err != nil {
					t.Fatal(err)
				}
				fill(p, depth+1)
			} else {
				write(t, filepath.Join(dir, p), "")
			}
		}
	}
	fill("", 0)
	return paths
}

func write(t *testing.T, file, content string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), 0o666); err != nil {
		t.Fatal(err)
	}
}

func git(t *testing.T, dir string, stdin []byte, args ...string) string {
	t.Helper()
	cmd := exec.Command("git", args...)
	cmd.Dir, cmd.Stdin = dir, bytes.NewReader(stdin)
	cmd.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull)
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil && stderr.Len() > 0 {
		t.Fatalf("git %v: %v\n%s", args, err, stderr.Bytes())
	}
	return string(out)
}
