package gitcmd

import (
	"bytes"
	"strconv"
	"strings"
)

// maxSaid bounds how much of what git said goes into an error, in bytes.
const maxSaid = 400

// said makes one printable line of git's standard error: its last fatal and error lines, or the
// last line if there are none. User information in URLs is left out.
func said(stderr []byte) string {
	var told, last []string
	for line := range bytes.Lines(stderr) {
		text := string(bytes.TrimSpace(line))
		if text == "" {
			continue
		}
		last = []string{text}
		if rest, ok := strings.CutPrefix(text, "fatal: "); ok {
			told = append(told, rest)
		} else if rest, ok := strings.CutPrefix(text, "error: "); ok {
			told = append(told, rest)
		}
	}
	if told == nil {
		told = last
	}
	text := strings.Join(told, "; ")
	if cut := len(text) - maxSaid; cut > 0 {
		text = "…" + strings.ToValidUTF8(text[cut:], "")
	}
	return printable(withoutUsers(text))
}

// withoutUsers removes what stands between "://" and "@" of URLs.
func withoutUsers(text string) string {
	var out strings.Builder
	for {
		before, rest, found := strings.Cut(text, "://")
		out.WriteString(before)
		if !found {
			return out.String()
		}
		out.WriteString("://")
		end := strings.IndexAny(rest, " \t'\"")
		if end < 0 {
			end = len(rest)
		}
		if at := strings.LastIndexByte(rest[:end], '@'); at >= 0 {
			rest = rest[at+1:]
		}
		text = rest
	}
}

// printable returns s quoted where it holds anything that a terminal could take for a command.
func printable(s string) string {
	quoted := strconv.Quote(s)
	if inner := quoted[1 : len(quoted)-1]; inner == s || strings.ReplaceAll(inner, `\"`, `"`) == s {
		return s
	}
	return quoted
}
