package finding

import (
	"bytes"
	"encoding/json"
	"fmt"
	"log/slog"
	"strings"
	"unicode"
	"unicode/utf8"
)

// Secret holds a value that must not leave by accident: every way of printing
// or encoding it gives the redacted form. Only [Secret.Reveal] gives the value.
type Secret struct {
	value    string
	prefix   string
	revealed bool
	shown    string // all that is known, where value is empty
}

// longToken is the length in bytes from which the last characters of a token may
// be shown: with four of 24 gone, at least 80 bits of a base-64 token remain.
const longToken = 24

// NewSecret wraps value. prefix is the part of it that every token of its kind
// starts with (such as "ghp_"), and so is no secret; it is ignored when value
// does not start with it.
func NewSecret(value, prefix string) Secret {
	if !strings.HasPrefix(value, prefix) || len(prefix) >= len(value) {
		prefix = ""
	}
	return Secret{value: value, prefix: prefix}
}

// ShownSecret returns a secret of which nothing is known but what a report shows of it. It
// reveals nothing.
func ShownSecret(shown string) Secret { return Secret{shown: shown} }

// Revealed returns the same secret with its value shown by every renderer.
// It is what --reveal asks for.
func (s Secret) Revealed() Secret { s.revealed = true; return s }

// Reveal returns the value itself.
func (s Secret) Reveal() string { return s.value }

// Redacted returns the value with all but a known prefix, and the last four
// characters of a long token, replaced by three dots.
//
// A finding that is a path and no value has the empty secret, which stays empty.
func (s Secret) Redacted() string {
	if s.value == "" {
		return s.shown
	}
	body := s.value[len(s.prefix):]
	tail := ""
	if len(body) >= longToken && isToken(body) {
		tail = body[len(body)-4:]
	}
	return s.prefix + "..." + tail
}

// isToken reports whether s is one run of printable ASCII: the last characters of
// a sentence or a key block say nothing that helps to recognise it.
func isToken(s string) bool {
	return !strings.ContainsFunc(s, func(r rune) bool {
		return r == utf8.RuneError || r > unicode.MaxASCII || r <= ' ' || r == 0x7f
	})
}

// String returns what a report shows: the redacted value, or the value itself
// after [Secret.Revealed].
func (s Secret) String() string {
	if s.revealed && s.value != "" {
		return s.value
	}
	return s.Redacted()
}

// Format writes the shown form for every verb, so that no %#v or %x leaks.
func (s Secret) Format(f fmt.State, _ rune) { fmt.Fprint(f, s.String()) }

// GoString returns the shown form.
func (s Secret) GoString() string { return s.String() }

// LogValue returns the shown form.
func (s Secret) LogValue() slog.Value { return slog.StringValue(s.String()) }

// MarshalJSON encodes the shown form, as [ValidText] and without HTML escapes.
func (s Secret) MarshalJSON() ([]byte, error) {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	err := encoder.Encode(ValidText(s.String()))
	return bytes.TrimSuffix(b.Bytes(), []byte("\n")), err
}
