package inspect

import (
	"bytes"
	"encoding/base64"
)

// A key of 16384 bits takes 13 KB of base64, an armored PGP key with photographs
// more; what is longer than this is no key that people commit.
const maxKeyBody = 64 << 10

// privateKey locates private keys: PEM (RFC 7468) in all its labels, OpenSSH, PGP
// (RFC 4880, section 6.2) and PuTTY files of version 2 and 3. The hit is the words
// "private key" of the first line, or PuTTY's "PuTTY-User-Key-File".
//
// The secret is the body alone, so that it is the same value whatever stands
// round it. The body may be indented, commented, quoted line by line, escaped ("\n")
// or end its lines with CR. One that does not decode to a key is a placeholder.
// Facts: format, type, bits, encrypted, public_fingerprint.
func privateKey(window []byte, hit Span) (Span, Verdict, bool) {
	if !hit.within(len(window)) {
		return Span{}, Verdict{}, false
	}
	if hit.Len() > 0 && window[hit.Start]|0x20 == 'p' && hit.Len() > 1 && window[hit.Start+1]|0x20 == 'u' {
		return putty(window, hit)
	}
	label, start, ok := pemLabel(window, hit)
	if !ok {
		return Span{}, Verdict{}, false
	}
	body := readBody(window, hit.End+bytes.Index(window[hit.End:], dashes)+len(dashes))
	if !body.ok {
		return Span{}, Verdict{}, false
	}
	raw, ok := decodeBody(body.text)
	if !ok {
		return Span{}, Verdict{}, false
	}
	key, ok := parseKey(label, raw, body.encrypted)
	if !ok {
		return Span{}, Verdict{}, false
	}
	v := key.verdict()
	v.Secret = body.span
	if account := serviceAccount(window, body.end); account != "" {
		v.Facts["account"] = account
	}
	return Span{start, max(body.end, hit.End)}, v, true
}

// serviceAccount returns the account that a key file of Google Cloud names behind the key:
// "client_email" follows "private_key" in all of them.
func serviceAccount(window []byte, end int) string {
	rest := window[end:min(len(window), end+512)]
	i := bytes.Index(rest, []byte("client_email"))
	if i < 0 {
		return ""
	}
	p := members{window: rest, pos: i + len("client_email")}
	value, ok := p.value()
	if text := p.text(value); ok && isPrintable(text) && bytes.IndexByte(text, '@') > 0 {
		return clip(string(text))
	}
	return ""
}

var (
	dashes   = []byte("-----")
	pemBegin = []byte("-----BEGIN ")
	pemEnd   = []byte("-----END")
)

// pemLabel reads the line round a hit: "-----BEGIN <algorithm> PRIVATE KEY-----".
// label is the algorithm ("RSA", "ENCRYPTED", "PGP", empty for PKCS #8).
func pemLabel(window []byte, hit Span) (label string, start int, ok bool) {
	const longest = 24
	from := max(0, hit.Start-longest-len(pemBegin))
	i := bytes.LastIndex(window[from:hit.Start], pemBegin)
	if i < 0 {
		return "", 0, false
	}
	start = from + i
	middle := window[start+len(pemBegin) : hit.Start]
	for _, c := range middle {
		if !(c >= 'A' && c <= 'Z' || isDigit(c) || c == ' ') {
			return "", 0, false
		}
	}
	rest := window[hit.End:]
	rest = bytes.TrimPrefix(rest, []byte(" BLOCK"))
	if !bytes.HasPrefix(rest, dashes) {
		return "", 0, false
	}
	return string(bytes.TrimSpace(middle)), start, true
}

// keyBody is the base64 text between the lines of a key.
type keyBody struct {
	text      []byte // base64 characters only
	span      Span   // from the first of them to the last, in the window
	end       int    // behind the END line, or behind the body when it has none
	encrypted bool   // a header said so
	ok        bool
}

// readBody collects the base64 of a body that starts at pos. It gives up at the
// first line that is neither base64 nor a header.
func readBody(window []byte, pos int) keyBody {
	var body keyBody
	limit := min(len(window), pos+maxKeyBody)
	body.text = make([]byte, 0, min(limit-pos, 4<<10))
	for pos < limit {
		line, next := nextLine(window[:limit], pos)
		text := trimLine(window, line)
		if !isBodyLine(window[text.Start:text.End]) {
			text = quotedPiece(window, line)
		}
		switch content := window[text.Start:text.End]; {
		case bytes.Contains(window[line.Start:line.End], []byte("...")):
			return keyBody{} // cut short for a page
		case len(content) == 0:
		case bytes.HasPrefix(content, pemEnd):
			body.end = min(line.End, text.Start+bytes.LastIndex(content, dashes)+len(dashes))
			body.ok = len(body.text) > 0
			return body
		case isHeader(content):
			if bytes.HasPrefix(content, []byte("Proc-Type")) && bytes.Contains(content, []byte("ENCRYPTED")) {
				body.encrypted = true
			}
		case len(content) == 5 && content[0] == '=' && len(body.text) > 0: // checksum of an armor
		case body.add(window, text):
		default:
			return keyBody{}
		}
		pos = next
	}
	// No END line: the window or the file stops in the body.
	body.end = body.span.End
	body.ok = len(body.text) >= 64
	return body
}

