package history_test

import (
	"os"
	"runtime"
	"strconv"
	"testing"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
)

// benchRepository opens the repository that UNLEAK_BENCH names.
func benchRepository(b *testing.B) *gitstore.Table {
	path := os.Getenv("UNLEAK_BENCH")
	if path == "" {
		b.Skip("UNLEAK_BENCH names no repository")
	}
	repository, err := gitstore.Open(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { repository.Close() })
	return repository.Table()
}

// record fills a graph with every object of some kinds, or only decodes them.
func record(b *testing.B, table *gitstore.Table, graph *history.Graph, kinds ...pack.Kind) {
	var recorders []*history.Recorder
	options := gitstore.WalkOptions{Kinds: kinds, Jobs: runtime.GOMAXPROCS(0), Limit: 1 << 30}
	err := table.Walk(b.Context(), options, func() gitstore.Visitor {
		r := &benchRecorder{}
		if graph != nil {
			r.Recorder = graph.Recorder()
			recorders = append(recorders, r.Recorder)
		}
		return r
	})
	if err != nil {
		b.Fatal(err)
	}
	for _, r := range recorders {
		graph.Merge(r)
	}
}

type benchRecorder struct {
	*history.Recorder
	commit gitstore.Commit
}

func (r *benchRecorder) Visit(o *gitstore.Object) {
	switch {
	case r.Recorder == nil:
	case o.Kind == pack.Tree:
		_ = r.Tree(o) // what is malformed is for a scan to say
	case o.Kind == pack.Commit:
		_ = r.commit.ParseOutline(o.Content)
		r.Commit(o.Index, r.commit)
	}
}

func (r *benchRecorder) Failed(uint32, int64, error) {}

// BenchmarkRecord compares decoding alone with recording, for the trees and commits of a repository.
func BenchmarkRecord(b *testing.B) {
	table := benchRepository(b)
	for _, kind := range []pack.Kind{pack.Commit, pack.Tree} {
		b.Run(kind.String()+"/decoded", func(b *testing.B) {
			for b.Loop() {
				record(b, table, nil, kind)
			}
		})
		b.Run(kind.String()+"/recorded", func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				record(b, table, history.New(table), kind)
			}
		})
	}
}

// BenchmarkPaths finds the paths of a repository, and traces a few of its blobs up to commits.
func BenchmarkPaths(b *testing.B) {
	table := benchRepository(b)
	graph := history.New(table)
	record(b, table, graph, pack.Commit, pack.Tree)
	var paths *history.Paths
	b.Run("paths", func(b *testing.B) {
		b.ReportAllocs()
		for b.Loop() {
			var err error
			if paths, err = graph.Paths(b.Context()); err != nil {
				b.Fatal(err)
			}
		}
	})
	for _, every := range []uint32{10, 100, 10_000} {
		marks := history.Marks{Blobs: map[uint32]bool{}, Paths: map[history.Path]bool{}}
		for i := uint32(0); i < uint32(table.Len()); i += every {
			if table.Kind(i) == pack.Blob {
				marks.Blobs[i] = true
			}
		}
		b.Run("trace of one in "+strconv.Itoa(int(every)), func(b *testing.B) {
			b.ReportAllocs()
			for b.Loop() {
				trace, err := graph.Trace(b.Context(), paths, marks)
				if err != nil {
					b.Fatal(err)
				}
				places := 0
				trace.Introductions(2, func(history.Place) { places++ })
				b.ReportMetric(float64(places), "places")
			}
		})
	}
}
