package inspect

import "bytes"

// keyBodyAlone locates a private key whose first and last line are missing: base64 on one
// line, as environment variables and databases hold it. The hit is how the base64 of such
// a key begins, which the rule lists: the head of PKCS #8, PKCS #1, SEC 1 or OpenSSH's
// form, and of nothing that is public. Facts as those of [privateKey].
func keyBodyAlone(window []byte, hit Span) (Span, Verdict, bool) {
	if !hit.within(len(window)) {
		return Span{}, Verdict{}, false
	}
	// The length of the whole stands before the hit: a few digits at most.
	body := hit
	for body.Start > 0 && window[body.Start-1] != '=' && isBase64(window[body.Start-1:body.Start]) {
		if hit.Start-body.Start > 8 {
			return Span{}, Verdict{}, false
		}
		body.Start--
	}
	for body.End < len(window) && body.End-body.Start < maxKeyBody && isBase64(window[body.End:body.End+1]) {
		body.End++
	}
	if body.Len() < 60 || hasFirstLine(window[:body.Start]) {
		return Span{}, Verdict{}, false
	}
	raw, ok := decodeBody(window[body.Start:body.End])
	if !ok {
		return Span{}, Verdict{}, false
	}
	for _, label := range [...]string{"", "RSA", "EC", "OPENSSH", "DSA"} {
		if key, ok := parseKey(label, raw, false); ok && key.certain {
			v := key.verdict()
			v.Secret, v.Whole = body, false
			return body, v, true
		}
	}
	return Span{}, Verdict{}, false
}

// hasFirstLine reports whether the first line of a key ends what stands before its body,
// but for quotes, blanks and escapes: the key is found by that line.
func hasFirstLine(before []byte) bool {
	before = before[max(0, len(before)-64):]
	for {
		trimmed := bytes.TrimRight(before, " \t\r\n\"'`+,;.#*>|/\\")
		for _, escape := range [...]string{`\n`, `\r`, `\t`} {
			trimmed = bytes.TrimSuffix(trimmed, []byte(escape))
		}
		if len(trimmed) == len(before) {
			return bytes.HasSuffix(before, dashes)
		}
		before = trimmed
	}
}
