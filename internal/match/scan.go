package match

import (
	"cmp"
	"math"
	"slices"
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
	// Pending is to be handed to [rules.Rule.AllowPlace].
	Pending uint64
	// Start and End are byte offsets of the value in the text, which is the decoded
	// one for UTF-16.
	Start, End int
	// Lines and columns count from 1; EndColumn is the one after the last character.
	StartLine, StartColumn, EndLine, EndColumn int
}

// Scanner scans texts with the rules of a matcher. Not for concurrent use.
type Scanner struct {
	// Stop, once set, makes a scan under way end soon, with what it has found. A single
	// text can be large, or made to be slow.
	Stop *atomic.Bool

	matcher    *Matcher
	text       []byte
	decoded    []byte
	candidates []candidate
	hits       []Hit
	called     []bool // by rule: a whole-text rule that has been evaluated
}

// candidate is a match before it is judged against the others.
type candidate struct {
	rule    int32
	match   span
	secret  span
	pending uint64
	verdict inspect.Verdict
}

// NewScanner returns a scanner for one goroutine.
func (m *Matcher) NewScanner() *Scanner {
	return &Scanner{Stop: new(atomic.Bool), matcher: m, called: make([]bool, len(m.rules))}
}

// Scan returns the secrets in content, in the order of their places. Content that begins
// with a byte order mark of UTF-16 is decoded first. The slice is valid until the
// next call.
func (s *Scanner) Scan(content []byte) []Hit {
	s.candidates, s.hits = s.candidates[:0], s.hits[:0]
	clear(s.called)
	var decoded bool
	if s.text, decoded = decode(content, s.decoded[:0]); decoded {
		s.decoded = s.text
	}
	for _, rule := range s.matcher.always {
		s.evaluate(rule, span{})
	}
	s.matcher.automaton.find(s.text, s.keyword)
	if len(s.candidates) > 0 {
		s.settle()
	}
	if cap(s.decoded) > 1<<20 {
		s.decoded = nil
	}
	s.text = nil
	return s.hits
}

// keyword evaluates the rules that a keyword ending at end calls.
func (s *Scanner) keyword(end int, keyword int32) {
	if s.Stop.Load() {
		return
	}
	hit := span{end - s.matcher.automaton.length[keyword], end}
	for _, rule := range s.matcher.byKeyword[keyword] {
		s.evaluate(rule, hit)
	}
}

func (s *Scanner) evaluate(rule int32, hit span) {
	c := &s.matcher.rules[rule]
	if c.whole {
		if s.called[rule] {
			return
		}
		s.called[rule] = true
	}
	w := c.window(s.text, hit)
	window := s.text[w.start:w.end]
	at := inspect.Span{Start: hit.start - w.start, End: hit.end - w.start}
	if c.locate != nil {
		if match, verdict, ok := c.locate(window, at); ok {
			s.add(c, candidate{rule, span{match.Start, match.End}, span{verdict.Secret.Start, verdict.Secret.End}, 0, verdict}, w)
		}
		return
	}
	judge := func(groups []int) { s.judge(c, rule, groups, w) }
	if !c.whole {
		c.matches(window, span{at.Start, at.End}, judge)
		return
	}
	for _, groups := range c.Regexp().FindAllSubmatchIndex(window, -1) {
		judge(groups)
	}
}

// judge has the rule's inspector look at a match in the window w.
func (s *Scanner) judge(c *compiled, rule int32, groups []int, w span) {
	found := candidate{rule: rule, match: span{groups[0], groups[1]}, secret: c.secretOf(groups)}
	if c.judge != nil {
		found.verdict = c.judge(inspect.Candidate{
			Window: s.text[w.start:w.end],
			Match:  inspect.Span{Start: found.match.start, End: found.match.end},
			Secret: inspect.Span{Start: found.secret.start, End: found.secret.end},
		})
		if found.verdict.Drop {
			return
		}
		if found.verdict.Secret.Len() > 0 {
			found.secret = span{found.verdict.Secret.Start, found.verdict.Secret.End}
		}
	}
	s.add(c, found, w)
}

// add keeps a candidate, whose spans are relative to the window w, unless entropy, an
// allowlist or a comment says otherwise.
func (s *Scanner) add(c *compiled, found candidate, w span) {
	for _, at := range []*int{&found.match.start, &found.match.end, &found.secret.start, &found.secret.end} {
		*at += w.start
	}
	secret := s.text[found.secret.start:found.secret.end]
	if len(secret) == 0 || c.Entropy > 0 && entropy(secret) <= c.Entropy {
		return
	}
	line := lineAround(s.text, found.match, maxLine)
	allow, pending := c.AllowValue(secret, s.text[found.match.start:found.match.end], s.text[line.start:line.end])
	if allow || allowed(s.text, found.match) {
		return
	}
	found.pending = pending
	s.candidates = append(s.candidates, found)
}

// settle orders the candidates, drops what was found twice and what a more specific
// rule found as well, and makes hits of the rest.
func (s *Scanner) settle() {
	slices.SortFunc(s.candidates, func(a, b candidate) int {
		return cmp.Or(
			cmp.Compare(a.secret.start, b.secret.start),
			cmp.Compare(a.secret.end, b.secret.end),
			cmp.Compare(a.rule, b.rule),
			cmp.Compare(a.match.start, b.match.start),
			cmp.Compare(a.match.end, b.match.end),
		)
	})
	at := cursor{text: s.text}
	for i, found := range s.candidates {
		if i > 0 && found.rule == s.candidates[i-1].rule && found.secret == s.candidates[i-1].secret {
			continue
		}
		c := &s.matcher.rules[found.rule]
		if c.SkipReport || c.generic && s.shadowed(i) {
			continue
		}
		h := Hit{
			Rule:       c.Rule,
			Value:      string(s.text[found.secret.start:found.secret.end]),
			Severity:   cmp.Or(found.verdict.Severity, c.Severity),
			Confidence: cmp.Or(found.verdict.Confidence, c.Confidence),
			Facts:      found.verdict.Facts,
			Pending:    found.pending,
			Start:      found.secret.start,
			End:        found.secret.end,
		}
		h.StartLine, h.StartColumn = at.advance(found.secret.start)
		end := at // secrets may overlap: the cursor itself only moves to starts
		h.EndLine, h.EndColumn = end.advance(found.secret.end)
		s.hits = append(s.hits, h)
	}
}

// shadowed reports whether a rule that is not generic found something that overlaps
// candidate i.
func (s *Scanner) shadowed(i int) bool {
	found := s.candidates[i]
	for j := i + 1; j < len(s.candidates) && s.candidates[j].secret.start < found.secret.end; j++ {
		if !s.matcher.rules[s.candidates[j].rule].generic {
			return true
		}
	}
	for j := i - 1; j >= 0 && i-j <= maxShadow; j-- {
		if other := s.candidates[j]; other.secret.overlaps(found.secret) && !s.matcher.rules[other.rule].generic {
			return true
		}
	}
	return false
}

// maxShadow bounds how many earlier candidates are looked at for one that reaches as far
// as a later one: a text of nothing but overlapping candidates must not cost
// the square of its length.
const maxShadow = 64

// entropy returns the Shannon entropy of s in bits a byte.
func entropy(s []byte) float64 {
	var counts [256]int
	for _, c := range s {
		counts[c]++
	}
	sum := 0.0
	for _, n := range counts {
		if n > 0 {
			sum += float64(n) * math.Log2(float64(n))
		}
	}
	total := float64(len(s))
	return math.Log2(total) - sum/total
}
