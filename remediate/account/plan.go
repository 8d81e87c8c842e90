// Package account is the vocabulary of a remediation: what a plan would change, what
// an apply has done, and the evidence that nothing is left.
//
// It is plain data with a JSON form, for renderers, incident files and tools. Like
// the vocabulary of a scan it is a leaf, and it holds no secret value: secrets are
// named by fingerprint and rule. Strings that come from a repository (paths, ref names) are
// as the repository has them, control characters included: renderers escape.
package account

import "time"

// SchemaVersion is the version of the JSON form of [Plan], [Account] and [Evidence]. The
// first number changes when a reader of the old form would break.
const SchemaVersion = "1.0"

// Plan says what a remediation would change, and whether it may. Making one changes
// nothing.
type Plan struct {
	SchemaVersion string     `json:"schema_version"`
	Tool          Tool       `json:"tool"`
	Made          time.Time  `json:"made,omitzero"`
	ID            string     `json:"id"` // hex; equal for equal refs and equal selectors
	Repository    Repository `json:"repository"`
	Selectors     Selectors  `json:"selectors"`

	// Secrets are what is taken out, worst first: they are to be rotated before anything else.
	Secrets []Secret `json:"secrets"`
	// Paths are what is removed, sorted by path.
	Paths []Path `json:"paths"`
	// OtherPaths hold a removed blob too and stay, unless the next plan names them.
	OtherPaths []OtherPath `json:"other_paths"`
	// Replacements say what each rule of text replacement changes.
	Replacements []Replacement `json:"replacements"`
	// Binaries are blobs that a replacement would have to change and that are not text.
	Binaries []Binary `json:"binaries"`

	Objects    Objects    `json:"objects"`
	Commits    Commits    `json:"commits"`
	Messages   Messages   `json:"messages"`
	Refs       []Ref      `json:"refs"`      // those that change or go, sorted by name
	RefCount   int        `json:"ref_count"` // all that the repository has
	Tags       int        `json:"tags"`      // annotated tags that are written anew
	Signatures Signatures `json:"signatures_lost"`
	LFS        []LFS      `json:"lfs"`
	Size       Size       `json:"size"`

	// Checks are all of them, also those that pass.
	Checks []Check `json:"checks"`
	// Command is what applies this plan, a word each; the first is the program.
	Command []string `json:"command,omitempty"`
}

// Tool names the program that made a plan or an account.
type Tool struct {
	Name    string `json:"name"`
	Version string `json:"version"`
}

// Repository says what is to be changed, and who else has it.
type Repository struct {
	Name      string   `json:"name"`             // of the folder: what a person types to confirm
	Path      string   `json:"path"`             // absolute
	GitFolder string   `json:"git_folder"`       // absolute, the common one of linked work trees
	Head      string   `json:"head,omitempty"`   // hex id of the commit at HEAD
	Branch    string   `json:"branch,omitempty"` // full ref name HEAD points at; empty when detached
	Bare      bool     `json:"bare"`
	Worktrees int      `json:"worktrees"` // with the main one
	Remotes   []Remote `json:"remotes"`
	PullRefs  int      `json:"pull_refs"` // refs/pull/* and their like, which a server keeps by itself
}

// Remote is another repository that this one knows.
type Remote struct {
	Name string `json:"name"`
	URL  string `json:"url"` // user information removed
	// Mirror says that a push to it is configured to push all refs as they are.
	Mirror bool `json:"mirror,omitempty"`
}

// Selectors are what was asked for.
type Selectors struct {
	Paths       []string `json:"paths,omitempty"`        // patterns as the user gave them
	Secrets     bool     `json:"secrets,omitempty"`      // every secret that a scan found
	Findings    []string `json:"findings,omitempty"`     // fingerprints
	ReplaceText string   `json:"replace_text,omitempty"` // name of the file
	Messages    bool     `json:"messages"`               // texts of commits and tags are redacted too
	KeepIDs     bool     `json:"keep_ids,omitempty"`     // old commit ids in messages stay
	Binary      string   `json:"binary,omitempty"`       // "refuse", "replace" or "keep"
}

// Fate says what becomes of something.
type Fate string

// The fates.
const (
	Removed  Fate = "removed"  // the blob or path that holds it goes
	Redacted Fate = "redacted" // replaced where it stands
	Stays    Fate = "stays"
)

// Secret is one secret that the plan is about.
type Secret struct {
	Fingerprint string    `json:"fingerprint"`
	RuleID      string    `json:"rule_id"`
	Description string    `json:"description"`
	Severity    string    `json:"severity"`         // as in findings
	Revoke      string    `json:"revoke,omitempty"` // the vendor's page
	Help        string    `json:"help,omitempty"`   // what to do now, plain sentences
	Fate        Fate      `json:"fate"`             // [Stays]: something still holds it after this plan
	Since       time.Time `json:"since,omitzero"`   // author date of the first commit that has it
	Places      []Place   `json:"places"`           // the first ones, oldest first
	PlaceCount  int       `json:"place_count"`      // all of them
}

// Place is where a secret lives.
type Place struct {
	Kind   string `json:"kind"` // as [finding.Kind] has it: "blob", "message", …
	Path   string `json:"path,omitempty"`
	Line   int    `json:"line,omitempty"`
	Object string `json:"object,omitempty"` // hex id of the blob, commit or tag
	Commit string `json:"commit,omitempty"` // hex id of the one that brought it in
	AtHead bool   `json:"at_head"`
	Fate   Fate   `json:"fate"`
	Hidden string `json:"hidden,omitempty"` // how it is encoded or packed there, outermost first
}

