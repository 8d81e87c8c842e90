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
	Values   int             `json:"values"` // distinct ones: each has a digest of every form
	Digests  []redact.Digest `json:"digests"`
}

// add adds digests under the same key. A text that is known keeps the label it has, and a value of which any form
// is known is no new one. A label alone tells no value: rules of two files may have the same.
func (k *keptDigests) add(digests []redact.Digest, complete bool) {
	known := map[redact.Sum]bool{}
	for _, d := range k.Digests {
		known[d.Sum] = true
	}
	values := map[string]bool{} // by label, and whether none of its forms was known
	label := map[redact.Sum]string{}
	for _, d := range digests {
		first, met := label[d.Sum]
		if !met {
			label[d.Sum] = d.Label
		}
		isNew, counted := values[d.Label]
		values[d.Label] = (isNew || !counted) && !known[d.Sum] && (!met || first == d.Label)
		if !known[d.Sum] && !met {
			k.Digests = append(k.Digests, d)
		}
	}
	for _, isNew := range values {
		if isNew {
			k.Values++
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

// newProbe makes a probe of kept digests.
func (f files) newProbe(key []byte, digests []redact.Digest) (*redact.Probe, error) {
	probe, err := redact.NewProbe(key, digests)
	if err != nil {
		return nil, fmt.Errorf("%s is damaged: %w", printable(f.path(digestsFile)), err)
	}
	return probe, nil
}
