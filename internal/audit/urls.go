package audit

import (
	"strings"

	"github.com/unleak/unleak/rules/inspect"
)

// urlSecret returns what of a URL signs somebody in: the password of its user information, or a user name that is
// a token. ok is false where there is none, or a placeholder.
func urlSecret(url string) (secret string, ok bool) {
	_, rest, isURL := strings.Cut(url, "://")
	if !isURL {
		return "", false // "user@host:path" has no password, and all else is a path
	}
	authority := rest
	if end := strings.IndexAny(authority, "/?#"); end >= 0 && strings.Contains(authority[:end], "@") {
		authority = authority[:end]
	}
	at := strings.LastIndexByte(authority, '@')
	if at < 0 {
		return "", false
	}
	user, password, hasPassword := strings.Cut(authority[:at], ":")
	switch {
	case hasPassword && password != "" && !oauthNames(password):
		secret = password
	case looksDrawn(user):
		secret = user
	default:
		return "", false
	}
	return secret, !inspect.Placeholder([]byte(secret))
}

// oauthNames are what stands in the place of a password beside a token that is the user name.
func oauthNames(password string) bool {
	return password == "x-oauth-basic" || password == "x-token-auth" || password == "x-access-token"
}

// looksDrawn reports whether a user name is rather a token: 20 characters or more, with digits among letters.
func looksDrawn(user string) bool {
	return len(user) >= 20 && strings.ContainsAny(user, "0123456789") && strings.Trim(user, "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_-") == ""
}
