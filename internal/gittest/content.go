package gittest

import (
	"encoding/binary"
	"math/rand/v2"
	"slices"
	"strings"
	"unicode/utf16"
)

// form is how the lines of a random file become bytes.
type form int

const (
	formLF      form = iota
	formCRLF         // Windows line ends
	formUTF16LE      // with byte order mark
	formUTF16BE      // with byte order mark
	formNUL          // records that end in NUL: binary to git
	formOneLine      // everything on one line
	formNoEOL        // no line feed at the end
	formCount
)

// text is a random file before it becomes bytes.
type text struct {
	form  form
	lines []string
}

func (t text) bytes() []byte {
	switch t.form {
	case formCRLF:
		return []byte(strings.Join(t.lines, "\r\n") + "\r\n")
	case formUTF16LE:
		return UTF16(binary.LittleEndian, strings.Join(t.lines, "\r\n"))
	case formUTF16BE:
		return UTF16(binary.BigEndian, strings.Join(t.lines, "\n"))
	case formNUL:
		return []byte(strings.Join(t.lines, "\x00\x01\n") + "\x00")
	case formOneLine:
		return []byte(strings.Join(t.lines, " "))
	case formNoEOL:
		return []byte(strings.Join(t.lines, "\n"))
	default:
		return []byte(strings.Join(t.lines, "\n") + "\n")
	}
}

// UTF16 encodes text with a byte order mark in front.
func UTF16(order binary.AppendByteOrder, text string) []byte {
	encoded := order.AppendUint16(nil, 0xfeff)
	for _, unit := range utf16.Encode([]rune(text)) {
		encoded = order.AppendUint16(encoded, unit)
	}
	return encoded
}

// randomText makes a file of about the given number of lines.
func randomText(random *rand.Rand, lines int) text {
	t := text{form: formLF}
	if random.IntN(2) == 0 {
		t.form = form(random.IntN(int(formCount)))
	}
	for range 1 + lines/2 + random.IntN(lines) {
		t.lines = append(t.lines, sentence(random))
	}
	return t
}

// edit returns t with a few lines changed, put in, taken out or moved; t stays.
func (t text) edit(random *rand.Rand, changes int) text {
	lines := slices.Clone(t.lines)
	for range changes {
		at := random.IntN(len(lines) + 1)
		switch {
		case at < len(lines) && random.IntN(3) == 0:
			lines[at] = sentence(random)
		case at < len(lines) && len(lines) > 1 && random.IntN(3) == 0:
			lines = slices.Delete(lines, at, at+1)
		case at < len(lines) && random.IntN(4) == 0: // a copy of what is there: repeats and far copies
			lines = slices.Insert(lines, random.IntN(len(lines)+1), lines[at:min(len(lines), at+1+random.IntN(20))]...)
		default:
			lines = slices.Insert(lines, at, sentence(random))
		}
	}
	return text{t.form, lines}
}

// insert returns t with one more line at a random place; t stays.
func (t text) insert(random *rand.Rand, line string) text {
	lines := slices.Clone(t.lines)
	return text{t.form, slices.Insert(lines, random.IntN(len(lines)+1), line)}
}

const vocabulary = "the of blob tree commit branch merges under while build config request header value index walk " +
	"retry user login server password_file token_count secret_santa key_event api session auth bearer_of_news für naïve 世界 🙂 " +
	"return if err != nil { } func main() https://example.org/a?b=c -----BEGIN -----END =  : \" ' ; #"

// sentence is a line without meaning, with words near to those of rules among it.
func sentence(random *rand.Rand) string {
	words := strings.Fields(vocabulary)
	var line []string
	for range 1 + random.IntN(12) {
		line = append(line, words[random.IntN(len(words))])
	}
	return strings.Join(line, " ")
}
