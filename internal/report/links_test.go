package report

import (
	"net/url"
	"strings"
	"testing"
)

func TestCommitURL(t *testing.T) {
	commit := id(1)
	tests := []struct{ name, remote, want string }{
		{"GitHub", "https://github.com/alice/project.git", "https://github.com/alice/project/commit/"},
		{"without .git", "https://github.com/alice/project/", "https://github.com/alice/project/commit/"},
		{"short form", "git@github.com:alice/project.git", "https://github.com/alice/project/commit/"},
		{"short form with a slash", "git@github.com:/alice/project.git", "https://github.com/alice/project/commit/"},
		{"ssh with a port", "ssh://git@github.com:22/alice/project.git", "https://github.com/alice/project/commit/"},
		{"ssh on the port of https", "ssh://git@ssh.github.com:443/alice/project", "https://github.com/alice/project/commit/"},
		{"user information", "https://alice:word@GitHub.com/alice/project", "https://github.com/alice/project/commit/"},
		{"GitHub Enterprise", "https://github.example.com:8443/a/b", "https://github.example.com:8443/a/b/commit/"},
		{"GitLab", "https://gitlab.com/group/sub/project.git", "https://gitlab.com/group/sub/project/-/commit/"},
		{"own GitLab", "git@gitlab.example.org:group/project.git", "https://gitlab.example.org/group/project/-/commit/"},
		{"Bitbucket", "git@bitbucket.org:team/project.git", "https://bitbucket.org/team/project/commits/"},
		{"Codeberg", "ssh://git@codeberg.org/alice/project.git", "https://codeberg.org/alice/project/commit/"},
		{"own Gitea", "https://gitea.example.org/alice/project.git", "https://gitea.example.org/alice/project/commit/"},
		{"own Forgejo", "https://forgejo.example.org/alice/project", "https://forgejo.example.org/alice/project/commit/"},
		{"encoded", "https://gitlab.com/a b/p%22><script>", "https://gitlab.com/a%20b/p%22%3E%3Cscript%3E/-/commit/"},

		{"another host", "https://example.com/alice/project.git", ""},
		{"a host that ends like one", "https://evilgithub.com/alice/project", ""},
		{"a host in the user", "https://github.com@example.com/alice/project", ""},
		{"a host in the path", "git@example.com:github.com/alice", ""},
		{"not https", "http://github.com/alice/project", ""},
		{"git protocol", "git://github.com/alice/project", ""},
		{"a script", "javascript://github.com/alice/project", ""},
		{"a file", "file:///github.com/alice/project", ""},
		{"a folder", "../github.com/alice/project", ""},
		{"no owner", "https://github.com/project", ""},
		{"too deep", "https://github.com/alice/project/tree", ""},
		{"dot segments", "https://github.com/../project", ""},
		{"encoded dot segments", "https://gitlab.com/a/%2e%2e/b/c", ""},
		{"query", "https://github.com/alice/project?x=y", ""},
		{"a host of odd characters", `https://github.com"onclick=x/alice/project`, ""},
		{"a bare word", "gitlab:alice/project", ""},
		{"nothing", "", ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			want := test.want
			if want != "" {
				want += commit
			}
			if got := commitURL(test.remote, commit); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
	for _, no := range []string{"", "main", commit[:12], strings.ToUpper(commit), commit + `"`} {
		if got := commitURL("https://github.com/alice/project", no); got != "" {
			t.Errorf("commit %q: got %q, want nothing", no, got)
		}
	}
}

func TestFileURL(t *testing.T) {
	commit := id(1)
	tests := []struct {
		name, remote, file string
		line               int
		want               string
	}{
		{"GitHub", "https://github.com/a/b", "src/main.go", 7, "https://github.com/a/b/blob/COMMIT/src/main.go?plain=1#L7"},
		{"no line", "https://github.com/a/b", "src/main.go", 0, "https://github.com/a/b/blob/COMMIT/src/main.go"},
		{"GitLab", "git@gitlab.com:a/b.git", "README.md", 1, "https://gitlab.com/a/b/-/blob/COMMIT/README.md?plain=1#L1"},
		{"Bitbucket", "git@bitbucket.org:a/b.git", "x", 3, "https://bitbucket.org/a/b/src/COMMIT/x#lines-3"},
		{"Codeberg", "https://codeberg.org/a/b", "x", 3, "https://codeberg.org/a/b/src/commit/COMMIT/x?display=source#L3"},
		{"odd bytes", "https://github.com/a/b", "größe 100%#?.\xff", 1,
			"https://github.com/a/b/blob/COMMIT/gr%C3%B6%C3%9Fe%20100%25%23%3F.%FF?plain=1#L1"},
		{"quotes and tags", "https://github.com/a/b", `"><img src=x>`, 0,
			"https://github.com/a/b/blob/COMMIT/%22%3E%3Cimg%20src%3Dx%3E"},
		{"dot segments", "https://github.com/a/b", "../../../evil/x", 0, ""},
		{"dot segments inside", "https://github.com/a/b", "x/../../y", 0, ""},
		{"leading slash", "https://github.com/a/b", "/x", 0, ""},
		{"empty segment", "https://github.com/a/b", "x//y", 0, ""},
		{"no path", "https://github.com/a/b", "", 0, ""},
		{"another host", "https://example.com/a/b", "x", 0, ""},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got := fileURL(test.remote, commit, test.file, test.line)
			if want := strings.ReplaceAll(test.want, "COMMIT", commit); got != want {
				t.Errorf("got %q, want %q", got, want)
			}
		})
	}
}

// FuzzLinks: whatever a repository names, a link is https to a plain host, and stands in an attribute as it is.
func FuzzLinks(f *testing.F) {
	f.Add("https://github.com/a/b", "x y")
	f.Add("git@gitlab.com:a/b", "../x")
	f.Add("ssh://git@codeberg.org:22/a/b", "\x00\"<>")
	f.Fuzz(func(t *testing.T, remote, file string) {
		for _, link := range []string{commitURL(remote, id(1)), fileURL(remote, id(1), file, 1)} {
			if link == "" {
				continue
			}
			u, err := url.Parse(link)
			if err != nil || u.Scheme != "https" || u.User != nil || strings.ContainsAny(u.Host, `@"'<>\ `) {
				t.Fatalf("%q and %q give %q (%v)", remote, file, link, err)
			}
			if strings.ContainsAny(link, "\"'<>` \\\n\r\t") {
				t.Fatalf("%q and %q give %q, which an attribute would not hold", remote, file, link)
			}
		}
	})
}
