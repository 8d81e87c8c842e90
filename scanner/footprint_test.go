package scanner_test

import (
	"os"
	"runtime"
	"testing"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
)

// BenchmarkFootprint measures what a scan keeps in memory for as long as it runs, in bytes an
// object of the repository that UNLEAK_BENCH names: the arithmetic of docs/performance.md
// rests on it. Each figure is what the live heap grew by, after a collection.
func BenchmarkFootprint(b *testing.B) {
	path := os.Getenv("UNLEAK_BENCH")
	if path == "" {
		b.Skip("UNLEAK_BENCH names no repository")
	}
	for b.Loop() {
		footprint(b, path)
	}
}

func footprint(b *testing.B, path string) {
	before := liveHeap()
	grown := func(unit string, objects int) {
		now := liveHeap()
		b.ReportMetric(float64(now-before)/float64(objects), unit)
		before = now
	}
	repository, err := gitstore.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	defer repository.Close()
	table := repository.Table()
	counts := map[pack.Kind]int{}
	for i := range uint32(table.Len()) {
		counts[table.Kind(i)]++
	}
	grown("table-B/object", table.Len())
	graph := history.New(table)
	record := func(unit string, kind pack.Kind) {
		var recorders []*history.Recorder
		err := table.Walk(b.Context(), gitstore.WalkOptions{Kinds: []pack.Kind{kind}, Jobs: 2, Limit: 1 << 30}, func() gitstore.Visitor {
			recorders = append(recorders, graph.Recorder())
			return recording{recorders[len(recorders)-1]}
		})
		if err != nil {
			b.Fatal(err)
		}
		for _, r := range recorders {
			graph.Merge(r)
		}
		recorders = nil
		grown(unit, counts[kind])
	}
	grown("graph-B/object", table.Len())
	record("commits-B/commit", pack.Commit)
	record("trees-B/tree", pack.Tree)
	paths, err := graph.Paths(b.Context())
	if err != nil {
		b.Fatal(err)
	}
	grown("paths-B/path", paths.Len())
	b.ReportMetric(float64(table.Len()), "objects")
	b.ReportMetric(float64(counts[pack.Commit]), "commits")
	b.ReportMetric(float64(counts[pack.Tree]), "trees")
	b.ReportMetric(float64(paths.Len()), "paths")
	runtime.KeepAlive(graph)
}

func liveHeap() int64 {
	runtime.GC()
	runtime.GC() // pools keep what they have for one collection
	var stats runtime.MemStats
	runtime.ReadMemStats(&stats)
	return int64(stats.HeapAlloc)
}

// recording records and matches nothing.
type recording struct{ *history.Recorder }

// Visit implements [gitstore.Visitor].
func (r recording) Visit(o *gitstore.Object) {
	switch o.Kind {
	case pack.Commit:
		c, _ := gitstore.ParseCommit(o.Content)
		r.Commit(o.Index, c)
	case pack.Tree:
		_ = r.Tree(o)
	}
}

// Failed implements [gitstore.Visitor].
func (r recording) Failed(uint32, int64, error) {}
