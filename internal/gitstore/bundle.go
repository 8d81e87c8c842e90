package gitstore

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime"
	"strings"
	"sync"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// WriteBundle writes a bundle file of version 2 (gitformat-bundle(5)) of every object that the stores hold, its
// alternates' and unreachable ones too, and of refs; it returns its size in bytes. What is in the bundle
// is not held back by a ref, so that git fetch and git unbundle bring back all of it. A ref of a linked work
// tree is named worktrees/NAME/REF; one without a target is left out, as there is nothing to bring back.
//
// Nobody else can read the file. It is on disk before it has its name, which must not be taken. An object
// that no store can give whole ends it with an error that names the object; so does a ref to an object
// that is not there. Stores that could not be opened at all are not met: see [Repository.ObjectProblems].
func (r *Repository) WriteBundle(ctx context.Context, path string, refs []Ref) (bytes int64, err error) {
	if _, err := os.Lstat(path); !errors.Is(err, fs.ErrNotExist) {
		if err == nil {
			err = fmt.Errorf("%w: give the backup another name", fs.ErrExist)
		}
		return 0, fmt.Errorf("writing bundle %s: %w", printable(path), err)
	}
	written, err := r.writeBundle(ctx, path, refs)
	if err != nil {
		return 0, fmt.Errorf("writing bundle %s: %w", printable(path), err)
	}
	return written.Bytes, nil
}

func (r *Repository) writeBundle(ctx context.Context, path string, refs []Ref) (pack.Written, error) {
	table := r.Table()
	header, err := table.bundleHeader(refs)
	if err != nil {
		return pack.Written{}, err
	}
	w, err := pack.NewWriter(filepath.Dir(path), table.Len(), header)
	if err != nil {
		return pack.Written{}, err
	}
	defer w.Abort()
	rest, err := table.CopyObjects(ctx, w, func(uint32) bool { return true }, func(uint32, uint64) {})
	if err != nil {
		return pack.Written{}, err
	}
	if err := table.addWhole(ctx, w, rest); err != nil {
		return pack.Written{}, err
	}
	return w.FinishFile(path)
}

// bundleHeader is what comes before the pack: the refs, and no prerequisites.
func (t *Table) bundleHeader(refs []Ref) ([]byte, error) {
	header := []byte("# v2 git bundle\n")
	for _, ref := range refs {
		name := ref.Name
		if ref.Worktree != "" {
			name = "worktrees/" + ref.Worktree + "/" + name
		}
		if ref.Target.IsZero() {
			continue
		}
		if name == "" || strings.ContainsFunc(name, func(c rune) bool { return c <= ' ' || c == 0x7f }) {
			return nil, fmt.Errorf("ref %s has a name that Git refuses: delete it", printable(name))
		}
		if _, ok := t.Index(ref.Target); !ok {
			return nil, fmt.Errorf("ref %s names object %s, which is not in the repository: delete the ref or fetch the object", printable(name), ref.Target)
		}
		header = fmt.Appendf(header, "%s %s\n", ref.Target, name)
	}
	return append(header, '\n'), nil
}

// addBudget is how many bytes of decoded objects addWhole may hold to make others from.
const addBudget = 128 << 20

// addWhole adds objects to a pack as whole ones, by as many workers as there are processors.
func (t *Table) addWhole(ctx context.Context, w *pack.Writer, numbers []uint32) error {
	if len(numbers) == 0 {
		return nil
	}
	wanted := make([]bool, t.Len())
	for _, i := range numbers {
		wanted[i] = true
	}
	ctx, cancel := context.WithCancelCause(ctx)
	defer cancel(nil)
	a := &addition{table: t, writer: w, fail: cancel}
	err := t.Walk(ctx, WalkOptions{
		Kinds:  []pack.Kind{pack.Commit, pack.Tree, pack.Blob, pack.Tag},
		Wanted: func(i uint32) bool { return wanted[i] },
		Jobs:   runtime.GOMAXPROCS(0),
		Limit:  noLimit,
		Budget: pack.NewBudget(addBudget),
	}, func() Visitor { return &adder{addition: a, deflater: pack.NewDeflater()} })
	if cause := context.Cause(ctx); cause != nil {
		return cause
	}
	return err
}

// noLimit lets objects of every size be read: none is left out of a backup. Sizes beyond what the
// packed bytes can hold are refused in any case.
const noLimit = 1<<62 - 1

// addition is what the workers of addWhole share.
type addition struct {
	table  *Table
	fail   context.CancelCauseFunc // ends the walk with the first error
	mu     sync.Mutex
	writer *pack.Writer // guarded by mu
}

// adder is one worker's visitor.
type adder struct {
	*addition
	deflater *pack.Deflater
	deflated []byte
}

// Visit implements [Visitor].
func (a *adder) Visit(o *Object) {
	id := a.table.ID(o.Index)
	if actual := HashObject(o.Kind, o.Content); actual != id {
		a.fail(fmt.Errorf("object %s is damaged: its content is that of %s", id, actual))
		return
	}
	a.deflated = a.deflater.Append(a.deflated[:0], o.Content)
	a.mu.Lock()
	defer a.mu.Unlock()
	if _, err := a.writer.Add(pack.Entry{ID: id, Kind: o.Kind, Size: len(o.Content), Deflated: a.deflated}); err != nil {
		a.fail(err)
	}
}

// Failed implements [Visitor].
func (a *adder) Failed(index uint32, _ int64, err error) {
	a.fail(fmt.Errorf("object %s cannot be read: %w", a.table.ID(index), err))
}
