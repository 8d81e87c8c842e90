package rules

import (
	"regexp"
	"strings"
)

// MaxWindow is the widest window a rule may declare, in bytes.
const MaxWindow = 1 << 20

// MaxPendingLists bounds the allowlists of one rule that ask for text and place
// together, so that their state fits the bits of [Rule.AllowValue].
const MaxPendingLists = 64

// Rule describes one kind of secret. It is immutable after [Load] and safe
// for concurrent use.
//
// A rule has a Regex, or an Inspect that names a locator (a hand-written
// matcher, see package inspect), or neither and a Path. With a Path, only texts
// at matching paths count; with a Path alone, the path itself is the finding.
type Rule struct {
	ID          string
	Description string
	Regex       string // Go RE2 source
	Path        string // regex over the full slash path
	// SecretGroup is the group of Regex that is the secret. 0 stands for the
	// first group that is not empty, and for the whole match without one.
	SecretGroup int
	// Entropy drops a secret whose Shannon entropy, in bits a byte, is not above it.
	Entropy    float64
	Keywords   []string // lower case; sought whatever their case
	Tags       []string
	SkipReport bool   // matched, but no finding of its own
	Severity   string // "critical", "high", "medium" or "low"
	Confidence string // "high", "medium" or "low"
	Inspect    string // an inspector, or a locator when Regex is empty
	// Key makes a keyed rule: Regex must match the whole value of an assignment, in
	// any syntax of configuration or code, to a name in which Key matches, whatever its
	// case. Keywords stand in the name.
	Key      string
	Help     string // what to do now, plain sentences
	URL      string // the vendor's page on revoking, may be empty
	Prefixes []string
	// Examples and Counterexamples are patterns of values that the rule finds and of such
	// that it leaves alone, for tests to draw from (see package example). ExampleKeys
	// are names that such values are given.
	Examples, Counterexamples, ExampleKeys []string
	// Window is the declared width of a match in bytes, 0 if not declared. A
	// verdict never depends on bytes further than this from the keyword.
	Window int
	// Required are rules that must have found something near a match of this one.
	Required []Required
	// Allowlists are the rule's own and the global ones that apply to it.
	Allowlists []*Allowlist

	definition *definition // what files state of it
	pendingBit []uint8     // of each allowlist that is mixed
	regex      lazyRegexp
	path       lazyRegexp
	key        lazyRegexp
	value      lazyRegexp
}

// Required asks for something that another rule finds in the same text. It counts whether or not that
// rule reports it, its keywords are in the text, or rules of its own are required.
type Required struct {
	RuleID string
	// WithinLines and WithinColumns bound how far apart the two matches may begin, in lines
	// and in bytes from the starts of their lines; nil for any distance. The match of a rule
	// for paths alone is at no place.
	WithinLines, WithinColumns *int
}

// Regexp returns Regex compiled, nil without one.
func (r *Rule) Regexp() *regexp.Regexp {
	if r.Regex == "" {
		return nil
	}
	return r.regex.get(r.Regex)
}

// PathRegexp returns Path compiled, nil without one.
func (r *Rule) PathRegexp() *regexp.Regexp {
	if r.Path == "" {
		return nil
	}
	return r.path.get(r.Path)
}

// KeyRegexp returns Key compiled, whatever the case of what it matches; nil without one.
func (r *Rule) KeyRegexp() *regexp.Regexp {
	if r.Key == "" {
		return nil
	}
	return r.key.get("(?is:" + r.Key + ")")
}

// ValueRegexp returns Regex compiled to match whole values alone, for a keyed rule.
func (r *Rule) ValueRegexp() *regexp.Regexp { return r.value.get(`\A(?:` + r.Regex + `)\z`) }

// KnownPrefix returns the longest of the rule's prefixes that value starts with.
// Every secret of the kind starts with one, so that showing it gives nothing away.
func (r *Rule) KnownPrefix(value string) string {
	longest := ""
	for _, prefix := range r.Prefixes {
		if len(prefix) > len(longest) && strings.HasPrefix(value, prefix) {
			longest = prefix
		}
	}
	return longest
}
