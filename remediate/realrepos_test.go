package remediate_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
)

// realRepositories names bare repositories, between colons as in PATH, on which both programs are compared too.
const realRepositories = "UNLEAK_TEST_REPOSITORIES"

// Real histories: a file that nearly every commit has, names at any depth, and a text.
func TestSameAsFilterRepoOnRealRepositories(t *testing.T) {
	list := filepath.SplitList(os.Getenv(realRepositories))
	if len(list) == 0 {
		t.Skip(realRepositories + " names no repositories")
	}
	for _, path := range list {
		before := gittest.Open(t, path).Copy()
		for _, e := range []edit{
			{name: "a root file", args: removePaths("--path", "README.md"), paths: []string{"literal:README.md"}},
			{name: "files at any depth", args: removePaths("--path-regex", `(^|/)[^/]*\.go$`), paths: []string{`regex:(^|/)[^/]*\.go$`}},
			{name: "a folder", args: removePaths("--path", "pkg/", "--path", "plumbing/", "--path", "config/"),
				paths: []string{"literal:pkg/", "literal:plumbing/", "literal:config/"}},
			{name: "a text", text: "github.com==>example.invalid\n"},
			{name: "an expression", text: "regex:func ([A-Z])([a-z]+)==>fn \\1-\\2\n", messages: true},
		} {
			t.Run(filepath.Base(path)+"/"+e.name, func(t *testing.T) { sameAsFilterRepo(t, before, e) })
		}
	}
}
