package gittest_test

import (
	"os"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
)

// history has enough of everything in it, and is quick to make.
func history(t *testing.T) *gittest.History {
	return gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 1, Secrets: []gittest.Secret{
		{Value: "value-one", Line: "one = value-one"},
		{Value: "value-two", Line: "two = value-two"},
	}})
}

func TestRandomHistoryIsReproducible(t *testing.T) {
	first, second := history(t), history(t)
	if diff := cmp.Diff(first.Repo.Objects(), second.Repo.Objects()); diff != "" {
		t.Errorf("two histories of one seed differ:\n%s", diff)
	}
	if diff := cmp.Diff(first.Repo.Git("for-each-ref"), second.Repo.Git("for-each-ref")); diff != "" {
		t.Errorf("refs of two histories of one seed differ:\n%s", diff)
	}
}

func TestRandomHistoryHoldsItsPlants(t *testing.T) {
	h := history(t)
	kinds := make(map[string]int)
	for _, plant := range h.Plants {
		kinds[plant.Kind]++
		if plant.Object == "" {
			continue
		}
		kind, content := h.Repo.Read(plant.Object)
		if kind != plant.Kind {
			t.Errorf("%s is a %s, planted as %s", plant.Object, kind, plant.Kind)
		}
		if !strings.Contains(strings.ReplaceAll(string(content), "\x00", ""), plant.Value) {
			t.Errorf("%s %s does not hold %q", kind, plant.Object, plant.Value)
		}
	}
	for _, kind := range []string{"blob", "commit", "tag", "path"} {
		if kinds[kind] == 0 {
			t.Errorf("nothing planted in a %s", kind)
		}
	}
}

// A test history is worth something only when it holds the cases that tests are about.
func TestRandomHistoryHasEverything(t *testing.T) {
	h := history(t)
	raw := h.Repo.Git("log", "--all", "-m", "-C", "-C", "--raw", "--no-abbrev", "--format=commit %H %P")
	for name, part := range map[string]string{
		"rename": " R100\t", "copy": " C100\t", "type change": " T\t", "deletion": " D\t",
		"mode change": ":100644 100755", "symbolic link": " 120000 ", "submodule": " 160000 ",
		"name that is no UTF-8": `\351`,
	} {
		if !strings.Contains(raw, part) {
			t.Errorf("no %s in the history", name)
		}
	}
	parents := h.Repo.Git("log", "--all", "--format=%P")
	for name, count := range map[string]int{"root": 0, "merge": 2, "octopus": 3} {
		if !slices.ContainsFunc(strings.Split(parents, "\n"), func(line string) bool {
			return len(strings.Fields(line)) == count
		}) {
			t.Errorf("no %s in the history", name)
		}
	}
	if unreachable := h.Repo.Git("fsck", "--unreachable", "--no-reflogs"); !strings.Contains(unreachable, "unreachable commit") {
		t.Errorf("no unreachable commit: %s", unreachable)
	}
}

func TestVariantsHoldTheSameObjects(t *testing.T) {
	h := history(t)
	want := h.Repo.Objects()
	variants := gittest.Variants(t, h.Repo)
	t.Run("storage", func(t *testing.T) { storedAsNamed(t, variants) })
	for name, dir := range variants {
		t.Run(name, func(t *testing.T) {
			r := gittest.Open(t, dir)
			if name == "no-idx" {
				r.Git("index-pack", r.Packs()[0])
			}
			if diff := cmp.Diff(want, r.Objects()); diff != "" {
				t.Errorf("objects differ:\n%s", diff)
			}
			if diff := cmp.Diff(h.Repo.Git("for-each-ref"), r.Git("for-each-ref")); diff != "" {
				t.Errorf("refs differ:\n%s", diff)
			}
			r.Git("fsck", "--full")
		})
	}
}

func storedAsNamed(t *testing.T, variants map[string]string) {
	chains := func(name string) int {
		r := gittest.Open(t, variants[name])
		return strings.Count(r.Git("verify-pack", "-v", r.Packs()[0]), "chain length")
	}
	if n := chains("packed"); n < 10 {
		t.Errorf("packed has chains of %d lengths, want 10 at least", n)
	}
	if n := chains("plain"); n != 0 {
		t.Errorf("plain has %d lengths of chains, want none", n)
	}
	for name, want := range map[string]int{"loose": 0, "several": 3, "cruft": 2, "midx": 2} {
		if packs := gittest.Open(t, variants[name]).Packs(); len(packs) != want {
			t.Errorf("%s has %d packs, want %d", name, len(packs), want)
		}
	}
	entries := gittest.ReadPack(t, gittest.Open(t, variants["ref-delta"]).Packs()[0])
	if !slices.ContainsFunc(entries, func(e gittest.PackEntry) bool { return e.Type == gittest.RefDelta }) {
		t.Errorf("ref-delta has no delta by id")
	}
	if _, err := os.Stat(variants["midx"] + "/objects/pack/multi-pack-index"); err != nil {
		t.Error(err)
	}
}
