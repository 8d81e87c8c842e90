package inspect

import "bytes"

// isStandIn reports whether a word, in lower case, says of a value that it only holds a
// place. What documentation uses in full stands in the allowlists of the rule file
// instead.
func isStandIn(word string) bool {
	switch word {
	case "your", "yours", "my", "example", "examples", "sample", "dummy", "fake", "mock", "placeholder", "changeme",
		"changeit", "change", "replace", "replaceme", "insert", "todo", "tbd", "fixme", "redacted", "masked", "removed",
		"hidden", "censored", "here", "goes", "xxx", "xxxx", "foo", "bar", "baz", "foobar", "lorem", "ipsum", "abc", "xyz",
		"none", "null", "undefined", "unset", "enter", "put", "paste", "invalid", "nonexistent", "notreal", "supersecret":
		return true
	}
	return false
}

// longStandIns are those that count in the middle of a value as well: at six letters and
// more, 1 in a million drawn values holds one by chance.
var longStandIns = [...]string{
	"example", "changeme", "placeholder", "replaceme", "replace_me", "replace-me", "change_me", "change-me", "redacted", "dummykey", "fakekey",
	"yourkey", "yourapi", "yourtoken", "yoursecret", "yourpassword", "mysecret", "myapikey", "mypassword", "notareal", "notreal", "foobar",
	"loremipsum", "insertyour", "supersecret", "apikeyhere", "tokenhere", "keyhere", "secrethere",
}

// keyboardWalks are what fingers type that do not think.
var keyboardWalks = [...]string{"qwerty", "qwertz", "azerty", "asdfgh", "zxcvbn", "1q2w3e", "1qaz2wsx", "q1w2e3", "poiuyt", "lkjhgf"}

// Placeholder reports whether a value, given to a name that secrets have, only holds a place: see the forms in
// docs/detection.md. It is for callers that have read an assignment themselves.
func Placeholder(value []byte) bool { return isPlaceholder(value) }

// isPlaceholder reports whether a value only holds a place, by its structure: it is a
// variable or template, cut short, masked, counts up, was typed along the keyboard or
// says in words that it is none. Of drawn values fewer than 1 in 10,000 are taken
// for one.
func isPlaceholder(value []byte) bool {
	return len(value) == 0 || isTemplateForm(value) || isMasked(value) || isCounting(value) || saysStandIn(value)
}

// isTemplateForm reports whether all of a value is a variable, a template or words in
// brackets.
func isTemplateForm(value []byte) bool {
	first, last := value[0], value[len(value)-1]
	switch {
	case first == '<' && last == '>', first == '{' && last == '}', first == '[' && last == ']', first == '(' && last == ')',
		first == '%' && last == '%' && len(value) > 2, first == '@' && last == '@' && len(value) > 2,
		first == '_' && last == '_' && len(value) > 4 && value[1] == '_':
		return true
	case first == '$' && len(value) > 1 && (value[1] == '{' || value[1] == '(' || value[1] == '['):
		return true
	case first == '#' && len(value) > 1 && value[1] == '{':
		return true
	}
	return bytes.Contains(value, []byte("{{")) || bytes.Contains(value, []byte("${")) || bytes.Contains(value, []byte("$("))
}

// isMasked reports whether parts of a value were crossed out or left out.
func isMasked(value []byte) bool {
	if bytes.Contains(value, []byte("...")) || bytes.Contains(value, []byte("…")) || bytes.Contains(value, []byte("•")) {
		return true
	}
	run := 1
	for i := 1; i < len(value); i++ {
		if value[i] != value[i-1] {
			run = 1
			continue
		}
		run++
		switch c := value[i]; {
		case c == '*' && run >= 3, (c == 'x' || c == 'X') && run >= 5, run >= 7,
			run >= 4 && !isLetter(c) && !isDigit(c) && c != '=' && run*2 > len(value):
			return true
		}
	}
	return len(value) >= 3 && run == len(value)
}

