package inspect

import "bytes"

// Bounds of an assignment, in bytes. They keep the parser inside the window that
// its rule declares.
const (
	maxKeyPart  = 48  // of a key on either side of the keyword
	maxValue    = 256 // of a value
	maxBlank    = 64  // of white space between the parts
	maxTypeName = 32  // of a type between name and value
	maxWrapper  = 96  // of what stands before a literal: a call, a look-up
)

// assignment locates a literal that is given to a key named like a password, secret,
// token or API key, in any configuration format and most languages: NAME=value,
// name: value, "name": "value", name := "value", name => 'value', setName("value"),
// <name>value</name>, key="name" value="value", --name value, and a typed
// declaration of any of these. The hit is the keyword in the key.
//
// What stands right of the sign decides. A variable, call, path, type, template,
// sentence or identifier is none. It does not allocate, and gives up within a
// few bytes of the keyword in text that assigns nothing: it is called at each
// mention of a password in a history.
func assignment(window []byte, hit Span) (Span, Verdict, bool) {
	if !hit.within(len(window)) || hit.Len() == 0 {
		return Span{}, Verdict{}, false
	}
	end, sort, ok := wordEnd(window, hit)
	if !ok {
		return Span{}, Verdict{}, false
	}
	keyEnd, ok := suffixEnd(window, end)
	if !ok {
		return Span{}, Verdict{}, false
	}
	key := Span{keyStart(window, hit.Start), keyEnd}
	p := parser{window: window, pos: keyEnd, key: key}
	value, ok := p.value()
	if !ok && p.quoted && sort != keyPassword {
		value, ok = p.inner()
	}
	if !ok || !prefixAllows(window[key.Start:hit.Start], sort) || !suffixAllows(window[end:keyEnd]) {
		return Span{}, Verdict{}, false
	}
	text := window[value.Start:value.End]
	if sameWord(text, window[key.Start:key.End]) || p.sign == signComma && p.judges() {
		return Span{}, Verdict{}, false
	}
	v := weighValue(text, sort, &p)
	if v.Drop && sort == keyPassword && end == keyEnd {
		v = weighWord(text, &p)
	}
	if v.Drop {
		return Span{}, Verdict{}, false
	}
	v.Secret = value
	return Span{key.Start, value.End}, v, true
}

// keySort is what a key is for.
type keySort int

const (
	keyToken    keySort = iota // what machines draw
	keyPassword                // what people type
	keyVague                   // a word that is also used for other things, as "auth" is
)

// wordEnd returns where the keyword's word ends: "pass" goes on to "password" and
// "secret" to "secretkey", but "token" not to "tokenizer".
func wordEnd(window []byte, hit Span) (end int, sort keySort, ok bool) {
	end = hit.End
	word := window[hit.Start:hit.End]
	switch {
	case equalFold(word, "pwd"), equalFold(word, "pass"):
		sort = keyPassword
		long := ""
		if len(word) == 4 {
			long = continuation(window[end:], "word", "wd", "phrase", "code", "wort")
		}
		end += len(long)
		// The short forms are also the middle of "compass" and "cpwd".
		if long == "" && hit.Start > 0 && isLetter(window[hit.Start-1]) && !isHump(window, hit.Start) &&
			!hasShortOwner(window[:hit.Start]) {
			return 0, sort, false
		}
	case equalFold(word, "identified"):
		// SQL: IDENTIFIED BY 'x', IDENTIFIED WITH plugin BY 'x'.
		sort = keyPassword
		rest := window[end:min(len(window), end+maxKeyPart)]
		i := bytes.IndexAny(rest, "'\"")
		if i < 0 || !endsInBy(rest[:i]) {
			return 0, sort, false
		}
		return end + i - 1, sort, true
	case equalFold(word, "auth"), equalFold(word, "cred"):
		sort = keyVague
		if hit.Start > 1 && hasAt(window, hit.Start-2, "sp") { // "rspauth", the answer of a server (RFC 2831)
			return 0, sort, false
		}
		end += len(continuation(window[end:], "orization", "ential"))
	default:
		if len(word) > 4 && equalFold(word[:4], "pass") {
			sort = keyPassword
		}
		end += len(continuation(window[end:], "accesskey", "key", "token", "value"))
	}
	if end < len(window) && isLetter(window[end]) && !isHump(window, end) {
		return 0, sort, false
	}
	return end, sort, true
}

// endsInBy reports whether text ends in the word BY and blanks, or BY PASSWORD.
func endsInBy(text []byte) bool {
	text = bytes.TrimRight(text, " ")
	if n := len(text) - len(" password"); n >= 0 && equalFold(text[n:], " password") {
		text = text[:n]
	}
	n := len(text) - len(" by")
	return n >= 0 && equalFold(text[n:], " by")
}

// continuation returns the first of the words that text starts with, in any case.
func continuation(text []byte, words ...string) string {
	for _, word := range words {
		if len(text) >= len(word) && text[0]|0x20 == word[0] && equalFold(text[:len(word)], word) {
			return word
		}
	}
	return ""
}

// isHump reports whether a word starts at i inside a camel-case name: "dbPass".
func isHump(window []byte, i int) bool {
	before, at := window[i-1], window[i]
	return before >= 'a' && before <= 'z' && at >= 'A' && at <= 'Z'
}

// hasShortOwner reports whether the text ends in a word that goes with a bare "pass"
// or "pwd": "dbpass", "userpwd".
func hasShortOwner(before []byte) bool {
	for _, owner := range [...]string{"db", "user", "admin", "root", "mysql", "my", "ftp", "smtp", "mail", "login", "sql", "new", "old"} {
		if n := len(before) - len(owner); n >= 0 && equalFold(before[n:], owner) {
			return n == 0 || !isLetter(before[n-1])
		}
	}
	return false
}

// suffixEnd returns where the key ends that goes on at pos.
func suffixEnd(window []byte, pos int) (int, bool) {
	limit := min(len(window), pos+maxKeyPart)
	i := pos
	for i < limit && (isWord(window[i]) || window[i] == '-' && i+1 < len(window) && isWord(window[i+1])) {
		i++
	}
	return i, i < limit || i == len(window)
}

// keyStart returns where the key starts that goes on to pos, leading dashes included.
func keyStart(window []byte, pos int) int {
	limit := max(0, pos-maxKeyPart)
	for pos > limit && (isWord(window[pos-1]) || window[pos-1] == '-' || window[pos-1] == '.') {
		pos--
	}
	return pos
}

// nextWord splits the first word off a key: "ApiKey_2" is Api, Key, 2. It lower-cases
// the word into the buffer; words longer than that are cut.
func nextWord(key []byte, buffer *[12]byte) (word []byte, rest []byte) {
	i := 0
	for i < len(key) && !isLetter(key[i]) && !isDigit(key[i]) {
		i++
	}
	start := i
	for i < len(key) && (isLetter(key[i]) || isDigit(key[i])) && !(i > start && isHump(key, i)) {
		i++
	}
	n := copy(buffer[:], key[start:i])
	for j := range n {
		if c := buffer[j]; c >= 'A' && c <= 'Z' {
			buffer[j] = c | 0x20
		}
	}
	return buffer[:n], key[i:]
}

// sameWord reports whether a value only repeats its key, or the other way round.
func sameWord(value, key []byte) bool {
	key = bytes.TrimLeft(key, "-.")
	short, long := value, key
	if len(short) > len(long) {
		return false
	}
	for i := 0; i+len(short) <= len(long); i++ {
		if bytes.EqualFold(long[i:i+len(short)], short) {
			return true
		}
	}
	return false
}
