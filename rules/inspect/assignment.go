package inspect

import "bytes"

// Bounds of an assignment, in bytes. They keep the parser inside the window that
// its rule declares.
const (
	maxKeyPart  = 48  // of a key on either side of the keyword
	maxValue    = 256 // of a value
	maxBlank    = 64  // of white space between the parts
	maxTypeName = 32  // of a type between name and value
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
	end, password, ok := wordEnd(window, hit)
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
	if !ok || !prefixAllows(window[key.Start:hit.Start]) || !suffixAllows(window[end:keyEnd]) {
		return Span{}, Verdict{}, false
	}
	text := window[value.Start:value.End]
	if sameWord(text, window[key.Start:key.End]) {
		return Span{}, Verdict{}, false
	}
	v := weighValue(text, password, p.quoted, p.sign == signComma)
	if v.Drop {
		return Span{}, Verdict{}, false
	}
	v.Secret = value
	return Span{key.Start, value.End}, v, true
}

// wordEnd returns where the keyword's word ends: "pass" goes on to "password" and
// "secret" to "secretkey", but "token" not to "tokenizer". password says that the
// key is for what people type.
func wordEnd(window []byte, hit Span) (end int, password, ok bool) {
	end = hit.End
	word := window[hit.Start:hit.End]
	if equalFold(word, "pwd") || equalFold(word, "pass") {
		password = true
		long := ""
		if len(word) == 4 {
			long = continuation(window[end:], "word", "wd", "phrase", "code", "wort")
		}
		end += len(long)
		// The short forms are also the middle of "compass" and "cpwd".
		if long == "" && hit.Start > 0 && isLetter(window[hit.Start-1]) && !isHump(window, hit.Start) &&
			!hasShortOwner(window[:hit.Start]) {
			return 0, false, false
		}
	} else {
		password = len(word) > 4 && equalFold(word[:4], "pass")
		end += len(continuation(window[end:], "accesskey", "key", "token", "value"))
	}
	if end < len(window) && isLetter(window[end]) && !isHump(window, end) {
		return 0, false, false
	}
	return end, password, true
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

// suffixAllows reports whether a key may hold a secret by the words behind its
// keyword: "password_file" and "tokenUrl" hold something about one.
func suffixAllows(suffix []byte) bool {
	var buffer [12]byte
	for len(suffix) > 0 {
		var word []byte
		word, suffix = nextWord(suffix, &buffer)
		switch string(word) {
		case "file", "filename", "path", "dir", "url", "uri", "endpoint", "host", "id", "ids", "identifier", "hint", "name", "names",
			"length", "len", "size", "count", "max", "min", "limit", "type", "types", "kind", "field", "fields", "column", "policy",
			"expiry", "expires", "expiration", "expired", "ttl", "timeout", "lifetime", "age", "date", "time", "at", "regex", "regexp",
			"pattern", "format", "prompt", "label", "placeholder", "title", "text", "description", "desc", "message", "msg",
			"help", "error", "errors", "err", "reset", "strength", "confirmation", "manager", "provider", "service", "store", "storage",
			"class", "factory", "handler", "helper", "validator", "validation", "verifier", "encoder", "encoding", "generator", "algorithm",
			"alg", "method", "mode", "scheme", "prefix", "suffix", "header", "param", "parameter", "env", "var", "variable", "arn",
			"ref", "required", "enabled", "disabled", "valid", "invalid", "missing", "version", "salt", "hash",
			"hashed", "digest", "fingerprint", "status", "state", "scope", "scopes", "source", "command", "cmd", "input", "button",
			"form", "page", "link", "icon", "view", "list", "map", "set", "index", "position", "pos", "start", "end", "offset", "stream",
			"usage", "owner", "group", "role", "audience", "issuer", "subject", "callback", "template", "selector", "xpath", "css",
			"test", "tests", "checker", "rotation", "backend", "engine", "plugin", "module", "location", "address", "extension", "schema":
			return false
		}
	}
	return true
}

// prefixAllows is suffixAllows for the words before the keyword: "forgot_password",
// "next_token", "publicKeyToken".
func prefixAllows(prefix []byte) bool {
	var buffer [12]byte
	for len(prefix) > 0 {
		var word []byte
		word, prefix = nextWord(prefix, &buffer)
		switch string(word) {
		case "no", "not", "is", "has", "have", "use", "uses", "with", "without", "forgot", "forget", "reset", "invalid", "wrong", "incorrect",
			"missing", "empty", "show", "hide", "toggle", "require", "requires", "required", "need", "needs", "enable", "disable", "allow",
			"max", "min", "num", "count", "next", "page", "continuation", "pagination", "sync", "cursor", "csrf", "xsrf", "csrfmiddlewa", "authenticity",
			"public", "hashed", "encrypted", "hash", "pad", "eos", "bos", "unk", "cls", "sep", "mask", "special", "stop", "lock",
			"cancellation", "cancel", "error", "err", "parse", "peek", "expected", "unexpected", "syntax", "lexer",
			"get", "fetch", "read", "find", "validate", "verify", "check", "compare", "match", "generate", "hint", "sort", "cache",
			"foreign", "primary", "index", "idempotency", "partition", "object", "i18n", "translation", "label", "placeholder":
			return false
		}
	}
	return true
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
