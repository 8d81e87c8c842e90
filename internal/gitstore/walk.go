package gitstore

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
	"sync"
	"sync/atomic"

	"github.com/sourcegraph/conc/pool"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// Object is one object of a walk. Content and what it was made from belong to the
// walk: they are valid until the visitor returns and must not be written.
type Object struct {
	Index   uint32 // number in the table
	Kind    pack.Kind
	Content []byte
	// HasBase says that Delta gives Content from BaseContent, the content of
	// object Base, which the same walk visits before. Following bases from
	// object to object never ends in a circle.
	HasBase     bool
	Base        uint32
	BaseContent []byte
	Delta       pack.Delta
}

// Visitor is one worker's receiver of a walk; its methods are not called
// concurrently.
type Visitor interface {
	Visit(*Object)
	// Failed reports an object of which no copy can be visited. The error wraps
	// [pack.ErrTooLarge] when the object is larger than the walk's limit.
	Failed(index uint32, size int64, err error)
}

// WalkOptions bound a walk.
type WalkOptions struct {
	Kinds  []pack.Kind  // which objects to visit
	Jobs   int          // workers, at least 1
	Limit  int64        // bytes of the largest object to visit
	Budget *pack.Budget // bytes of decoded objects held at once, by all workers
}

// Walk visits every object of some kinds once. Each worker has a visitor of its own,
// made by newVisitor on the caller's goroutine. The error is the context's.
func (t *Table) Walk(ctx context.Context, options WalkOptions, newVisitor func() Visitor) error {
	tasks := t.tasks(options.Kinds)
	var next atomic.Int64
	var failures failures
	workers := pool.New().WithContext(ctx).WithCancelOnError()
	for range options.Jobs {
		w := &walkWorker{table: t, options: options, visitor: newVisitor(), failures: &failures}
		workers.Go(func(ctx context.Context) error {
			defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
			return w.run(ctx, tasks, &next)
		})
	}
	if err := workers.Wait(); err != nil {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		return err
	}
	return t.retry(ctx, options, newVisitor(), failures.sorted(t, options.Kinds))
}

// task is a delta tree, or a loose object.
type task struct{ store, at uint32 }

// chunk is how many tasks a worker takes at a time: neighbours in a pack share pages.
const chunk = 8

func (t *Table) tasks(kinds []pack.Kind) []task {
	var tasks []task
	for store, p := range t.repository.packs {
		f := p.Forest()
		for _, root := range f.Roots() {
			if slices.Contains(kinds, f.Kind(root)) {
				tasks = append(tasks, task{uint32(store), root})
			}
		}
		for _, e := range f.External() {
			if slices.Contains(kinds, f.Kind(e.Slot)) {
				tasks = append(tasks, task{uint32(store), e.Slot})
			}
		}
	}
	for i, at := range t.copies {
		if int(at.store) >= len(t.repository.packs) && slices.Contains(kinds, t.kinds[i]) {
			tasks = append(tasks, task{at.store, uint32(i)})
		}
	}
	return tasks
}

// walkWorker adapts a pack's walk, which knows slots, to the table's numbers.
type walkWorker struct {
	table    *Table
	options  WalkOptions
	visitor  Visitor
	failures *failures

	walker *pack.Walker
	store  uint32
	forest *pack.Forest
	object Object
	buf    []byte
}

func (w *walkWorker) run(ctx context.Context, tasks []task, next *atomic.Int64) error {
	w.walker = pack.NewWalker(w.options.Budget)
	defer w.walker.Close()
	w.walker.Limit = w.options.Limit
	w.walker.External = func(id pack.ID) (pack.Kind, []byte, error) {
		return w.table.repository.Read(id, nil, w.options.Limit)
	}
	for {
		from := int(next.Add(chunk)) - chunk
		if from >= len(tasks) {
			return nil
		}
		for _, task := range tasks[from:min(from+chunk, len(tasks))] {
			if err := w.do(ctx, task); err != nil {
				return err
			}
		}
	}
}

