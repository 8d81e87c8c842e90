package remediate_test

import (
	"bufio"
	"bytes"
	"fmt"
	"iter"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
)

// compareRewrites compares two rewrites of one repository: refs by the trees of their
// tips, numbers of commits, and through both maps every commit of before: its tree, its
// parents, who and when, and its message.
func compareRewrites(t *testing.T, before *gittest.Repo, theirs, ours rewritten) {
	t.Helper()
	c := newComparison(before, theirs, ours)
	lost := c.lost()
	if len(lost)*20 > len(c.before) {
		t.Errorf("%d of %d commits cannot be compared: choose other histories", len(lost), len(c.before))
	}
	theirTips, ourTips := tips(theirs.Repo), tips(ours.Repo)
	for name, id := range refs(before) {
		if lost[id] {
			delete(theirTips, name)
			delete(ourTips, name)
		}
	}
	if diff := cmp.Diff(theirTips, ourTips); diff != "" {
		t.Errorf("trees of refs (-git filter-repo, +unleak):\n%s", diff)
	}
	if a, b := len(c.theirs), len(c.ours); a != b && len(lost) == 0 {
		t.Errorf("%d commits, git filter-repo leaves %d", b, a)
	}
	wrong := 0
	for id := range sorted(c.before) {
		if diff := c.commit(id); diff != "" && !lost[id] {
			if wrong++; wrong <= 5 {
				t.Errorf("commit %s (%q):\n%s", id, firstLine(c.before[id].message), diff)
			}
		}
	}
	if wrong > 5 {
		t.Errorf("and %d more commits", wrong-5)
	}
	if diff := cmp.Diff(complaints(before), complaints(ours.Repo)); diff != "" {
		t.Errorf("git fsck --strict (-before, +after):\n%s", diff)
	}
}

// lost are commits in which git filter-repo loses content, and all that come after them. It drops a merge that took its
// first side whole once that side has become an ancestor of the other, and so gives what
// follows, refs included, the content of the other side. We keep such a merge.
func (c *comparison) lost() map[string]bool {
	lost := map[string]bool{}
	for id, was := range c.before {
		our, ok := c.ours[c.mapped(c.ourMap, id)]
		if ok && c.mapped(c.theirMap, id) == "" && len(was.parents) > 1 && len(our.parents) > 0 &&
			c.ours[our.parents[len(our.parents)-1]].tree != our.tree {
			lost[id] = true
		}
	}
	for grown := len(lost) > 0; grown; {
		grown = false
		for id, was := range c.before {
			if !lost[id] && slices.ContainsFunc(was.parents, func(parent string) bool { return lost[parent] }) {
				lost[id], grown = true, true
			}
		}
	}
	return lost
}

// comparison has the commits of all three repositories.
type comparison struct {
	before, theirs, ours map[string]commit
	theirMap, ourMap     map[string]string
	counterpart          map[string]string // theirs to ours
}

func newComparison(before *gittest.Repo, theirs, ours rewritten) *comparison {
	c := &comparison{commits(before), commits(theirs.Repo), commits(ours.Repo), theirs.commits, ours.commits, map[string]string{}}
	for id := range c.before {
		if a, b := c.mapped(c.theirMap, id), c.mapped(c.ourMap, id); a != "" && b != "" {
			c.counterpart[a] = b
		}
	}
	return c
}

// mapped is where a commit went; empty where it was pruned.
func (c *comparison) mapped(ids map[string]string, id string) string {
	switch after, ok := ids[id]; {
	case !ok:
		return id
	case after == gittest.NullID:
		return ""
	default:
		return after
	}
}

// commit tells how the two rewrites of a commit differ.
func (c *comparison) commit(id string) string {
	a, b := c.mapped(c.theirMap, id), c.mapped(c.ourMap, id)
	if (a == "") != (b == "") {
		return fmt.Sprintf("git filter-repo has it as %q, unleak as %q", a, b)
	}
	if a == "" {
		return ""
	}
	their, reached := c.theirs[a]
	our, ok := c.ours[b]
	if !reached { // what no ref leads to is none of the result's
		if ok {
			return "only unleak still reaches it"
		}
		return ""
	}
	if !ok {
		return fmt.Sprintf("unleak maps it to %s, which no ref reaches", b)
	}
	their.message = newIDs(their.message, c.counterpart)
	if their.message != our.message && newIDs(their.message, c.newest()) == our.message {
		their.message = our.message
	}
	for i, parent := range their.parents {
		their.parents[i] = c.counterpart[parent]
	}
	if !slices.Equal(their.parents, our.parents) && len(c.before[id].parents) > 1 {
		their.parents = ordinary(their.parents)
	}
	return cmp.Diff(their, our, cmp.AllowUnexported(commit{}))
}

