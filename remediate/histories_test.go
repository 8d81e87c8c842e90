package remediate_test

import (
	"fmt"
	"os"
	"strconv"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
)

// seeds is how many random histories a test makes up; UNLEAK_SEEDS asks for more.
func seeds(usual uint64) uint64 {
	if n, err := strconv.ParseUint(os.Getenv("UNLEAK_SEEDS"), 10, 32); err == nil {
		return n
	}
	return usual
}

// edits are of every kind that both programs know, on the paths and words of
// [gittest.RandomHistory].
var edits = []edit{
	{name: "a path", args: removePaths("--path", "src/lib/lib"), paths: []string{"literal:src/lib/lib"}},
	{name: "a name that is a file here and a folder there", args: removePaths("--path", "a.txt"), paths: []string{"literal:a.txt"}},
	{name: "a folder", args: removePaths("--path", "src/lib/"), paths: []string{"/src/lib/"}},
	{name: "paths of any bytes", args: removePaths("--path", "caf\xe9", "--path", "two\nlines", "--path", "src/quote\"s", "--path", "docs/tab\there"),
		paths: []string{"literal:caf\xe9", "literal:two\nlines", "literal:src/quote\"s", "literal:docs/tab\there"}},
	{name: "a base name", args: removePaths("--path-regex", `(^|/)(config\.yml|z)(/|$)`), paths: []string{"config.yml", "z"}},
	{name: "a glob", args: removePaths("--path-glob", "src/*.c"), paths: []string{"glob:src/*.c"}},
	{name: "an expression", args: removePaths("--path-regex", `(^|/)[a-m][^/]*\.(txt|md)$`), paths: []string{`regex:(^|/)[a-m][^/]*\.(txt|md)$`}},
	{name: "a file that most commits change", args: removePaths("--path", "data/large.txt"), paths: []string{"literal:data/large.txt"}},
	{name: "everything but one folder", most: true, args: removePaths("--path-regex", "^([^s]|s[^r])"), paths: []string{"regex:^([^s]|s[^r])"}},
	{name: "a text", text: "secret_santa\n"},
	{name: "texts, each on what the one before left", text: "token_count==>key_event\nkey_event==>\nsession==>a longer text than before\nfür==>f\xfcr\n"},
	{name: "expressions", text: "regex:pass(word)_file==>\\1\nregex:([a-z]+)\\.org==>\\g<1>.net\nregex:(?i)HEADER\n"},
	{name: "a glob in text", text: "glob:token_*nt==>gone\n"},
	{name: "a text in messages too", text: "naïve==>wise\nregex:retry +user==>x\n", messages: true},
}

func removePaths(args ...string) []string { return append([]string{"--invert-paths"}, args...) }

// Random histories with everything that real ones have, under every edit.
func TestSameAsFilterRepoOnHistories(t *testing.T) {
	for seed := range seeds(1) {
		repo := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: seed, Commits: 100}).Repo
		// filter-repo keeps an empty merge where a name begins or ends with a space.
		plain := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: seed, Commits: 100, Plain: true}).Repo
		// We replace text in UTF-16 too, filter-repo leaves it.
		narrow := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: seed, Commits: 100, Narrow: true}).Repo
		onlyWhatFilterRepoKnows(repo)
		onlyWhatFilterRepoKnows(narrow)
		onlyWhatFilterRepoKnows(plain)
		for _, e := range edits {
			before := repo
			switch {
			case e.text != "":
				before = narrow
			case e.most:
				before = plain
			}
			t.Run(fmt.Sprintf("%d/%s", seed, e.name), func(t *testing.T) { sameAsFilterRepo(t, before, e) })
		}
	}
}

// onlyWhatFilterRepoKnows drops refs that git fast-export has no words for, and those that
// filter-repo would make branches.
func onlyWhatFilterRepoKnows(r *gittest.Repo) {
	for _, ref := range []string{"refs/tags/tree", "refs/tags/blob"} {
		r.UpdateRef(ref, gittest.NullID)
	}
	for line := range splitLines(r.Git("for-each-ref", "--format=%(refname)", "refs/remotes")) {
		r.UpdateRef(line, gittest.NullID)
	}
}
