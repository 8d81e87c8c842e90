package scanner

import (
	"slices"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/match"
	"github.com/unleak/unleak/scanner/finding"
)

// packedGap is what was not read of a packed content.
type packedGap struct {
	object uint32
	reason string
	size   int64 // of the packed content
}

// scanContent collects the hits in a blob or file, and in what is packed in it.
func (c *collector) scanContent(object uint32, content []byte, kind finding.Kind) {
	c.scan(object, content, kind)
	c.scanPacked(object, content)
}

// scanPacked collects the hits in what is packed in a content, if anything is.
func (c *collector) scanPacked(object uint32, content []byte) {
	if formatOf(content) == "" {
		return
	}
	u := &unpacker{
		limit: c.maxSize / 4, total: 2 * c.maxSize, budget: c.budget, stop: c.scanner.Stop,
		member: func(layers []finding.Layer, name string) {
			for _, rule := range c.paths.Match(name) {
				h := pathHit(object, rule, name)
				h.kind, h.layers = finding.KindBlob, layers
				h.startLine, h.startColumn, h.endLine, h.endColumn = 1, 1, 1, 1
				c.hits = append(c.hits, h)
			}
		},
		text: func(layers []finding.Layer, text []byte) {
			for _, h := range c.scanner.Scan(text) {
				c.add(object, finding.KindBlob, h)
				c.hits[len(c.hits)-1].packedIn(layers)
			}
		},
	}
	// A decoder of someone else's may fail on hostile content in any way.
	if err := pack.Guard(func() error { u.open(content); return nil }); err != nil {
		u.gap(gapDamaged)
	}
	for _, reason := range u.gaps {
		c.gaps = append(c.gaps, packedGap{object, reason, int64(len(content))})
	}
}

// packedIn places a hit of a packed text: its line is that in the text, and the packed content
// has but one.
func (h *hit) packedIn(layers []finding.Layer) {
	layers = slices.Clone(layers)
	layers[len(layers)-1].Line = int(h.startLine)
	h.layers = slices.Concat(layers, h.layers)
	h.startLine, h.startColumn, h.endLine, h.endColumn, h.matchLine = 1, 1, 1, 1, 1
}

// fileGaps accounts for what was not read of packed contents. Name fills in where they are.
func (c *collector) fileGaps(account *account, name func(object uint32) finding.Gap) {
	for _, gap := range c.gaps {
		g := name(gap.object)
		g.Reason, g.Bytes = gap.reason, gap.size
		if gap.reason == gapDamaged {
			account.corrupt(g)
		} else {
			account.skipped(g)
		}
	}
	c.gaps = nil
}

// layersOf are the encodings of a hit in a text.
func layersOf(h match.Hit) []finding.Layer {
	var layers []finding.Layer
	for _, l := range h.Layers {
		layers = append(layers, finding.Layer{Encoding: l.Encoding, Member: l.Member, Line: l.Line})
	}
	return layers
}

// member is the path of the text of a hit in the archive that it is in, "" for what is in none.
func (h *hit) member() string {
	for _, l := range slices.Backward(h.layers) {
		if l.Member != "" {
			return l.Member
		}
	}
	return ""
}

// allowedAt reports whether a hit does not count in an occurrence. What is in an archive is at the
// path in it as well as at that of the archive.
func (h *hit) allowedAt(o *finding.Occurrence) bool {
	member := h.member()
	if member == "" {
		return match.AllowedAt(h.rule, o.Path, o.Commit, h.pending, h.terms)
	}
	if match.AllowedAt(h.rule, member, o.Commit, h.pending, h.terms) {
		return true
	}
	return o.Path != "" && h.rule.AllowPlace(o.Path, o.Commit, h.pending)
}
