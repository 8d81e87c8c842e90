package finding

// Coverage is the account of a scan: every object it met is scanned, skipped
// with a reason, missing or corrupt, and nothing is in none of these.
type Coverage struct {
	// Complete is false as soon as anything was skipped, missing, corrupt or cut
	// off. Only a complete scan without findings is a clean one.
	Complete bool        `json:"complete"`
	Kinds    []KindCount `json:"kinds"`
	Skipped  []Gap       `json:"skipped"`
	Missing  []Gap       `json:"missing"`
	Corrupt  []Gap       `json:"corrupt"`
	Shallow  bool        `json:"shallow"`           // history before some commits is not here
	Partial  bool        `json:"partial"`           // a partial clone: objects are fetched on demand
	Omitted  int         `json:"omitted,omitempty"` // gaps beyond those listed
	Notes    []string    `json:"notes,omitempty"`   // other reasons why the scan is incomplete, a sentence each
}

// KindCount counts the objects of one kind. Bytes are of expanded content.
type KindCount struct {
	Kind    string `json:"kind"` // "commit", "tree", "blob", "tag", "ref", "path", "reflog", "file"
	Objects int64  `json:"objects"`
	Scanned int64  `json:"scanned"`
	Bytes   int64  `json:"bytes"`
}

// Gap is one object or file that was not scanned, and why.
type Gap struct {
	Kind   string `json:"kind,omitempty"`
	Object string `json:"object,omitempty"`
	Path   string `json:"path,omitempty"`
	Bytes  int64  `json:"bytes,omitempty"`
	Reason string `json:"reason"`
}
