package scanner_test

import (
	"bytes"
	"cmp"
	"fmt"
	"math"
	"slices"
	"testing"
	"unicode/utf8"

	gocmp "github.com/google/go-cmp/cmp"
	"golang.org/x/text/encoding/unicode"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/internal/secrettest"
	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/rules/inspect"
	"github.com/unleak/unleak/scanner"
)

// The engine must find in blobs what a slow and obvious scanner finds, which asks git
// for every object and tries every rule on all of its text.
func TestReference(t *testing.T) {
	builtin, err := rules.Load(unleak.RulesName, unleak.Rules())
	must(t, err)
	for name, test := range map[string]struct {
		rules   *rules.Set
		secrets []gittest.Secret
	}{
		"rules for tests": {loadRules(t, ""), newValues(11).secrets()},
		"built-in rules":  {builtin, everyKind(11)},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			h := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 12, Commits: 100, Secrets: test.secrets})
			want := reference(h.Repo, test.rules)
			if len(want) < len(test.secrets) {
				t.Fatalf("the reference finds %d places of %d secrets", len(want), len(test.secrets))
			}
			for _, storage := range []string{"packed", "loose"} {
				r := gittest.Open(t, gittest.Variant(t, h.Repo, storage))
				got := inBlobs(scanRepo(t, r, withRules(test.rules)))
				if diff := gocmp.Diff(want, got); diff != "" {
					t.Errorf("%s: reference (-) and scan (+) differ:\n%s", storage, diff)
				}
			}
		})
	}
}

// everyKind has a secret of each kind that the built-in rules are for.
func everyKind(seed int64) []gittest.Secret {
	generator := secrettest.New(seed)
	var secrets []gittest.Secret
	for _, kind := range secrettest.Kinds() {
		line, value := generator.Line(kind)
		secrets = append(secrets, gittest.Secret{Value: value, Line: line})
	}
	return secrets
}

// inBlobs returns what a scan found in blobs, a line for each place.
func inBlobs(result *scanner.Result) []string {
	var places []string
	for _, f := range result.Findings {
		for _, o := range f.Occurrences {
			if o.Blob != "" && o.StartLine > 0 {
				span := [4]int{o.StartLine, o.StartColumn, o.EndLine, o.EndColumn}
				places = append(places, placeInBlob(f.RuleID, f.Secret.Reveal(), o.Blob, span))
			}
		}
	}
	slices.Sort(places)
	return slices.Compact(places)
}

// placeInBlob has lines and columns in the order start line, start column, end line, end column.
func placeInBlob(rule, value, blob string, span [4]int) string {
	return fmt.Sprintf("%s %d: %s %q", blob, span, rule, value)
}

// lineAndColumn counts both from 1, columns in code points.
func lineAndColumn(text []byte, offset int) (line, column int) {
	before := text[:offset]
	return 1 + bytes.Count(before, []byte("\n")), 1 + utf8.RuneCount(before[bytes.LastIndexByte(before, '\n')+1:])
}

// reference scans every blob that git holds.
func reference(r *gittest.Repo, set *rules.Set) []string {
	var places []string
	eachObject(r, func(id, kind string, content []byte) {
		if kind != "blob" {
			return
		}
		text := decodeText(content)
		for _, m := range referenceMatches(text, set) {
			var span [4]int
			span[0], span[1] = lineAndColumn(text, m.place.Start)
			span[2], span[3] = lineAndColumn(text, m.place.End)
			places = append(places, placeInBlob(m.rule.ID, string(text[m.start:m.end]), id, span))
		}
	})
	slices.Sort(places)
	return slices.Compact(places)
}

// eachObject reads every object that git holds, reachable or not.
func eachObject(r *gittest.Repo, visit func(id, kind string, content []byte)) {
	output := r.GitInput(nil, "cat-file", "--batch-all-objects", "--batch")
	for len(output) > 0 {
		header, rest, _ := bytes.Cut(output, []byte("\n"))
		var id, kind string
		var size int
		if _, err := fmt.Sscan(string(header), &id, &kind, &size); err != nil {
			panic(err)
		}
		visit(id, kind, rest[:size])
		output = rest[size+1:]
	}
}

