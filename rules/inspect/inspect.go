// Package inspect judges candidates by their structure, offline: it decodes
// tokens and keys, checks checksums and weighs randomness.
//
// A rule file names an inspector in the key "inspect". There are two sorts:
//
//   - A [Func] judges what the rule's regex matched. It can drop the candidate,
//     narrow the secret, set severity and confidence, and state facts.
//   - A [Locator] stands in for the regex: at each keyword it finds the candidate
//     and judges it in one step. It is for shapes that a regex describes badly
//     or slowly, such as assignments in any language.
//
// The inspectors are aws-key-id, aws-secret, basic-auth, bearer, github-checksum,
// moorcheh, npm-checksum, pypi, random, slack-webhook and vendor-token; the locators
// assignment, connection-string, database-url, jwt, private-key and url-password.
//
// Both depend on the bytes of the window and nothing else: no clock, no network,
// no state. The same window gives the same verdict on any day, which carrying
// verdicts over from a delta's base relies on. They are safe for concurrent use
// and keep no reference to the window.
package inspect

// Span is a half-open range of byte offsets into a window.
type Span struct{ Start, End int }

// Len returns the length of the range in bytes.
func (s Span) Len() int { return s.End - s.Start }

// within reports whether the range is a valid one of a window of n bytes.
func (s Span) within(n int) bool { return 0 <= s.Start && s.Start <= s.End && s.End <= n }

// Candidate is a match of a rule in its window.
type Candidate struct {
	Window []byte
	Match  Span
	Secret Span // lies within Match
}

// secret returns the secret's bytes, nil for spans outside the window.
func (c Candidate) secret() []byte {
	if !c.Secret.within(len(c.Window)) {
		return nil
	}
	return c.Window[c.Secret.Start:c.Secret.End]
}

// The values of Verdict.Confidence and Verdict.Severity.
const (
	Critical = "critical" // severity only
	High     = "high"
	Medium   = "medium"
	Low      = "low"
)

// Verdict is what an inspector says of a candidate. The zero value leaves it as
// the rule describes it.
type Verdict struct {
	Drop       bool              // it is no secret of this kind
	Secret     Span              // the secret's range in the window; zero: unchanged
	Confidence string            // empty: unchanged
	Severity   string            // empty: unchanged
	Facts      map[string]string // nil for none; keys in snake_case
}

// Func judges a candidate.
type Func func(Candidate) Verdict

// Locator finds and judges the candidate whose keyword is at hit in the window.
// ok is false where there is none. match covers hit, and Verdict.Secret, always set,
// lies within match. Drop is never set.
type Locator func(window []byte, hit Span) (match Span, v Verdict, ok bool)
