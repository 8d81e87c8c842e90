package gitstore

import (
	"context"
	"errors"
	"runtime/debug"
	"slices"
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
	// object Base, which was visited before. Following bases from
	// object to object never ends in a circle.
	HasBase     bool
	Base        uint32
	BaseContent []byte
	Delta       pack.Delta
	Copies      []pack.Copy // what Delta copies, or most of it: see [pack.Delta.Apply]
	// HasChildren says that other objects may be made from this one. What the visitor sets as
	// Memo, their visitors, which need not be the same, are given as BaseMemo, unless memory was short.
	HasChildren    bool
	Memo, BaseMemo pack.Memo
}

// Visitor is one worker's receiver of a walk; its methods are not called
// concurrently.
type Visitor interface {
	Visit(*Object)
	// Failed reports an object of which no copy can be visited. The error wraps
	// [pack.ErrTooLarge] when the object is larger than the walk's limit, and size is
	// its bytes then; otherwise they may be unknown, 0. A panic in Visit ends here too.
	Failed(index uint32, size int64, err error)
}

// WalkOptions bound a walk.
type WalkOptions struct {
	Kinds  []pack.Kind             // which objects to visit
	Wanted func(index uint32) bool // and of these which; nil for all. Asked by all workers, more than once
	Jobs   int                     // workers; 0 stands for 1
	Limit  int64                   // bytes of the largest object to visit
	Budget *pack.Budget            // bytes of decoded objects held at once, by all workers; nil for the default
}

// Walk calls Visit or Failed for every object of some kinds once; objects of which no copy tells
// the kind fail in the walk that visits blobs. Each worker has a visitor of
// its own, and so has the second pass over what failed at first; newVisitor makes
// them on the caller's goroutine. The error is the context's.
func (t *Table) Walk(ctx context.Context, options WalkOptions, newVisitor func() Visitor) error {
	options.Jobs = max(options.Jobs, 1)
	if options.Budget == nil {
		options.Budget = pack.NewBudget(pack.DefaultBudget)
	}
	if options.Wanted == nil {
		options.Wanted = func(uint32) bool { return true }
	}
	tasks := t.tasks(options)
	var next atomic.Int64
	var failures failures
	exchange := newExchange(options.Jobs)
	workers := pool.New().WithContext(ctx).WithCancelOnError()
	for range options.Jobs {
		w := &walkWorker{table: t, options: options, visitor: newVisitor(), failures: &failures, exchange: exchange}
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
	return t.retry(ctx, options, newVisitor(), failures.sorted(t, options))
}

// task is a delta tree, or a loose object.
type task struct{ store, at uint32 }

// chunk is how many tasks a worker takes at a time: neighbours in a pack share pages.
const chunk = 8

func (t *Table) tasks(options WalkOptions) []task {
	kinds := options.Kinds
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
		if int(at.store) >= len(t.repository.packs) && slices.Contains(kinds, t.kinds[i]) && options.Wanted(uint32(i)) {
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
	exchange *exchange

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
		reading := reading{repository: w.table.repository}
		return reading.readIntact(id, max(w.options.Limit, pack.DefaultBudget))
	}
	w.walker.Hungry = w.exchange.hungry
	w.walker.Give = func(s pack.Subtree) { w.exchange.give(part{w.store, s}) }
	defer w.exchange.leave()
	for from := 0; from < len(tasks); {
		from = int(next.Add(chunk)) - chunk
		for _, task := range tasks[min(from, len(tasks)):min(from+chunk, len(tasks))] {
			if err := w.do(ctx, task); err != nil {
				return err
			}
		}
	}
	for {
		part, ok := w.exchange.take(ctx)
		if !ok {
			return ctx.Err()
		}
		w.enter(part.store)
		if err := w.walker.Resume(ctx, part.tree, w); err != nil {
			return err
		}
	}
}

// enter makes store, which is a pack, the one that slots are of.
func (w *walkWorker) enter(store uint32) {
	w.store, w.forest = store, w.table.repository.packs[store].Forest()
}

func (w *walkWorker) do(ctx context.Context, t task) error {
	if packs := w.table.repository.packs; int(t.store) < len(packs) {
		w.enter(t.store)
		return w.walker.Tree(ctx, packs[t.store], t.at, w)
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
	visit(w.visitor, &w.object)
	if w.buf = w.object.Content; cap(w.buf) > 1<<20 {
		w.buf = nil
	}
}

// Wanted implements [pack.Visitor]: each object is visited at its known copy only.
func (w *walkWorker) Wanted(slot uint32) bool {
	return w.table.chosen(w.store, w.forest, slot) && w.options.Wanted(w.rank(slot))
}

// Visit implements [pack.Visitor].
func (w *walkWorker) Visit(o *pack.Object) {
	w.object = Object{Index: w.rank(o.Slot), Kind: o.Kind, Content: o.Content, HasBase: o.HasBase, HasChildren: o.HasChildren}
	// A base that was visited is one whose known copy lies in this tree. Another might be
	// a delta against this very object where its known copy is.
	if o.HasBase {
		w.object.Base, w.object.BaseContent, w.object.Delta = w.rank(o.Base), o.BaseContent, o.Delta
		w.object.Copies, w.object.BaseMemo = o.Copies, o.BaseMemo
	}
	w.visitor.Visit(&w.object)
	o.Memo = w.object.Memo
}

func (w *walkWorker) rank(slot uint32) uint32 { return w.table.rank(w.store, w.forest.Position(slot)) }

// Failed implements [pack.Visitor].
func (w *walkWorker) Failed(slot uint32, size int64, err error) {
	if errors.Is(err, pack.ErrVisitor) { // another copy has the same content
		w.visitor.Failed(w.rank(slot), size, err)
		return
	}
	w.failures.add(w.rank(slot), size, err)
}
