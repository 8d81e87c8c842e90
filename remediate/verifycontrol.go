package remediate

import (
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/redact"
)

// control is something that the repository holds, and that is searched for with the rest.
type control struct {
	id pack.ID
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

// chooseControl takes the commit at HEAD, or any other object, and a piece of some blob, or of a commit where no blob suits.
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
	if len(v.digests) == 0 {
		c.Detail = "no values were searched for"
		return nil
	}
	piece := v.controlPiece(pack.Blob)
	if piece == nil {
		piece = v.controlPiece(pack.Commit)
	}
	if piece == nil {
		c.Detail = "there is none that is long enough"
		return nil
	}
	c.Text = true
	v.digests = append(v.digests[:len(v.digests):len(v.digests)], redact.NewDigest(v.key, piece, controlLabel))
	return nil
}

// controlPiece returns a piece of the first object of a kind that is long enough, or nil.
func (v *verification) controlPiece(kind pack.Kind) []byte {
	table := v.repository.Table()
	tries := 0
	for i := range uint32(table.Len()) {
		if table.Kind(i) != kind {
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
		return content[from:min(len(content), from+maxControl)]
	}
	return nil
}
