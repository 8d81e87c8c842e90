package inspect

import (
	"bytes"
	"strconv"
)

// maxURL bounds how far from "://" user information is looked for, in bytes.
const maxURL = 512

// url is the part of a URL that matters here, as spans of the window.
type url struct {
	scheme, user, password, host Span
}

// databaseURL locates a password in the URL of a database, cache or queue
// (RFC 3986, section 3.2.1), or in the parameters of a JDBC URL. The hit is "://".
// The secret is the password as written.
func databaseURL(window []byte, hit Span) (Span, Verdict, bool) {
	u, ok := parseURL(window, hit)
	if !ok || !isDatabaseScheme(window[u.scheme.Start:u.scheme.End]) {
		return Span{}, Verdict{}, false
	}
	if u.password.Len() == 0 {
		if u.password, ok = passwordParameter(window, hit.End); !ok {
			return Span{}, Verdict{}, false
		}
	}
	return u.judge(window, true)
}

// urlPassword locates a password in any other URL: https, ssh, ftp, smtp, ldap
// and the rest. The hit is "://".
func urlPassword(window []byte, hit Span) (Span, Verdict, bool) {
	u, ok := parseURL(window, hit)
	if !ok || u.password.Len() == 0 || isDatabaseScheme(window[u.scheme.Start:u.scheme.End]) {
		return Span{}, Verdict{}, false
	}
	return u.judge(window, false)
}

// parseURL reads scheme, user information and host round "://". ok is false when
// there is no scheme.
func parseURL(window []byte, hit Span) (url, bool) {
	if !hit.within(len(window)) {
		return url{}, false
	}
	var u url
	start := hit.Start
	for start > 0 && hit.Start-start < 40 && isSchemeByte(window[start-1]) {
		start--
	}
	u.scheme = Span{start, hit.Start}
	if u.scheme.Len() < 2 {
		return url{}, false
	}
	limit := min(len(window), hit.End+maxURL)
	at, colon, end := -1, -1, hit.End
	for ; end < limit; end++ {
		c := window[end]
		if c == '@' {
			at = end
		} else if c == ':' && colon < 0 {
			colon = end
		} else if isURLEnd(c) {
			break
		}
	}
	hostStart := hit.End
	if at >= 0 {
		hostStart = at + 1
		u.user = Span{hit.End, at}
		if colon >= 0 && colon < at {
			u.user.End = colon
			u.password = Span{colon + 1, at}
		}
	}
	hostEnd := hostStart
	for hostEnd < end && window[hostEnd] != ':' && window[hostEnd] != ',' && window[hostEnd] != ';' {
		hostEnd++
	}
	u.host = Span{hostStart, hostEnd}
	return u, true
}

func isSchemeByte(c byte) bool {
	return isLetter(c) || isDigit(c) || c == '+' || c == '-' || c == '.' || c == ':'
}

// unescape resolves percent escapes (RFC 3986, section 2.1).
func unescape(text []byte) []byte {
	if bytes.IndexByte(text, '%') < 0 {
		return text
	}
	plain := make([]byte, 0, len(text))
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if c, err := strconv.ParseUint(string(text[i+1:i+3]), 16, 8); err == nil {
				plain = append(plain, byte(c))
				i += 2
				continue
			}
		}
		plain = append(plain, text[i])
	}
	return plain
}

// isURLEnd reports whether c ends the authority of a URL. Braces and dollars do
// not: they tell a template, which is judged later.
func isURLEnd(c byte) bool {
	switch c {
	case '/', '?', '#', '"', '\'', '`', '<', '>', '\\', '|', '(', ')', ',':
		return true
	}
	return c <= ' ' || c >= 0x7f
}

// databaseSchemes are the schemes, or their first words, that carry passwords of
// data stores.
var databaseSchemes = [...]string{
	"postgres", "postgresql", "pgsql", "mysql", "mysqlx", "mysql2", "mariadb", "mongodb", "redis", "rediss",
	"amqp", "amqps", "mssql", "sqlserver", "oracle", "cockroachdb", "clickhouse", "cassandra", "couchdb",
	"neo4j", "bolt", "nats", "memcached", "influxdb", "elasticsearch", "snowflake", "db2", "kafka", "vertica", "jdbc",
}

// isDatabaseScheme reports whether a scheme is a data store's, also with a driver
// ("postgresql+psycopg2") or behind "jdbc:".
func isDatabaseScheme(scheme []byte) bool {
	if i := bytes.IndexAny(scheme, "+:"); i >= 0 {
		scheme = scheme[:i]
	}
	for _, known := range databaseSchemes {
		if equalFold(scheme, known) {
			return true
		}
	}
	return false
}

// equalFold compares ASCII text with a lower-case word.
func equalFold(text []byte, word string) bool {
	if len(text) != len(word) {
		return false
	}
	for i, c := range text {
		if c >= 'A' && c <= 'Z' {
			c |= 0x20
		}
		if c != word[i] {
			return false
		}
	}
	return true
}

