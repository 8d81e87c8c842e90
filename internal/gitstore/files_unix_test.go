//go:build unix

package gitstore

import (
	"os"
	"path/filepath"
	"syscall"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
)

// TestPipesAreNotOpened would hang where something waits for a writer.
func TestPipesAreNotOpened(t *testing.T) {
	repo := gittest.New(t)
	repo.CommitFile("file", "1", "first")
	dir := filepath.Join(repo.Dir, ".git")
	pipes := []string{"packed-refs", "shallow", "index", "ORIG_HEAD", "refs/heads/pipe", "logs/refs/heads/pipe", "objects/info/alternates"}
	for _, name := range pipes {
		path := filepath.Join(dir, filepath.FromSlash(name))
		os.Remove(path)
		if err := syscall.Mkfifo(path, 0o644); err != nil {
			t.Skip(err)
		}
	}
	layout := locate(t, repo.Dir)
	_, found := layout.Refs()
	_, shallow := layout.Shallow()
	_, alternates := layout.ObjectDirs()
	_, index := layout.Index(Worktree{GitDir: layout.GitDir})
	reflogs, err := layout.Reflogs(func(ReflogEntry) error { return nil })
	if err != nil {
		t.Fatal(err)
	}
	found = append(append(append(append(found, shallow...), alternates...), index...), reflogs...)
	if len(found) != len(pipes) {
		t.Errorf("problems %v, want one for each of %q", found, pipes)
	}
}
