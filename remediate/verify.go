package remediate

import (
	"context"
	"errors"
	"fmt"
	"runtime"
	"slices"
	"time"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/redact"
	"github.com/unleak/unleak/remediate/account"
)

// VerifyOptions say what is searched, and for what. The zero value is useful.
type VerifyOptions struct {
	// Remote is another repository, by any URL or path that git knows: it is cloned as a mirror into a
	// temporary folder and searched in the place of the one that the remediation was of.
	Remote string
	// Objects are more ids to search for, in hex: those of blobs that are known to hold a value.
	Objects  []string
	Tool     account.Tool
	Jobs     int               // workers; 0 stands for one a processor
	Progress func(step string) // may be nil
}

// ErrNothingRemoved says that a repository has no record of a remediation.
var ErrNothingRemoved = errors.New("nothing is known to have been removed here: verify the repository that a remediation was applied to, with --remote for another one")

// Verify searches a repository for what remediations of it have removed: every object of every store by id, its content for the
// values by their keyed digests, and every other file of the Git folder for both. It changes nothing, and never knows a value.
// The same search looks for an id and a text that are there, so that nothing found means something.
//
// What is still held is no error: it is in the evidence. The error wraps [ErrNothingRemoved] where
// no remediation has left what to search for.
func Verify(ctx context.Context, repository string, o VerifyOptions) (*account.Evidence, error) {
	layout, err := gitstore.Locate(repository)
	if err != nil {
		return nil, err
	}
	v := &verification{options: o, state: filesOf(layout), place: layout.CommonDir}
	if v.options.Jobs == 0 {
		v.options.Jobs = runtime.GOMAXPROCS(0)
	}
	if err := v.readWanted(); err != nil {
		return nil, err
	}
	if o.Remote != "" {
		return v.remote(ctx)
	}
	v.local, v.backups = true, v.findBackups()
	return v.search(ctx, layout.CommonDir)
}

// verification is one search under way.
type verification struct {
	options VerifyOptions
	state   files  // of the repository that was remediated
	place   string // what the evidence calls the repository that is searched
	local   bool   // it is the one that was remediated
	backups []string

	ids      []pack.ID
	key      []byte
	kept     keptDigests
	digests  []redact.Digest // those, and the control's
	control  control
	evidence *account.Evidence
	hide     hider

	repository *gitstore.Repository
	held       []held
}

// held is an object of the repository that holds what was removed.
type held struct {
	object uint32 // of the table
	label  string // of a value; "": the object was removed itself
}

// readWanted reads what is to be searched for.
func (v *verification) readWanted() error {
	var err error
	if v.ids, err = readIDs(v.state.path(removedName)); err != nil {
		return err
	}
	for _, text := range v.options.Objects {
		id, err := pack.ParseID(text)
		if err != nil {
			return fmt.Errorf("%s: %w", printable(text), err)
		}
		v.ids = append(v.ids, id)
	}
	slices.SortFunc(v.ids, pack.ID.Compare)
	v.ids = slices.Compact(v.ids)
	if v.key, v.kept, err = v.state.readDigests(); err != nil {
		return err
	}
	if len(v.kept.Digests) > 0 {
		if v.hide, err = newHider(v.state, v.key, v.kept.Digests); err != nil {
			return err
		}
	}
	// A path may go and leave nothing behind to be found: all it held is elsewhere too.
	if len(v.ids)+len(v.kept.Digests) == 0 && !exists(v.state.path(removedName)) {
		return ErrNothingRemoved
	}
	return nil
}

// search searches the repository at path.
func (v *verification) search(ctx context.Context, path string) (_ *account.Evidence, err error) {
	v.evidence = &account.Evidence{
		SchemaVersion: account.SchemaVersion, Tool: v.options.Tool, Made: time.Now().UTC(), Repository: v.place,
		Objects: len(v.ids), Values: v.kept.Values, Searched: []account.Searched{}, Holding: []account.Holding{},
	}
	if v.repository, err = gitstore.Open(path); err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, v.repository.Close()) }()
	if err := v.chooseControl(); err != nil {
		return nil, err
	}
	for _, step := range []struct {
		name string
		do   func(context.Context) error
	}{
		{"objects", v.searchObjects},
		{"values", v.searchValues},
		{"files", v.searchFiles},
		{"work trees", v.searchWorktrees},
		{"reach", v.describeHeld},
	} {
		if v.options.Progress != nil {
			v.options.Progress(step.name)
		}
		if err := step.do(ctx); err != nil {
			return nil, err
		}
	}
	for _, problem := range v.repository.ObjectProblems() {
		v.unread("%s", problem)
	}
	if !v.kept.Complete {
		v.unread("expressions and texts of less than four bytes were replaced, which leave no digest: scan the repository for what they were meant for")
	}
	return v.conclude(), nil
}

// conclude says whether absence is proved, and returns the evidence with no value in it.
func (v *verification) conclude() *account.Evidence {
	e := v.evidence.MapText(v.hide.sentence)
	slices.Sort(e.Unread)
	e.Unread = slices.Compact(e.Unread)
	c := e.Control
	controlled := (c.Found || c.Object == "") && (c.Value || !c.Text) // of an empty repository there is none
	e.Proved = len(e.Holding) == 0 && len(e.Unread) == 0 && controlled
	v.evidence = e
	return e
}

func (v *verification) unread(format string, args ...any) {
	v.evidence.Unread = append(v.evidence.Unread, fmt.Sprintf(format, args...))
}

func (v *verification) note(format string, args ...any) {
	v.evidence.Notes = append(v.evidence.Notes, fmt.Sprintf(format, args...))
}

func (v *verification) searched(place string, count, bytes int64) {
	v.evidence.Searched = append(v.evidence.Searched, account.Searched{Place: place, Count: count, Bytes: bytes})
}

// probe returns a probe for one worker, or nil where no values are searched for.
func (v *verification) probe() (*redact.Probe, error) {
	if len(v.kept.Digests) == 0 {
		return nil, nil
	}
	return v.state.newProbe(v.key, v.digests)
}
