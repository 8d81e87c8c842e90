package rules_test

import (
	"bytes"
	"math"
	"regexp"

	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/rules/inspect"
)

// hit is a finding of the reference scan below.
type hit struct {
	rule, secret string
	verdict      inspect.Verdict
}

// scan applies a set to a text in the plainest way that keeps the contract between
// rules and engine: at each keyword, evaluate on a window round it and count
// what covers the keyword.
func scan(set *rules.Set, text []byte) []hit {
	var found []hit
	seen := map[[2]string]bool{}
	lower := bytes.ToLower(text)
	for _, rule := range set.Rules {
		for _, keyword := range rule.Keywords {
			for at := 0; ; {
				i := bytes.Index(lower[at:], []byte(keyword))
				if i < 0 {
					break
				}
				at += i + 1
				for _, h := range evaluate(rule, text, inspect.Span{Start: at - 1, End: at - 1 + len(keyword)}) {
					if key := [2]string{h.rule, h.secret}; !seen[key] {
						seen[key] = true
						found = append(found, h)
					}
				}
			}
		}
	}
	return found
}

func evaluate(rule *rules.Rule, text []byte, keyword inspect.Span) []hit {
	width := rule.Window
	if width == 0 {
		width = 1024
	}
	from, to := max(0, keyword.Start-width), min(len(text), keyword.End+width)
	window := text[from:to]
	keyword = inspect.Span{Start: keyword.Start - from, End: keyword.End - from}
	var found []hit
	judge := func(match, secret inspect.Span, v inspect.Verdict) {
		if v.Drop {
			return
		}
		if v.Secret != (inspect.Span{}) {
			secret = v.Secret
		}
		value := window[secret.Start:secret.End]
		if rule.Entropy > 0 && entropy(value) <= rule.Entropy {
			return
		}
		if allowed, _ := rule.AllowValue(value, window[match.Start:match.End], lineOf(window, match)); !allowed {
			found = append(found, hit{rule.ID, string(value), v})
		}
	}
	if re := rule.Regexp(); re != nil {
		for _, groups := range re.FindAllSubmatchIndex(window, -1) {
			if groups[0] > keyword.Start || groups[1] < keyword.End {
				continue
			}
			match, secret := inspect.Span{Start: groups[0], End: groups[1]}, secretOf(re, rule.SecretGroup, groups)
			var v inspect.Verdict
			if f, ok := inspect.Lookup(rule.Inspect); ok {
				v = f(inspect.Candidate{Window: window, Match: match, Secret: secret})
			}
			judge(match, secret, v)
		}
	} else if locate, ok := inspect.LookupLocator(rule.Inspect); ok {
		if match, v, ok := locate(window, keyword); ok {
			judge(match, v.Secret, v)
		}
	}
	return found
}

// secretOf picks the group that is the secret, as gitleaks does.
func secretOf(re *regexp.Regexp, group int, groups []int) inspect.Span {
	if group > 0 {
		return inspect.Span{Start: groups[2*group], End: groups[2*group+1]}
	}
	for i := 1; i <= re.NumSubexp(); i++ {
		if groups[2*i] >= 0 && groups[2*i+1] > groups[2*i] {
			return inspect.Span{Start: groups[2*i], End: groups[2*i+1]}
		}
	}
	return inspect.Span{Start: groups[0], End: groups[1]}
}

func lineOf(text []byte, match inspect.Span) []byte {
	start := bytes.LastIndexByte(text[:match.Start], '\n') + 1
	end := len(text)
	if i := bytes.IndexByte(text[match.End:], '\n'); i >= 0 {
		end = match.End + i
	}
	return text[start:end]
}

func entropy(value []byte) float64 {
	var counts [256]float64
	for _, c := range value {
		counts[c]++
	}
	bits := 0.0
	for _, n := range counts {
		if n > 0 {
			p := n / float64(len(value))
			bits -= p * math.Log2(p)
		}
	}
	return bits
}
