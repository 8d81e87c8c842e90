package inspect

import "bytes"

// connectionReach is how far the other settings of a connection string may stand
// from its password, in bytes.
const connectionReach = 300

// connectionString locates the password in a string of settings such as
// "Server=db;User Id=app;Password=...;", of ADO.NET, ODBC, libpq and the like. The
// hit is "password=" or "pwd=", whatever its case.
func connectionString(window []byte, hit Span) (Span, Verdict, bool) {
	if !hit.within(len(window)) || hit.Start > 0 && isWord(window[hit.Start-1]) {
		return Span{}, Verdict{}, false
	}
	start, end := hit.End, hit.End
	for end < len(window) && end-start < 128 && !isSettingEnd(window[end]) {
		end++
	}
	password := Span{start, end}
	for password.End > start && window[password.End-1] == ' ' {
		password.End--
	}
	text := window[password.Start:password.End]
	if len(text) < 3 || isTemplate(text) || isPlaceholder(text) || bytes.IndexByte(text, ' ') >= 0 {
		return Span{}, Verdict{}, false
	}
	from, to := settingsRound(window, hit.Start, end)
	host, ok := setting(window[from:to], "server=", "data source=", "host=", "addr=", "address=", "network address=", "datasource=")
	user, hasUser := setting(window[from:to], "user id=", "uid=", "user=", "username=", "userid=")
	database, hasDatabase := setting(window[from:to], "database=", "initial catalog=", "dbname=")
	if (!ok && !hasDatabase) || (!hasUser && !hasDatabase) {
		return Span{}, Verdict{}, false
	}
	s := shapeOf(text)
	if s.distinct < 3 {
		return Span{}, Verdict{}, false
	}
	host = bytes.TrimPrefix(host, []byte("tcp:"))
	weak := isStockPassword(text, user)
	nowhere := isLocalHost(host) || isExampleHost(host)
	v := Verdict{Secret: password, Confidence: High, Facts: map[string]string{}}
	switch {
	case weak && (nowhere || len(host) == 0):
		return Span{}, Verdict{}, false
	case weak || isExampleHost(host):
		v.Confidence, v.Severity = Low, Low
	case isGuessable(text):
		v.Confidence, v.Severity, v.Form = Medium, Medium, Weak
	case nowhere && s.classes() >= 3 && s.length >= 8:
		v.Confidence, v.Severity = Medium, Medium
	case nowhere:
		v.Confidence, v.Severity = Low, Medium
	case s.wordy() || s.length < 8:
		v.Confidence = Medium
	}
	for name, fact := range map[string][]byte{"host": host, "user": user, "database": database} {
		if len(fact) > 0 && !isTemplate(fact) {
			v.Facts[name] = clip(string(fact))
		}
	}
	return Span{hit.Start, end}, v, true
}

// isSettingEnd reports whether c ends the value of a setting.
func isSettingEnd(c byte) bool {
	return c == ';' || c == '"' || c == '\'' || c == '`' || c == '<' || c == '&' || c == '\\' || c < ' '
}

// settingsRound returns the range of settings that surrounds one: to the quotes or
// line ends on both sides.
func settingsRound(window []byte, start, end int) (int, int) {
	from, to := start, end
	for from > 0 && start-from < connectionReach && !isStringEnd(window[from-1]) {
		from--
	}
	for to < len(window) && to-end < connectionReach && !isStringEnd(window[to]) {
		to++
	}
	return from, to
}

func isStringEnd(c byte) bool {
	return c == '"' || c == '\'' || c == '`' || c == '<' || c == '>' || c == '\n' || c == '\r'
}

// setting returns the value of the first of the named settings.
func setting(settings []byte, names ...string) ([]byte, bool) {
	for i := range settings {
		if i > 0 && bytes.IndexByte([]byte("; ,="), settings[i-1]) < 0 {
			continue
		}
		for _, name := range names {
			if len(settings)-i < len(name) || !equalFold(settings[i:i+len(name)], name) {
				continue
			}
			value := settings[i+len(name):]
			if j := bytes.IndexAny(value, ";"); j >= 0 {
				value = value[:j]
			}
			value = bytes.TrimSpace(value)
			return value, len(value) > 0
		}
	}
	return nil, false
}
