package inspect

import "bytes"

// weighValue judges the right side of an assignment. Bare values, those without quotes, could
// also be names in code, and those behind a comma the next item of a list: both must
// show more.
func weighValue(text []byte, sort keySort, p *parser) Verdict {
	if len(text) < 6 || !isLiteral(text) || isPublic(text) {
		return Verdict{Drop: true}
	}
	s := shapeOf(text)
	if s.patterned() && !isGuessable(text) || s.distinct < 4 || s.letters() == 0 || isIdentifier(&s) || isFileName(text, &s) {
		return Verdict{Drop: true}
	}
	if p.sign >= signCompare && (!s.random() || s.length < 16) ||
		p.sign == signComma && !s.random() && s.signs == s.separators {
		return Verdict{Drop: true}
	}
	var v Verdict
	switch sort {
	case keyPassword:
		v = weighPassword(text, &s, p.quoted)
	case keyVague:
		if s.length < 20 {
			return Verdict{Drop: true}
		}
		v = weighToken(text, &s, p.quoted)
	default:
		v = weighToken(text, &s, p.quoted)
	}
	if !p.quoted && p.sign != signElement {
		v.Form |= Bare
	}
	return v
}

// weighToken judges a value for a secret, token or API key: it must look drawn, or have in quotes what
// people are asked to put into a password.
func weighToken(text []byte, s *shape, quoted bool) Verdict {
	if quoted && s.classes() == 4 && s.length >= 14 && s.length <= 48 && s.digits > 1 && s.signs <= s.length/4 && s.signs > s.separators {
		return Verdict{Confidence: Medium} // made up as a password is
	}
	if !s.random() || s.length < 10 || s.signs > s.length/4 && s.classes() < 4 {
		return Verdict{Drop: true}
	}
	switch {
	case isUUID(text):
		return Verdict{Confidence: Low}
	case s.length < 24 || s.hexOnly || s.signs > s.length/4:
		return Verdict{Confidence: Medium}
	}
	return Verdict{Confidence: High}
}

// weighPassword judges a value for a password: drawn, or typed with digits or signs
// among the letters.
func weighPassword(text []byte, s *shape, quoted bool) Verdict {
	typed := s.signs - s.separators // signs that names do not have
	switch {
	case isStockPassword(text, nil):
		return Verdict{Drop: true}
	case isGuessable(text):
		return Verdict{Confidence: Medium, Form: Weak}
	case s.wordy() && typed == 0 && s.length >= 20:
		return Verdict{Drop: true} // "UserPasswordFieldName2"
	case s.random() && s.length >= 16 && s.signs <= s.length/3:
		return Verdict{Confidence: High}
	case s.random() && s.classes() >= 3:
		return Verdict{Confidence: Medium}
	case s.classes() >= 3 && s.length >= 8 && s.digits > 0 && (typed > 0 || s.separators == 0):
		return Verdict{Confidence: Medium}
	case typed > s.length/3:
		return Verdict{Drop: true} // a pattern or a piece of code
	case s.digits > 0 && (s.separators == 0 || typed > 0) && (quoted || s.digits > 1),
		typed > 0 && quoted && s.classes() >= 3 && s.length >= 8:
		return Verdict{Confidence: Medium, Form: Weak}
	}
	return Verdict{Drop: true}
}

// weighWord judges a value for a password that is a single word in lower case, as "grafana" is, without
// quotes round its name: a setting has those, and code has types, states and labels.
func weighWord(text []byte, p *parser) Verdict {
	if p.keyQuote != 0 || p.sign != signEquals && p.sign != signColon && p.sign != signElement && !p.setsOption() {
		return Verdict{Drop: true}
	}
	variable := p.setsVariable()
	if len(text) < 4 || len(text) < 5 && !variable || isStockPassword(text, nil) || isSettingWord(text) || isPlaceholder(text) {
		return Verdict{Drop: true}
	}
	for _, c := range text {
		if c < 'a' || c > 'z' {
			return Verdict{Drop: true}
		}
	}
	if s := shapeOf(text); s.patterned() || s.distinct < 3 {
		return Verdict{Drop: true}
	}
	v := Verdict{Confidence: Medium, Form: Word}
	if variable {
		v.Form = Weak // wherever it stands
	}
	if !p.quoted && p.sign != signElement {
		v.Form |= Bare
	}
	return v
}

// isPublic reports whether a value is made to be shown, by its form: a hash, a date, a version, an address.
func isPublic(text []byte) bool {
	return isCryptHash(text) || cryptKind(text) != "" || isDigest(text) || integrityKind(text) != "" || isDateTime(text) || isCoordinate(text) || isChainAddress(text) || isCredentialScope(text) ||
		hasAt(text, 0, "eyJ") && bytes.Count(text, []byte{'.'}) == 2 || // of a JSON Web Token another rule judges
		hasAt(text, 0, "eyJhbGci") && bytes.IndexByte(text, '.') < 0 || // its header alone
		hasAt(text, 0, "rO0AB") || // an object of Java, serialized
		hasAt(text, 0, "PBKDF2With") || hasAt(text, 0, "PBEWith") // an algorithm of Java
}

// isDigest reports whether text names a hash function and goes on with its digest: "sha256:...".
func isDigest(text []byte) bool {
	i := bytes.IndexAny(text, ":-$=")
	if equalFold(text[:min(len(text), 5)], "hmac-") {
		i = bytes.IndexByte(text, ':')
		return i > 0
	}
	if i < 3 || i > 10 || len(text)-i < 24 {
		return false
	}
	return isOneOf(text[:i], digestNames[:])
}

var digestNames = [...]string{"md5", "sha1", "sha224", "sha256", "sha384", "sha512", "blake2b", "blake2s", "blake3", "crc32", "sha3", "ripemd160"}

