package report

import (
	"errors"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// names returns the names in a folder.
func names(t *testing.T, folder string) []string {
	t.Helper()
	entries, err := os.ReadDir(folder)
	if err != nil {
		t.Fatal(err)
	}
	var list []string
	for _, entry := range entries {
		list = append(list, entry.Name())
	}
	return list
}

func TestFileAppearsWhenComplete(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "out.json")
	if err := os.WriteFile(path, []byte("former"), 0o644); err != nil {
		t.Fatal(err)
	}
	r, err := File(path, JSON, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Start(completeHeader()); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(path); string(got) != "former" {
		t.Errorf("before End the file holds %q", got)
	}
	if err := errors.Join(r.End(), r.Close()); err != nil {
		t.Fatal(err)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(render(t, JSON, Options{}, completeHeader(), nil)), string(got)); diff != "" {
		t.Errorf("file (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"out.json"}, names(t, folder)); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
	if info, err := os.Stat(path); runtime.GOOS != "windows" && (err != nil || info.Mode() != 0o600) {
		t.Errorf("mode %v, %v; want 0600", info.Mode(), err)
	}
}

func TestFileIsDroppedWhenIncomplete(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "out.json")
	r, err := File(path, JSON, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := r.Start(completeHeader()); err != nil {
		t.Fatal(err)
	}
	if err := r.Close(); err != nil {
		t.Fatal(err)
	}
	if got := names(t, folder); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

// A link in a scanned work tree must not choose what a report overwrites.
func TestFileReplacesLinks(t *testing.T) {
	folder := t.TempDir()
	target, link := filepath.Join(folder, "target"), filepath.Join(folder, "out.txt")
	if err := os.WriteFile(target, []byte("precious"), 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(target, link); err != nil {
		t.Skip("no symbolic links here:", err)
	}
	r, err := File(link, Text, Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if err := errors.Join(r.Start(completeHeader()), r.End()); err != nil {
		t.Fatal(err)
	}
	if got, _ := os.ReadFile(target); string(got) != "precious" {
		t.Errorf("the link's target now holds %q", got)
	}
	if info, err := os.Lstat(link); err != nil || !info.Mode().IsRegular() {
		t.Errorf("the link is still one: %v, %v", info.Mode(), err)
	}
}

func TestFileErrors(t *testing.T) {
	folder := t.TempDir()
	tests := []struct{ name, path, format, want string }{
		{"no such folder", filepath.Join(folder, "none", "out.json"), JSON, "none"},
		{"a folder", folder, JSON, "is a folder"},
		{"format", filepath.Join(folder, "out.json"), "xml", "unknown format"},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if _, err := File(test.path, test.format, Options{}); err == nil || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want an error with %q", err, test.want)
			}
		})
	}
	if got := names(t, folder); len(got) != 0 {
		t.Errorf("left behind: %v", got)
	}
}

func TestCommitFailureLeavesNothing(t *testing.T) {
	folder := t.TempDir()
	path := filepath.Join(folder, "out.json")
	file, err := CreateAtomic(path)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.MkdirAll(filepath.Join(path, "in the way"), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := file.Commit(); err == nil {
		t.Error("a folder was replaced by a file")
	}
	if err := file.Close(); err != nil {
		t.Error(err)
	}
	if diff := cmp.Diff([]string{"out.json"}, names(t, folder)); diff != "" {
		t.Errorf("folder (-want +got):\n%s", diff)
	}
}

func TestFileWritesDevicesDirectly(t *testing.T) {
	if _, err := os.Stat(os.DevNull); err != nil || runtime.GOOS == "windows" {
		t.Skip("no devices among the files here")
	}
	r, err := File(os.DevNull, Text, Options{})
	if err != nil {
		t.Fatal(err)
	}
	if err := errors.Join(r.Start(completeHeader()), r.End(), r.Close()); err != nil {
		t.Error(err)
	}
}
