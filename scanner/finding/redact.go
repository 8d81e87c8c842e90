package finding

import (
	"slices"
	"sort"
	"strings"
	"unicode"
)

// Redact returns copies of header and findings in which no found value stands in
// any other field: a token in a path, in a ref or in an author's name would
// otherwise leave with the report that redacts it. Each is replaced by its
// redacted form, all of an overlap by three dots. The arguments are not changed.
//
// Three sorts of value stay as they are:
//   - revealed ones: who asks for them wants them;
//   - values of fewer than 6 bytes, which stand in half of all paths;
//   - single words ("database", "my-app") of fewer than 16 bytes that were found
//     only in content. A path that holds such a word says nothing about a password,
//     while a hole in a well-known path would spell it out, and lead nowhere.
//
// A rule that judges a path by itself has that path as value, which is no secret.
//
// hidden are findings that the report does not show: their values are taken out like the others. Those
// without occurrences are taken to be found in content.
func Redact(header Header, findings []*Finding, hidden ...*Finding) (Header, []*Finding) {
	r := newRedactor(slices.Concat(findings, hidden))
	if len(r.values) == 0 {
		return header, findings
	}
	redacted := make([]*Finding, len(findings))
	for i, f := range findings {
		redacted[i] = f.MapText(r.redact)
	}
	return header.MapText(r.redact), redacted
}

// Redactor returns a function that takes the values of findings out of a text, as [Redact]
// takes them out of reports. It is not safe for concurrent use.
func Redactor(findings []*Finding) func(string) string {
	r := newRedactor(findings)
	if len(r.values) == 0 {
		return func(s string) string { return s }
	}
	return r.redact
}

const (
	shortestRedacted = 6  // bytes
	longestWord      = 15 // bytes
)

// redactor replaces found values in short texts. It is not safe for concurrent use.
type redactor struct {
	values []foundValue      // sorted by text
	starts [1 << 16]bool     // the first two bytes of each value
	seen   map[string]string // texts done before: paths and authors repeat a lot
}

// foundValue is one value and what is shown in its place.
type foundValue struct {
	text   string
	shown  string
	prefix int // index of the longest other value that this one starts with, or -1
}

func newRedactor(findings []*Finding) *redactor {
	r := &redactor{seen: map[string]string{}}
	for _, f := range findings {
		if leaksThroughNames(f) {
			r.values = append(r.values, foundValue{f.Secret.value, f.Secret.Redacted(), -1})
		}
	}
	slices.SortFunc(r.values, func(a, b foundValue) int {
		if c := strings.Compare(a.text, b.text); c != 0 {
			return c
		}
		return strings.Compare(a.shown, b.shown)
	})
	r.values = slices.CompactFunc(r.values, func(a, b foundValue) bool { return a.text == b.text })

	for i := range r.values {
		v := &r.values[i]
		r.starts[startOf(v.text)] = true
		// In sorted order a value's prefixes are its neighbour or prefixes of that.
		v.prefix = i - 1
		for v.prefix >= 0 && !strings.HasPrefix(v.text, r.values[v.prefix].text) {
			v.prefix = r.values[v.prefix].prefix
		}
	}
	return r
}

// leaksThroughNames reports whether the value of f must not stand in other fields.
func leaksThroughNames(f *Finding) bool {
	value := f.Secret.value
	if f.Secret.revealed || len(value) < shortestRedacted {
		return false
	}
	inContent, inName := len(f.Occurrences) == 0, false
	for i := range f.Occurrences {
		switch f.Occurrences[i].Kind {
		case KindTreeEntry:
		case KindPath, KindRef, KindIdentity, KindTagger:
			inName = true
		default:
			inContent = true
		}
	}
	return inName || inContent && !isWord(value)
}

// isWord reports whether s is letters with single marks between them.
func isWord(s string) bool {
	return len(s) <= longestWord && !strings.ContainsFunc(s, func(r rune) bool {
		return !unicode.IsLetter(r) && r != '-' && r != '_' && r != '.'
	})
}

func startOf(s string) int { return int(s[0])<<8 | int(s[1]) }

// redact returns s without any of the values.
func (r *redactor) redact(s string) string {
	if len(s) < shortestRedacted {
		return s
	}
	if done, ok := r.seen[s]; ok {
		return done
	}
	done, changed := r.replace(s)
	// The dots may complete another value; a text that keeps doing so is dropped.
	for rounds := 0; changed && rounds < 4; rounds++ {
		done, changed = r.replace(done)
	}
	if changed {
		done = "..."
	}
	r.seen[s] = done
	return done
}

// replace does one round and reports whether any value was there.
func (r *redactor) replace(s string) (string, bool) {
	var b strings.Builder
	copied := 0
	for i := 0; i+shortestRedacted <= len(s); {
		v := r.longestAt(s[i:])
		if v == nil {
			i++
			continue
		}
		end, shown := i+len(v.text), v.shown
		for j := i + 1; j < end; j++ { // values that start inside this one and reach beyond it
			if w := r.longestAt(s[j:]); w != nil && j+len(w.text) > end {
				end, shown = j+len(w.text), "..."
			}
		}
		b.WriteString(s[copied:i])
		b.WriteString(shown)
		i, copied = end, end
	}
	if copied == 0 {
		return s, false
	}
	b.WriteString(s[copied:])
	return b.String(), true
}

// longestAt returns the longest value that s starts with, or nil. Whatever value
// s starts with is also a prefix of the last value that is not above s, so
// one binary search finds them all.
func (r *redactor) longestAt(s string) *foundValue {
	if len(s) < shortestRedacted || !r.starts[startOf(s)] {
		return nil
	}
	i := sort.Search(len(r.values), func(i int) bool { return r.values[i].text > s }) - 1
	for i >= 0 && !strings.HasPrefix(s, r.values[i].text) {
		i = r.values[i].prefix
	}
	if i < 0 {
		return nil
	}
	return &r.values[i]
}
