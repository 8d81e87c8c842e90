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
	if isWeakPassword(value, nil) || bytes.EqualFold(user, password) || isTemplate(value) || s.distinct < 3 || s.wordy() && s.digits == 0 ||
		bytes.EqualFold(value, []byte("open"+" sesame")) || bytes.EqualFold(value, []byte("open"+"sesame")) {
		return Verdict{Drop: true}
	}
	v := Verdict{Confidence: Medium}
	if s.random() {
		v.Confidence = High
	} else if s.wordy() {
		v.Confidence = Low
	}
	if len(password) >= 3 && len(user) > 0 {
		v.Facts = map[string]string{"user": clip(string(user))}
	}
	return v
}

func isPrintable(text []byte) bool {
	for _, c := range text {
		if c < ' ' || c > '~' {
			return false
		}
	}
	return len(text) > 0
}
