package inspect

import (
	"bytes"
	"encoding/base32"
	"encoding/binary"
	"fmt"
)

// awsKeyID decodes the account from an AWS access key id. Ids of today hold it
// in bits 1 to 40 of their base-32 body; those given out before 2019, which
// start with I or J after the prefix, do not.
func awsKeyID(c Candidate) Verdict {
	id := c.secret()
	if len(id) != 20 {
		return Verdict{Drop: true}
	}
	if s := shapeOf(id[4:]); s.patterned() {
		return Verdict{Drop: true}
	}
	facts := map[string]string{"key_type": "long-term"}
	switch string(id[:4]) {
	case "AS" + "IA":
		facts["key_type"] = "temporary"
	case "AB" + "IA":
		facts["key_type"] = "bearer"
	case "AC" + "CA":
		facts["key_type"] = "context-specific"
	}
	var body [10]byte
	if n, err := base32.StdEncoding.Decode(body[:], id[4:]); err != nil || n != len(body) {
		return Verdict{Drop: true} // 0, 1, 8 and 9 are not in the alphabet
	}
	if id[4] != 'I' && id[4] != 'J' {
		head := uint64(binary.BigEndian.Uint16(body[:2]))<<32 | uint64(binary.BigEndian.Uint32(body[2:6]))
		if account := head >> 7 & (1<<40 - 1); account < 1e12 {
			facts["account"] = fmt.Sprintf("%012d", account)
		}
	}
	return Verdict{Facts: facts}
}

// awsSecret judges AWS secret access keys: 40 characters of base64 that are drawn,
// and so are no digest in hex. One in 1,000 has no digit, so that random alone would
// lose too many.
func awsSecret(c Candidate) Verdict {
	secret := c.secret()
	s := shapeOf(secret)
	switch {
	case s.hexOnly, s.upper == 0, s.lower == 0, isMadeUp(secret), s.patterned():
		return Verdict{Drop: true}
	case wordBits(secret) >= 8:
		return Verdict{Drop: true} // a path, a name
	}
	return Verdict{}
}

// awsBedrockKey judges API keys of Amazon Bedrock: base64 of a user, ":" and a password,
// behind "ABSK". The user's name ends in the account: fact account.
func awsBedrockKey(c Candidate) Verdict {
	raw := decode64(bytes.TrimRight(bytes.TrimPrefix(c.secret(), []byte("AB"+"SK")), "="))
	user, password, ok := bytes.Cut(raw, []byte(":"))
	if !ok || !isPrintable(user) || !isPrintable(password) || isMadeUp(password) {
		return Verdict{Drop: true}
	}
	v := Verdict{Confidence: High}
	if i := bytes.LastIndex(user, []byte("-at-")); i >= 0 && isDigits(user[i+4:]) {
		v.Facts = map[string]string{"account": clip(string(user[i+4:]))}
	}
	return v
}

func isDigits(text []byte) bool {
	for _, c := range text {
		if !isDigit(c) {
			return false
		}
	}
	return len(text) > 0
}