// Path is a path that is removed from every commit.
type Path struct {
	Path    string `json:"path"`
	Pattern string `json:"pattern"` // of the selectors, which it matches
	Kind    string `json:"kind"`    // "file", "folder", "symlink" or "submodule"; the latest, where they differ
	Blobs   int    `json:"blobs"`   // distinct versions
	Commits int    `json:"commits"` // that change it
	AtHead  bool   `json:"at_head"`
	OnDisk  bool   `json:"on_disk"` // in a work tree, where it stays and is tracked no longer
}

// OtherPath is a path that holds the blob of a removed one and is not removed: a copy, or
// the name before or after a renaming.
type OtherPath struct {
	Path   string `json:"path"`
	SameAs string `json:"same_as"` // a removed path
	Blob   string `json:"blob"`    // hex id of one they share
	Blobs  int    `json:"blobs"`   // how many they share
	AtHead bool   `json:"at_head"`
}

// Replacement is what one rule of text replacement changes.
type Replacement struct {
	Label    string `json:"label"`    // a fingerprint, or the line of the rule file: "rules.txt:3"
	Matches  int    `json:"matches"`  // in distinct objects
	Blobs    int    `json:"blobs"`    // distinct
	Messages int    `json:"messages"` // of commits and tags
}

// Binary is a blob that holds what is to be replaced and is not text.
type Binary struct {
	Blob   string `json:"blob"` // hex id
	Path   string `json:"path"` // one of those it is at
	Bytes  int64  `json:"bytes"`
	Action string `json:"action"` // "refuse", "replace" or "keep"
}

// Objects counts what goes and what is written anew.
type Objects struct {
	Total         int `json:"total"` // that the repository holds now
	BlobsRemoved  int `json:"blobs_removed"`
	BlobsRedacted int `json:"blobs_redacted"`
	Trees         int `json:"trees"`       // written anew
	Unreachable   int `json:"unreachable"` // which no ref reaches, and the purge drops
	Stale         int `json:"stale"`       // of those, the ones that hold what is taken out
}

// Commits counts what happens to the commits that refs reach.
type Commits struct {
	Total   int `json:"total"`
	Changed int `json:"changed"` // get a new id; the pruned ones not counted
	Pruned  int `json:"pruned"`  // go, as nothing is left of their change
	// FirstChanged are the ids of changed or pruned commits none of whose ancestors
	// change: what a server's support asks for. Sorted.
	FirstChanged []string `json:"first_changed"`
}

// Messages counts commit and tag messages that change.
type Messages struct {
	Redacted int `json:"redacted"` // where a value is replaced
	Unedited int `json:"unedited"` // that hold a text to replace in files only, and so stay; commits and tags are counted
	Updated  int `json:"updated"`  // where ids of commits are replaced by their new ones
}

// Ref is a ref that changes.
type Ref struct {
	Name     string `json:"name"`               // full; "HEAD" or "worktrees/NAME/HEAD" where detached
	Old      string `json:"old"`                // hex id
	New      string `json:"new,omitempty"`      // hex id; empty: the ref goes
	Worktree string `json:"worktree,omitempty"` // linked work tree that it belongs to
}

// Signatures counts those that are lost because what they sign changes.
type Signatures struct {
	Commits int `json:"commits"`
	Tags    int `json:"tags"`
}

// LFS is an object of Git LFS that no file points to any more. It is on the LFS
// server, and stays there.
type LFS struct {
	OID   string `json:"oid"` // as the pointer has it, without "sha256:"
	Path  string `json:"path"`
	Bytes int64  `json:"bytes"`
}

// Size is what the objects take on disk, in bytes.
type Size struct {
	Before int64 `json:"before"`
	After  int64 `json:"after"` // estimated in a plan, measured in an account
}

// Verdict is the result of a check.
type Verdict string

// The verdicts.
const (
	Pass   Verdict = "pass"
	Warn   Verdict = "warn"   // goes on; a person should know
	Refuse Verdict = "refuse" // does not go on, unless Remedy is followed
)

// Check is one thing that could make a rewrite harmful, looked at beforehand.
type Check struct {
	Name    string  `json:"name"` // short, such as "work tree"
	Verdict Verdict `json:"verdict"`
	Detail  string  `json:"detail"`           // one sentence: what was met
	Remedy  string  `json:"remedy,omitempty"` // one sentence: what to do, or the flag that overrides
}

// Refused returns the checks that forbid to apply the plan.
func (p *Plan) Refused() []Check {
	var refused []Check
	for _, check := range p.Checks {
		if check.Verdict == Refuse {
			refused = append(refused, check)
		}
	}
	return refused
}

// Leaves reports whether something that was asked for would stay after the plan: in binary files, in messages, or where
// it cannot be replaced.
func (p *Plan) Leaves() bool {
	for _, secret := range p.Secrets {
		if secret.Fate == Stays {
			return true
		}
	}
	for _, binary := range p.Binaries {
		if binary.Action != "replace" {
			return true
		}
	}
	return p.Messages.Unedited > 0
}

// Empty reports whether applying the plan would change nothing.
func (p *Plan) Empty() bool {
	return len(p.Refs) == 0 && p.Commits.Changed == 0 && p.Commits.Pruned == 0 &&
		p.Objects.BlobsRemoved == 0 && p.Objects.BlobsRedacted == 0 && p.Objects.Stale == 0
}
