package scanner_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/scanner"
)

// randomHistory has the secrets of newValues(seed) in it.
func randomHistory(t testing.TB, seed uint64, commits int) *gittest.History {
	t.Helper()
	return gittest.RandomHistory(t, gittest.HistoryOptions{Seed: seed, Commits: commits, Secrets: newValues(seed).secrets()})
}

// reported is all of a result that must not depend on storage, workers or memory.
func reported(t testing.TB, result *scanner.Result) string {
	t.Helper()
	return encode(t, map[string]any{"findings": result.Findings, "coverage": result.Header.Coverage})
}

// Promise 1 of the design: the same history gives the same findings, byte for byte,
// however it is stored.
func TestStorageDoesNotMatter(t *testing.T) {
	h := randomHistory(t, 2, 150)
	context := func(o *scanner.Options) { o.Context = 2 }
	result := scanRepo(t, h.Repo, context)
	removed, shown := 0, len(contexts(result.Findings))
	for _, f := range result.Findings {
		for _, o := range f.Occurrences {
			if o.RemovedIn != "" {
				removed++
			}
		}
	}
	if removed < 3 || shown < 5 {
		t.Errorf("of what may depend on storage there are only %d removals and %d contexts", removed, shown)
	}
	values := found(result)
	for _, plant := range h.Plants {
		if !hasValue(values, plant.Value) {
			t.Errorf("%s planted in %s %s is not found", plant.Value, plant.Kind, plant.Object)
		}
	}
	want := reported(t, result)
	for name, dir := range gittest.Variants(t, h.Repo) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(want, reported(t, scanRepo(t, gittest.Open(t, dir), context))); diff != "" {
				t.Errorf("as imported (-) and %s (+) differ:\n%s", name, diff)
			}
		})
	}
}

// Promises 4 and 5: neither the number of workers nor the memory they may use
// changes anything.
func TestWorkersAndMemoryDoNotMatter(t *testing.T) {
	h := randomHistory(t, 3, 150)
	r := gittest.Open(t, gittest.Variant(t, h.Repo, "packed"))
	context := func(o *scanner.Options) { o.Context = 2 }
	want := reported(t, scanRepo(t, r, context))
	for name, change := range map[string]func(*scanner.Options){
		"one worker":       func(o *scanner.Options) { o.Jobs = 1 },
		"two workers":      func(o *scanner.Options) { o.Jobs = 2 },
		"eight workers":    func(o *scanner.Options) { o.Jobs = 8 },
		"a byte of memory": func(o *scanner.Options) { o.MemoryBudget = 1 },
		"64 KiB of memory": func(o *scanner.Options) { o.MemoryBudget, o.Jobs = 64<<10, 4 },
		"a second run":     func(*scanner.Options) {},
		"blobs whole":      func(o *scanner.Options) { o.Full = true },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			if diff := cmp.Diff(want, reported(t, scanRepo(t, r, context, change))); diff != "" {
				t.Errorf("differs from a scan by two workers:\n%s", diff)
			}
		})
	}
}

// What is carried over from delta bases is what matching every blob whole would find,
// and takes less matching.
func TestCarryOverFindsTheSame(t *testing.T) {
	for seed := range uint64(6) {
		h := randomHistory(t, 40+seed, 80)
		r := gittest.Open(t, gittest.Variant(t, h.Repo, "packed"))
		carried, whole := scanRepo(t, r), scanRepo(t, r, func(o *scanner.Options) { o.Full = true })
		if diff := cmp.Diff(reported(t, whole), reported(t, carried)); diff != "" {
			t.Errorf("seed %d: matched whole (-) and carried over (+) differ:\n%s", seed, diff)
		}
		if carried.Stats.Matched >= whole.Stats.Matched {
			t.Errorf("seed %d: %d bytes matched, %d when matched whole", seed, carried.Stats.Matched, whole.Stats.Matched)
		}
	}
}

// The fingerprint of a secret is the same in another history.
func TestFingerprintsSurviveARewrite(t *testing.T) {
	s := newValues(4).token()
	prints := make(map[string]bool)
	for _, path := range []string{"a.txt", "b/c.txt"} {
		r := cleanRepo(t)
		r.CommitFile(path, "key "+s, "in "+path)
		for _, f := range scanRepo(t, r).Findings {
			prints[f.Fingerprint] = true
		}
	}
	if len(prints) != 1 {
		t.Errorf("one secret has the fingerprints %v", prints)
	}
}

func hasValue(found map[string]bool, value string) bool {
	for _, rule := range []string{"token", "pair", "always", "private-key"} {
		if found[rule+" "+value] {
			return true
		}
	}
	return false
}