// decodeText returns UTF-16 with a byte order mark as UTF-8, and all else as it is.
func decodeText(content []byte) []byte {
	if !bytes.HasPrefix(content, []byte("\xff\xfe")) && !bytes.HasPrefix(content, []byte("\xfe\xff")) {
		return content
	}
	text, err := unicode.UTF16(unicode.LittleEndian, unicode.ExpectBOM).NewDecoder().Bytes(content)
	if err != nil {
		panic(err)
	}
	return text
}

// referenceMatch is a secret text[start:end], which is the whole of what stands at place.
type referenceMatch struct {
	rule       *rules.Rule
	start, end int
	place      inspect.Span
	checksum   string
}

// referenceMatches tries every rule on the whole text.
func referenceMatches(text []byte, set *rules.Set) []referenceMatch {
	var all []referenceMatch
	lower := lowerASCII(text)
	for _, rule := range set.Rules {
		switch locate, ok := inspect.LookupLocator(rule.Inspect); {
		case rule.Key != "":
			all = append(all, byLocator(text, lower, rule, 640, keyed(rule))...)
		case rule.Regex != "":
			all = append(all, byExpression(text, lower, rule)...)
		case ok:
			all = append(all, byLocator(text, lower, rule, 512, locate)...)
		}
	}
	all = slices.DeleteFunc(all, func(m referenceMatch) bool { return m.rule.SkipReport })
	// Of what overlaps, the one stays that knows most of it.
	slices.SortStableFunc(all, func(a, b referenceMatch) int {
		return cmp.Or(
			cmp.Compare(specific(b.rule), specific(a.rule)),
			cmp.Compare(checked(b.checksum), checked(a.checksum)),
			cmp.Compare(b.place.Len(), a.place.Len()),
			cmp.Compare(a.rule.ID, b.rule.ID),
			cmp.Compare(a.place.Start, b.place.Start),
		)
	})
	var best []referenceMatch
	for _, m := range all {
		if !slices.ContainsFunc(best, func(o referenceMatch) bool { return o.place.Start < m.place.End && m.place.Start < o.place.End }) {
			best = append(best, m)
		}
	}
	return best
}

func specific(rule *rules.Rule) int {
	switch {
	case slices.Contains(rule.Tags, "generic"):
		return 0
	case rule.Key != "":
		return 1
	}
	return 2
}

func checked(checksum string) int { return slices.Index([]string{"invalid", "", "valid"}, checksum) }

func byExpression(text, lower []byte, rule *rules.Rule) []referenceMatch {
	held := func(keyword string) bool { return bytes.Contains(lower, []byte(keyword)) }
	if len(rule.Keywords) > 0 && !slices.ContainsFunc(rule.Keywords, held) {
		return nil
	}
	judge, judged := inspect.Lookup(rule.Inspect)
	var found []referenceMatch
	var verdict inspect.Verdict
	for _, groups := range rule.Regexp().FindAllSubmatchIndex(text, -1) {
		match := inspect.Span{Start: groups[0], End: groups[1]}
		secret := secretGroup(rule, groups)
		if judged {
			verdict = judge(inspect.Candidate{Window: text, Match: match, Secret: secret})
			if verdict.Drop {
				continue
			}
			if verdict.Secret.Len() > 0 {
				secret = verdict.Secret
			}
		}
		found = appendUnlessAllowed(found, text, rule, match, secret, verdict)
	}
	return found
}

