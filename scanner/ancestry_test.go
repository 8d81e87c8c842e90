package scanner_test

import (
	"fmt"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/scanner"
)

// messageHistory is a history in which every message holds a secret of its own.
type messageHistory struct {
	repo    *gittest.Repo
	commits []gittest.GraphCommit // parents before children
}

// newMessageHistory makes n commits with up to four parents each, and with dates that go forwards or
// at random.
func newMessageHistory(t *testing.T, seed uint64, n int, randomDates bool) messageHistory {
	r, random, v := gittest.New(t), rand.New(rand.NewPCG(seed, 6)), newValues(seed)
	var stream gittest.Stream
	var marks []gittest.Mark
	var parents [][]int
	var dates []int64
	for i := range n {
		var of []int
		for range min(i, 1+random.IntN(2)*random.IntN(4)) {
			if p := i - 1 - random.IntN(min(i, 8)); !slices.Contains(of, p) {
				of = append(of, p)
			}
		}
		date := gittest.Epoch.Unix() + int64(i)*60
		if randomDates {
			date += random.Int64N(int64(n)*120) - int64(n)*60
		}
		var from []gittest.Mark
		for _, p := range of {
			from = append(from, marks[p])
		}
		marks = append(marks, stream.Commit(gittest.StreamCommit{Ref: fmt.Sprintf("refs/heads/b%d", i), Date: time.Unix(date, 0).UTC(), Message: v.token(), Parents: from}))
		parents, dates = append(parents, of), append(dates, date)
	}
	ids := r.Import(&stream)
	h := messageHistory{repo: r}
	for i, mark := range marks {
		c := gittest.GraphCommit{ID: ids[mark], Date: dates[i]}
		for _, p := range parents[i] {
			c.Parents = append(c.Parents, ids[marks[p]])
		}
		h.commits = append(h.commits, c)
	}
	return h
}

// between returns the commits of a range by following all parents. Git itself lists too many where
// dates are wrong.
func (h messageHistory) between(from, to string) []string {
	reached := func(end string) map[string]bool {
		set := map[string]bool{end: true}
		for _, c := range slices.Backward(h.commits) {
			for _, p := range c.Parents {
				set[p] = set[p] || set[c.ID]
			}
		}
		return set
	}
	excluded, list := reached(from), []string{}
	for id, ok := range reached(to) {
		if ok && !excluded[id] {
			list = append(list, id)
		}
	}
	slices.Sort(list)
	return list
}

// scan returns the commits of a range in whose message a scan finds a secret.
func (h messageHistory) scan(t *testing.T, from, to string) []string {
	t.Helper()
	result := scan(t, scanner.Range(h.repo.Dir, from+".."+to))
	if !result.Header.Coverage.Complete {
		t.Errorf("the scan is incomplete: %s", encode(t, result.Header.Coverage))
	}
	list := []string{}
	for _, f := range result.Findings {
		for _, o := range f.Occurrences {
			list = append(list, o.Commit)
		}
	}
	slices.Sort(list)
	return list
}

// compare scans some ranges of a history. Where the graph may lie, more may be found than
// there is in them, but nothing less.
func (h messageHistory) compare(t *testing.T, random *rand.Rand, lies bool) {
	t.Helper()
	for range 6 {
		from, to := h.commits[random.IntN(len(h.commits))].ID, h.commits[random.IntN(len(h.commits))].ID
		want, got := h.between(from, to), h.scan(t, from, to)
		if lies {
			got = slices.DeleteFunc(got, func(id string) bool { return !slices.Contains(want, id) })
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s..%s (-history +scan):\n%s", from, to, diff)
		}
	}
}

// A commit-graph changes nothing but the time: whole, in several files, of an older history, damaged, or
// none at all.
func TestRangeWithCommitGraph(t *testing.T) {
	for seed := range uint64(4) {
		h := newMessageHistory(t, seed, 60, seed%2 == 0)
		random := rand.New(rand.NewPCG(seed, 7))
		single := filepath.Join(h.repo.GitDir(), "objects", "info", "commit-graph")
		for _, kind := range []struct {
			name string
			make func()
		}{
			{"none", func() {}},
			{"whole", func() { h.repo.Git("commit-graph", "write", "--reachable") }},
			{"older", func() { h.repo.WriteCommitGraph(h.commits[:40]) }},
			{"damaged", func() {
				content, err := os.ReadFile(single)
				must(t, err)
				must(t, os.WriteFile(single, content[:len(content)/2], 0o644))
			}},
			{"in several files", func() {
				must(t, os.Remove(single))
				for _, tip := range []int{20, 40, 59} {
					h.repo.GitInput([]byte(h.commits[tip].ID+"\n"), "commit-graph", "write", "--split=no-merge", "--stdin-commits")
				}
			}},
		} {
			t.Run(fmt.Sprintf("seed %d, %s", seed, kind.name), func(t *testing.T) {
				kind.make()
				h.compare(t, random, false)
			})
		}
	}
}

