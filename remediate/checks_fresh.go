package remediate

import (
	"fmt"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/remediate/account"
)

// checkFresh says what is at risk in a repository in which someone works. A fresh clone has nothing that is not
// elsewhere too.
func (e *examination) checkFresh() account.Check {
	const name = "fresh clone"
	risks := e.risks()
	if len(risks) == 0 {
		return pass(name, "this is a fresh clone: all that it holds is elsewhere too")
	}
	return e.unlessForced(name, "this is no fresh clone. At risk: "+strings.Join(risks, "; "), "work in a fresh clone (`git clone --mirror`)")
}

func (e *examination) risks() []string {
	var risks []string
	if e.layout.Remote() == "" {
		risks = append(risks, "everything, as there is no remote named origin to clone from again")
	}
	counts := map[string]int{}
	stashes := 0
	_, _ = e.layout.Reflogs(func(entry gitstore.ReflogEntry) error {
		if entry.Ref == stashRef && entry.Worktree == "" {
			stashes++
		} else {
			counts[entry.Worktree+" "+entry.Ref]++
		}
		return nil
	})
	entries, used := 0, false
	for _, n := range counts {
		entries += n
		used = used || n > 1 // a clone begins each with one
	}
	if used {
		risks = append(risks, fmt.Sprintf("%d entries of reflogs, which are dropped", entries))
	}
	if stashes > 0 {
		risks = append(risks, fmt.Sprintf("%d stash entries, which are rewritten", stashes))
	}
	if len(e.worktrees) > 1 {
		risks = append(risks, "linked work trees")
	}
	if n := e.unpushed(); n > 0 {
		risks = append(risks, fmt.Sprintf("%d branches that are not at origin as they are here", n))
	}
	return risks
}

// unpushed counts the branches that the remote "origin" had not, or elsewhere, when it was last asked. A bare
// repository keeps no record of that.
func (e *examination) unpushed() int {
	if e.layout.WorkTree == "" {
		return 0
	}
	n := 0
	for _, ref := range e.snapshot.refs {
		branch, ok := strings.CutPrefix(ref.Name, "refs/heads/")
		if !ok || ref.Symbolic != "" {
			continue
		}
		if !slices.ContainsFunc(e.snapshot.refs, func(other gitstore.Ref) bool {
			return other.Name == "refs/remotes/origin/"+branch && other.Target == ref.Target
		}) {
			n++
		}
	}
	return n
}
