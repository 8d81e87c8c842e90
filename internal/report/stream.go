package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// stream writes one JSON document piece by piece, indented by two spaces. The
// first error sticks and is returned by flush and check.
type stream struct {
	out     *bufio.Writer
	encoder *encoder
	depth   int
	empty   bool // the innermost object or array has no member yet
	err     error
}

func newStream(w io.Writer) *stream {
	return &stream{out: bufio.NewWriterSize(w, 1<<16), encoder: newEncoder()}
}

// begin opens an object or array; key is "" for the document and in arrays.
func (s *stream) begin(key string, bracket byte) {
	s.member(key)
	s.write([]byte{bracket})
	s.depth++
	s.empty = true
}

// end closes what begin opened last.
func (s *stream) end(bracket byte) {
	s.depth--
	if !s.empty {
		s.newline()
	}
	s.write([]byte{bracket})
	s.empty = false
}

// value writes a member of the innermost object or array.
func (s *stream) value(key string, v any) {
	encoded, err := s.encoder.indented(v, s.depth)
	if err != nil {
		s.fail(err)
		return
	}
	s.member(key)
	s.write(encoded)
}

func (s *stream) member(key string) {
	if s.depth > 0 {
		if !s.empty {
			s.write([]byte{','})
		}
		s.newline()
	}
	s.empty = false
	if key != "" {
		s.write([]byte(`"` + key + `": `)) // keys are ours and plain
	}
}

func (s *stream) newline() {
	s.write([]byte("\n" + strings.Repeat(indentation, s.depth)))
}

func (s *stream) write(b []byte) {
	if s.err == nil {
		_, err := s.out.Write(b)
		s.fail(err)
	}
}

func (s *stream) fail(err error) {
	if s.err == nil && err != nil {
		s.err = fmt.Errorf("write report: %w", err)
	}
}

// flush ends the document with a newline and hands everything on.
func (s *stream) flush() error {
	s.write([]byte{'\n'})
	if s.err == nil {
		s.fail(s.out.Flush())
	}
	return s.err
}

// encoder encodes values as JSON without HTML escapes, one at a time. The bytes that it
// returns are valid until its next call.
type encoder struct {
	buffer bytes.Buffer
	json   *json.Encoder
	layout []byte
}

func newEncoder() *encoder {
	e := &encoder{}
	e.json = json.NewEncoder(&e.buffer)
	e.json.SetEscapeHTML(false)
	return e
}

// compact returns v on one line, without a newline.
func (e *encoder) compact(v any) ([]byte, error) {
	e.buffer.Reset()
	if err := e.json.Encode(v); err != nil {
		return nil, err
	}
	return escapeInvisible(bytes.TrimSuffix(e.buffer.Bytes(), []byte("\n"))), nil
}

// indented returns v on lines of their own for what stands some levels deep.
func (e *encoder) indented(v any, depth int) ([]byte, error) {
	compact, err := e.compact(v)
	e.layout = appendIndented(e.layout[:0], compact, depth)
	return e.layout, err
}

// escapeInvisible writes the characters that [Printable] escapes as \u escapes. They
// can stand only inside strings, where the escape means the same character, so that
// a report is exact and yet safe to print. Below U+0020 the encoder did it.
func escapeInvisible(encoded []byte) []byte {
	if isASCII(encoded) {
		return encoded
	}
	escaped := make([]byte, 0, len(encoded)+64)
	for i := 0; i < len(encoded); {
		r, size := utf8.DecodeRune(encoded[i:])
		switch {
		case !needsEscape(r):
			escaped = append(escaped, encoded[i:i+size]...)
		case r > 0xffff:
			high, low := utf16.EncodeRune(r)
			escaped = fmt.Appendf(escaped, `\u%04x\u%04x`, high, low)
		default:
			escaped = fmt.Appendf(escaped, `\u%04x`, r)
		}
		i += size
	}
	return escaped
}

// isASCII reports whether there is neither DEL nor anything above.
func isASCII(b []byte) bool {
	for _, c := range b {
		if c > '~' {
			return false
		}
	}
	return true
}

func needsEscape(r rune) bool { return r > '~' && !isVisible(r) }
