package rules

import (
	"regexp/syntax"
	"slices"
	"strings"

	"github.com/unleak/unleak/rules/inspect"
)

// definition is a rule as files state it, before it is checked: a file that
// extends another may state only what it changes.
type definition struct {
	id, description, regex, path string
	key                          string
	secretGroup                  int
	entropy                      float64
	keywords, tags               []string
	skipReport                   bool
	severity, confidence         string
	inspect, help, url           string
	prefixes                     []string
	examples, counterexamples    []string
	exampleKeys                  []string
	window                       int
	allowlists                   []*Allowlist
	required                     []Required

	tables  []*table // that state it, the newest last
	checked bool     // nothing was stated since it was found sound
}

// readDefinition reads one [[rules]] table.
func readDefinition(t *table) definition {
	t.rule, _ = t.values["id"].(string)
	d := definition{
		id:          t.str("id"),
		description: t.str("description"),
		regex:       t.str("regex"),
		path:        t.str("path"),
		key:         t.str("key"),
		secretGroup: t.integer("secretGroup"),
		entropy:     t.number("entropy"),
		keywords:    t.strs("keywords"),
		tags:        t.strs("tags"),
		skipReport:  t.boolean("skipReport"),
		severity:    t.str("severity"),
		confidence:  t.str("confidence"),
		inspect:     t.str("inspect"),
		help:        t.str("help"),
		url:         t.str("url"),
		prefixes:    t.strs("prefixes"),

		examples:        t.strs("examples"),
		counterexamples: t.strs("counterexamples"),
		exampleKeys:     t.strs("exampleKeys"),

		window:     t.integer("window"),
		allowlists: readAllowlists(t),
		tables:     []*table{t},
		checked:    t.doc.vouched,
	}
	for _, sub := range t.children("required") {
		d.required = append(d.required, readRequired(sub))
	}
	t.done()
	return d
}

// readRequired reads one [[rules.required]] table.
func readRequired(t *table) Required {
	r := Required{RuleID: t.str("id"), WithinLines: t.distance("withinLines"), WithinColumns: t.distance("withinColumns")}
	if r.RuleID == "" {
		t.fail("id", "required names no rule: give it the id of one")
	}
	t.done()
	return r
}

// distance reads a number of lines or columns, nil where there is none.
func (t *table) distance(key string) *int {
	if !t.has(key) {
		return nil
	}
	n := t.integer(key)
	if n < 0 {
		t.doc.tolerate(t.at(key), t.rule, "%s is %d, and nothing is as near as that: write 0 or more", key, n)
	}
	return &n
}

// extend returns d with what newer states: single values replace, lists add.
func (d definition) extend(newer definition) definition {
	replace(&d.description, newer.description)
	replace(&d.regex, newer.regex)
	replace(&d.path, newer.path)
	replace(&d.key, newer.key)
	replace(&d.secretGroup, newer.secretGroup)
	replace(&d.entropy, newer.entropy)
	replace(&d.skipReport, newer.skipReport)
	replace(&d.severity, newer.severity)
	replace(&d.confidence, newer.confidence)
	replace(&d.inspect, newer.inspect)
	replace(&d.help, newer.help)
	replace(&d.url, newer.url)
	replace(&d.window, newer.window)
	d.keywords = slices.Concat(d.keywords, newer.keywords)
	d.tags = slices.Concat(d.tags, newer.tags)
	d.prefixes = slices.Concat(d.prefixes, newer.prefixes)
	d.examples = slices.Concat(d.examples, newer.examples)
	d.counterexamples = slices.Concat(d.counterexamples, newer.counterexamples)
	d.exampleKeys = slices.Concat(d.exampleKeys, newer.exampleKeys)
	d.allowlists = slices.Concat(d.allowlists, newer.allowlists)
	if len(newer.required) > 0 {
		d.required = newer.required
	}
	d.tables = slices.Concat(d.tables, newer.tables)
	d.checked = false
	return d
}

// at returns the position of a key: the newest, or that of the newest table where none
// states it.
func (d *definition) at(key string) position {
	last := len(d.tables) - 1
	for i := last; i >= 0; i-- {
		if d.tables[i].has(key) {
			return d.tables[i].at(key)
		}
	}
	return d.tables[last].at("")
}

func replace[T comparable](old *T, newer T) {
	var zero T
	if newer != zero {
		*old = newer
	}
}

// checker collects the mistakes of one definition.
type checker struct {
	*definition
	problems []error
}

// lenient reports whether a file of gitleaks has the last word on the definition.
func (d *definition) lenient() bool { return d.tables[len(d.tables)-1].doc.lenient }

func (c *checker) fail(key, format string, args ...any) {
	c.problems = append(c.problems, problem(c.at(key), c.id, format, args...))
}

// check returns every mistake of a definition as it stands.
func (d *definition) check() []error {
	if d.checked {
		return nil
	}
	c := &checker{definition: d}
	c.checkMatching()
	c.checkDescription()
	mixed := 0
	for _, list := range d.allowlists {
		if list.mixed() {
			mixed++
		}
	}
	if mixed > MaxPendingLists {
		c.fail("allowlists", "has %d allowlists that ask for text and place together: at most %d are possible", mixed, MaxPendingLists)
	}
	d.checked = len(c.problems) == 0
	return c.problems
}

