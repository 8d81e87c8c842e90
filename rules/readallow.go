package rules

import (
	"slices"
	"strings"
)

// readAllowlists reads the allowlists of a rule, or the global ones of the root
// table, in both forms: [[allowlists]] and the older single [allowlist].
func readAllowlists(t *table) []*Allowlist {
	tables := t.children("allowlists")
	if old := t.child("allowlist"); old != nil {
		if len(tables) > 0 {
			t.fail("allowlist", "[allowlist] and [[allowlists]] cannot stand together: move the first into the second")
		}
		tables = append(tables, old)
	}
	var lists []*Allowlist
	for _, sub := range tables {
		lists = append(lists, readAllowlist(sub))
	}
	return lists
}

// readAllowlist reads and checks one allowlist.
func readAllowlist(t *table) *Allowlist {
	list := &Allowlist{
		Description: t.str("description"),
		Commits:     lowerSet(t.strs("commits")),
		Paths:       t.strs("paths"),
		Regexes:     t.strs("regexes"),
		Stopwords:   lowerSet(t.strs("stopwords")),
		TargetRules: t.strs("targetRules"),
		RegexTarget: TargetSecret,
		at:          t.at(""),
	}
	switch condition := strings.ToUpper(t.str("condition")); condition {
	case "", "OR", "||":
	case "AND", "&&":
		list.All = true
	default:
		t.fail("condition", "condition is %q: write OR or AND", condition)
	}
	switch target := Target(strings.ToLower(t.str("regexTarget"))); target {
	case "", TargetSecret:
	case TargetMatch, TargetLine:
		list.RegexTarget = target
	default:
		t.fail("regexTarget", "regexTarget is %q: write secret, match or line", target)
	}
	t.checkRegexps("regexes", list.Regexes)
	t.checkRegexps("paths", list.Paths)
	for _, commit := range list.Commits {
		if !isObjectID(commit) {
			t.doc.tolerate(t.at("commits"), t.rule, "commit %q is not a full object id: write all 40 (or 64) hex digits", commit)
		}
	}
	if t.doc.lenient {
		for i, commit := range list.Commits {
			list.Commits[i] = strings.TrimSpace(commit)
		}
	}
	if slices.Contains(list.Stopwords, "") {
		t.fail("stopwords", "an empty stopword is in every secret: remove it")
	}
	if t.rule != "" && t.has("targetRules") {
		t.fail("targetRules", "targetRules belongs to global allowlists: remove it here")
	}
	if !list.byValue() && !list.byPlace() {
		t.fail("", "an allowlist needs commits, paths, regexes or stopwords")
	}
	t.done()
	list.regexes = make([]lazyRegexp, len(list.Regexes))
	list.paths = make([]lazyRegexp, len(list.Paths))
	return list
}

// checkRegexps notes the expressions of a key that do not parse.
func (t *table) checkRegexps(key string, exprs []string) {
	if t.doc.vouched {
		return
	}
	for _, expr := range exprs {
		if _, err := checkRegexp(expr); err != nil {
			t.fail(key, "%v", err)
		}
	}
}

func isObjectID(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}
