package remediate

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/remediate/account"
)

// Names in the folder "unleak" of the common Git folder. Those of the first group are there only
// while a remediation is under way; the last group stays.
const (
	journalName = "journal"
	stateName   = "state.json"
	locksName   = "locks"          // files that hold locks of git's, by link
	stagingName = "unleak-staging" // the new pack, until it is complete; in the folder of the objects
	viewName    = "view"           // a repository without the old objects, to look whether it is whole

	replacementName = "replacement" // a file on its way into the Git folder

	newSuffix       = ".new" // of files that stay, until they are true
	temporarySuffix = ".tmp" // of files that are being written

	commitMapName = "commit-map"
	refMapName    = "ref-map"
	removedName   = "removed-objects"
	accountName   = "account.json"
)

const stateVersion = 1

// state is all that carrying out, ending or taking back a remediation needs once the new pack is complete. It
// is written once. Bytes of the repository, which need not be UTF-8, are []byte.
type state struct {
	Version   int             `json:"version"`
	Started   time.Time       `json:"started"`
	Plan      *account.Plan   `json:"plan"`
	Backup    *account.Backup `json:"backup,omitempty"`
	Pack      account.Pack    `json:"pack"`
	Refs      []refState      `json:"refs"`
	Stash     []mapped        `json:"stash,omitempty"` // of every entry, changed or not
	Worktrees []worktreeState `json:"worktrees"`
	Ignore    []string        `json:"ignore,omitempty"`
	Objects   []string        `json:"objects"`        // files of the old object store, relative to it
	Kept      []string        `json:"kept,omitempty"` // old packs that got a .keep file from us
	Size      int64           `json:"size"`           // of the old objects, in bytes
	// Derived are the files that are made from objects, and when each was written, in nanoseconds since 1970.
	Derived map[string]int64 `json:"derived,omitempty"`
}

// objectID is an object name that is written in hex.
type objectID pack.ID

// MarshalText writes 40 digits.
func (id objectID) MarshalText() ([]byte, error) { return []byte(pack.ID(id).String()), nil }

// UnmarshalText reads 40 digits.
func (id *objectID) UnmarshalText(text []byte) error {
	parsed, err := pack.ParseID(string(text))
	*id = objectID(parsed)
	return err
}

// refState is one ref that changes, by the name under which git knows it from the main work tree.
type refState struct {
	Name   []byte   `json:"name"`
	Old    objectID `json:"old"` // zero: made
	New    objectID `json:"new"` // zero: goes
	HadLog bool     `json:"had_log,omitempty"`
	Log    []byte   `json:"log,omitempty"` // of a ref that goes, as git deletes it
}

// mapped is an object and what it became; a zero Gone says nothing is left.
type mapped struct {
	Old objectID `json:"old"`
	New objectID `json:"new"`
}

// worktreeState is what happens to one work tree.
type worktreeState struct {
	Name   string      `json:"name"`            // "" for the main one
	GitDir []byte      `json:"git_dir"`         // absolute
	Folder []byte      `json:"folder"`          // of its files, absolute; empty: none, or gone
	Edits  []indexEdit `json:"edits,omitempty"` // of its index
}

// files are the places of the state folder of a repository.
type files struct {
	common  string // the common Git folder
	objects string // the object folder, symbolic links resolved
	dir     string
}

func filesOf(layout *gitstore.Layout) files {
	objects := filepath.Join(layout.CommonDir, "objects")
	if real, err := filepath.EvalSymlinks(objects); err == nil {
		objects = real
	}
	return files{common: layout.CommonDir, objects: objects, dir: filepath.Join(layout.CommonDir, "unleak")}
}

func (f files) path(name string) string { return filepath.Join(f.dir, name) }
func (f files) staging() string         { return filepath.Join(f.objects, stagingName) }
func (f files) packDir() string         { return filepath.Join(f.objects, "pack") }

// make makes the state folder, for the owner alone: it can hold paths and old texts.
func (f files) make() error {
	if err := os.Mkdir(f.dir, 0o700); err != nil && !errors.Is(err, fs.ErrExist) {
		return fmt.Errorf("nothing was changed, as the folder of a remediation cannot be made: %w", err)
	}
	// A repository from elsewhere may have a link of that name.
	if info, err := os.Lstat(f.dir); err != nil || !info.IsDir() {
		return fmt.Errorf("nothing was changed, as %s is no folder: delete it", printable(f.dir))
	}
	return nil
}

func (f files) saveState(s *state) error {
	content, err := json.Marshal(s)
	if err != nil {
		return err
	}
	return writeFile(f.path(stateName), content, 0o600)
}

func (f files) loadState() (*state, error) {
	content, err := readBounded(f.path(stateName))
	if err != nil {
		return nil, err
	}
	s := &state{}
	if err := json.Unmarshal(content, s); err != nil {
		return nil, fmt.Errorf("%s is damaged (%w): restore the repository from the backup bundle", printable(f.path(stateName)), err)
	}
	if s.Version != stateVersion {
		return nil, fmt.Errorf("%s was written by another version of unleak: end the remediation with that one", printable(f.path(stateName)))
	}
	return s, nil
}

// clear removes everything that a remediation keeps only while it is under way; the journal last, which tells
// that there is one.
func (f files) clear() error {
	entries, err := os.ReadDir(f.dir)
	errs := []error{err}
	for _, entry := range entries {
		switch name := entry.Name(); {
		case name == stateName, name == locksName, name == viewName, name == replacementName,
			strings.HasSuffix(name, newSuffix), strings.HasSuffix(name, temporarySuffix):
			errs = append(errs, os.RemoveAll(f.path(name)))
		}
	}
	errs = append(errs, os.RemoveAll(f.staging()))
	if err := errors.Join(errs...); err != nil {
		return err
	}
	if _, err := remove(f.path(journalName)); err != nil {
		return err
	}
	return syncDir(f.dir)
}

// keepNew gives the files that stay their names, but for some that come later.
func (f files) keepNew(but ...string) error {
	entries, err := os.ReadDir(f.dir)
	if err != nil {
		return err
	}
	for _, entry := range entries {
		name, fresh := strings.CutSuffix(entry.Name(), newSuffix)
		if !fresh || slices.Contains(but, name) {
			continue
		}
		if err := os.Rename(f.path(name+newSuffix), f.path(name)); err != nil {
			return err
		}
	}
	return syncDir(f.dir)
}
