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
	name, value, rule := c.KeyRegexp(), c.ValueRegexp(), *c
	return func(window []byte, hit inspect.Span) (inspect.Span, inspect.Verdict, bool) {
		none := inspect.Span{}
		found, ok := inspect.Assigned(window, hit)
		if !ok {
			return none, inspect.Verdict{}, false
		}
		groups := value.FindSubmatchIndex(window[found.Value.Start:found.Value.End])
		if groups == nil || !name.Match(window[found.Name.Start:found.Name.End]) {
			return none, inspect.Verdict{}, false
		}
		secret := rule.secretOf(groups)
		match := inspect.Span{Start: found.Name.Start, End: found.Value.End}
		at := inspect.Span{Start: found.Value.Start + secret.start, End: found.Value.Start + secret.end}
		v := judge(inspect.Candidate{Window: window, Match: match, Secret: at})
		if v.Drop {
			return none, inspect.Verdict{}, false
		}
		if v.Secret.Len() == 0 {
			v.Secret = at
		}
		return match, v, true
	}
}
