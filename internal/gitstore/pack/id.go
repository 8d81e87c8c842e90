package pack

import (
	"bytes"
	"encoding/hex"
	"fmt"
)

// ID is the SHA-1 name of a Git object.
type ID [20]byte

// ParseID reads the 40 hexadecimal digits of an object name.
func ParseID(s string) (ID, error) {
	var id ID
	if len(s) != hex.EncodedLen(len(id)) {
		return ID{}, fmt.Errorf("object name of %d characters: a SHA-1 name has 40", len(s))
	}
	if _, err := hex.Decode(id[:], []byte(s)); err != nil {
		return ID{}, fmt.Errorf("object name is not hexadecimal: %w", err)
	}
	return id, nil
}

// String returns the 40 hexadecimal digits.
func (id ID) String() string { return hex.EncodeToString(id[:]) }

// IsZero reports whether id is the all-zero name, which names no object.
func (id ID) IsZero() bool { return id == ID{} }

// Compare orders ids as pack indexes do, bytewise.
func (id ID) Compare(other ID) int { return bytes.Compare(id[:], other[:]) }

// Kind is the type of a Git object, numbered as in pack entries
// (gitformat-pack(5)).
type Kind uint8

// The kinds of objects.
const (
	Commit Kind = 1
	Tree   Kind = 2
	Blob   Kind = 3
	Tag    Kind = 4
)

// String returns Git's name of the kind: "commit", "tree", "blob" or "tag".
func (k Kind) String() string {
	switch k {
	case Commit:
		return "commit"
	case Tree:
		return "tree"
	case Blob:
		return "blob"
	case Tag:
		return "tag"
	}
	return fmt.Sprintf("kind %d", uint8(k))
}

// ParseKind reads Git's name of a kind.
func ParseKind(s []byte) (Kind, bool) {
	for k := Commit; k <= Tag; k++ {
		if string(s) == k.String() {
			return k, true
		}
	}
	return 0, false
}