// Whatever a commit-graph says, no commit of a range is left out.
func TestLyingCommitGraphHidesNothing(t *testing.T) {
	for seed := range uint64(12) {
		t.Run(fmt.Sprintf("seed %d", seed), func(t *testing.T) {
			t.Parallel()
			h := newMessageHistory(t, seed, 60, seed%2 == 0)
			random := rand.New(rand.NewPCG(seed, 8))
			lies := slices.Clone(h.commits)
			for range 1 + random.IntN(20) {
				lie := &lies[random.IntN(len(lies))]
				switch other := h.commits[random.IntN(len(h.commits))].ID; random.IntN(4) {
				case 0:
					lie.Parents = []string{other}
				case 1:
					lie.Parents = append(slices.Clone(lie.Parents), other)
				case 2:
					lie.Date = gittest.Epoch.Unix() + random.Int64N(1<<20) - 1<<19
				default:
					lie.Parents = nil
				}
			}
			h.repo.WriteCommitGraph(lies)
			h.compare(t, random, true)
		})
	}
}

// A graph that says that what is excluded has the secret commit among its ancestors is not believed, neither
// where it says so of the end itself, nor behind commits of which it tells the truth.
func TestCommitGraphCannotExclude(t *testing.T) {
	h := newMessageHistory(t, 50, 1, false)
	commit := func(message string, parents ...string) gittest.GraphCommit {
		id := h.repo.MakeCommit(h.repo.ID(h.commits[0].ID+"^{tree}"), message, parents...)
		return gittest.GraphCommit{ID: id, Parents: parents, Date: gittest.Epoch.Unix()}
	}
	v := newValues(51)
	root := commit("root")
	secret := commit(v.token(), root.ID)
	tip := commit("tip", secret.ID)
	aside := commit("aside", secret.ID) // truly leads to the secret, and nothing excluded to it
	before := commit("before", root.ID)
	end := commit("end", before.ID)
	for name, lie := range map[string]func(g []gittest.GraphCommit){
		"truth":               func([]gittest.GraphCommit) {},
		"parent of the end":   func(g []gittest.GraphCommit) { g[5].Parents = []string{secret.ID} },
		"parent further down": func(g []gittest.GraphCommit) { g[4].Parents = []string{root.ID, secret.ID} },
		"a way round":         func(g []gittest.GraphCommit) { g[4].Parents = []string{aside.ID, root.ID} },
		"the tip itself":      func(g []gittest.GraphCommit) { g[5].Parents = []string{tip.ID} },
	} {
		t.Run(name, func(t *testing.T) {
			graph := []gittest.GraphCommit{root, secret, tip, aside, before, end}
			lie(graph)
			h.repo.WriteCommitGraph(graph)
			if diff := cmp.Diff([]string{secret.ID}, h.scan(t, end.ID, tip.ID)); diff != "" {
				t.Error(diff)
			}
		})
	}
}

// What a commit-graph has and the repository has not is missing.
func TestCommitGraphDoesNotStandInForCommits(t *testing.T) {
	h := newMessageHistory(t, 52, 1, false)
	tree := h.repo.ID(h.commits[0].ID + "^{tree}")
	root := h.repo.MakeCommit(tree, "root")
	lost := h.repo.MakeCommit(tree, "lost") // on no way to what is excluded
	end := h.repo.MakeCommit(tree, "end", root, lost)
	tip := h.repo.MakeCommit(tree, "tip", root)
	h.repo.UpdateRef("refs/heads/end", end)
	h.repo.UpdateRef("refs/heads/tip", tip)
	h.repo.Git("commit-graph", "write", "--reachable")
	h.repo.RemoveObjects(lost)
	coverage := scan(t, scanner.Range(h.repo.Dir, "end..tip")).Header.Coverage
	if coverage.Complete || len(coverage.Missing) != 1 || coverage.Missing[0].Object != lost {
		t.Errorf("coverage: %s", encode(t, coverage))
	}
}

// Which refs reach a commit of a range is what git says, also with more refs than are followed at a time.
func TestRangeNamesTheRefsThatReachIt(t *testing.T) {
	h := newMessageHistory(t, 53, 150, false)
	result := scan(t, scanner.Range(h.repo.Dir, h.commits[30].ID+".."+h.commits[40].ID))
	if len(result.Findings) < 2 {
		t.Fatalf("%d findings", len(result.Findings))
	}
	for _, f := range result.Findings {
		o := f.Occurrences[0]
		want := strings.Fields(h.repo.Git("for-each-ref", "--format=%(refname)", "--contains", o.Commit))
		if !o.Reachable || o.RefCount != len(want) || len(o.Refs) == 0 || !slices.Equal(o.Refs, slices.DeleteFunc(want, func(ref string) bool { return !slices.Contains(o.Refs, ref) })) {
			t.Errorf("commit %s: %d refs, %q", o.Commit, o.RefCount, o.Refs)
		}
	}
}
