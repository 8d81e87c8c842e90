package match

import (
	"sync/atomic"

	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/rules/inspect"
)

// Hit is one secret in a text. Its strings are its own.
type Hit struct {
	Rule       *rules.Rule
	Value      string
	Severity   string // as the rule says, unless its inspector knows better
	Confidence string
	Facts      map[string]string
	// Form says how sure the hit is at which paths.
	Form inspect.Form
	// Pending and Terms are to be handed to [AllowedAt].
	Pending uint64
	Terms   *Terms
	// Start and End are byte offsets of the value in the text, which is the decoded
	// one for UTF-16.
	Start, End int
	// Lines and columns count from 1; EndColumn is the one after the last character.
	StartLine, StartColumn, EndLine, EndColumn int
	MatchLine                                  int // on which the match begins that the value is in
	// Layers say how the secret is encoded, outermost first; Value is what it decodes to, and the places
	// above are those of the encoded text.
	Layers []Layer
}

// Scanner scans texts with the rules of a matcher. Not for concurrent use.
type Scanner struct {
	// Stop, once set, makes a scan under way end soon, with what it has found. A single
	// text can be large, or made to be slow.
	Stop *atomic.Bool
	// Searched counts the bytes that the search for keywords went over.
	Searched int64

	matcher *Matcher
	// shortest is the length of the shortest copy that is made use of. No keyword
	// reaches over one of at least its length, so that none is found on both sides.
	shortest int
	text     []byte
	decoded  []byte
	memo     *Memo // of the text
	order    []int32
	hits     []Hit
	// candidates are what settling weighs.
	candidates []candidate
	called     []bool // by rule: a whole-text rule that has been evaluated

	codings [codings]coding
	depth   int             // how many encodings were taken off the text
	inner   *Scanner        // for decoded texts, made when first needed
	areas   [codings][]span // that may have something encoded
}

// NewScanner returns a scanner for one goroutine.
func (m *Matcher) NewScanner() *Scanner {
	return &Scanner{
		Stop: new(atomic.Bool), matcher: m, shortest: max(minCopy, m.search.longest),
		called: make([]bool, len(m.rules)), codings: [codings]coding{runs{}, escapes{'%'}, escapes{'\\'}},
	}
}

// Scan returns the secrets in content, in the order of their places. Content that begins
// with a byte order mark of UTF-16 is decoded first. The slice is valid until the
// next call.
func (s *Scanner) Scan(content []byte) []Hit {
	hits, memo := s.ScanFrom(nil, nil, content)
	memo.Release()
	return hits
}

// ScanFrom is like Scan for content that shares copies, which do not overlap and ascend
// by At, with the content that base remembers; it finds exactly what Scan
// does. Base may be nil. The memo, which is to be released, is for what is made from content in
// turn; it is nil where remembering does not pay.
func (s *Scanner) ScanFrom(base *Memo, copies []Copy, content []byte) ([]Hit, *Memo) {
	s.hits = s.hits[:0]
	clear(s.called)
	var decoded bool
	if s.text, decoded = decode(content, s.decoded[:0]); decoded {
		s.decoded = s.text
	}
	s.memo = newMemo(len(content))
	for _, rule := range s.matcher.always {
		s.evaluate(rule, span{})
	}
	if base != nil && !decoded {
		s.carry(base, copies)
		s.openAll(base, copies)
	} else {
		s.search(span{0, len(s.text)})
		s.sift(span{0, len(s.text)})
		s.openAll(nil, nil)
	}
	if len(s.memo.verdicts) > 0 {
		s.ask()
		s.memo.sort()
		s.settle()
		s.memo.forget()
	}
	s.settleOpened()
	memo := s.memo
	s.memo, s.text = nil, nil
	if cap(s.decoded) > 1<<20 {
		s.decoded = nil
	}
	if decoded || !memo.small() || s.Stop.Load() {
		memo.Release()
		memo = nil
	}
	return s.hits, memo
}

