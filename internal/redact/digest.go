package redact

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"fmt"
	"hash"
	"slices"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// Digest stands for one form of a text, so that it can be searched for when the text is known no
// more. It is made under a key, and whoever has the key can try guesses: keep both where
// the text could have been kept.
type Digest struct {
	Label   string   `json:"label"`
	Length  int      `json:"length"`            // of the form, in bytes
	Wrapped bool     `json:"wrapped,omitempty"` // digits in base64, which line breaks may interrupt
	Hints   []uint32 `json:"hints"`             // 24 bits of each anchor under the key
	Sum     Sum      `json:"sum"`               // HMAC-SHA256 of the form
}

// Sum is an HMAC-SHA256, in hex in JSON.
type Sum [sha256.Size]byte

// MarshalText implements [encoding.TextMarshaler].
func (s Sum) MarshalText() ([]byte, error) { return fmt.Appendf(nil, "%x", s[:]), nil }

// UnmarshalText implements [encoding.TextUnmarshaler].
func (s *Sum) UnmarshalText(text []byte) error {
	if len(text) != 2*len(s) {
		return fmt.Errorf("a digest of %d characters: it has %d", len(text), 2*len(s))
	}
	_, err := hex.Decode(s[:], text)
	return err
}

// NewDigest returns the digest of a text of at least four bytes, as it is.
func NewDigest(key []byte, text []byte, label string) Digest {
	return newDigest(newHasher(key), text, label, false)
}

// Digests returns digests of all forms of the rules under a key. Expressions and texts of less than
// four bytes have none: see [Rules.Digestible].
func (r *Rules) Digests(key []byte) []Digest {
	h := newHasher(key)
	var digests []Digest
	for _, f := range r.forms {
		if len(f.text) >= minAnchored {
			digests = append(digests, newDigest(h, f.text, r.labels[f.rule], f.base64 != nil))
		}
	}
	return digests
}

// Digestible reports whether the digests stand for all that the rules take out.
func (r *Rules) Digestible() bool {
	return len(r.expressions) == 0 && !slices.ContainsFunc(r.forms, func(f form) bool { return len(f.text) < minAnchored })
}

// hasher makes sums and hints under a key.
type hasher struct {
	mac     hash.Hash
	anchors uint64 // the odd number that hints are products with
}

func newHasher(key []byte) *hasher {
	h := &hasher{mac: hmac.New(sha256.New, key)}
	sum := h.sum([]byte("anchors"))
	h.anchors = binary.LittleEndian.Uint64(sum[:]) | 1
	return h
}

func (h *hasher) sum(parts ...[]byte) (s Sum) {
	h.mac.Reset()
	for _, part := range parts {
		h.mac.Write(part)
	}
	h.mac.Sum(s[:0])
	return s
}

func newDigest(h *hasher, text []byte, label string, wrapped bool) Digest {
	d := Digest{Label: label, Length: len(text), Wrapped: wrapped, Sum: h.sum(text)}
	offsets, width := anchorsOf(textShape{d.Length, d.Wrapped})
	for _, offset := range offsets {
		d.Hints = append(d.Hints, hintOf(h.anchors, text[offset:], width))
	}
	return d
}

// Probe searches for what digests stand for. It is for one goroutine; memos may be used by any
// probe of the same key and digests.
type Probe struct {
	digests []Digest
	hasher  *hasher
	finder  *finder
	empty   *Memo
	scratch scratch
	found   []bool // by digest
	digits  []byte
}

// NewProbe makes a probe. Digests that no search can have made are an error.
func NewProbe(key []byte, digests []Digest) (*Probe, error) {
	p := &Probe{digests: digests, hasher: newHasher(key), empty: &Memo{}, found: make([]bool, len(digests))}
	var anchors []anchor
	var shapes []textShape
	for i, d := range digests {
		if d.Length < minAnchored || d.Length > maxDigested {
			return nil, fmt.Errorf("digest %d is of a text of %d bytes: from %d to %d are possible", i, d.Length, minAnchored, maxDigested)
		}
		s := textShape{d.Length, d.Wrapped}
		offsets, width := anchorsOf(s)
		if len(d.Hints) != len(offsets) {
			return nil, fmt.Errorf("digest %d has %d hints: %d belong to its length", i, len(d.Hints), len(offsets))
		}
		for n, offset := range offsets {
			anchors = append(anchors, anchor{width, offset, d.Hints[n] & (1<<hintBits - 1), uint32(i)})
		}
		shapes = append(shapes, s)
	}
	p.finder = newFinder(p.hasher.anchors, anchors, shapes, p.verify)
	return p, nil
}

// maxDigested bounds what a damaged file of digests can ask for.
const maxDigested = 1 << 30

// Longest returns the most bytes that a text can take where it stands: contents that
// are searched in parts have to overlap by as much.
func (p *Probe) Longest() (longest int) {
	for _, r := range p.finder.reaches {
		longest = max(longest, r.before+r.after)
	}
	return longest
}

// verify implements [verifier].
func (p *Probe) verify(content []byte, c candidate) (start, end int, ok bool) {
	a := p.finder.anchors[c.anchor]
	d := &p.digests[a.text]
	if !d.Wrapped {
		start = c.at - a.offset
		end = start + d.Length
		return start, end, start >= 0 && end <= len(content) && p.hasher.sum(content[start:end]) == d.Sum
	}
	start, end, p.digits = unwrapped(content, d.Length, c.at, a.offset, p.digits[:0])
	return start, end, start >= 0 && p.hasher.sum(p.digits) == d.Sum
}

// unwrapped appends length digits whose number offset is at content[at], without line breaks between
// them. start is negative where there are not so many.
func unwrapped(content []byte, length, at, offset int, dst []byte) (start, end int, digits []byte) {
	breaks := textShape{length, true}.maxBreaks()
	for start = at; offset > 0; offset-- {
		if start = back(content, start, &breaks); start < 0 {
			return -1, 0, dst
		}
	}
	for end = start - 1; len(dst) < length; dst = append(dst, content[end]) {
		if end = forward(content, end, &breaks); end < 0 {
			return -1, 0, dst
		}
	}
	return start, end + 1, dst
}

// Hit is a text that a probe found.
type Hit struct{ Label string }

// Search returns the texts that content holds, each label once, in the order of the digests. prior, copies
// and memo are as for [Searcher.Search].
func (p *Probe) Search(content []byte, prior *Memo, copies []pack.Copy) (hits []Hit, memo *Memo) {
	seen := p.finder.find(content, prior, copies, &p.scratch)
	memo = memoOf(seen, nil, len(content), p.empty)
	any := false
	for _, s := range seen {
		any = any || s.stands()
	}
	if !any {
		return nil, memo
	}
	clear(p.found)
	for _, s := range seen {
		if s.stands() {
			p.found[p.finder.anchors[s.anchor].text] = true
		}
	}
	for i, found := range p.found {
		if h := (Hit{p.digests[i].Label}); found && !slices.Contains(hits, h) {
			hits = append(hits, h)
		}
	}
	return hits, memo
}
