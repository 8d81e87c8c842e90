package scanner_test

import (
	"context"
	"errors"
	"os"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/scanner"
)

// The floor decodes what the scan reads, each object once, however they are stored.
func TestFloorDecodesEveryObject(t *testing.T) {
	h := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 31, Commits: 40})
	var objects, bytes int64
	for _, object := range h.Repo.Objects() {
		objects++
		bytes += object.Size
	}
	for name, dir := range gittest.Variants(t, h.Repo) {
		t.Run(name, func(t *testing.T) {
			floor, err := scanner.Floor(t.Context(), scanner.Repository(dir), scanner.Options{Jobs: 2})
			if err != nil {
				t.Fatal(err)
			}
			if floor.Objects != objects || floor.Bytes != bytes {
				t.Errorf("decoded %d objects of %d bytes, but there are %d of %d", floor.Objects, floor.Bytes, objects, bytes)
			}
			if floor.Decode <= 0 || floor.PeakBuffer <= 0 && name != "loose" {
				t.Errorf("nothing was measured: %+v", floor)
			}
		})
	}
}

func TestFloorStoredBytes(t *testing.T) {
	h := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 32, Commits: 20})
	r := gittest.Open(t, gittest.Variant(t, h.Repo, "several"))
	var want int64
	count := func(path string) {
		info, err := os.Stat(path)
		must(t, err)
		want += info.Size()
	}
	for _, path := range r.Packs() {
		count(path)
	}
	for _, object := range r.Objects() {
		if path := r.LoosePath(object.ID); exists(path) {
			count(path)
		}
	}
	floor, err := scanner.Floor(t.Context(), scanner.Repository(r.Dir), scanner.Options{})
	must(t, err)
	if floor.Stored != want {
		t.Errorf("%d bytes are stored, want %d", floor.Stored, want)
	}
}

func exists(path string) bool {
	_, err := os.Stat(path)
	return err == nil
}

func TestFloorOfOtherSources(t *testing.T) {
	if floor, err := scanner.Floor(t.Context(), scanner.Path(t.TempDir()), scanner.Options{}); floor != nil || err != nil {
		t.Errorf("a folder has the floor %v, %v", floor, err)
	}
	if _, err := scanner.Floor(t.Context(), scanner.Repository(t.TempDir()), scanner.Options{}); err == nil {
		t.Error("a folder without repository has a floor")
	}
	h := gittest.RandomHistory(t, gittest.HistoryOptions{Seed: 33, Commits: 5})
	ctx, cancel := context.WithCancel(t.Context())
	cancel()
	if _, err := scanner.Floor(ctx, scanner.Repository(h.Repo.Dir), scanner.Options{}); !errors.Is(err, context.Canceled) {
		t.Errorf("a floor nobody waits for ends with %v", err)
	}
}
