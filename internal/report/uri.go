package report

import (
	"net/url"
	"path/filepath"
	"strings"

	"github.com/unleak/unleak/scanner/finding"
)

// pathURI returns path as a relative URI reference (RFC 3986), byte for byte: every
// byte that is neither unreserved nor a slash between segments is percent-encoded.
// That keeps names with spaces, %, #, ?, control characters or other encodings
// exact, a colon in the first segment from being a scheme, and a leading
// slash or dot segment of a hostile tree from naming something else.
func pathURI(path string) string {
	const hex = "0123456789ABCDEF"
	var b strings.Builder
	segments := strings.Split(path, "/")
	for i, segment := range segments {
		if i > 0 {
			if segments[i-1] == "" { // a leading or doubled slash is part of the name
				b.WriteString("%2F")
			} else {
				b.WriteByte('/')
			}
		}
		dots := segment == "." || segment == ".."
		for j := range len(segment) {
			c := segment[j]
			if isUnreserved(c) && !dots {
				b.WriteByte(c)
			} else {
				b.WriteByte('%')
				b.WriteByte(hex[c>>4])
				b.WriteByte(hex[c&15])
			}
		}
	}
	return b.String()
}

// isUnreserved reports whether c is in RFC 3986's unreserved set.
func isUnreserved(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' ||
		c == '-' || c == '.' || c == '_' || c == '~'
}

// fileURI returns the file URI of an absolute path of this system.
func fileURI(path string) string {
	path = filepath.ToSlash(path)
	return "file:///" + pathURI(strings.TrimLeft(path, "/"))
}

// The places of texts that have no path. They are paths that no checkout has and that
// hold no ids: an id in a URI would make a new alert of every rewritten commit.
var pseudoPaths = map[finding.Kind]string{
	finding.KindMessage:  ".git/commit-message",
	finding.KindIdentity: ".git/commit-identity",
	finding.KindHeader:   ".git/object-header",
	finding.KindTag:      ".git/tag-message",
	finding.KindTagger:   ".git/tag-tagger",
	finding.KindRef:      ".git/ref-name",
	finding.KindReflog:   ".git/reflog-message",
}

// occurrenceURI returns the URI of an occurrence and whether it is relative
// to the root of what was scanned.
func occurrenceURI(source finding.Source, o *finding.Occurrence) (uri string, relative bool) {
	if pseudo, ok := pseudoPaths[o.Kind]; ok {
		return pseudo, true
	}
	switch {
	case o.Path == "" && source.Kind == "stdin":
		return "stdin", true
	case o.Path == "":
		return ".git/object-without-path", true
	case (source.Kind == "file" || source.Kind == "folder") && filepath.IsAbs(o.Path):
		return fileURI(o.Path), false
	}
	return pathURI(o.Path), true
}

// remoteURI returns a remote's address as an absolute URI without user information, or
// "" when it has none. host:path is git's short form of ssh.
func remoteURI(remote string) string {
	if !strings.Contains(remote, "://") {
		host, path, ok := strings.Cut(remote, ":")
		if !ok || len(host) < 2 || strings.ContainsAny(host, `/\`) {
			return ""
		}
		remote = "ssh://" + host + "/" + strings.TrimLeft(path, "/")
	}
	u, err := url.Parse(remote)
	if err != nil || u.Scheme == "" || u.Host == "" {
		return ""
	}
	u.User = nil
	return u.String()
}
