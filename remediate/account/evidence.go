package account

import "time"

// Evidence says what was searched for what was removed, and what still holds it.
type Evidence struct {
	SchemaVersion string     `json:"schema_version"`
	Tool          Tool       `json:"tool"`
	Made          time.Time  `json:"made,omitzero"`
	Repository    string     `json:"repository"` // path, or URL without user information
	Proved        bool       `json:"proved"`     // nothing holds it, nothing was left out, and the control was found
	Objects       int        `json:"objects"`    // ids of removed objects that were searched for
	Values        int        `json:"values"`     // distinct values that were searched for, by keyed digest
	Searched      []Searched `json:"searched"`
	Holding       []Holding  `json:"holding"`
	Control       Control    `json:"control"`
	// Unread are places that could not be searched, a sentence each. One is enough for
	// Proved to be false.
	Unread []string `json:"unread,omitempty"`
	Notes  []string `json:"notes,omitempty"` // what a person should know all the same, a sentence each
}

// Searched counts what was searched in one sort of place.
type Searched struct {
	Place string `json:"place"` // such as "objects in packs", "reflog entries"
	Count int64  `json:"count"`
	Bytes int64  `json:"bytes,omitempty"` // expanded
}

// Holding is one thing that still holds what was removed.
type Holding struct {
	Object      string `json:"object,omitempty"`      // hex id of the object that holds it
	Fingerprint string `json:"fingerprint,omitempty"` // of the value; empty: the object itself was removed
	Where       string `json:"where"`                 // such as "pack-….pack", "reflog of refs/heads/main", a file
	Path        string `json:"path,omitempty"`        // one path at which a commit has it
	Reached     string `json:"reached"`               // how, such as "refs/heads/main", "the reflog", "nothing"
}

// Control is the proof that the search finds what is there: an id and a value that
// the repository holds, searched for with the rest.
type Control struct {
	Object string `json:"object,omitempty"` // hex id that was searched for; empty: none
	Found  bool   `json:"found"`            // by id
	Text   bool   `json:"text"`             // a piece of text was searched for, by digest
	Value  bool   `json:"value"`            // and found
	Detail string `json:"detail,omitempty"` // why no id or no text was searched for
}
