package finding

import (
	"cmp"
	"strings"
)

// Layer is one way in which a secret is hidden in the text around it.
type Layer struct {
	// Encoding is "base64", "hex", "percent" or "unicode-escape" for text, and "gzip", "zip", "tar", "xz",
	// "zstd" or "bzip2" for packed content.
	Encoding string `json:"encoding"`
	Member   string `json:"member,omitempty"` // the path in an archive
	// Line is where the secret, or what it is hidden in next, begins in the decoded text, counting from
	// 1. It is 0 for what has no lines.
	Line int `json:"line,omitempty"`
}

// Compare orders layers.
func (l Layer) Compare(other Layer) int {
	return cmp.Or(strings.Compare(l.Encoding, other.Encoding), strings.Compare(l.Member, other.Member), cmp.Compare(l.Line, other.Line))
}
