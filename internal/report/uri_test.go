package report

import (
	"net/url"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleak/unleak/scanner/finding"
)

func TestPathURI(t *testing.T) {
	tests := []struct{ in, want string }{
		{"src/main.go", "src/main.go"},
		{"a b/100%.txt", "a%20b/100%25.txt"},
		{"a#b?c=d&e+f", "a%23b%3Fc%3Dd%26e%2Bf"},
		{"größe", "gr%C3%B6%C3%9Fe"},
		{"gr\xf6\xdfe", "gr%F6%DFe"},
		{"a\nb\x00\x7f", "a%0Ab%00%7F"},
		{"c:/x", "c%3A/x"},
		{"javascript:x", "javascript%3Ax"},
		{`a\b`, "a%5Cb"},
		{"/etc/passwd", "%2Fetc/passwd"},
		{"//host/x", "%2F%2Fhost/x"},
		{"a//b/", "a/%2Fb/"},
		{"../../x", "%2E%2E/%2E%2E/x"},
		{"a/./b/...", "a/%2E/b/..."},
		{"A-Z_a~z.0", "A-Z_a~z.0"},
	}
	for _, test := range tests {
		if got := pathURI(test.in); got != test.want {
			t.Errorf("pathURI(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}

func FuzzPathURI(f *testing.F) {
	f.Add("a b/\xff%2F//:..")
	f.Fuzz(func(t *testing.T, path string) {
		uri := pathURI(path)
		if back, err := url.PathUnescape(uri); err != nil || back != path {
			t.Fatalf("%q is encoded as %q, which is %q, %v", path, uri, back, err)
		}
		if u, err := url.Parse(uri); err != nil || u.IsAbs() || strings.HasPrefix(uri, "/") {
			t.Fatalf("%q is encoded as %q, no relative path: %v", path, uri, err)
		}
	})
}

func TestOccurrenceURI(t *testing.T) {
	tests := []struct {
		name, source string
		o            finding.Occurrence
		want         string
		relative     bool
	}{
		{"file", "repository", finding.Occurrence{Kind: finding.KindBlob, Path: "a/b"}, "a/b", true},
		{"message", "repository", finding.Occurrence{Kind: finding.KindMessage, Commit: id(1)}, ".git/commit-message", true},
		{"ref", "repository", finding.Occurrence{Kind: finding.KindRef, Path: "refs/heads/x"}, ".git/ref-name", true},
		{"dangling blob", "repository", finding.Occurrence{Kind: finding.KindBlob, Blob: id(1)}, ".git/object-without-path", true},
		{"standard input", "stdin", finding.Occurrence{Kind: finding.KindBlob}, "stdin", true},
		{"absolute file", "file", finding.Occurrence{Kind: finding.KindBlob, Path: "/a b/c"}, "file:///a%20b/c", false},
		{"absolute name in a tree", "repository", finding.Occurrence{Kind: finding.KindBlob, Path: "/a"}, "%2Fa", true},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			if test.source == "file" && !filepath.IsAbs(test.o.Path) {
				t.Skip("no absolute path here")
			}
			got, relative := occurrenceURI(finding.Source{Kind: test.source}, &test.o)
			if got != test.want || relative != test.relative {
				t.Errorf("got %q, %v; want %q, %v", got, relative, test.want, test.relative)
			}
		})
	}
}

func TestRemoteURI(t *testing.T) {
	user := "alice:" + token(1, 12) + "@"
	tests := []struct{ in, want string }{
		{"https://example.com/a/b.git", "https://example.com/a/b.git"},
		{"https://" + user + "example.com/a", "https://example.com/a"},
		{"git@example.com:a/b.git", "ssh://example.com/a/b.git"},
		{"example.com:/a/b", "ssh://example.com/a/b"},
		{"/srv/git/a.git", ""},
		{"../a:b", ""},
		{`C:\repo`, ""},
		{"https://exa mple/\x00", ""},
		{"", ""},
	}
	for _, test := range tests {
		if got := remoteURI(test.in); got != test.want {
			t.Errorf("remoteURI(%q) = %q, want %q", test.in, got, test.want)
		}
	}
}