// isBodyLine reports whether a line without its clothes belongs to a key.
func isBodyLine(content []byte) bool {
	return isBase64(content) || bytes.HasPrefix(content, pemEnd) || isHeader(content)
}

// quotedPiece returns the piece between quotes that belongs to a key, of a line of code that
// has more round it, such as "key += '...';". It is empty for a line without any
// and, so that it ends the body, the line itself for one without quotes.
func quotedPiece(window []byte, line Span) Span {
	piece, start, quoted := Span{line.End, line.End}, line.Start, false
	for i := line.Start; i <= line.End; i++ {
		if i < line.End && window[i] != '"' && window[i] != '\'' && window[i] != '`' {
			continue
		}
		quoted = quoted || i < line.End
		if content := window[start:i]; len(content) > piece.Len() && isBodyLine(content) {
			piece = Span{start, i}
		}
		start = i + 1
	}
	if !quoted {
		return line
	}
	return piece
}

// add appends a line's base64. It reports false for a line that is none.
func (b *keyBody) add(window []byte, text Span) bool {
	for _, c := range window[text.Start:text.End] {
		switch {
		case isLetter(c), isDigit(c), c == '+', c == '/', c == '=':
			b.text = append(b.text, c)
		default:
			return false
		}
	}
	if b.span.End == 0 {
		b.span.Start = text.Start
	}
	b.span.End = text.End
	return true
}

// nextLine returns the line at pos and where the next one starts. A line ends at CR,
// LF, an escaped one ("\n", "\\n", "\r", "`n", "&#10;"), white space in a body that is
// all on one line, or where an END line begins.
func nextLine(window []byte, pos int) (line Span, next int) {
	for i := pos; i < len(window); i++ {
		switch c := window[i]; {
		case c == '\n' || c == '\r':
			return Span{pos, i}, i + 1
		case c == '\\':
			j := i
			for j < len(window) && window[j] == '\\' {
				j++
			}
			if j < len(window) && (window[j] == 'n' || window[j] == 'r' || window[j] == 't') {
				return Span{pos, i}, j + 1
			}
		case c == '-' && i > pos && bytes.HasPrefix(window[i:], pemEnd):
			return Span{pos, i}, i
		case c == ' ' && i-pos >= 60 && isBase64(bytes.TrimLeft(window[pos:i], " ")):
			return Span{pos, i}, i + 1
		case c == '`' && i+1 < len(window) && (window[i+1] == 'n' || window[i+1] == 'r'): // PowerShell
			return Span{pos, i}, i + 2
		case c == '&' && bytes.HasPrefix(window[i:], []byte("&#")): // XML
			if end := bytes.IndexByte(window[i:min(len(window), i+8)], ';'); end > 0 {
				return Span{pos, i}, i + end + 1
			}
		}
	}
	return Span{pos, len(window)}, len(window)
}

// trimLine cuts off what source code, comments and quoting put round a line.
func trimLine(window []byte, line Span) Span {
	start, end := line.Start, line.End
	for start < end {
		c := window[end-1]
		joins := (c == '+' || c == '.') && end-2 >= start && bytes.IndexByte([]byte(" \t\"'"), window[end-2]) >= 0
		if !joins && bytes.IndexByte([]byte(" \t\"'`,;\\)]}|*"), c) < 0 {
			break
		}
		end--
	}
	for start < end && bytes.IndexByte([]byte(" \t\"'`#*|>,;.$_&[("), window[start]) >= 0 {
		start++
	}
	if text := window[start:end]; bytes.HasPrefix(text, []byte("// ")) {
		start += 3
	} else if string(text) == "//" {
		start = end
	}
	// "+" joins strings before a quote: + "MIIE...
	if rest := bytes.TrimLeft(window[start:end], "+ \t"); len(rest) > 0 && (rest[0] == '"' || rest[0] == '\'') {
		start = end - len(rest) + 1
	}
	return Span{start, end}
}

// isHeader reports whether a line is a header such as "DEK-Info: AES-128-CBC,...".
func isHeader(line []byte) bool {
	i := bytes.IndexByte(line, ':')
	if i < 3 || i > 24 {
		return false
	}
	for _, c := range line[:i] {
		if !isLetter(c) && c != '-' {
			return false
		}
	}
	return true
}

func isBase64(text []byte) bool {
	for _, c := range text {
		if !isLetter(c) && !isDigit(c) && c != '+' && c != '/' && c != '=' {
			return false
		}
	}
	return true
}

// decodeBody decodes base64 whose padding may be missing.
func decodeBody(text []byte) ([]byte, bool) {
	text = bytes.TrimRight(text, "=")
	if len(text)%4 == 1 {
		text = text[:len(text)-1] // cut off in the middle
	}
	raw := make([]byte, base64.RawStdEncoding.DecodedLen(len(text)))
	n, err := base64.RawStdEncoding.Decode(raw, text)
	if err != nil || n < 16 {
		return nil, false
	}
	return raw[:n], true
}
