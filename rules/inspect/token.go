package inspect

import "bytes"

// token judges values that a machine draws. It drops what repeats, counts or
// reads like words, and is surer of long values than of short.
func token(c Candidate) Verdict {
	s := shapeOf(c.secret())
	if !s.random() {
		return Verdict{Drop: true}
	}
	return Verdict{}
}

// bearer judges the credential of an Authorization header of the scheme Bearer
// (RFC 6750): a random token. JSON Web Tokens are left to their own rule.
func bearer(c Candidate) Verdict {
	if bytes.HasPrefix(c.secret(), []byte("eyJ")) {
		return Verdict{Drop: true}
	}
	return token(c)
}

// vendorToken judges tokens whose fixed prefix and length already say what they
// are: only patterns and plain words are dropped.
func vendorToken(c Candidate) Verdict {
	body := c.secret()
	// The prefix of a token is words; what follows its last sign among the
	// first twelve bytes is not.
	if i := bytes.LastIndexAny(body[:min(len(body), 12)], "_-."); i >= 0 && i+8 < len(body) {
		body = body[i+1:]
	}
	s := shapeOf(body)
	// Ids of digits repeat now and then: only long runs say that they are made up.
	patterned := s.run >= 7 || s.sequence >= 7 || s.distinct*4 < min(s.length, 24)
	if s.length == 0 || patterned || s.wordy() && (s.digits < 3 || s.longestLetters >= 6) {
		return Verdict{Drop: true}
	}
	return Verdict{}
}

// slackWebhook judges Slack webhook URLs by their last part, the secret one.
func slackWebhook(c Candidate) Verdict {
	url := c.secret()
	s := shapeOf(url[bytes.LastIndexByte(url, '/')+1:])
	if s.patterned() || s.wordy() {
		return Verdict{Drop: true}
	}
	return Verdict{}
}