func (w *walkWorker) do(ctx context.Context, t task) error {
	if packs := w.table.repository.packs; int(t.store) < len(packs) {
		p := packs[t.store]
		w.store, w.forest = t.store, p.Forest()
		return w.walker.Tree(ctx, p, t.at, w)
	}
	w.loose(t)
	return ctx.Err()
}

func (w *walkWorker) loose(t task) {
	var err error
	w.object = Object{Index: t.at}
	dir := w.table.looseDir(t.store)
	w.object.Kind, w.object.Content, err = ReadLoose(dir, w.table.ID(t.at), w.buf[:0], w.options.Limit)
	if err != nil {
		w.failures.add(t.at, sizeOf(err), err)
		return
	}
	if err := pack.Guard(func() error { w.visitor.Visit(&w.object); return nil }); err != nil {
		w.failures.add(t.at, int64(len(w.object.Content)), err)
	}
	if w.buf = w.object.Content; cap(w.buf) > 1<<20 {
		w.buf = nil
	}
}

// Wanted implements [pack.Visitor]: each object is visited at its known copy only.
func (w *walkWorker) Wanted(slot uint32) bool { return w.table.chosen(w.store, w.forest, slot) }

// Visit implements [pack.Visitor].
func (w *walkWorker) Visit(o *pack.Object) {
	w.object = Object{Index: w.table.rank(w.store, w.forest.Position(o.Slot)), Kind: o.Kind, Content: o.Content}
	// A base whose known copy lies elsewhere may be a delta against this very object.
	if o.HasBase && w.table.chosen(w.store, w.forest, o.Base) {
		w.object.HasBase, w.object.Base = true, w.table.rank(w.store, w.forest.Position(o.Base))
		w.object.BaseContent, w.object.Delta = o.BaseContent, o.Delta
	}
	w.visitor.Visit(&w.object)
}

// Failed implements [pack.Visitor].
func (w *walkWorker) Failed(slot uint32, size int64, err error) {
	w.failures.add(w.table.rank(w.store, w.forest.Position(slot)), size, err)
}

// failure is an object whose known copy could not be visited.
type failure struct {
	index uint32
	size  int64
	err   error
}

type failures struct {
	mu   sync.Mutex
	list []failure // guarded by mu
}

func (f *failures) add(index uint32, size int64, err error) {
	f.mu.Lock()
	defer f.mu.Unlock()
	f.list = append(f.list, failure{index, size, err})
}

// sorted returns what failed, with the objects that no walk reaches. Those have no
// kind, so they are taken up by whichever walk visits blobs.
func (f *failures) sorted(t *Table, kinds []pack.Kind) []failure {
	if slices.Contains(kinds, pack.Blob) {
		for _, d := range t.damaged {
			f.list = append(f.list, failure{d.index, 0, d.err})
		}
	}
	slices.SortFunc(f.list, func(a, b failure) int { return int(a.index) - int(b.index) })
	return slices.CompactFunc(f.list, func(a, b failure) bool { return a.index == b.index })
}

// retry reads what failed from whatever other copies there are.
func (t *Table) retry(ctx context.Context, options WalkOptions, v Visitor, failed []failure) error {
	for _, f := range failed {
		if err := ctx.Err(); err != nil {
			return err
		}
		if errors.Is(f.err, pack.ErrTooLarge) {
			v.Failed(f.index, max(f.size, sizeOf(f.err)), f.err)
			continue
		}
		kind, content, err := t.repository.Read(t.ID(f.index), nil, options.Limit)
		if err != nil {
			v.Failed(f.index, max(f.size, sizeOf(err)), f.err)
			continue
		}
		t.kinds[f.index] = kind
		o := &Object{Index: f.index, Kind: kind, Content: content}
		if err := pack.Guard(func() error { v.Visit(o); return nil }); err != nil {
			v.Failed(f.index, int64(len(content)), err)
		}
	}
	return nil
}

// sizeOf returns the size that a [TooLargeError] knows.
func sizeOf(err error) int64 {
	var tooLarge *TooLargeError
	if errors.As(err, &tooLarge) {
		return tooLarge.Size
	}
	return 0
}
