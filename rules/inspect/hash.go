package inspect

import "bytes"

// integrityKind recognizes digests that name their algorithm: "sha256-<base64>" of
// Subresource Integrity and lock files, "sha256:<hex>" of image registries, and "h1:" of
// Go.
func integrityKind(value []byte) string {
	for _, known := range [...]struct {
		name string
		size int
	}{{"md5", 16}, {"sha1", 20}, {"sha256", 32}, {"sha384", 48}, {"sha512", 64}} {
		rest, ok := cutPrefixFold(value, known.name)
		if !ok || len(rest) < 2 {
			continue
		}
		digest := rest[1:]
		switch rest[0] {
		case '-', '=', ':', '/', '_':
			if len(digest) == 2*known.size && isHexText(digest) {
				return known.name
			}
			if len(bytes.TrimRight(digest, "=")) == (known.size*8+5)/6 && len(decode64(bytes.TrimRight(digest, "="))) == known.size {
				return known.name
			}
		}
	}
	if rest, ok := bytes.CutPrefix(value, []byte("h1:")); ok && len(rest) == 44 && len(decode64(bytes.TrimRight(rest, "="))) == 32 {
		return "sha256"
	}
	return ""
}

// cryptKind recognizes the password hashes of crypt(5), of LDAP and of the frameworks that
// write them alike.
func cryptKind(value []byte) string {
	for _, known := range [...]struct{ prefix, name string }{
		{"$2a$", "bcrypt"}, {"$2b$", "bcrypt"}, {"$2x$", "bcrypt"}, {"$2y$", "bcrypt"},
		{"$argon2", "argon2"}, {"$scrypt$", "scrypt"}, {"$7$", "scrypt"}, {"$y$", "yescrypt"}, {"$gy$", "yescrypt"},
		{"$1$", "md5crypt"}, {"$apr1$", "md5crypt"}, {"$5$", "sha256crypt"}, {"$6$", "sha512crypt"}, {"$sha1$", "sha1crypt"},
		{"$pbkdf2", "pbkdf2"}, {"pbkdf2_sha", "pbkdf2"}, {"pbkdf2:sha", "pbkdf2"}, {"scrypt:", "scrypt"}, {"bcrypt_sha256$", "bcrypt"},
		{"{SSHA", "ldap"}, {"{SHA", "ldap"}, {"{CRYPT}", "ldap"}, {"{SMD5}", "ldap"}, {"{MD5}", "ldap"}, {"{PBKDF2", "ldap"},
		{"{bcrypt}", "bcrypt"}, {"SCRAM-SHA-256$", "scram"}, {"SCRAM-SHA-1$", "scram"}, {"md5$", "md5"}, {"sha1$", "sha1"},
	} {
		if bytes.HasPrefix(value, []byte(known.prefix)) && len(value) >= len(known.prefix)+16 {
			return known.name
		}
	}
	return ""
}

func isHexText(text []byte) bool {
	for _, c := range text {
		if !isHexDigit(c) {
			return false
		}
	}
	return len(text) > 0
}

// cutPrefixFold cuts off a prefix given in lower case, whatever its case in text.
func cutPrefixFold(text []byte, prefix string) ([]byte, bool) {
	if len(text) < len(prefix) || !equalFold(text[:len(prefix)], prefix) {
		return nil, false
	}
	return text[len(prefix):], true
}
