package inspect

import "bytes"

// token judges values that a machine draws. It drops what repeats, counts or
// reads like words, and is surer of long values than of short.
func token(c Candidate) Verdict {
	s := shapeOf(c.secret())
	if !s.random() || isPlaceholder(c.secret()) {
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
// are: only patterns, stand-ins and plain words are dropped, which 1 in 10,000 drawn
// values looks like at most.
func vendorToken(c Candidate) Verdict {
	if isMadeUp(withoutPrefix(c.secret())) {
		return Verdict{Drop: true}
	}
	return Verdict{}
}

// isMadeUp reports whether the body of a token is certainly not drawn.
func isMadeUp(body []byte) bool {
	s := shapeOf(body)
	// Ids of digits repeat now and then: only long runs say that they are made up.
	return s.length == 0 || s.run >= 7 || s.sequence >= 7 || s.distinct*4 < min(s.length, 24) ||
		isPlaceholder(body) || wordBits(body) >= certainWords
}

// withoutPrefix cuts off what stands before the last sign among the first twelve
// bytes: the prefix of a token is words, what follows is not.
func withoutPrefix(token []byte) []byte {
	if i := bytes.LastIndexAny(token[:min(len(token), 12)], "_-."); i >= 0 && i+8 < len(token) {
		return token[i+1:]
	}
	return token
}

// slackWebhook judges Slack webhook URLs by their last part, the secret one.
func slackWebhook(c Candidate) Verdict {
	url := c.secret()
	if isMadeUp(url[bytes.LastIndexByte(url, '/')+1:]) {
		return Verdict{Drop: true}
	}
	return Verdict{}
}
