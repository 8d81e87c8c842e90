package scanner

import (
	"maps"

	"github.com/unleak/unleak/internal/match"
	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/scanner/finding"
)

// hit is a secret in one text, before it is known where that text lives.
type hit struct {
	object     uint32 // of the repository's table, or number of a file
	kind       finding.Kind
	rule       *rules.Rule
	value      string
	severity   string
	confidence string
	facts      map[string]string
	pending    uint64
	startLine, startColumn,
	endLine, endColumn int32
}

// key is what makes two hits one finding.
type key struct {
	rule  *rules.Rule
	value string
}

// collector gathers one worker's hits. Values and facts that come again, as they do in
// every version of a file, are kept once. Not for concurrent use.
type collector struct {
	scanner *match.Scanner
	known   map[key]known
	hits    []hit
}

type known struct {
	value string
	facts map[string]string
}

func (s *session) newCollector() *collector {
	return &collector{scanner: s.matcher.NewScanner(), known: map[key]known{}}
}

// scan collects the hits in a text. kindAt tells what the text is at an offset; an
// empty kind leaves the hit out.
func (c *collector) scan(object uint32, text []byte, kindAt func(offset int) finding.Kind) {
	for _, h := range c.scanner.Scan(text) {
		if kind := kindAt(h.Start); kind != "" {
			c.add(object, kind, h)
		}
	}
}

func (c *collector) add(object uint32, kind finding.Kind, h match.Hit) {
	k := key{h.Rule, h.Value}
	same, ok := c.known[k]
	if !ok {
		same = known{h.Value, h.Facts}
		c.known[k] = same
	}
	if maps.Equal(same.facts, h.Facts) {
		h.Facts = same.facts
	}
	c.hits = append(c.hits, hit{
		object: object, kind: kind, rule: h.Rule, value: same.value,
		severity: h.Severity, confidence: h.Confidence, facts: h.Facts, pending: h.Pending,
		startLine: int32(h.StartLine), startColumn: int32(h.StartColumn),
		endLine: int32(h.EndLine), endColumn: int32(h.EndColumn),
	})
}

// always returns a kindAt for a text that is of one kind throughout.
func always(kind finding.Kind) func(int) finding.Kind {
	return func(int) finding.Kind { return kind }
}
