package inspect

import (
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
	if string(id[:4]) == "AS"+"IA" {
		facts["key_type"] = "temporary"
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
// and so are no digest in hex.
func awsSecret(c Candidate) Verdict {
	s := shapeOf(c.secret())
	if s.hexOnly || s.upper == 0 || s.lower == 0 || !s.random() {
		return Verdict{Drop: true}
	}
	return Verdict{}
}
