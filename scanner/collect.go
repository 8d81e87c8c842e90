package scanner

import (
	"bytes"
	"maps"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/match"
	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/rules/inspect"
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
	form       inspect.Form
	pending    uint64
	terms      *match.Terms
	layers     []finding.Layer
	startLine, startColumn,
	endLine, endColumn, matchLine int32
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
	gaps    []packedGap
	paths   match.PathRules // for the members of archives
	maxSize int64
	budget  *pack.Budget
}

type known struct {
	value string
	facts map[string]string
}

func (s *session) newCollector() *collector {
	c := &collector{
		scanner: s.matcher.NewScanner(), known: map[key]known{}, paths: s.pathRules,
		maxSize: s.options.MaxObjectSize, budget: s.budget,
	}
	c.scanner.Stop = &s.stopped
	return c
}

// scan collects the hits in a text.
func (c *collector) scan(object uint32, text []byte, kind finding.Kind) {
	for _, h := range c.scanner.Scan(text) {
		c.add(object, kind, h)
	}
}

// scanFrom collects the hits in a blob that shares copies with the one that base remembers,
// and returns what to remember of it in turn, or nil.
func (c *collector) scanFrom(base *match.Memo, copies []match.Copy, object uint32, content []byte) *match.Memo {
	hits, memo := c.scanner.ScanFrom(base, copies, content)
	for _, h := range hits {
		c.add(object, finding.KindBlob, h)
	}
	return memo
}

// scanRaw collects the hits in a raw commit or tag. In the message, which begins at an
// offset, lines count from its own first.
func (c *collector) scanRaw(object uint32, raw []byte, message int, kindAt func(offset int) finding.Kind) {
	headers := bytes.Count(raw[:message], []byte{'\n'})
	for _, h := range c.scanner.Scan(raw) {
		if h.Start >= message {
			h.StartLine -= headers
			h.EndLine -= headers
			h.MatchLine -= headers
		}
		c.add(object, kindAt(h.Start), h)
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
		severity: h.Severity, confidence: h.Confidence, facts: h.Facts, form: h.Form, pending: h.Pending, terms: h.Terms, layers: layersOf(h),
		startLine: int32(h.StartLine), startColumn: int32(h.StartColumn),
		endLine: int32(h.EndLine), endColumn: int32(h.EndColumn), matchLine: int32(h.MatchLine),
	})
}