// keyed makes a locator of a keyed rule: a value that is assigned to a name.
func keyed(rule *rules.Rule) inspect.Locator {
	judge, ok := inspect.Lookup(rule.Inspect)
	if !ok {
		judge, _ = inspect.Lookup("random")
	}
	return func(window []byte, hit inspect.Span) (match inspect.Span, verdict inspect.Verdict, ok bool) {
		inspect.Assigned(window, hit, func(found inspect.Assignment) bool {
			name, value := window[found.Name.Start:found.Name.End], window[found.Value.Start:found.Value.End]
			if !rule.KeyRegexp().Match(name) || !rule.ValueRegexp().Match(value) {
				return true
			}
			match = inspect.Span{Start: found.Name.Start, End: found.Value.End}
			verdict = judge(inspect.Candidate{Window: window, Match: match, Secret: found.Value})
			if verdict.Secret.Len() == 0 {
				verdict.Secret = found.Value
			}
			ok = !verdict.Drop
			return !ok
		})
		return match, verdict, ok
	}
}

// byLocator gives a locator the window that the engine defines for it: reach bytes round
// the keyword, or what the rule declares.
func byLocator(text, lower []byte, rule *rules.Rule, reach int, locate inspect.Locator) []referenceMatch {
	if rule.Window > 0 {
		reach = rule.Window
	}
	var found []referenceMatch
	for _, keyword := range rule.Keywords {
		for _, at := range placesOfKeyword(lower, keyword) {
			from, to := max(0, at+len(keyword)-reach), min(len(text), at+reach)
			match, verdict, ok := locate(text[from:to], inspect.Span{Start: at - from, End: at - from + len(keyword)})
			if ok {
				moved := func(s inspect.Span) inspect.Span { return inspect.Span{Start: s.Start + from, End: s.End + from} }
				found = appendUnlessAllowed(found, text, rule, moved(match), moved(verdict.Secret), verdict)
			}
		}
	}
	return found
}

// placesOfKeyword returns where a lower-case keyword begins in a text that is lower-case too.
func placesOfKeyword(lower []byte, keyword string) []int {
	var places []int
	for at := 0; ; at++ {
		i := bytes.Index(lower[at:], []byte(keyword))
		if i < 0 {
			return places
		}
		at += i
		places = append(places, at)
	}
}

// lowerASCII returns text with A to Z in lower case, every byte where it was.
func lowerASCII(text []byte) []byte {
	lower := bytes.Clone(text)
	for i, c := range lower {
		if 'A' <= c && c <= 'Z' {
			lower[i] = c - 'A' + 'a'
		}
	}
	return lower
}

func secretGroup(rule *rules.Rule, groups []int) inspect.Span {
	for g := 1; 2*g < len(groups); g++ {
		start, end := groups[2*g], groups[2*g+1]
		if g == rule.SecretGroup && start >= 0 || rule.SecretGroup == 0 && start < end {
			return inspect.Span{Start: start, End: end}
		}
	}
	return inspect.Span{Start: groups[0], End: groups[1]}
}

func appendUnlessAllowed(found []referenceMatch, text []byte, rule *rules.Rule, match, secret inspect.Span, v inspect.Verdict) []referenceMatch {
	value := text[secret.Start:secret.End]
	from := bytes.LastIndexByte(text[:match.Start], '\n') + 1
	to := len(text)
	if i := bytes.IndexByte(text[match.End:], '\n'); i >= 0 {
		to = match.End + i
	}
	allowed, _ := rule.AllowValue(value, text[match.Start:match.End], text[from:to])
	if allowed || len(value) == 0 || rule.Entropy > 0 && shannon(value) <= rule.Entropy {
		return found
	}
	place := secret
	if v.Whole {
		place = match
	}
	return append(found, referenceMatch{rule, secret.Start, secret.End, place, v.Facts["checksum"]})
}

// shannon returns the entropy of text in bits a byte.
func shannon(text []byte) float64 {
	bits := 0.0
	for c := range 256 {
		if p := float64(bytes.Count(text, []byte{byte(c)})) / float64(len(text)); p > 0 {
			bits -= p * math.Log2(p)
		}
	}
	return bits
}
