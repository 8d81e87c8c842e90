package inspect

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"strings"
)

// fingerprint is what ssh-keygen -l shows of a public key in wire format.
func fingerprint(blob []byte) string {
	sum := sha256.Sum256(blob)
	return "SHA256:" + base64.RawStdEncoding.EncodeToString(sum[:])
}

// parseOpenSSH reads OpenSSH's own form (PROTOCOL.key in its source): magic, cipher,
// KDF, KDF options, count, public key, private part. The public key is in
// the clear also when the private part is encrypted.
func parseOpenSSH(raw []byte) (keyFacts, bool) {
	rest, ok := bytes.CutPrefix(raw, []byte("openssh-key-v1\x00"))
	if !ok {
		return keyFacts{}, false
	}
	cipher, rest, ok := readString(rest)
	if !ok {
		return keyFacts{}, false
	}
	for range 2 { // KDF and its options
		if _, rest, ok = readString(rest); !ok {
			return keyFacts{}, false
		}
	}
	if len(rest) < 4 {
		return keyFacts{}, false
	}
	facts := keyFacts{format: "openssh", encrypted: string(cipher) != "none"}
	public, rest, ok := readString(rest[4:])
	if !ok {
		return facts, true // cut off
	}
	facts.kind, facts.bits, ok = publicBlob(public)
	if !ok {
		return keyFacts{}, false
	}
	facts.fingerprint = fingerprint(public)
	_, _, facts.certain = readString(rest)
	return facts, true
}

// putty locates a PuTTY key file at its first line, whose name is at hit.
func putty(window []byte, hit Span) (Span, Verdict, bool) {
	facts := keyFacts{certain: true}
	var private Span
	var public []byte
	var lines int // left of the section that is being read
	var section string
	pos, limit := hit.Start, min(len(window), hit.Start+maxKeyBody)
	end := hit.End
	for pos < limit {
		line, next := nextLine(window[:limit], pos)
		text := trimLine(window, line)
		content := window[text.Start:text.End]
		pos = next
		if len(content) == 0 {
			continue
		}
		if lines > 0 {
			if !isBase64(content) {
				return Span{}, Verdict{}, false
			}
			lines--
			if section == "Public" {
				public = append(public, content...)
			} else {
				if private.End == 0 {
					private.Start = text.Start
				}
				private.End, end = text.End, text.End
			}
			continue
		}
		key, value, ok := bytes.Cut(content, []byte(":"))
		if !ok {
			break
		}
		setting := strings.TrimSpace(string(value))
		switch name := string(key); {
		case strings.HasPrefix(name, "PuTTY-User-Key-File-"):
			facts.format = "putty-v" + clip(strings.TrimPrefix(name, "PuTTY-User-Key-File-"))
		case name == "Encryption":
			facts.encrypted = setting != "none"
		case name == "Public-Lines" || name == "Private-Lines":
			section, lines = strings.TrimSuffix(name, "-Lines"), smallNumber(setting)
		case name == "Private-MAC" || name == "Private-Hash":
			end = text.End
			pos = limit
		}
	}
	raw, ok := decodeBody(public)
	if !ok || private.End == 0 || lines > 0 || (facts.format != "putty-v2" && facts.format != "putty-v3") {
		return Span{}, Verdict{}, false
	}
	if facts.kind, facts.bits, ok = publicBlob(raw); !ok {
		return Span{}, Verdict{}, false
	}
	facts.fingerprint = fingerprint(raw)
	v := facts.verdict()
	v.Secret = private
	return Span{hit.Start, max(end, private.End, hit.End)}, v, true
}

// smallNumber reads a decimal number below 1000, 0 for anything else.
func smallNumber(s string) int {
	if len(s) == 0 || len(s) > 3 {
		return 0
	}
	n := 0
	for _, c := range []byte(s) {
		if !isDigit(c) {
			return 0
		}
		n = 10*n + int(c-'0')
	}
	return n
}
