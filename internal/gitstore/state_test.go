package gitstore

import (
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
)

func TestShallowClone(t *testing.T) {
	source := gittest.New(t)
	source.CommitFile("file", "1", "first")
	source.CommitFile("file", "2", "second")
	tip := source.CommitFile("file", "3", "third")
	if ids, found := locate(t, source.Dir).Shallow(); len(ids)+len(found) > 0 {
		t.Errorf("whole repository: %v, problems %v", ids, found)
	}
	into := gittest.Open(t, t.TempDir())
	into.Git("clone", "-q", "--depth=1", "file://"+filepath.ToSlash(source.Dir), "clone")
	dir := filepath.Join(into.Dir, "clone")
	ids, found := locate(t, dir).Shallow()
	if len(found) > 0 || len(ids) != 1 || ids[0].String() != tip {
		t.Errorf("shallow clone: %v, problems %v", ids, found)
	}
	write(t, filepath.Join(dir, ".git", "shallow"), tip+"\nnonsense\n")
	if ids, found := locate(t, dir).Shallow(); len(ids) != 1 || len(found) != 1 {
		t.Errorf("broken file: %v, problems %v", ids, found)
	}
}

func TestPartialClone(t *testing.T) {
	source := gittest.New(t)
	source.CommitFile("file", "1", "first")
	source.Git("config", "uploadpack.allowFilter", "true")
	into := gittest.Open(t, t.TempDir())
	into.Git("clone", "-q", "--bare", "--filter=blob:none", "file://"+filepath.ToSlash(source.Dir), "clone")
	clone := gittest.Open(t, filepath.Join(into.Dir, "clone"))
	if locate(t, source.Dir).Partial() || !locate(t, clone.Dir).Partial() {
		t.Error("only the clone is partial")
	}
	for _, key := range []string{"remote.origin.promisor", "remote.origin.partialclonefilter"} {
		clone.Git("config", "--unset", key)
	}
	if !locate(t, clone.Dir).Partial() {
		t.Error("the pack still says that it came from a promisor")
	}
	for _, set := range [][2]string{{"remote.x.promisor", "true"}, {"remote.x.partialCloneFilter", "blob:none"}, {"extensions.partialClone", "x"}} {
		repo := gittest.New(t)
		repo.Git("config", set[0], set[1])
		if !locate(t, repo.Dir).Partial() {
			t.Errorf("%s says that the clone is partial", set[0])
		}
	}
}

func TestRemote(t *testing.T) {
	repo := gittest.New(t)
	if got := locate(t, repo.Dir).Remote(); got != "" {
		t.Errorf("without a remote: %q", got)
	}
	repo.Git("remote", "add", "origin", "https://"+"someone@git.example.com/a/b.git")
	repo.Git("remote", "set-url", "--add", "origin", "https://second.example.com/b.git")
	if got := locate(t, repo.Dir).Remote(); got != "https://git.example.com/a/b.git" {
		t.Errorf("got %q", got)
	}
}

func TestStripUserInfo(t *testing.T) {
	word := strings.Repeat("Aa1", 4) // stands for a password or token
	for name, test := range map[string]struct{ url, want string }{
		"plain":                    {"https://example.com/a.git", "https://example.com/a.git"},
		"user and password":        {"https://me:" + word + "@example.com/a", "https://example.com/a"},
		"token alone":              {"https://" + word + "@example.com/a", "https://example.com/a"},
		"user git over https":      {"https://git@example.com/a", "https://example.com/a"},
		"port":                     {"https://me:" + word + "@example.com:8443/a", "https://example.com:8443/a"},
		"port without user":        {"https://example.com:8443/@scope/a", "https://example.com:8443/@scope/a"},
		"host of IPv6":             {"https://[::1]/a@b", "https://[::1]/a@b"},
		"slash in the password":    {"https://me:" + word + "/" + word + "@example.com/a", "https://example.com/a"},
		"hash in the password":     {"https://me:" + word + "#" + word + "@example.com/a", "https://example.com/a"},
		"at sign in the password":  {"https://me:" + word + "@" + word + "@example.com/a", "https://example.com/a"},
		"query and fragment":       {"https://example.com/a?token=" + word + "#" + word, "https://example.com/a"},
		"ssh as git":               {"ssh://git@example.com/a", "ssh://git@example.com/a"},
		"ssh with password":        {"ssh://git:" + word + "@example.com/a", "ssh://example.com/a"},
		"ssh as someone":           {"ssh://someone@example.com:22/a", "ssh://example.com:22/a"},
		"git+ssh":                  {"git+ssh://git@example.com/a", "git+ssh://git@example.com/a"},
		"short ssh as git":         {"git@example.com:a/b.git", "git@example.com:a/b.git"},
		"short ssh as someone":     {word + "@example.com:a/b.git", "example.com:a/b.git"},
		"short ssh with password":  {"git:" + word + "@example.com:a", "example.com:a"},
		"short ssh, at in path":    {"git@example.com:a/b@c", "git@example.com:a/b@c"},
		"local path":               {"/srv/git/a@b.git", "/srv/git/a@b.git"},
		"name with an at sign":     {"folder@x", "folder@x"},
		"relative path":            {"../a@b", "../a@b"},
		"file":                     {"file:///srv/a@b", "file:///srv/a@b"},
		"user info without a host": {"https://me:" + word + "@", "https://"},
		"empty":                    {"", ""},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, StripUserInfo(test.url)); diff != "" {
				t.Error(diff)
			}
		})
	}
}