// search looks for keywords that have a byte in gap or reach over it, and has the rules
// that they call evaluated.
func (s *Scanner) search(gap span) {
	found := len(s.memo.hits)
	var searched int
	s.memo.hits, searched = s.matcher.search.find(s.text, gap, s.memo.hits)
	s.Searched += int64(searched)
	for _, h := range s.memo.hits[found:] {
		if s.Stop.Load() {
			return
		}
		k := s.matcher.calls(h.keyword)
		for _, rule := range k.rules {
			s.evaluate(rule, span{h.start, h.start + k.len})
		}
	}
	// What begins in the copy before the gap may belong before hits that were taken over.
	for i := found; i < len(s.memo.hits) && i > 0 && s.memo.hits[i].start < s.memo.hits[i-1].start; i++ {
		for j := i; j > 0 && s.memo.hits[j-1].start > s.memo.hits[j].start; j-- {
			s.memo.hits[j-1], s.memo.hits[j] = s.memo.hits[j], s.memo.hits[j-1]
		}
	}
}

func (s *Scanner) evaluate(rule int32, hit span) {
	c := s.matcher.rule(rule)
	if c.whole {
		if s.called[rule] {
			return
		}
		s.called[rule] = true
		s.evaluateWhole(c, rule)
		return
	}
	if c.refuses(s.text, hit) {
		return
	}
	w := c.window(s.text, hit)
	window := s.text[w.start:w.end]
	at := span{hit.start - w.start, hit.end - w.start}
	if c.locate != nil {
		if match, found, ok := c.locate(window, inspect.Span{Start: at.start, End: at.end}); ok {
			s.add(c, verdict{
				rule: rule, keyword: hit, inspect: found,
				match:  span{match.Start, match.End},
				secret: span{found.Secret.Start, found.Secret.End},
			}, w)
		}
		return
	}
	c.matches(window, at, func(groups []int) { s.judge(c, rule, hit, groups, w) })
}

// evaluateWhole evaluates a rule on all of the text, or where its run shows that something can be.
func (s *Scanner) evaluateWhole(c *compiled, rule int32) {
	on := func(w span) {
		for _, groups := range c.Regexp().FindAllSubmatchIndex(s.text[w.start:w.end], -1) {
			s.judge(c, rule, span{}, groups, w)
		}
	}
	switch {
	case !c.run.in(s.text):
	case c.run.least == 0 || c.width == unbounded || c.judge != nil: // an inspector looks round the match
		on(span{0, len(s.text)})
	default:
		c.run.islands(s.text, c.width, on)
	}
}

// judge has the rule's inspector look at a match in the window w.
func (s *Scanner) judge(c *compiled, rule int32, hit span, groups []int, w span) {
	v := verdict{rule: rule, keyword: hit, match: span{groups[0], groups[1]}, secret: c.secretOf(groups)}
	if c.judge != nil {
		v.inspect = c.judge(inspect.Candidate{
			Window: s.text[w.start:w.end],
			Match:  inspect.Span{Start: v.match.start, End: v.match.end},
			Secret: inspect.Span{Start: v.secret.start, End: v.secret.end},
		})
		if v.inspect.Drop {
			return
		}
		if v.inspect.Secret.Len() > 0 {
			v.secret = span{v.inspect.Secret.Start, v.inspect.Secret.End}
		}
	}
	s.add(c, v, w)
}

// add keeps a verdict, whose match and secret are relative to the window w, unless there is
// nothing in the secret.
func (s *Scanner) add(c *compiled, v verdict, w span) {
	for _, at := range []*int{&v.match.start, &v.match.end, &v.secret.start, &v.secret.end} {
		*at += w.start
	}
	secret := s.text[v.secret.start:v.secret.end]
	if len(secret) == 0 || c.Entropy > 0 && entropy(secret) <= c.Entropy {
		return
	}
	s.allow(&v)
	s.memo.verdicts = append(s.memo.verdicts, v)
}

// allow asks the allowlists and the comments about a match.
func (s *Scanner) allow(v *verdict) {
	line := lineAround(s.text, v.match, maxLine)
	c := s.matcher.rule(v.rule)
	v.allowed, v.lines = s.allowed(v.match)
	if !v.allowed {
		v.allowed, v.pending = c.AllowValue(s.text[v.secret.start:v.secret.end], s.text[v.match.start:v.match.end], s.text[line.start:line.end])
	}
}