// isCounting reports whether a value counts, by steps or in turns such as "1a2b3c4d" or
// "abc123def456", or follows the keyboard.
func isCounting(value []byte) bool {
	s := shapeOf(value)
	if s.sequence >= 7 || s.length >= 6 && s.sequence*4 >= s.length*3 || s.length >= 12 && s.counts*2 >= s.length {
		return true
	}
	if s.length >= 8 && s.distinct <= 2 || s.length >= 16 && s.distinct <= 4 {
		return true
	}
	// Groups of letters and digits that each count up.
	groups, counting, start := 0, 0, 0
	for i := 1; i <= len(value); i++ {
		if i < len(value) && isLetter(value[i]) == isLetter(value[start]) && isDigit(value[i]) == isDigit(value[start]) {
			continue
		}
		groups++
		if isStaircase(value[start:i]) {
			counting++
		}
		start = i
	}
	if s.length >= 6 && groups >= 2 && counting == groups {
		return true
	}
	for _, walk := range keyboardWalks {
		if containsFold(value, walk) {
			return true
		}
	}
	return false
}

// isStaircase reports whether three or more bytes each follow the one before: "abc",
// "4567", "zyx", also across a change of case.
func isStaircase(group []byte) bool {
	if len(group) < 3 {
		return false
	}
	step := int(group[1]|0x20) - int(group[0]|0x20)
	for i := 1; i < len(group); i++ {
		if int(group[i]|0x20)-int(group[i-1]|0x20) != step {
			return false
		}
	}
	return step == 1 || step == -1
}

// saysStandIn reports whether a value says in words that it is none: a word of its own that
// only stand-ins have, where signs or the ends of the value bound it, or a long
// one anywhere.
func saysStandIn(value []byte) bool {
	for _, word := range longStandIns {
		if containsFold(value, word) {
			return true
		}
	}
	if len(value) > 5 && equalFold(value[:4], "your") && value[4] >= 'A' && value[4] <= 'Z' && value[3] == 'r' {
		return true // "yourStripeKey"
	}
	start := 0
	var lower [16]byte
	words, standing := 0, false
	for i := 0; i <= len(value); i++ {
		if i < len(value) && isLetter(value[i]) {
			continue
		}
		// A digit bounds no word: "foo7" may be drawn.
		bounded := (start == 0 || !isDigit(value[start-1])) && (i == len(value) || !isDigit(value[i]))
		if n := i - start; n > 0 && bounded {
			words++
			if n <= len(lower) {
				for j, c := range value[start:i] {
					lower[j] = c | 0x20
				}
				standing = standing || isStandIn(string(lower[:n]))
			}
		}
		start = i + 1
	}
	// Drawn base64url holds two signs round three letters now and then, but mostly
	// among longer pieces with digits.
	return standing && words >= 2 && !hasDrawnPiece(value) || standing && words == 1 && len(value) < 16
}

// hasDrawnPiece reports whether a value holds a piece of 12 or more letters and
// digits that looks drawn.
func hasDrawnPiece(value []byte) bool {
	start := 0
	for i := 0; i <= len(value); i++ {
		if i < len(value) && (isLetter(value[i]) || isDigit(value[i])) {
			continue
		}
		if piece := value[start:i]; len(piece) >= 12 {
			if s := shapeOf(piece); s.digits > 0 && s.letters() > 0 && wordBits(piece) < certainWords && !isCounting(piece) {
				return true
			}
		}
		start = i + 1
	}
	return false
}

// certainWords is the weight of evidence, in bits, from which a value with a
// strong prefix is taken for words: 1 in 2^14 drawn values reaches it.
const certainWords = 14

// wordBits weighs how much likelier a value is to be words than to be drawn, in bits. The
// pairs of letters are weighed by their table; that there is no digit is a quarter of
// a bit a character against base 62. A likelihood ratio of 2^n is reached by 1 in
// 2^n drawn values at most.
func wordBits(value []byte) int {
	s := shapeOf(value)
	if s.hexOnly && s.digits > 0 {
		return 0 // the letters of hex digits always pair up well
	}
	quarters := 2 * s.weight
	if s.digits == 0 && (s.upper == 0 || s.lower == 0 || s.upper*4 <= s.lower) {
		quarters += s.letters()
	}
	return quarters / 4
}
