package gitstore

import (
	"os"
	"runtime"
	"testing"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// benchRepository opens the repository that UNLEAK_BENCH names.
func benchRepository(b *testing.B) *Table {
	path := os.Getenv("UNLEAK_BENCH")
	if path == "" {
		b.Skip("UNLEAK_BENCH names no repository")
	}
	repository, err := Open(path)
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { repository.Close() })
	return repository.Table()
}

// BenchmarkWalk decodes every object of a kind and does nothing with it: the floor of a scan.
func BenchmarkWalk(b *testing.B) {
	table := benchRepository(b)
	for _, kind := range []pack.Kind{pack.Commit, pack.Tree, pack.Blob} {
		b.Run(kind.String(), func(b *testing.B) {
			var total int64
			for b.Loop() {
				var visitors []*counter
				err := table.Walk(b.Context(), WalkOptions{Kinds: []pack.Kind{kind}, Jobs: runtime.GOMAXPROCS(0), Limit: 1 << 30}, func() Visitor {
					v := &counter{}
					visitors = append(visitors, v)
					return v
				})
				if err != nil {
					b.Fatal(err)
				}
				total = 0
				for _, v := range visitors {
					total += v.bytes
				}
			}
			b.SetBytes(total)
		})
	}
}

// counter counts the bytes of what it visits.
type counter struct{ bytes int64 }

func (c *counter) Visit(o *Object)             { c.bytes += int64(len(o.Content)) }
func (c *counter) Failed(uint32, int64, error) {}
