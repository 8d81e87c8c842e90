package match

import "github.com/unleak/unleak/rules"

// PathRules are the rules of a set that find paths, whatever lies there. It is
// immutable and safe for concurrent use.
type PathRules []*rules.Rule

// NewPathRules returns the path rules of a set.
func NewPathRules(set *rules.Set) PathRules {
	var found PathRules
	for _, rule := range set.Rules {
		if IsPathRule(rule) && !rule.SkipReport {
			found = append(found, rule)
		}
	}
	return found
}

// Match returns the rules that a slash-separated path is a finding of. Allowlists that ask
// for a commit are not decided here.
func (p PathRules) Match(path string) []*rules.Rule {
	var found []*rules.Rule
	for _, rule := range p {
		if rule.PathRegexp().MatchString(path) {
			found = append(found, rule)
		}
	}
	return found
}

// AllowedAt reports whether a hit of rule does not count at a path of a commit (either may be
// empty): because the rule is for other paths, by an allowlist, or by the terms of the hit.
func AllowedAt(rule *rules.Rule, path, commit string, pending uint64, terms *Terms) bool {
	if re := rule.PathRegexp(); re != nil && !re.MatchString(path) {
		return true
	}
	return rule.AllowPlace(path, commit, pending) || !terms.hold(path, commit)
}
