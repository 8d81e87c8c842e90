package match

import "github.com/unleak/unleak/rules/inspect"

// keyedInspector judges the values of keyed rules that name no inspector: a value that is known
// by its name alone must at least look drawn.
const keyedInspector = "random"

// keyed returns the locator of a keyed rule: it finds assignments to a name with the keyword,
// and holds name and value against the rule's expressions.
func (c *compiled) keyed() inspect.Locator {
	judge, ok := inspect.Lookup(c.Inspect)
	if !ok {
		judge, _ = inspect.Lookup(keyedInspector)
	}
	rule := *c // whose expressions are compiled once something is assigned
	return func(window []byte, hit inspect.Span) (match inspect.Span, v inspect.Verdict, ok bool) {
		inspect.Assigned(window, hit, func(a inspect.Assignment) bool {
			groups := rule.ValueRegexp().FindSubmatchIndex(window[a.Value.Start:a.Value.End])
			if groups == nil || !rule.KeyRegexp().Match(window[a.Name.Start:a.Name.End]) {
				return true
			}
			secret := rule.secretOf(groups)
			match = inspect.Span{Start: a.Name.Start, End: a.Value.End}
			at := inspect.Span{Start: a.Value.Start + secret.start, End: a.Value.Start + secret.end}
			v = judge(inspect.Candidate{Window: window, Match: match, Secret: at})
			if ok = !v.Drop; ok && v.Secret.Len() == 0 {
				v.Secret = at
			}
			v.Form |= a.Form
			return !ok
		})
		return match, v, ok
	}
}
