package remediate

import (
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"

	"github.com/unleak/unleak/internal/redact"
)

// The files in the state folder by which values are searched for later, without them.
const (
	keyFile     = "key"
	digestsFile = "digests.json"
)

// keptDigests is what digestsFile holds.
type keptDigests struct {
	// Complete says that they stand for all that was taken out. Expressions of a file of replacements have no
	// digests, and neither have texts of less than four bytes.
	Complete bool            `json:"complete"`
	Digests  []redact.Digest `json:"digests"`
}

// add adds digests under the same key. A text that is known keeps the label it has.
func (k *keptDigests) add(digests []redact.Digest, complete bool) {
	known := map[redact.Sum]bool{}
	for _, d := range k.Digests {
		known[d.Sum] = true
	}
	for _, d := range digests {
		if !known[d.Sum] {
			k.Digests = append(k.Digests, d)
		}
	}
	k.Complete = k.Complete && complete
}

// readDigests reads both files; without them there is nothing to search for.
func (f files) readDigests() (key []byte, kept keptDigests, err error) {
	content, err := readBounded(f.path(digestsFile))
	if errors.Is(err, fs.ErrNotExist) {
		return nil, keptDigests{Complete: true}, nil
	}
	if err != nil {
		return nil, kept, err
	}
	if err := json.Unmarshal(content, &kept); err != nil {
		return nil, kept, fmt.Errorf("%s is damaged (%w), so values cannot be searched for", printable(f.path(digestsFile)), err)
	}
	if key, err = readBounded(f.path(keyFile)); err != nil {
		return nil, kept, fmt.Errorf("the key of %s cannot be read, so values cannot be searched for: %w", printable(f.path(digestsFile)), err)
	}
	return key, kept, nil
}