// checkMatching checks what decides whether a text matches.
func (c *checker) checkMatching() {
	groups := 0
	if c.regex != "" {
		var err error
		if groups, err = checkRegexp(c.regex); err != nil {
			c.fail("regex", "%v", err)
			groups = c.secretGroup
		}
	}
	if c.lenient() && c.secretGroup < 0 { // as without one
		c.secretGroup = 0
	}
	if c.secretGroup < 0 || c.secretGroup > groups {
		c.fail("secretGroup", "secretGroup is %d, but regex has %d groups", c.secretGroup, groups)
	}
	if c.path != "" {
		if _, err := checkRegexp(c.path); err != nil {
			c.fail("path", "%v", err)
		}
	}
	if c.key != "" {
		if _, err := checkRegexp(c.key); err != nil {
			c.fail("key", "%v", err)
		}
		if c.regex == "" || len(c.keywords) == 0 {
			c.fail("key", "a rule with key needs regex for the value and keywords that stand in the name")
		}
	}
	_, inspector := inspect.Lookup(c.inspect)
	_, locator := inspect.LookupLocator(c.inspect)
	switch {
	case c.inspect != "" && !inspector && !locator:
		c.fail("inspect", "no inspector is named %q: there are %s", c.inspect, strings.Join(inspect.Names(), ", "))
	case c.inspect != "" && c.regex == "" && !locator:
		c.fail("inspect", "inspector %q judges matches and cannot find them: give the rule a regex", c.inspect)
	case c.inspect != "" && c.regex != "" && !inspector:
		c.fail("inspect", "inspector %q finds its matches itself: remove regex", c.inspect)
	case c.inspect != "" && c.regex == "" && len(c.keywords) == 0:
		c.fail("inspect", "a rule without regex needs keywords at which %q looks", c.inspect)
	case c.inspect == "" && c.regex == "" && c.path == "":
		c.fail("", "has neither regex nor path nor inspect: give it one to match with")
	}
	if !(c.entropy >= 0 && c.entropy <= 8) && !c.lenient() {
		c.fail("entropy", "entropy is bits a byte: write a number from 0 to 8")
	}
	if c.window < 0 || c.window > MaxWindow {
		c.fail("window", "window is a width in bytes: write a number from 1 to %d", MaxWindow)
	}
	if c.lenient() { // in gitleaks, an empty keyword is in no text
		c.keywords = slices.DeleteFunc(slices.Clone(c.keywords), func(k string) bool { return k == "" })
	}
	if slices.Contains(c.keywords, "") {
		c.fail("keywords", "an empty keyword is in every text: remove it")
	}
	if slices.Contains(c.prefixes, "") {
		c.fail("prefixes", "an empty prefix says nothing: remove it")
	}
}

// checkDescription checks what only reports show.
func (c *checker) checkDescription() {
	if c.severity != "" && !slices.Contains([]string{"critical", "high", "medium", "low"}, c.severity) {
		c.fail("severity", "severity is %q: write critical, high, medium or low", c.severity)
	}
	if c.confidence != "" && !slices.Contains([]string{"high", "medium", "low"}, c.confidence) {
		c.fail("confidence", "confidence is %q: write high, medium or low", c.confidence)
	}
	if c.url != "" && !strings.HasPrefix(c.url, "https://") {
		c.fail("url", "url must start with https://")
	}
}

// checkID reports whether id can stand on a command line and in a report. Those of gitleaks' files
// can be anything.
func checkID(id string, lenient bool) bool {
	if lenient {
		return strings.TrimSpace(id) != "" && len(id) <= maxForeignID
	}
	ok := len(id) > 0 && len(id) <= 100 && syntax.IsWordChar(rune(id[0]))
	for _, r := range id {
		ok = ok && (syntax.IsWordChar(r) || r == '-' || r == '.')
	}
	return ok
}

// maxForeignID bounds the ids of rules in files of gitleaks, in bytes.
const maxForeignID = 1000

// rule builds the rule of a checked definition with the global lists that apply.
func (d *definition) rule(globals []*Allowlist) *Rule {
	r := &Rule{
		definition: d,
		ID:         d.id, Description: d.description,
		Regex: d.regex, Path: d.path, SecretGroup: d.secretGroup, Entropy: d.entropy,
		Keywords: lowerSet(d.keywords), Tags: slices.Clone(d.tags), SkipReport: d.skipReport,
		Severity: d.severity, Confidence: d.confidence,
		Inspect: d.inspect, Help: d.help, URL: d.url, Key: d.key,
		Prefixes: slices.Clone(d.prefixes), Window: d.window,
		Examples: d.examples, Counterexamples: d.counterexamples, ExampleKeys: d.exampleKeys,
		Allowlists: slices.Clone(d.allowlists), Required: slices.Clone(d.required),
	}
	if r.Severity == "" {
		r.Severity = "high"
	}
	if r.Confidence == "" {
		r.Confidence = "medium"
	}
	if r.Description == "" {
		r.Description = r.ID
	}
	// What gitleaks does by the id, our rules say by a tag.
	if d.lenient() && strings.Contains(strings.ToLower(d.id), "generic") && !slices.Contains(r.Tags, "generic") {
		r.Tags = append(r.Tags, "generic")
	}
	for _, list := range globals {
		if len(list.TargetRules) == 0 || slices.Contains(list.TargetRules, d.id) {
			r.Allowlists = append(r.Allowlists, list)
		}
	}
	r.pendingBit = make([]uint8, len(r.Allowlists))
	var bit uint8
	for i, list := range r.Allowlists {
		if list.mixed() {
			r.pendingBit[i] = bit
			bit++
		}
	}
	return r
}

// lowerSet lower-cases words and drops those that come again.
func lowerSet(words []string) []string {
	var set []string
	for _, word := range words {
		if word = strings.ToLower(word); !slices.Contains(set, word) {
			set = append(set, word)
		}
	}
	return set
}