// isCoordinate reports whether text names a package with its version: "group:name:1.2.3".
func isCoordinate(text []byte) bool {
	i := bytes.LastIndexByte(text, ':')
	if i <= 0 || i+1 >= len(text) || bytes.IndexByte(text[:i], ':') <= 0 && bytes.IndexByte(text[:i], '/') <= 0 {
		return false
	}
	version := text[i+1:]
	return isDigit(version[0]) && bytes.IndexByte(version, '.') > 0
}

// isChainAddress reports whether text is an address (20 bytes) or a compressed public key (33 bytes) of
// Ethereum and its kin, in hex.
func isChainAddress(text []byte) bool {
	if !hasAt(text, 0, "0x") || len(text) != 42 && len(text) != 68 {
		return false
	}
	for _, c := range text[2:] {
		if !isHexDigit(c) {
			return false
		}
	}
	return len(text) == 42 || text[2] == '0' && (text[3] == '2' || text[3] == '3')
}

// isCredentialScope reports whether text is the scope of a signature of AWS and its kin, which goes with a key's
// public id: ".../20200131/us-east-1/s3/aws4_request".
func isCredentialScope(text []byte) bool {
	return bytes.HasSuffix(text, []byte("4_request")) && bytes.Count(text, []byte{'/'}) >= 4
}

// isDateTime reports whether text begins with a date and time (RFC 3339).
func isDateTime(text []byte) bool {
	if len(text) < len("2006-01-02T15:04") {
		return false
	}
	for i, c := range []byte("0000-00-00T00:00") {
		if c == '0' && !isDigit(text[i]) || c != '0' && c != text[i] {
			return false
		}
	}
	return true
}

// isCryptHash reports whether text is a password's hash in the modular crypt format:
// "$2b$12$...", "$argon2id$v=19$...", also with the name of a scheme or user before it.
func isCryptHash(text []byte) bool {
	if text[0] == '{' {
		if i := bytes.IndexByte(text, '}'); i > 0 {
			text = text[i+1:]
		}
	}
	if i := bytes.Index(text, []byte(":$")); i > 0 && i < 32 {
		text = text[i+1:]
	}
	return len(text) > 3 && text[0] == '$' && bytes.IndexByte(text[1:], '$') > 0
}

// isLiteral reports whether text can be a value as it stands: no white space, no
// variable, template, path, URL or markup.
func isLiteral(text []byte) bool {
	switch text[0] {
	case '/', '.', '~', '<', '{', '[', '(', ':', '%', '\\', '|', '>', ')', ']', '}', ',', ';', '=', '`', '+':
		return false
	case '$', '@', '&', '*', '#', '!', '-', '?':
		// "$NAME", "@string/x", "*anchor", "!Ref", "--flag"
		if isWord(text[1]) && bytes.IndexFunc(text[1:], func(r rune) bool { return r > 0x7f || !isWord(byte(r)) && r != '/' && r != '.' && r != '-' }) < 0 ||
			text[1] == '{' || text[1] == '(' || text[1] == text[0] {
			return false
		}
	}
	for i, c := range text {
		next := byte(0)
		if i+1 < len(text) {
			next = text[i+1]
		}
		switch {
		case c <= ' ' || c >= 0x7f || c == '`':
			return false
		case c == '$' && (next == '{' || next == '(' || i == 0 && isDigit(next)), // a shell variable, or a crypt hash
			c == '#' && next == '{',
			(c == '{' || c == '[') && (next == '\'' || next == '"'),
			c == '{' && (next == '{' || next == '%' || next == '}' || isDigit(next)),
			c == '<' && (next == '%' || isLetter(next)),
			c == '%' && (next == '(' || next == '{' || next == 's' || next == 'd' || next == 'v'),
			c == ':' && (next == ':' || next == '/'),
			c == '.' && next == '.',
			c == '-' && next == '>', c == '=' && next == '>', c == '(' && next == ')', c == '[' && next == ']':
			return false
		}
	}
	return true
}

// isIdentifier reports whether a value reads like a name in code or a key of a
// message: letters and separators, or words with a digit or two.
func isIdentifier(s *shape) bool {
	if s.signs != s.separators {
		return false
	}
	if s.digits == 0 {
		return !s.random()
	}
	return s.separators > 0 && s.wordy() && s.digits*4 < s.length
}

// isFileName reports whether a value ends like a file or host name, is a path of words, or a word with
// a number behind a colon.
func isFileName(text []byte, s *shape) bool {
	i := bytes.LastIndexByte(text, '.')
	if i > 0 && len(text)-i >= 3 && len(text)-i <= 6 && (s.wordy() || s.separators == s.signs && s.digits*3 < s.length) {
		letters := true
		for _, c := range text[i+1:] {
			letters = letters && c >= 'a' && c <= 'z'
		}
		if letters {
			return true
		}
	}
	if i := bytes.IndexByte(text, ':'); i > 0 && s.signs == 1 && s.digits == s.length-i-1 && s.letters() == i {
		return true // "host:80", "image:12", "max:10"
	}
	parts := bytes.Count(text, []byte{'/'}) + bytes.Count(text, []byte{':'})
	return parts > 0 && s.wordy() && s.digits*4 < s.length
}

// isUUID reports whether text is a UUID (RFC 9562) in its usual form.
func isUUID(text []byte) bool {
	text = bytes.TrimPrefix(text, []byte("urn:uuid:"))
	if len(text) != 36 {
		return false
	}
	for i, c := range text {
		if i == 8 || i == 13 || i == 18 || i == 23 {
			if c != '-' {
				return false
			}
		} else if !isHexDigit(c) {
			return false
		}
	}
	return true
}
