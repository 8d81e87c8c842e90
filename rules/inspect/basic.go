package inspect

import (
	"bytes"
	"encoding/base64"
)

// basicAuth judges the credential of an Authorization header of the scheme Basic
// (RFC 7617): base64 of "user:password". Fact: user.
func basicAuth(c Candidate) Verdict {
	text := bytes.TrimRight(c.secret(), "=")
	raw := make([]byte, base64.RawStdEncoding.DecodedLen(len(text)))
	n, err := base64.RawStdEncoding.Decode(raw, text)
	user, password, ok := bytes.Cut(raw[:n], []byte(":"))
	if err != nil || !ok || !isPrintable(raw[:n]) || len(user)+len(password) < 6 {
		return Verdict{Drop: true}
	}
	// Some services take the token as the user and leave the password empty.
	value := password
	if len(password) < 3 {
		value = user
	}
	s := shapeOf(value)
	if isTemplate(value) || s.distinct < 3 || isOneOf(user, users[:]) && isStockPassword(value, user) ||
		isConstant(user) && isConstant(value) ||
		bytes.EqualFold(bytes.ReplaceAll(value, []byte(" "), nil), []byte("open"+"sesame")) { // the example of the RFC
		return Verdict{Drop: true}
	}
	v := Verdict{Confidence: Medium}
	switch {
	case isStockPassword(value, user), isGuessable(value), s.wordy() && s.digits == 0:
		v.Severity = Low
	case s.random():
		v.Confidence = High
	}
	if len(password) >= 3 && len(user) > 0 {
		v.Facts = map[string]string{"user": clip(string(user))}
	}
	return v
}

// users are names that stand for one.
var users = [...]string{"user", "username", "login", "name", "your_username", "your-username", "admin", "foo", "test"}

// isConstant reports whether text is the name of a constant, such as "CLIENT_SECRET".
func isConstant(text []byte) bool {
	for _, c := range text {
		if c != '_' && (c < 'A' || c > 'Z') {
			return false
		}
	}
	return bytes.IndexByte(text, '_') > 0
}

func isPrintable(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return len(text) > 0
}
