package scanner

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
	"sync"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/scanner/finding"
)

// maxGaps is how many gaps of each sort a report lists; the rest are counted.
const maxGaps = 1000

// account keeps the coverage of a scan. It is safe for concurrent use.
type account struct {
	mu       sync.Mutex
	counts   map[string]*finding.KindCount // guarded by mu, as is all below
	coverage finding.Coverage
}

func newAccount() *account { return &account{counts: map[string]*finding.KindCount{}} }

// count adds objects of a kind that were met, of which scanned were read, with
// that many bytes.
func (a *account) count(kind string, objects, scanned, bytes int64) {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.counts[kind]
	if c == nil {
		c = &finding.KindCount{Kind: kind}
		a.counts[kind] = c
	}
	c.Objects += objects
	c.Scanned += scanned
	c.Bytes += bytes
}

func (a *account) skipped(g finding.Gap) { a.gap(&a.coverage.Skipped, g) }
func (a *account) missing(g finding.Gap) { a.gap(&a.coverage.Missing, g) }
func (a *account) corrupt(g finding.Gap) { a.gap(&a.coverage.Corrupt, g) }

func (a *account) gap(list *[]finding.Gap, g finding.Gap) {
	a.mu.Lock()
	defer a.mu.Unlock()
	*list = append(*list, g)
}

// failed files an object that could not be read under the reason's heading.
func (a *account) failed(kind, object, path string, size int64, err error) {
	g := finding.Gap{Kind: kind, Object: object, Path: path, Bytes: size}
	switch {
	case errors.Is(err, pack.ErrTooLarge):
		g.Reason = "larger than the limit: raise it with --max-object-size"
		a.skipped(g)
	case errors.Is(err, pack.ErrBaseMissing):
		g.Reason = "stored as a delta against an object that is not in the repository"
		a.corrupt(g)
	default:
		g.Reason = err.Error()
		a.corrupt(g)
	}
}

// note adds another reason why the scan is incomplete, a sentence.
func (a *account) note(format string, args ...any) {
	a.mu.Lock()
	defer a.mu.Unlock()
	a.coverage.Notes = append(a.coverage.Notes, fmt.Sprintf(format, args...))
}

// kindOrder is the order of the counts in a report.
var kindOrder = [...]string{"commit", "tree", "blob", "tag", "ref", "reflog", "path", "file"}

// close returns the account, sorted and bounded.
func (a *account) close() finding.Coverage {
	a.mu.Lock()
	defer a.mu.Unlock()
	c := a.coverage
	c.Kinds = []finding.KindCount{}
	for _, kind := range kindOrder {
		if count := a.counts[kind]; count != nil {
			c.Kinds = append(c.Kinds, *count)
		}
	}
	c.Complete = len(c.Skipped)+len(c.Missing)+len(c.Corrupt)+len(c.Notes) == 0 && !c.Shallow
	for _, list := range []*[]finding.Gap{&c.Skipped, &c.Missing, &c.Corrupt} {
		slices.SortFunc(*list, func(x, y finding.Gap) int {
			return cmp.Or(cmp.Compare(x.Object, y.Object), cmp.Compare(x.Path, y.Path), cmp.Compare(x.Reason, y.Reason))
		})
		if extra := len(*list) - maxGaps; extra > 0 {
			c.Omitted += extra
			*list = (*list)[:maxGaps:maxGaps]
		}
		if *list == nil {
			*list = []finding.Gap{}
		}
	}
	slices.Sort(c.Notes)
	return c
}
