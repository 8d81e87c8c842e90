package rewrite

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/redact"
)

func hashOf(kind pack.Kind, content []byte) pack.ID { return gitstore.HashObject(kind, content) }

// commitBuilder makes the raw forms of new commits and tags. Its memory is used again.
type commitBuilder struct {
	rewrite  *Rewrite
	buffer   []byte
	unsigned bool        // of the last one: it lost a signature
	updated  bool        // names of commits in its message changed
	counts   []ruleCount // of the rules for messages
}

// build returns what a commit becomes, valid until the next call. All headers but tree, parents and signature are
// taken over byte for byte.
func (b *commitBuilder) build(c *newCommit, content []byte) ([]byte, error) {
	b.buffer, b.unsigned, b.updated, b.counts = b.buffer[:0], false, false, nil
	b.header("tree", c.tree)
	for _, parent := range c.parents {
		b.header("parent", b.rewrite.idOf(parent))
	}
	object, _, _ := b.rewrite.graph.CommitAt(c.number)
	rest, parents := afterLinks(content)
	if parents != int(b.rewrite.read.parents[c.number]) {
		return nil, fmt.Errorf("commit %s does not begin with its tree and parents: it cannot be rewritten", b.rewrite.table.ID(object))
	}
	headers := headersEnd(rest)
	start := len(b.buffer)
	b.unsignedHeaders(rest[:headers])
	b.message(object, rest[headers:], b.rewrite.commits.at[c.number])
	if b.rewrite.read.matched[object] {
		b.redact(start)
	}
	return b.buffer, nil
}

// header writes a line that names an object.
func (b *commitBuilder) header(key string, id pack.ID) {
	b.buffer = append(append(b.buffer, key...), ' ')
	b.buffer = append(hex.AppendEncode(b.buffer, id[:]), '\n')
}

// afterLinks returns what comes after the tree and parent lines that a commit begins with, and how many parents
// those are; -1 without a tree.
func afterLinks(content []byte) (rest []byte, parents int) {
	const digits = 2 * len(pack.ID{})
	line := func(key string) bool {
		n := len(key) + digits
		if len(content) <= n || string(content[:len(key)]) != key || content[n] != '\n' {
			return false
		}
		content = content[n+1:]
		return true
	}
	if !line("tree ") {
		return nil, -1
	}
	for line("parent ") {
		parents++
	}
	return content, parents
}

// headersEnd returns where the headers of an object end, before the empty line, if there is one.
func headersEnd(content []byte) int {
	if len(content) > 0 && content[0] == '\n' {
		return 0
	}
	if i := bytes.Index(content, []byte("\n\n")); i >= 0 {
		return i + 1
	}
	return len(content)
}

// unsignedHeaders writes headers without the signature, which would be of another object.
func (b *commitBuilder) unsignedHeaders(headers []byte) {
	signature := false
	for len(headers) > 0 {
		line, rest := headers, []byte(nil)
		if i := bytes.IndexByte(headers, '\n'); i >= 0 {
			line, rest = headers[:i+1], headers[i+1:]
		}
		headers = rest
		if line[0] != ' ' {
			signature = bytes.HasPrefix(line, []byte("gpgsig ")) || bytes.HasPrefix(line, []byte("gpgsig-sha256 "))
		}
		if b.unsigned = b.unsigned || signature; !signature {
			b.buffer = append(b.buffer, line...)
		}
	}
}

// message writes the empty line and the message of an object, in which names of rewritten commits
// are brought up to date. Names of commits that went stay: there is nothing better to say. And so do those of commits that
// are made no earlier than this one, whose place among them is given: a beginning of a name can be of the very commit that
// it stands in.
func (b *commitBuilder) message(object uint32, text []byte, place int32) {
	if len(text) == 0 {
		return
	}
	b.buffer = append(b.buffer, text[0])
	text = text[1:]
	done := 0
	for _, m := range b.rewrite.read.mentions[object] {
		c := b.rewrite.newOf(m.commit)
		if c == nil || c.pruned || place >= 0 && b.rewrite.commits.at[m.commit] >= place || m.offset+m.length > len(text) {
			continue // the last is a mention in a signature that is gone
		}
		var digits [2 * len(pack.ID{})]byte
		hex.Encode(digits[:], c.id[:])
		b.buffer = append(append(b.buffer, text[done:m.offset]...), digits[:m.length]...)
		done, b.updated = m.offset+m.length, true
	}
	b.buffer = append(b.buffer, text[done:]...)
}

// redact applies the rules for messages to what the buffer has from a place on: to the headers there too,
// if that is asked for.
func (b *commitBuilder) redact(start int) {
	total := make([]int, b.rewrite.edit.Messages.Len())
	edited := b.rewrite.redacted(b.rewrite.edit.Messages, b.buffer[start:], total)
	b.buffer, b.counts = append(b.buffer[:start], edited...), countsOf(total)
}

// redacted returns an edited copy of the headers and message of a commit or tag, or of a part of them, and adds to how
// often each rule applied.
func (r *Rewrite) redacted(rules *redact.Rules, text []byte, total []int) []byte {
	message := min(headersEnd(text)+1, len(text))
	var edited []byte
	if r.edit.Headers {
		for line := range bytes.Lines(text[:message]) {
			from, to := editable(line)
			counts := slices.Clone(total)
			if now := redactedText(rules, line[from:to], counts); sameShape(line[from:to], now) {
				edited = append(append(append(edited, line[:from]...), now...), line[to:]...)
				copy(total, counts)
			} else {
				edited = append(edited, line...)
			}
		}
	} else {
		edited = append(edited, text[:message]...)
	}
	return append(edited, redactedText(rules, text[message:], total)...)
}

// redactedText returns an edited copy of a text and adds to how often each rule applied.
func redactedText(rules *redact.Rules, text []byte, total []int) []byte {
	edit := rules.Edit(text)
	for rule, n := range edit.Counts {
		total[rule] += n
	}
	return pack.AppendSpliced(nil, text, edit.Splices)
}

// editable returns which part of a line of headers may change: the value, but not what others know by its name, nor the
// date of a person.
func editable(line []byte) (from, to int) {
	from = bytes.IndexByte(line, ' ') + 1
	to = len(bytes.TrimSuffix(line, []byte{'\n'}))
	switch string(line[:from]) {
	case "author ", "committer ", "tagger ":
		return from, max(from, bytes.LastIndexByte(line, '>')+1)
	case "", "object ", "type ", "tag ", "encoding ":
		return to, to
	}
	return from, to
}

// sameShape reports whether an edited part of a header is one for git as it was before.
func sameShape(before, after []byte) bool {
	return bytes.IndexByte(after, '\n') < 0 && bytes.Equal(shape(before), shape(after))
}

// shape returns what must stay: the angle brackets, each with whether it has a space before it, and NUL.
func shape(value []byte) []byte {
	var shape []byte
	for i, c := range value {
		if c == '<' && i > 0 && value[i-1] == ' ' {
			shape = append(shape, ' ')
		}
		if c == '<' || c == '>' || c == 0 {
			shape = append(shape, c)
		}
	}
	return shape
}
