package inspect

import "bytes"

// longMoorcheh is from how many letters and digits on a key needs no name near it.
const longMoorcheh = 28

// moorchehKey judges keys of Moorcheh. Those with the prefix "mk_" need the name of
// the service near them or a long random body, since other vendors' ids start so
// too; the bare ones of 40 letters and digits stand next to the service's name by
// their rule.
func moorchehKey(c Candidate) Verdict {
	secret := c.secret()
	body, prefixed := bytes.CutPrefix(secret, []byte("mk_"))
	s := shapeOf(body)
	near := containsFold(c.Window, "moorcheh")
	switch {
	case !prefixed:
		// A commit id has the length of a key, but no upper case.
		if !s.random() || s.hexOnly && !containsFold(c.Window[c.Match.Start:c.Match.End], "key") {
			return Verdict{Drop: true}
		}
		return Verdict{Confidence: High}
	case s.patterned(), s.wordy(), s.digits == 0, s.letters() == 0, s.separators > 1:
		return Verdict{Drop: true}
	case near:
		return Verdict{Confidence: High}
	case s.length < 20 || !s.random():
		return Verdict{Drop: true}
	case s.length >= longMoorcheh && s.separators == 0 && s.upper > 0 && s.lower > 0:
		return Verdict{Confidence: Medium}
	}
	return Verdict{Confidence: Low, Severity: Medium}
}

// containsFold reports whether text holds a lower-case word, in any case.
func containsFold(text []byte, word string) bool {
	for i := 0; i+len(word) <= len(text); i++ {
		if text[i]|0x20 == word[0] && equalFold(text[i:i+len(word)], word) {
			return true
		}
	}
	return false
}
