package redact

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"unicode/utf8"

	"github.com/unleak/unleak/internal/byteregex"
)

// ParseRules reads a file in the format of git-filter-repo's --replace-text. name is how errors
// and labels call it. A line each:
//
//	TEXT                 is replaced by ***REMOVED***
//	TEXT==>REPLACEMENT   the last "==>" counts
//	literal:TEXT         for a text that begins with one of the prefixes
//	glob:PATTERN         "*" is anything and "?" one byte, on one line
//	regex:EXPRESSION     in Python's syntax, with \1 and \g<name> in the replacement
//
// Empty lines are passed over; there are no comments. All literal texts are replaced in their order, then
// what expressions match; each works on what the one before left. What RE2 cannot match is
// an error, and so are expressions that match the empty text and replacements that
// hold what is taken out.
//
// Beyond what git-filter-repo does, literal texts are found in UTF-16 too, where a byte order mark
// says that a content is that. Expressions are not.
func ParseRules(name string, data []byte) (*Rules, error) {
	r := &Rules{}
	number := 0
	for line := range bytes.SplitSeq(data, []byte("\n")) {
		number++
		label := fmt.Sprintf("%s:%d", name, number)
		if err := r.addLine(label, bytes.TrimRight(line, "\r\n")); err != nil {
			return nil, fmt.Errorf("%s: %w", label, err)
		}
	}
	r.prepare()
	return r, r.checkReplacements(false)
}

var errNoText = errors.New("a prefix with nothing behind it: write what is to be replaced, or literal: and the prefix")

func (r *Rules) addLine(label string, line []byte) error {
	text, with := line, []byte(DefaultReplacement)
	if at := bytes.LastIndex(line, []byte("==>")); at >= 0 {
		text, with = line[:at], line[at+len("==>"):]
	}
	rule := int32(len(r.labels))
	if source, ok := bytes.CutPrefix(text, []byte("regex:")); ok {
		r.labels = append(r.labels, label)
		re, err := byteregex.Compile(source)
		return r.addExpression(rule, re, err, source, with)
	}
	if source, ok := bytes.CutPrefix(text, []byte("glob:")); ok {
		r.labels = append(r.labels, label)
		re, err := byteregex.Glob(source, false)
		return r.addExpression(rule, re, err, source, with)
	}
	text = bytes.TrimPrefix(text, []byte("literal:"))
	if len(text) == 0 {
		return nil
	}
	r.labels = append(r.labels, label)
	r.addLiteral(rule, text, with)
	return nil
}

func (r *Rules) addLiteral(rule int32, text, with []byte) {
	r.forms = append(r.forms, form{rule: rule, text: bytes.Clone(text), with: bytes.Clone(with)})
	if !utf8.Valid(text) || !utf8.Valid(with) {
		return
	}
	little, big := encodeUTF16(binary.LittleEndian), encodeUTF16(binary.BigEndian)
	r.forms = append(r.forms,
		form{rule: rule, mark: littleEndian, text: little(string(text)), with: little(string(with))},
		form{rule: rule, mark: bigEndian, text: big(string(text)), with: big(string(with))})
}

func (r *Rules) addExpression(rule int32, re *byteregex.Regexp, err error, source, with []byte) error {
	if len(source) == 0 {
		return errNoText
	}
	if err != nil {
		var syntax *byteregex.SyntaxError
		if errors.As(err, &syntax) {
			return fmt.Errorf("the expression cannot be read: %s", syntax.Reason) // its text may be secret
		}
		return err
	}
	if least, _ := re.Width(); least == 0 {
		return errors.New("the expression matches the empty text, which is everywhere")
	}
	template, err := parseTemplate(with, re)
	if err != nil {
		return err
	}
	r.expressions = append(r.expressions, expression{rule: rule, regexp: re, with: template})
	return nil
}
