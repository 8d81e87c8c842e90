package remediate

import (
	"context"
	"errors"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/rewrite"
	"github.com/unleak/unleak/remediate/account"
)

var (
	// ErrNothingDone says that an interrupted remediation had changed nothing yet. What it had
	// written is removed; it can be planned and applied anew.
	ErrNothingDone = errors.New("the interrupted remediation had changed nothing yet, and what it had written is removed: plan and apply it anew")
	// ErrNothingPending says that there is no interrupted remediation.
	ErrNothingPending = errors.New("no remediation of this repository was interrupted")
	// ErrPending says that an interrupted remediation has to be ended first.
	ErrPending = errors.New("an earlier remediation of this repository was interrupted: end it with `unleak remediate --resume`, or take it back with `unleak remediate --rollback`")
	// ErrPurged says that the old history is being deleted already.
	ErrPurged = errors.New("the old history is deleted already, at least in part, and cannot be brought back from here: end the remediation with `unleak remediate --resume`, or clone the backup bundle")
	// ErrMoved says that the repository changed after the plan was made.
	ErrMoved = errors.New("the repository has changed since the plan was made")
	// ErrBusy says that another process works on the repository.
	ErrBusy = errors.New("another process is at work in this repository")
)

// ApplyOptions say how a plan is carried out. The zero value is useful.
type ApplyOptions struct {
	// Progress is told of each step when it begins, by its name in the account.
	Progress func(step string)
	// Verify looks for what was removed once all is done; nil: [Verify] does.
	Verify func(ctx context.Context, repository string) (*account.Evidence, error)

	hide func(text string) string // takes values out of the account; may be nil
}

// rewriting is what the surgery needs of the engine. Everything is asked for before the repository is
// changed.
type rewriting interface {
	// Refs are the refs that change, go or come: all but symbolic and passing ones.
	Refs() []rewrite.RefChange
	// Map returns where a commit, tag or other object went; a pruned commit gives its nearest
	// ancestor that is left, ok is false where there is none. Commits of stash entries are not pruned.
	Map(old pack.ID) (id pack.ID, ok bool)
	// Entry returns what an entry of an index becomes, also a folder of a sparse index.
	Entry(path string, mode uint32, id pack.ID) (fresh pack.ID, keep bool)
	// WritePack writes the pack of the new history into a folder: everything that refs, indexes and
	// the stash reach afterwards.
	WritePack(ctx context.Context, dir string) (pack.Written, error)
	// CommitMap yields every commit that changed, and with zero those that were pruned.
	CommitMap(yield func(old, fresh pack.ID) bool)
	// Removed yields the objects that must not be found afterwards.
	Removed(yield func(pack.ID) bool)
}

// job is one plan to be carried out.
type job struct {
	repository *gitstore.Repository
	rewriting  rewriting
	before     *snapshot     // taken before the engine read anything
	plan       *account.Plan // its checks have passed
	backup     string        // where the bundle goes, "" for the default place
	noBackup   bool
	ignore     []string          // lines for .gitignore, for work trees that lose a tracked file
	keep       map[string][]byte // files for the state folder, by name, such as the digests of values
	// release closes what is mapped of the old packs, so that they can be deleted everywhere.
	// Neither repository nor rewriting is used afterwards. It may be called more than once.
	release func() error

	writeBundle func(ctx context.Context, path string, refs []gitstore.Ref) (int64, error)
	reached     func(point string) // told of every point between two changes on disk; for tests
}
