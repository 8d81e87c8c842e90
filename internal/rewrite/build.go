package rewrite

import (
	"bytes"
	"encoding/hex"
	"fmt"
	"slices"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
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
	rest, ok := afterLinks(content)
	if !ok {
		return nil, fmt.Errorf("commit %s does not begin with its tree and parents: it cannot be rewritten", b.rewrite.table.ID(object))
	}
	headers := headersEnd(rest)
	start := len(b.buffer)
	b.unsignedHeaders(rest[:headers])
	b.message(object, rest[headers:])
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

// afterLinks returns what comes after the tree and parent lines of a commit.
func afterLinks(content []byte) (rest []byte, ok bool) {
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
		return nil, false
	}
	for line("parent ") {
	}
	return content, true
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
// are brought up to date. Names of commits that went stay: there is nothing better to say.
func (b *commitBuilder) message(object uint32, text []byte) {
	if len(text) == 0 {
		return
	}
	b.buffer = append(b.buffer, text[0])
	text = text[1:]
	done := 0
	for _, m := range b.rewrite.read.mentions[object] {
		c := b.rewrite.newOf(m.commit)
		if c == nil || c.pruned || c.id.IsZero() {
			continue
		}
		var digits [2 * len(pack.ID{})]byte
		hex.Encode(digits[:], c.id[:])
		b.buffer = append(append(b.buffer, text[done:m.offset]...), digits[:m.length]...)
		done, b.updated = m.offset+m.length, true
	}
	b.buffer = append(b.buffer, text[done:]...)
}

// redact applies the rules for messages to what the buffer has from a place on: first to the headers there too,
// if that is asked for and leaves them headers.
func (b *commitBuilder) redact(start int) {
	rest := b.buffer[start:]
	message := min(headersEnd(rest)+1, len(rest))
	total := make([]int, b.rewrite.edit.Messages.Len())
	headers := rest[:message]
	if b.rewrite.edit.Headers {
		counts := slices.Clone(total)
		if edited := b.redacted(headers, counts); sameHeaders(headers, edited) {
			headers, total = edited, counts
		}
	}
	edited := append(slices.Clone(headers), b.redacted(rest[message:], total)...)
	b.buffer, b.counts = append(b.buffer[:start], edited...), countsOf(total)
}

// redacted returns an edited copy of a text and adds to how often each rule applied.
func (b *commitBuilder) redacted(text []byte, total []int) []byte {
	edit := b.rewrite.edit.Messages.Edit(text)
	for rule, n := range edit.Counts {
		total[rule] += n
	}
	return pack.AppendSpliced(nil, text, edit.Splices)
}

// sameHeaders reports whether edited headers have the keys, the dates and the line ends of those before.
func sameHeaders(before, after []byte) bool {
	a, b := bytes.Split(before, []byte{'\n'}), bytes.Split(after, []byte{'\n'})
	if len(a) != len(b) {
		return false
	}
	for i := range a {
		keyA, valueA, _ := bytes.Cut(a[i], []byte{' '})
		keyB, valueB, _ := bytes.Cut(b[i], []byte{' '})
		if !bytes.Equal(keyA, keyB) {
			return false
		}
		switch string(keyA) {
		case "author", "committer", "tagger":
			endA, endB := bytes.LastIndexByte(valueA, '>'), bytes.LastIndexByte(valueB, '>')
			if endA < 0 || endB < 0 || !bytes.Equal(valueA[endA:], valueB[endB:]) || bytes.Count(valueA, []byte{'<'}) != bytes.Count(valueB, []byte{'<'}) {
				return false
			}
		case "object", "type", "tag", "encoding":
			if !bytes.Equal(valueA, valueB) {
				return false
			}
		}
	}
	return true
}