// ordinary takes repetitions out of the parents of a merge. git filter-repo leaves them there where the merge has a
// change of its own, we make it an ordinary commit (case 11).
func ordinary(parents []string) []string {
	var left []string
	for i, one := range parents {
		if !slices.Contains(parents[:i], one) {
			left = append(left, one)
		}
	}
	return left
}

var hexID = regexp.MustCompile(`\b[0-9a-f]{7,40}\b`)

// newest maps old ids to ours. git filter-repo leaves the id of a commit that its stream has not come to yet, as on
// another branch; we name the new one there too.
func (c *comparison) newest() map[string]string {
	ids := map[string]string{}
	for id := range c.before {
		if now := c.mapped(c.ourMap, id); now != "" {
			ids[id] = now
		}
	}
	return ids
}

// newIDs replaces ids in a message, however short they are.
func newIDs(message string, ids map[string]string) string {
	return hexID.ReplaceAllStringFunc(message, func(short string) string {
		for old, now := range ids {
			if strings.HasPrefix(old, short) {
				return now[:len(short)]
			}
		}
		return short
	})
}

// commit is what two rewrites of a commit must have in common.
type commit struct {
	tree, author, committer, message string
	parents                          []string
}

// commits reads all commits that refs reach.
func commits(r *gittest.Repo) map[string]commit {
	ids := r.GitInput(nil, "rev-list", "--all")
	out := bufio.NewReader(bytes.NewReader(r.GitInput(ids, "cat-file", "--batch")))
	all := map[string]commit{}
	for {
		var id, kind string
		var size int
		if _, err := fmt.Fscanf(out, "%s %s %d\n", &id, &kind, &size); err != nil {
			return all
		}
		content := make([]byte, size+1)
		for read := 0; read < len(content); {
			n, err := out.Read(content[read:])
			if err != nil {
				return all
			}
			read += n
		}
		all[id] = parseCommit(string(content[:size]))
	}
}

func parseCommit(content string) commit {
	head, message, _ := strings.Cut(content, "\n\n")
	c := commit{message: message, parents: []string{}}
	for line := range strings.Lines(head) {
		key, value, _ := strings.Cut(strings.TrimSuffix(line, "\n"), " ")
		switch key {
		case "tree":
			c.tree = value
		case "parent":
			c.parents = append(c.parents, value)
		case "author":
			c.author = value
		case "committer":
			c.committer = value
		}
	}
	return c
}

// tips lists refs with the trees they lead to.
func tips(r *gittest.Repo) map[string]string {
	trees := map[string]string{}
	for line := range splitLines(r.Git("for-each-ref", "--format=%(refname) %(objecttype) %(if)%(*tree)%(then)%(*tree)%(else)%(tree)%(end)")) {
		name, what, _ := strings.Cut(line, " ")
		trees[name] = what
	}
	return trees
}

// refs lists refs with the ids of the commits they lead to.
func refs(r *gittest.Repo) map[string]string {
	ids := map[string]string{}
	for line := range splitLines(r.Git("for-each-ref", "--format=%(refname) %(if)%(*objectname)%(then)%(*objectname)%(else)%(objectname)%(end)")) {
		name, id, _ := strings.Cut(line, " ")
		ids[name] = id
	}
	return ids
}

// complaints counts what git fsck finds, by the words without ids.
func complaints(r *gittest.Repo) map[string]int {
	out, err := r.TryGit("fsck", "--strict", "--no-dangling", "--no-reflogs", "--no-progress")
	if err != nil {
		out += "\n" + err.Error()
	}
	found := map[string]int{}
	for line := range strings.Lines(out) {
		if kind := regexp.MustCompile(`(error|warning|broken|missing)[^:]*: [^:]*: ([A-Za-z0-9]+):`).FindStringSubmatch(line); kind != nil {
			found[kind[2]]++
		}
	}
	return found
}

func firstLine(text string) string {
	line, _, _ := strings.Cut(text, "\n")
	return line
}

// splitLines goes through the lines of what git printed.
func splitLines(text string) iter.Seq[string] {
	return func(yield func(string) bool) {
		for line := range strings.Lines(text) {
			if !yield(strings.TrimSuffix(line, "\n")) {
				return
			}
		}
	}
}
