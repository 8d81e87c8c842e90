package scanner

import (
	"context"
	"fmt"
	"time"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// FloorStats is what it costs to decode every object of a repository and do nothing else.
type FloorStats struct {
	Open, Decode time.Duration // opening and numbering the objects; the walk over them
	Objects      int64         // decoded
	Bytes        int64         // of their content
	Stored       int64         // bytes that packs and loose objects take on disk
	PeakBuffer   int64         // most bytes of decoded objects held at once
}

// Floor measures what no scan of a repository can go below while it decodes every object:
// it opens the repository anew and walks all objects with the jobs, limits and budget of
// options, looking at none. It returns nil for sources other than a [Repository], which
// have no such walk. The error is the context's, or that of opening.
func Floor(ctx context.Context, source Source, options Options) (*FloorStats, error) {
	r, ok := source.(repositorySource)
	if !ok {
		return nil, nil
	}
	options = options.withDefaults()
	begin := time.Now()
	repository, err := gitstore.Open(r.path)
	if err != nil {
		return nil, fmt.Errorf("opening the repository: %w", err)
	}
	defer repository.Close()
	table := repository.Table()
	opened := time.Now()
	budget := pack.NewBudget(options.MemoryBudget)
	var visitors []*countingVisitor
	err = table.Walk(ctx, gitstore.WalkOptions{
		Kinds: []pack.Kind{pack.Commit, pack.Tag, pack.Tree, pack.Blob},
		Jobs:  options.Jobs, Limit: options.MaxObjectSize, Budget: budget,
	}, func() gitstore.Visitor {
		v := &countingVisitor{}
		visitors = append(visitors, v)
		return v
	})
	if err != nil {
		return nil, err
	}
	stats := &FloorStats{Open: opened.Sub(begin), Decode: time.Since(opened), Stored: repository.StoredBytes(), PeakBuffer: budget.Peak()}
	for _, v := range visitors {
		stats.Objects += v.objects
		stats.Bytes += v.bytes
	}
	return stats, nil
}

// countingVisitor counts what one worker decodes. Objects that fail are none of a floor's
// business: the scan has them in its account.
type countingVisitor struct{ objects, bytes int64 }

// Visit implements [gitstore.Visitor].
func (v *countingVisitor) Visit(o *gitstore.Object) {
	v.objects++
	v.bytes += int64(len(o.Content))
}

// Failed implements [gitstore.Visitor].
func (v *countingVisitor) Failed(uint32, int64, error) {}
