package inspect

import "bytes"

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
			"alg", "data", "method", "mode", "scheme", "prefix", "suffix", "header", "param", "parameter", "env", "var", "variable", "arn",
			"ref", "required", "enabled", "disabled", "valid", "invalid", "missing", "version", "salt", "hash",
			"hashed", "digest", "sha1", "sha256", "sha512", "md5", "checksum", "fingerprint", "status", "state", "scope", "scopes", "source", "command", "cmd", "input", "button",
			"form", "csrf", "xsrf", "signature", "nonce", "timestamp", "page", "link", "icon", "view", "list", "map", "set", "index", "position", "pos", "start", "end", "offset", "stream",
			"usage", "owner", "group", "role", "audience", "issuer", "subject", "callback", "template", "selector", "xpath", "css",
			"test", "tests", "checker", "rotation", "backend", "engine", "plugin", "module", "location", "address", "extension", "schema":
			return false
		}
	}
	return true
}

// prefixAllows is suffixAllows for the words before the keyword: "forgot_password",
// "next_token", "publicKeyToken".
func prefixAllows(prefix []byte, sort keySort) bool {
	var buffer [12]byte
	for len(prefix) > 0 {
		var word []byte
		word, prefix = nextWord(prefix, &buffer)
		switch string(word) {
		case "encoded": // of a password it is a hash, of a key the key itself
			if sort == keyPassword {
				return false
			}
		case "no", "not", "is", "has", "have", "use", "uses", "with", "without", "forgot", "forget", "reset", "invalid", "wrong", "incorrect",
			"missing", "empty", "show", "hide", "toggle", "require", "requires", "required", "need", "needs", "enable", "disable", "allow",
			"max", "min", "num", "count", "next", "page", "continuation", "pagination", "sync", "cursor", "csrf", "xsrf", "csrfmiddlewa", "authenticity",
			"public", "hashed", "encrypted", "hash", "pad", "eos", "bos", "unk", "cls", "sep", "mask", "special", "stop", "lock",
			"cancellation", "cancel", "error", "err", "parse", "peek", "expected", "unexpected", "syntax", "lexer",
			"get", "fetch", "read", "find", "validate", "verify", "check", "compare", "match", "generate", "hint", "sort", "cache",
			"pref", "prefs", "preference", "preferences", "extra", "event",
			"foreign", "primary", "index", "idempotency", "partition", "object", "i18n", "translation", "label", "placeholder":
			return false
		}
	}
	return true
}

// isSettingWord reports whether a word, where a password could stand, says something about it: its type, or what
// is done with it.
func isSettingWord(word []byte) bool {
	switch string(word) {
	case "string", "varchar", "integer", "boolean", "object", "array", "bytes", "number", "input", "hidden", "visible", "label",
		"required", "optional", "nullable", "present", "confirmed", "sometimes", "missing", "unset", "blank", "default", "value",
		"always", "never", "false", "enabled", "disabled", "allow", "allowed", "deny", "denied", "ignore", "ignored", "permit", "inherit",
		"basic", "plain", "plaintext", "cleartext", "clear", "hashed", "encrypted", "rehashed", "digest", "oauth", "general", "common",
		"prompt", "manual", "keyring", "keychain", "vault", "stdin", "environment", "variable", "config", "random", "generated", "generate",
		"automatic", "internal", "external", "login", "credentials", "credential", "passcode", "authentication", "simple", "strong", "weak",
		"valid", "invalid", "wrong", "expired", "expires", "reset", "change", "update", "create", "unknown", "changed", "system", "local", "write",
		"undefined", "other", "password", "passwords", "secrets", "tokens", "passcodes", "passphrase", "while", "return", "await", "props", "state", "const", "static", "private", "public", "self",
		"result", "input_password", "parse", "prefix", "request", "response", "param", "params", "argument", "field", "option", "options":
		return true
	}
	return false
}

// judges reports whether the call in which a name is one argument and the value the next
// checks or changes a password rather than sets one.
func (p *parser) judges() bool {
	before := p.lineBefore()
	i := bytes.LastIndexByte(before, '(')
	if i < 0 {
		return false
	}
	start := i
	for start > 0 && isWord(before[start-1]) {
		start--
	}
	function := before[start:i]
	for len(function) > 0 {
		var buffer [12]byte
		var word []byte
		word, function = nextWord(function, &buffer)
		switch string(word) {
		case "hash", "check", "verify", "compare", "equal", "equals", "assert", "expect", "validate", "encrypt", "decrypt", "crypt", "bcrypt",
			"match", "matches", "contains", "derive", "kdf", "test", "digest", "sign", "require", "is", "eq", "generate", "replace", "split":
			return true
		}
	}
	return false
}
