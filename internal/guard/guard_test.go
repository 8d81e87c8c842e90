package guard

import (
	"errors"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gittest"
)

func locate(t *testing.T, path string) *gitstore.Layout {
	t.Helper()
	layout, err := gitstore.Locate(path)
	if err != nil {
		t.Fatal(err)
	}
	return layout
}

func write(t *testing.T, file, content string, mode os.FileMode) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(content), mode); err != nil {
		t.Fatal(err)
	}
	if err := os.Chmod(file, mode); err != nil {
		t.Fatal(err)
	}
}

const frameworkHook = "#!/usr/bin/env bash\n# " + frameworkMark + "\nexec pre-commit hook-impl\n"

// Every way to install a guard is known, and so is one that is there and not in force.
func TestInstalled(t *testing.T) {
	shim := string(Shim(PreCommit, "/opt/unleak"))
	for name, test := range map[string]struct {
		files  map[string]string // executable if below .git/hooks or .husky
		config []string          // key and value
		want   []Guard           // files relative to the work tree; a problem by a part of it
	}{
		"none":              {},
		"sample":            {files: map[string]string{".git/hooks/pre-commit.sample": shim}},
		"ours":              {files: map[string]string{".git/hooks/pre-commit": shim}, want: []Guard{{PreCommit, ByUnleak, ".git/hooks/pre-commit", ""}}},
		"not executable":    {files: map[string]string{"-.git/hooks/pre-commit": shim}, want: []Guard{{PreCommit, ByUnleak, ".git/hooks/pre-commit", "chmod"}}},
		"hooks elsewhere":   {files: map[string]string{".git/hooks/pre-commit": shim}, config: []string{"core.hooksPath", "tools"}},
		"relative folder":   {files: map[string]string{"tools/pre-commit": shim}, config: []string{"core.hooksPath", "tools"}, want: []Guard{{PreCommit, ByUnleak, "tools/pre-commit", ""}}},
		"a script":          {files: map[string]string{".git/hooks/pre-push": "#!/bin/sh\nunleak scan --range origin/main..\n"}, want: []Guard{{PrePush, ByScript, ".git/hooks/pre-push", ""}}},
		"a comment":         {files: map[string]string{".git/hooks/pre-push": "#!/bin/sh\n# unleak would be nice\nmake unleaked\n"}},
		"kept by the other": {files: map[string]string{".git/hooks/pre-commit": frameworkHook, ".git/hooks/pre-commit.legacy": shim}, want: []Guard{{PreCommit, ByUnleak, ".git/hooks/pre-commit.legacy", ""}}},
		"left over":         {files: map[string]string{".git/hooks/pre-commit.legacy": shim}},
		"framework": {files: map[string]string{".git/hooks/pre-commit": frameworkHook, ".pre-commit-config.yaml": "repos:\n- repo: https://example.com/unleak\n  hooks:\n  - id: unleak\n"},
			want: []Guard{{PreCommit, ByPreCommit, ".pre-commit-config.yaml", ""}}},
		"framework behind ours": {files: map[string]string{".git/hooks/pre-commit": shim, ".git/hooks/pre-commit.before-unleak": frameworkHook, ".pre-commit-config.yaml": "  - id: unleak\n"},
			want: []Guard{{PreCommit, ByUnleak, ".git/hooks/pre-commit", ""}, {PreCommit, ByPreCommit, ".pre-commit-config.yaml", ""}}},
		"framework without us": {files: map[string]string{".git/hooks/pre-commit": frameworkHook, ".pre-commit-config.yaml": "repos:\n- repo: https://example.com/unleak\n  hooks: # unleak\n  - id: other\n"}},
		"framework before pushes": {files: map[string]string{".git/hooks/pre-push": frameworkHook, ".pre-commit-config.yaml": "  - id: unleak-pre-push\n"},
			want: []Guard{{PrePush, ByPreCommit, ".pre-commit-config.yaml", ""}}},
		"framework not set up": {files: map[string]string{".pre-commit-config.yaml": "  - id: unleak\n"},
			want: []Guard{{PreCommit, ByPreCommit, ".pre-commit-config.yaml", "pre-commit install"}}},
		"husky": {files: map[string]string{".husky/_/pre-commit": "#!/usr/bin/env sh\n. \"$(dirname \"$0\")/h\"", ".husky/pre-commit": "npm test\nunleak hook run pre-commit\n"},
			config: []string{"core.hooksPath", ".husky/_"}, want: []Guard{{PreCommit, ByHusky, ".husky/pre-commit", ""}}},
		"husky, older":      {files: map[string]string{".husky/pre-commit": "unleak hook run pre-commit\n"}, config: []string{"core.hooksPath", ".husky"}, want: []Guard{{PreCommit, ByHusky, ".husky/pre-commit", ""}}},
		"husky not set up":  {files: map[string]string{".husky/pre-commit": "unleak hook run pre-commit\n"}, want: []Guard{{PreCommit, ByHusky, ".husky/pre-commit", "npx husky"}}},
		"husky without us":  {files: map[string]string{".husky/pre-commit": "npm test\n"}, config: []string{"core.hooksPath", ".husky/_"}},
		"lefthook":          {files: map[string]string{".git/hooks/pre-push": "#!/bin/sh\ncall_lefthook run pre-push\n", "lefthook.yml": "pre-commit:\n  jobs:\n    - run: npm test\npre-push:\n  jobs:\n    - run: unleak hook run pre-push {0}\n"}, want: []Guard{{PrePush, ByLefthook, "lefthook.yml", ""}}},
		"lefthook, TOML":    {files: map[string]string{".git/hooks/pre-commit": "lefthook run\n", ".lefthook.toml": "[pre-commit.commands.secrets]\nrun = \"unleak hook run pre-commit\"\n"}, want: []Guard{{PreCommit, ByLefthook, ".lefthook.toml", ""}}},
		"lefthook, not set": {files: map[string]string{"lefthook.yml": "pre-commit:\n  jobs:\n    - run: unleak hook run pre-commit\n"}, want: []Guard{{PreCommit, ByLefthook, "lefthook.yml", "lefthook install"}}},
	} {
		t.Run(name, func(t *testing.T) {
			repo := gittest.New(t)
			for file, content := range test.files {
				mode := os.FileMode(0o644)
				if strings.HasPrefix(file, ".git/hooks/") || strings.HasPrefix(file, ".husky/_") || strings.HasPrefix(file, "tools/") {
					mode = 0o755
				}
				file = strings.TrimPrefix(file, "-")
				write(t, filepath.Join(repo.Dir, filepath.FromSlash(file)), content, mode)
			}
			if test.config != nil {
				repo.Git(append([]string{"config"}, test.config...)...)
			}
			layout := locate(t, repo.Dir)
			got, err := Installed(t.Context(), layout)
			if err != nil {
				t.Fatal(err)
			}
			for i := range got {
				relative, err := filepath.Rel(layout.WorkTree, got[i].File)
				if err != nil {
					t.Fatal(err)
				}
				got[i].File = filepath.ToSlash(relative)
				if i < len(test.want) && test.want[i].Problem != "" && strings.Contains(got[i].Problem, test.want[i].Problem) {
					got[i].Problem = test.want[i].Problem
				}
			}
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// The folder of hooks is the one that git itself takes them from.
func TestFolder(t *testing.T) {
	repo := gittest.New(t)
	repo.CommitFile("file", "content", "first")
	linked := filepath.Join(t.TempDir(), "linked")
	repo.Git("worktree", "add", "-q", "-b", "side", linked)
	elsewhere := t.TempDir()
	for name, test := range map[string]struct {
		path, from string
		shared     string
	}{
		"own":                      {"", repo.Dir, ""},
		"own, of a linked tree":    {"", linked, ""},
		"relative":                 {"hooks", repo.Dir, "work tree"},
		"relative, of linked tree": {"hooks", linked, "work tree"},
		"in the Git folder":        {".git/other", repo.Dir, ""},
		"absolute":                 {elsewhere, repo.Dir, "outside"},
	} {
		t.Run(name, func(t *testing.T) {
			repo.Git("config", "core.hooksPath", test.path)
			if test.path == "" {
				repo.Git("config", "--unset", "core.hooksPath")
			}
			got, err := Folder(t.Context(), locate(t, test.from), PreCommit)
			if err != nil {
				t.Fatal(err)
			}
			cmd := exec.Command("git", "rev-parse", "--path-format=absolute", "--git-path", "hooks")
			cmd.Dir = test.from
			out, err := cmd.Output()
			if err != nil {
				t.Fatal(err)
			}
			if want := filepath.Clean(strings.TrimSpace(string(out))); real(got.Path) != real(want) {
				t.Errorf("%q, but git has %q", got.Path, want)
			}
			if !strings.Contains(got.Shared, test.shared) || (test.shared == "") != (got.Shared == "") {
				t.Errorf("shared: %q", got.Shared)
			}
		})
	}
}

func real(path string) string {
	if resolved, err := filepath.EvalSymlinks(path); err == nil {
		return resolved
	}
	if resolved, err := filepath.EvalSymlinks(filepath.Dir(path)); err == nil {
		return filepath.Join(resolved, filepath.Base(path))
	}
	return path
}

// What was there comes back as it was, and nothing that anybody edited is lost.
func TestInstallAndUninstall(t *testing.T) {
	folder := HooksFolder{Path: filepath.Join(t.TempDir(), "hooks")}
	file := filepath.Join(folder.Path, PreCommit)
	install := func(program string) Change {
		t.Helper()
		change, err := Install(folder, PreCommit, program)
		if err != nil {
			t.Fatal(err)
		}
		return change
	}
	if change := install("/opt/unleak"); !change.Changed || change.Kept != "" {
		t.Errorf("first: %+v", change)
	}
	before, _ := os.Stat(file)
	if change := install("/opt/unleak"); change.Changed {
		t.Errorf("again: %+v", change)
	}
	if after, _ := os.Stat(file); !after.ModTime().Equal(before.ModTime()) || !os.SameFile(before, after) {
		t.Error("the file was touched")
	}
	if change := install("/opt/newer"); !change.Changed || change.Kept != "" {
		t.Errorf("another program: %+v", change)
	}
	if change, err := Uninstall(folder, PreCommit); err != nil || !change.Changed || exists(file) {
		t.Errorf("%+v, %v", change, err)
	}

	own := "#!/bin/sh\necho mine\r\n\n"
	write(t, file, own, 0o751)
	if change := install("/opt/unleak"); change.Kept != file+Kept || change.Idle {
		t.Errorf("%+v", change)
	}
	if change := install("/opt/newer"); change.Kept != file+Kept {
		t.Errorf("%+v", change)
	}
	if change, err := Uninstall(folder, PreCommit); err != nil || change.Kept == "" {
		t.Errorf("%+v, %v", change, err)
	}
	content, _ := os.ReadFile(file)
	info, _ := os.Stat(file)
	if string(content) != own || runtime.GOOS != "windows" && info.Mode().Perm() != 0o751 || exists(file+Kept) {
		t.Errorf("not as it was: %q, %v", content, info.Mode())
	}
	if change, err := Uninstall(folder, PreCommit); err != nil || change.Changed {
		t.Errorf("somebody else's hook: %+v, %v", change, err)
	}

	// Something under the second name is never written over.
	write(t, file+Kept, "other", 0o755)
	if _, err := Install(folder, PreCommit, "/opt/unleak"); !errors.Is(err, ErrInTheWay) {
		t.Errorf("%v", err)
	}
	os.Remove(file + Kept)
	install("/opt/unleak")
	shim, _ := os.ReadFile(file)
	write(t, file, string(shim)+"echo more\n", 0o755)
	if _, err := Uninstall(folder, PreCommit); !errors.Is(err, ErrEdited) {
		t.Errorf("%v", err)
	}
	if _, err := Install(folder, PreCommit, "/opt/unleak"); !errors.Is(err, ErrEdited) {
		t.Errorf("%v", err)
	}
}
