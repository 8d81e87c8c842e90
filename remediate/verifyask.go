package remediate

import (
	"context"
	"os"
	"path/filepath"
	"strings"

	"github.com/sourcegraph/conc/pool"

	"github.com/unleak/unleak/internal/gitcmd"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/remediate/account"
)

// Bounds of what a server is asked for.
const (
	maxAsked  = 200 // ids
	maxServed = 20  // ids that it hands out: more tell nothing new
	askers    = 4   // at a time
)

// ask asks the server for old objects by their ids: many servers hand out any object whose id one knows, whether or not a
// ref leads to it. Only a server that is known to answer is one that refuses.
func (v *verification) ask(ctx context.Context, git *gitcmd.Git, dir string) error {
	ids, all, err := v.oldObjects()
	if err != nil || len(ids) == 0 {
		return err
	}
	a := &asker{git: git, dir: dir, url: v.options.Remote}
	served, asked, refusals := 0, 0, map[bool]int{}
	for len(ids) > 0 && served < maxServed {
		batch := ids[:min(askers, len(ids))]
		ids = ids[len(batch):]
		answers, err := a.askAll(ctx, batch)
		if err != nil {
			return err
		}
		for i, answer := range answers {
			asked++
			if answer != nil {
				refusals[isRefusal(answer)]++
				continue
			}
			served++
			v.evidence.Holding = append(v.evidence.Holding, account.Holding{
				Object: batch[i].String(), Where: v.place,
				Reached: "its id: the server hands it out to whoever knows that, so ask the host to purge cached views and the refs of pull requests",
			})
		}
	}
	v.searched("old objects that the server was asked for by id", int64(asked), 0)
	if all > asked {
		v.note("the server was asked for %d of %d old objects by id: there is a bound to that", asked, all)
	}
	if refusals[true]+refusals[false] > 0 {
		v.note("the server handed out none of %d old objects by id: either it has them no longer, or it refuses such requests", refusals[true]+refusals[false])
	}
	if refusals[false] == 0 {
		return nil
	}
	// Hosts refuse in words of their own, but a line that is down is no refusal.
	if _, err := git.Run(ctx, gitcmd.Command{Dir: dir, Remote: true}, "ls-remote", "--quiet", "--", a.url); err != nil {
		v.unread("the server could not be asked for all old objects by id: %v", err)
	}
	return nil
}

// oldObjects returns the ids to ask for, the most telling first: what changed refs pointed at, what was removed, and old commits. Those
// that the mirror has are known to be there. all is how many there would be without a bound.
func (v *verification) oldObjects() (ids []pack.ID, all int, err error) {
	moves, err := readRefMap(v.state.path(refMapName))
	if err != nil {
		return nil, 0, err
	}
	commits, err := readCommitMap(v.state.path(commitMapName))
	if err != nil {
		return nil, 0, err
	}
	known := map[pack.ID]bool{{}: true}
	for _, h := range v.evidence.Holding {
		if id, err := pack.ParseID(h.Object); err == nil {
			known[id] = true
		}
	}
	add := func(id pack.ID) {
		if known[id] {
			return
		}
		known[id] = true
		if all++; len(ids) < maxAsked {
			ids = append(ids, id)
		}
	}
	for _, move := range moves.moves {
		// What a ref that went pointed at may be there by right, such as the commit of a replacement.
		if _, changed := commits.fresh[move.old]; changed || !move.fresh.IsZero() && move.fresh != move.old {
			add(move.old)
		}
	}
	for _, id := range v.ids {
		add(id)
	}
	for _, id := range commits.order {
		if commits.fresh[id] != id {
			add(id)
		}
	}
	return ids, all, nil
}

// asker asks a server for objects by id.
type asker struct {
	git      *gitcmd.Git
	dir, url string
}

// askAll asks for all of ids at once. The answers are in their order; nil: it was handed out.
func (a *asker) askAll(ctx context.Context, ids []pack.ID) ([]error, error) {
	answers := make([]error, len(ids))
	p := pool.New().WithContext(ctx).WithMaxGoroutines(askers)
	for i, id := range ids {
		p.Go(func(ctx context.Context) (err error) {
			answers[i], err = a.askFor(ctx, id)
			return err
		})
	}
	return answers, p.Wait()
}

// askFor asks for one object, in a repository that has none. A failure that is no refusal is tried once more.
func (a *asker) askFor(ctx context.Context, id pack.ID) (answer, err error) {
	for range 2 {
		folder := filepath.Join(a.dir, id.String()+".git")
		if _, err := a.git.Run(ctx, gitcmd.Command{Dir: a.dir}, "init", "--quiet", "--bare", "--template=", folder); err != nil {
			return nil, err
		}
		_, answer = a.git.Run(ctx, gitcmd.Command{Dir: folder, Remote: true},
			"-c", "protocol.version=2", "fetch", "--quiet", "--depth=1", "--no-tags", "--", a.url, id.String())
		if err := os.RemoveAll(folder); err != nil {
			return nil, err
		}
		if ctx.Err() != nil {
			return nil, context.Cause(ctx)
		}
		if answer == nil || isRefusal(answer) {
			break
		}
	}
	return answer, nil
}

// isRefusal recognises how servers, and git for them, refuse an id.
func isRefusal(err error) bool {
	for _, words := range []string{"not our ref", "unadvertised object", "not valid", "couldn't find remote ref"} {
		if strings.Contains(err.Error(), words) {
			return true
		}
	}
	return false
}
