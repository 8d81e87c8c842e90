package report

import (
	"net/url"
	"path"
	"strconv"
	"strings"
)

// forge is one sort of host that shows commits and files in a browser. What its addresses are made of is in
// its own documentation or, for GitHub, in that of permanent links:
// https://docs.github.com/en/repositories/working-with-files/using-files/getting-permanent-links-to-files
type forge struct {
	commit string // stands between repository and commit
	file   string // stands between repository and commit where a file is shown
	source string // query that shows the source of what would be rendered, such as Markdown, which has no lines
	line   string // begins the fragment that marks a line
	nested bool   // a repository may stand below more than one name
}

// forgeAt returns the forge at a host: those that everybody knows, and the others whose name begins with what they run.
func forgeAt(host string) (forge, bool) {
	first, _, _ := strings.Cut(host, ".")
	switch {
	case host == "bitbucket.org":
		return forge{commit: "/commits/", file: "/src/", line: "#lines-"}, true
	case host == "codeberg.org" || first == "gitea" || first == "forgejo":
		return forge{commit: "/commit/", file: "/src/commit/", source: "?display=source", line: "#L"}, true
	case first == "github":
		return forge{commit: "/commit/", file: "/blob/", source: "?plain=1", line: "#L"}, true
	case first == "gitlab":
		return forge{commit: "/-/commit/", file: "/-/blob/", source: "?plain=1", line: "#L", nested: true}, true
	}
	return forge{}, false
}

// withoutSSH returns the host of the web pages, where domain is the one that takes ssh on the port of https.
func withoutSSH(domain string) string {
	switch domain {
	case "ssh.github.com":
		return "github.com"
	case "altssh.gitlab.com":
		return "gitlab.com"
	case "altssh.bitbucket.org":
		return "bitbucket.org"
	}
	return domain
}

// commitURL returns the https address at which the forge that remote points to shows a commit, or "" where
// remote is of no forge that is known, or commit no full id.
func commitURL(remote, commit string) string {
	repository, at, ok := webAddress(remote)
	if !ok || !isObjectID(commit) {
		return ""
	}
	return repository + at.commit + commit
}

// fileURL returns the https address of a file as a commit has it, at a line counting from 1, or at none. It is
// "" where [commitURL] is, and for a path that a browser would take for another one.
func fileURL(remote, commit, file string, line int) string {
	repository, at, ok := webAddress(remote)
	if !ok || !isObjectID(commit) || !isPlainPath(file) {
		return ""
	}
	address := repository + at.file + commit + "/" + pathURI(file)
	if line > 0 {
		address += at.source + at.line + strconv.Itoa(line)
	}
	return address
}

// repositoryURL returns the https address of the repository that remote names at a forge, or "".
func repositoryURL(remote string) string {
	repository, _, _ := webAddress(remote)
	return repository
}

// isObjectID reports whether s is a whole object id, of SHA-1 or SHA-256.
func isObjectID(s string) bool {
	return (len(s) == 40 || len(s) == 64) && strings.Trim(s, "0123456789abcdef") == ""
}

// isHostName reports whether s is a name of lower-case labels with a dot in it.
func isHostName(s string) bool {
	labels := strings.Split(s, ".")
	for _, label := range labels {
		if strings.Trim(label, "abcdefghijklmnopqrstuvwxyz0123456789-") != "" || strings.Trim(label, "-") != label || label == "" {
			return false
		}
	}
	return len(labels) > 1
}

// isPlainPath reports whether s is a path without empty and dot segments, which browsers leave out of an
// address even if they are percent-encoded.
func isPlainPath(s string) bool {
	return s != "" && s[0] != '/' && path.Clean(s) == s && s != "." && s != ".." && !strings.HasPrefix(s, "../")
}

// webAddress returns where a browser finds the repository that remote names, without a slash at the end. The port
// of https is kept, that of ssh says nothing about it. User information never passes.
func webAddress(remote string) (address string, at forge, ok bool) {
	host, name, ok := splitRemote(remote)
	if !ok {
		return "", forge{}, false
	}
	domain, port, _ := strings.Cut(host, ":")
	domain = withoutSSH(domain)
	at, ok = forgeAt(domain)
	name = strings.TrimSuffix(strings.Trim(name, "/"), ".git")
	names := strings.Count(name, "/") + 1
	if !ok || !isHostName(domain) || !isPlainPath(name) || names < 2 || names > 2 && !at.nested {
		return "", forge{}, false
	}
	if port != "" {
		domain += ":" + port
	}
	return "https://" + domain + "/" + pathURI(name), at, true
}

// splitRemote returns host and path of an https or ssh address, or of git's short form of the latter, host:path.
func splitRemote(remote string) (host, name string, ok bool) {
	if !strings.Contains(remote, "://") {
		host, name, ok = strings.Cut(remote, ":")
		return strings.ToLower(host[strings.LastIndex(host, "@")+1:]), name, ok
	}
	u, err := url.Parse(remote)
	if err != nil || u.RawQuery != "" || u.Fragment != "" {
		return "", "", false
	}
	switch u.Scheme {
	case "https":
		return strings.ToLower(u.Host), u.Path, true
	case "ssh", "git+ssh", "ssh+git":
		return strings.ToLower(u.Hostname()), u.Path, true
	}
	return "", "", false
}
