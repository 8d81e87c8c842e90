package gittest

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"os"
	"path/filepath"
	"strings"
)

// NullID is the id of no object.
const NullID = "0000000000000000000000000000000000000000"

// HashObject stores an object of any content, well formed or not, and returns
// its hex id. Nothing refers to it yet.
func (r *Repo) HashObject(kind string, content []byte) string {
	r.t.Helper()
	return string(bytes.TrimSpace(r.GitInput(content, "hash-object", "-w", "--literally", "--stdin", "-t", kind)))
}

// Blob stores a blob that nothing refers to and returns its hex id.
func (r *Repo) Blob(content string) string {
	r.t.Helper()
	return r.HashObject("blob", []byte(content))
}

// TreeEntry is one line of a tree. Mode is written as it stands, so that odd modes
// come out odd.
type TreeEntry struct {
	Mode, Name, ID string
}

// MakeTree stores a tree whose entries stand in the order given, names as they
// are: neither is checked. The repository has SHA-1 ids.
func (r *Repo) MakeTree(entries ...TreeEntry) string {
	r.t.Helper()
	var raw bytes.Buffer
	for _, entry := range entries {
		id, err := hex.DecodeString(entry.ID)
		must(r.t, err)
		fmt.Fprintf(&raw, "%s %s\x00%s", entry.Mode, entry.Name, id)
	}
	return r.HashObject("tree", raw.Bytes())
}

// MakeCommit stores a commit that no ref reaches.
func (r *Repo) MakeCommit(tree, message string, parents ...string) string {
	r.t.Helper()
	var raw bytes.Buffer
	fmt.Fprintf(&raw, "tree %s\n", tree)
	for _, parent := range parents {
		fmt.Fprintf(&raw, "parent %s\n", parent)
	}
	line := fmt.Sprintf("%s <%s> %d +0000", Name, Email, r.clock.Unix())
	fmt.Fprintf(&raw, "author %s\ncommitter %s\n\n%s", line, line, message)
	return r.HashObject("commit", raw.Bytes())
}

// UpdateRef points a ref at an object; with [NullID] it deletes the ref.
func (r *Repo) UpdateRef(name, id string) {
	r.t.Helper()
	if id == NullID {
		r.Git("update-ref", "-d", name)
		return
	}
	r.Git("update-ref", name, id)
}

// DropReflogs deletes every reflog, the stash list included.
func (r *Repo) DropReflogs() {
	r.t.Helper()
	must(r.t, os.RemoveAll(filepath.Join(r.GitDir(), "logs")))
}

// Object is one object of a repository.
type Object struct {
	ID, Kind string
	Size     int64 // bytes of content
}

// Objects lists every object git finds in the repository, reachable or not, by id.
func (r *Repo) Objects() []Object {
	r.t.Helper()
	var objects []Object
	for line := range strings.Lines(r.Git("cat-file", "--batch-all-objects", "--batch-check")) {
		var o Object
		if _, err := fmt.Sscan(line, &o.ID, &o.Kind, &o.Size); err != nil {
			r.t.Fatalf("git cat-file said %q: %v", line, err)
		}
		objects = append(objects, o)
	}
	return objects
}

// Read returns the kind and content of an object.
func (r *Repo) Read(id string) (kind string, content []byte) {
	r.t.Helper()
	kind = r.Git("cat-file", "-t", id)
	return kind, r.GitInput(nil, "cat-file", kind, id)
}

// Packs returns the paths of all packs of the repository's own object store.
func (r *Repo) Packs() []string {
	r.t.Helper()
	packs, err := filepath.Glob(filepath.Join(r.ObjectDir(), "pack", "*.pack"))
	must(r.t, err)
	return packs
}

// LoosePath returns where a loose object of the given id is kept, or would be.
func (r *Repo) LoosePath(id string) string {
	r.t.Helper()
	return filepath.Join(r.ObjectDir(), id[:2], id[2:])
}
