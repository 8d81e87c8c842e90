package remediate

import (
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/redact"
)

// control is something that the repository holds, and that is searched for with the rest.
type control struct {
	id    pack.ID
	label string // of a piece of a blob
}

// controlLabel is no fingerprint.
const controlLabel = "control"

// What a piece of a blob for the control is taken from.
const (
	minControl      = 32
	maxControl      = 64
	maxControlBlob  = 1 << 20
	maxControlTries = 1000
)

// chooseControl takes the commit at HEAD, or any other object, and a piece of some blob.
func (v *verification) chooseControl() error {
	v.digests = v.kept.Digests
	c := &v.evidence.Control
	table := v.repository.Table()
	if table.Len() == 0 {
		c.Detail = "the repository holds no object"
		return nil
	}
	v.control.id = table.ID(uint32(table.Len() / 2))
	if head, ok := v.repository.Head(); ok && !head.Target.IsZero() {
		v.control.id = head.Target
	}
	c.Object = v.control.id.String()
	if c.Value = len(v.digests) == 0; c.Value {
		return nil
	}
	tries := 0
	for i := range uint32(table.Len()) {
		if table.Kind(i) != pack.Blob {
			continue
		}
		if tries++; tries > maxControlTries {
			break
		}
		_, content, err := v.repository.Read(table.ID(i), nil, maxControlBlob)
		if err != nil || len(content) < minControl {
			continue
		}
		from := (len(content) - minControl) / 2
		piece := content[from:min(len(content), from+maxControl)]
		v.control.label = controlLabel
		v.digests = append(v.digests[:len(v.digests):len(v.digests)], redact.NewDigest(v.key, piece, controlLabel))
		return nil
	}
	c.Value, c.Detail = true, "no blob is long enough to search for a piece of it"
	return nil
}
