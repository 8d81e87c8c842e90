package inspect

import "bytes"

// stockPasswords are words that stand for a password, in documentation and in set-ups that nobody
// protects.
var stockPasswords = [...]string{
	"password", "passwd", "pass", "pwd", "secret", "changeme", "change_me", "change-me", "admin", "root", "user", "username",
	"test", "testing", "example", "postgres", "mysql", "mongo", "redis", "guest", "foo", "bar", "foobar", "baz", "qux",
	"dummy", "demo", "sample", "token", "mypassword", "mypass", "my_password", "my-password", "yourpassword",
	"your_password", "your-password", "userpassword", "dbpassword", "db_password",
	"1234", "12345", "123456", "xxx", "xxxx", "redacted", "pw", "letmein",
	"mysecretpassword", "x-oauth-basic", "insecure", "notsecret", "placeholder", "null", "none", "empty",
}

// isStockPassword reports whether a password says nothing: a word that stands for one, or the user's
// own name.
func isStockPassword(password, user []byte) bool {
	return len(password) < 3 || bytes.EqualFold(password, user) || isOneOf(password, stockPasswords[:])
}

// guessables are passwords that everybody tries first. People do protect things with them.
var guessables = [...]string{
	"pass123", "password1", "password123", "passw0rd", "p4ssw0rd", "p@ssw0rd", "p@ssword", "pa55word", "pa$$word", "pa$$w0rd", "p@$$w0rd",
	"abc123", "hunter2", "s3cr3t", "s3cret", "admin123", "root123", "test123", "test1234", "test123456", "admin1234", "qwerty123", "welcome1",
	"changeme1", "changeme123", "secret123",
}

// isGuessable reports whether a password is one that everybody tries first.
func isGuessable(password []byte) bool {
	return isOneOf(bytes.TrimRight(password, "!"), guessables[:])
}

// isOneOf reports whether text is one of some lower-case words, whatever its case.
func isOneOf(text []byte, words []string) bool {
	for _, word := range words {
		if equalFold(text, word) {
			return true
		}
	}
	return false
}
