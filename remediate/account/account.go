package account

import "time"

// Account is what an apply has done: the incident file.
type Account struct {
	SchemaVersion string    `json:"schema_version"`
	Tool          Tool      `json:"tool"`
	Started       time.Time `json:"started"`
	Finished      time.Time `json:"finished"`
	Plan          *Plan     `json:"plan"`

	Steps  []Step  `json:"steps"` // in the order in which they were done
	Backup *Backup `json:"backup,omitempty"`
	Pack   Pack    `json:"pack"`
	Purged Purged  `json:"purged"`
	Size   Size    `json:"size"`
	Files  Files   `json:"files"`
	// Kept are removed files that are still on disk, untracked, from the root of their
	// work tree.
	Kept []string `json:"kept"`

	Evidence *Evidence `json:"evidence,omitempty"` // nil: not verified
	// Remaining is what no program should do alone, in the order to do it in.
	Remaining []Task   `json:"remaining"`
	Notes     []string `json:"notes,omitempty"` // a sentence each
}

// Step is a part of the work.
type Step struct {
	Name    string    `json:"name"` // such as "backup", "pack", "refs", "purge", "verify"
	Detail  string    `json:"detail,omitempty"`
	Started time.Time `json:"started,omitzero"`
	Seconds float64   `json:"seconds"`
	Resumed bool      `json:"resumed,omitempty"` // finished by a later run, after an interruption
}

// Backup is the bundle of everything there was.
type Backup struct {
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
	// SHA256 is the hash of the file, in hex.
	SHA256 string `json:"sha256,omitempty"`
}

// Pack is the new pack.
type Pack struct {
	Name    string `json:"name"` // hex, as in pack-NAME.pack
	Bytes   int64  `json:"bytes"`
	Objects int    `json:"objects"`
}

// Purged counts what was deleted.
type Purged struct {
	Packs         int   `json:"packs"`
	Loose         int   `json:"loose"`
	Bytes         int64 `json:"bytes"`
	ReflogEntries int   `json:"reflog_entries"`
	OtherFiles    int   `json:"other_files"` // commit-graphs, ORIG_HEAD, lost-found and their like
}

// Files are what was written beside the repository's own files, absolute paths.
type Files struct {
	CommitMap string `json:"commit_map,omitempty"` // a line each: old id, space, new id; zeros: pruned
	RefMap    string `json:"ref_map,omitempty"`    // a line each: old id, new id, ref name
	Account   string `json:"account,omitempty"`    // this, as Markdown
	JSON      string `json:"json,omitempty"`       // this, as JSON
}

// Task is something that remains to do by hand.
type Task struct {
	Name   string `json:"name"`             // stable, such as "rotate" or "push"
	Title  string `json:"title"`            // an imperative, such as "Rotate 2 secrets"
	Detail string `json:"detail,omitempty"` // plain sentences
	// Items are what it is about, one line each.
	Items []string `json:"items,omitempty"`
	// Commands are to be run, none of them was.
	Commands []string `json:"commands,omitempty"`
	// Text is to be sent to someone, as it is.
	Text string `json:"text,omitempty"`
}
