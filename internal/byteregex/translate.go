package byteregex

import (
	"errors"
	"fmt"
	"strings"
)

// translate writes a Python expression over bytes in RE2 syntax and ASCII.
func translate(expression []byte) (string, error) {
	t := translator{rest: expression}
	for len(t.rest) > 0 {
		if err := t.next(); err != nil {
			return "", err
		}
	}
	if t.fold && t.high {
		// RE2 would fold the characters that stand for bytes, Python folds ASCII alone.
		return "", errors.New("(?i) together with bytes beyond ASCII is not supported: spell both cases out")
	}
	return t.out.String(), nil
}

type translator struct {
	rest  []byte
	out   strings.Builder
	class int // 0: outside of a class; 1: at the start of one, where "]" is a member; 2: in it
	fold  bool
	high  bool // it has bytes from 0x80 on
}

func (t *translator) next() error {
	c := t.rest[0]
	switch {
	case c == '\\':
		return t.escape()
	case c >= 0x80:
		t.rest, t.high = t.rest[1:], true
		fmt.Fprintf(&t.out, `\x%02x`, c)
		t.class = min(2, 2*t.class)
		return nil
	case t.class > 0:
		t.member(c)
	case c == '[':
		t.class = 1
		if strings.HasPrefix(string(t.rest), "[^") {
			t.rest = t.rest[1:]
			t.out.WriteByte('[')
			c = '^'
		}
	case c == '(':
		t.flags()
	case c == '{' && len(t.rest) > 1 && t.rest[1] == ',':
		t.out.WriteString("{0") // {,n} is literal in RE2
		t.rest = t.rest[1:]
		return nil
	}
	t.rest = t.rest[1:]
	t.out.WriteByte(c)
	return nil
}

// member goes on in a class.
func (t *translator) member(c byte) {
	if c == ']' && t.class == 2 {
		t.class = 0
		return
	}
	t.class = 2
}

// escape translates a backslash and what follows.
func (t *translator) escape() error {
	if len(t.rest) < 2 {
		return errors.New(`it ends in a backslash: write \\ for one`)
	}
	c := t.rest[1]
	inClass := t.class > 0
	text := string(t.rest[:2])
	switch {
	case c >= 0x80:
		t.rest = t.rest[1:] // it stands for itself
		return nil
	case c == 'Z' && !inClass:
		text = `\z`
	case c == 's' && inClass: // RE2 leaves out \v
		text = `\s\v`
	case c == 's':
		text = `[\s\v]`
	case c == 'S' && !inClass:
		text = `[^\s\v]`
	case c == 'z' || c == 'C' || c == 'Q' || c == 'p' || c == 'P':
		return fmt.Errorf(`\%c means nothing to Python`, c)
	case c == 'x' && len(t.rest) > 2 && t.rest[2] >= '8':
		t.high = true
	}
	t.rest = t.rest[2:]
	t.out.WriteString(text)
	t.class = min(2, 2*t.class)
	return nil
}

// flags notes whether the group that begins here folds case.
func (t *translator) flags() {
	if len(t.rest) < 2 || t.rest[1] != '?' {
		return
	}
	for _, c := range t.rest[2:] {
		if c == 'i' {
			t.fold = true
		}
		if c < 'a' || c > 'z' {
			return
		}
	}
}