// passwordParameter finds "password=..." among the parameters of the URL at pos.
func passwordParameter(window []byte, pos int) (Span, bool) {
	limit := min(len(window), pos+maxURL)
	for i := pos; i < limit; i++ {
		c := window[i]
		if c <= ' ' || c == '"' || c == '\'' || c == '`' || c == '<' {
			return Span{}, false
		}
		if c != '?' && c != '&' && c != ';' {
			continue
		}
		for _, name := range [...]string{"password=", "pwd=", "authtoken="} {
			start := i + 1 + len(name)
			if start > limit || !equalFold(window[i+1:start], name) {
				continue
			}
			end := start
			for end < limit && !isURLEnd(window[end]) && window[end] != '&' && window[end] != ';' {
				end++
			}
			return Span{start, end}, end > start
		}
	}
	return Span{}, false
}

// judge weighs a URL's password, user and host.
func (u url) judge(window []byte, database bool) (Span, Verdict, bool) {
	password := window[u.password.Start:u.password.End]
	user := window[u.user.Start:u.user.End]
	host := window[u.host.Start:u.host.End]
	s := shapeOf(unescape(password))
	if isTemplate(password) || isTemplate(user) || isTemplate(bytes.Trim(host, "[]")) || s.distinct < 3 ||
		u.host.Len() == 0 || len(password) > 200 {
		return Span{}, Verdict{}, false
	}
	weak, guessable := isStockPassword(password, user), isGuessable(password)
	nowhere := isLocalHost(host) || isExampleHost(host)
	v := Verdict{Secret: u.password, Confidence: High}
	switch {
	case weak && nowhere:
		return Span{}, Verdict{}, false
	case !database && (weak || s.length < 6 || !s.random() && (nowhere || s.wordy() || s.digits == 0 && !s.mixedUp())):
		// Pages and tests are full of made-up users of web servers.
		return Span{}, Verdict{}, false
	case weak, isExampleHost(host):
		v.Confidence, v.Severity = Low, Low
	case guessable:
		v.Confidence, v.Severity, v.Form = Medium, Medium, Weak
	case nowhere && s.classes() >= 3 && s.length >= 8:
		v.Confidence, v.Severity = Medium, Medium
	case nowhere:
		v.Confidence, v.Severity = Low, Medium
	case s.wordy() || s.length < 8:
		v.Confidence = Medium
	}
	v.Facts = map[string]string{
		"scheme": clip(string(window[u.scheme.Start:u.scheme.End])),
		"host":   clip(string(host)),
	}
	if len(user) > 0 {
		v.Facts["user"] = clip(string(user))
	}
	end := max(u.host.End, u.password.End)
	return Span{u.scheme.Start, end}, v, true
}

// isTemplate reports whether text is filled in later: a variable, a placeholder
// in brackets, a format verb, a masked value.
func isTemplate(text []byte) bool {
	for i, c := range text {
		rest := text[i+1:]
		switch c {
		case '{', '}', '<', '>', '`':
			return true
		case '$':
			if i == 0 || bytes.HasPrefix(rest, []byte("(")) {
				return true
			}
		case '[', '(':
			if i == 0 {
				return true
			}
		case '*':
			if bytes.HasPrefix(rest, []byte("*")) {
				return true
			}
		case '%':
			if len(rest) < 2 || !isHexDigit(rest[0]) || !isHexDigit(rest[1]) {
				return true
			}
		case '.':
			if bytes.HasPrefix(rest, []byte("..")) {
				return true
			}
		}
	}
	return false
}

func isHexDigit(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' }

// isLocalHost reports whether a host is this machine or a bare service name, as in
// a compose file.
func isLocalHost(host []byte) bool {
	return equalFold(host, "localhost") || bytes.HasPrefix(host, []byte("127.")) || equalFold(host, "0.0.0.0") ||
		equalFold(host, "host.docker.internal") || bytes.HasSuffix(host, []byte(".local")) || bytes.IndexByte(host, '.') < 0
}

// isExampleHost reports whether a host is reserved for documentation (RFC 2606) or
// commonly taken for it.
func isExampleHost(host []byte) bool {
	if i := bytes.LastIndexByte(host, '.'); i >= 0 {
		for _, top := range [...]string{"example", "test", "invalid", "localhost"} {
			if equalFold(host[i+1:], top) {
				return true
			}
		}
		host = host[bytes.LastIndexByte(host[:i], '.')+1:]
	}
	for _, name := range [...]string{
		"example.com", "example.org", "example.net", "example", "host", "hostname", "host.com", "domain.com",
		"server", "hostname.com", "mydomain.com", "yourdomain.com", "example.io", "myhost", "company.com", "foo.com", "bar.com",
	} {
		if equalFold(host, name) {
			return true
		}
	}
	return false
}
