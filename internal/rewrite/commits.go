package rewrite

import (
	"context"
	"slices"

	"github.com/sourcegraph/conc/pool"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
)

// commits is what becomes of the commits.
type commits struct {
	affected []newCommit // in an order in which each comes after what it names
	at       []int32     // by number: its place among affected, or -1
	depth    []uint32    // by number: the longest way to a root, in the old history
	isStash  map[uint32]bool
	stashed  map[uint32]bool // what a stash entry is a change of
}

// newCommit is what an affected commit becomes.
type newCommit struct {
	number   uint32
	first    bool // no parent is affected
	pruned   bool // survivor stands for it
	unsigned bool // a signature was lost
	updated  bool // names of commits in its message change
	counts   []ruleCount
	survivor uint32   // number of the nearest commit that is left, for a pruned one; or NoObject
	parents  []uint32 // numbers of commits that are left
	depth    uint32
	id, tree pack.ID
}

// makeCommits works out the names of the new commits, one after the other, as each holds those of its parents.
func (r *Rewrite) makeCommits(ctx context.Context) error {
	r.findAffected()
	r.findStashes()
	c := &r.commits
	builder := commitBuilder{rewrite: r}
	for chunk := range slices.Chunk(c.affected, commitChunk) {
		contents, err := r.readChunk(ctx, chunk)
		if err != nil {
			return err
		}
		for i := range chunk {
			at := &chunk[i]
			at.tree = r.newTreeOf(at.number)
			r.prune(at)
			if at.pruned {
				continue
			}
			content, err := builder.build(at, contents[i])
			if err != nil {
				return err
			}
			at.id = hashOf(pack.Commit, content)
			at.unsigned, at.updated, at.counts = builder.unsigned, builder.updated, builder.counts
		}
	}
	return nil
}

// commitChunk is how many commits are read at once.
const commitChunk = 2048

// readChunk reads commits, side by side.
func (r *Rewrite) readChunk(ctx context.Context, chunk []newCommit) ([][]byte, error) {
	contents := make([][]byte, len(chunk))
	workers := pool.New().WithContext(ctx).WithCancelOnError().WithMaxGoroutines(r.options.Jobs)
	const share = 256
	for from := 0; from < len(chunk); from += share {
		workers.Go(func(ctx context.Context) error {
			for i := from; i < min(from+share, len(chunk)); i++ {
				object, _, _ := r.graph.CommitAt(chunk[i].number)
				_, content, err := r.repository.Read(r.table.ID(object), nil, r.options.Limit)
				if err != nil {
					return err
				}
				contents[i] = content
			}
			return ctx.Err()
		})
	}
	return contents, workers.Wait()
}

// findAffected finds the commits that change, by themselves or through one before them, and puts them in
// an order in which each comes after its parents, and after what its message names.
func (r *Rewrite) findAffected() {
	c := &r.commits
	n := r.graph.Commits()
	c.at, c.depth = make([]int32, n), make([]uint32, n)
	order := r.topological(func(number uint32, yield func(uint32)) {
		_, _, parents := r.graph.CommitAt(number)
		for _, parent := range parents {
			yield(parent)
		}
	}, r.roots.commits)
	affected := make([]bool, n)
	var numbers []uint32
	for _, number := range order {
		object, tree, parents := r.graph.CommitAt(number)
		_, changes := r.edits.At(tree, history.Root)
		changes = changes || r.read.matched[object]
		for _, parent := range parents {
			changes = changes || affected[parent]
			c.depth[number] = max(c.depth[number], c.depth[parent]+1)
		}
		if affected[number] = changes; changes {
			numbers = append(numbers, number)
		}
	}
	order = r.topological(func(number uint32, yield func(uint32)) {
		object, _, parents := r.graph.CommitAt(number)
		for _, parent := range parents {
			if affected[parent] {
				yield(parent)
			}
		}
		for _, m := range r.read.mentions[object] {
			if affected[m.commit] {
				yield(m.commit)
			}
		}
	}, numbers)
	for i := range c.at {
		c.at[i] = -1
	}
	for i, number := range order {
		_, _, parents := r.graph.CommitAt(number)
		c.at[number] = int32(i)
		c.affected = append(c.affected, newCommit{
			number: number, survivor: history.NoObject,
			first: !slices.ContainsFunc(parents, func(parent uint32) bool { return affected[parent] }),
		})
	}
}

// topological orders some commits and all that they need, needed ones first. Where needs go in a circle,
// as only the beginnings of names can, one of them is passed over.
func (r *Rewrite) topological(needs func(number uint32, yield func(uint32)), from []uint32) []uint32 {
	const unseen, open, done = 0, 1, 2
	state := make([]byte, r.graph.Commits())
	var order, stack, below []uint32
	for _, number := range from {
		stack = append(stack[:0], number)
		for len(stack) > 0 {
			top := stack[len(stack)-1]
			if state[top] != unseen {
				if stack = stack[:len(stack)-1]; state[top] == open {
					state[top] = done
					order = append(order, top)
				}
				continue
			}
			state[top] = open
			below = below[:0]
			needs(top, func(need uint32) {
				if state[need] == unseen {
					below = append(below, need)
				}
			})
			slices.Reverse(below) // the first is looked at first
			stack = append(stack, below...)
		}
	}
	return order
}

// newOf returns what becomes of a commit, or nil where nothing does.
func (r *Rewrite) newOf(number uint32) *newCommit {
	if at := r.commits.at[number]; at >= 0 {
		return &r.commits.affected[at]
	}
	return nil
}

// left returns the number of the commit that is left of one: itself, or for a pruned one
// the nearest before it, or NoObject.
func (r *Rewrite) left(number uint32) uint32 {
	if c := r.newOf(number); c != nil && c.pruned {
		return c.survivor
	}
	return number
}

// idOf returns the name that a commit has afterwards, which is not pruned.
func (r *Rewrite) idOf(number uint32) pack.ID {
	if id, ok := r.notes.commits[number]; ok {
		return id
	}
	if c := r.newOf(number); c != nil {
		return c.id
	}
	object, _, _ := r.graph.CommitAt(number)
	return r.table.ID(object)
}

// newTreeOf returns the tree that a commit has afterwards.
func (r *Rewrite) newTreeOf(number uint32) pack.ID {
	_, tree, _ := r.graph.CommitAt(number)
	return r.treeAt(tree)
}

// findStashes finds the commits that a stash entry consists of, which stay whatever becomes of them: a stash is a
// merge by its form.
func (r *Rewrite) findStashes() {
	r.commits.isStash, r.commits.stashed = map[uint32]bool{}, map[uint32]bool{}
	ids := r.roots.stashes
	for _, ref := range r.roots.refs {
		if ref.Name == stashRef {
			ids = append(ids, ref.Target)
		}
	}
	for _, id := range ids {
		object, _ := r.table.Index(id)
		number, ok := r.graph.CommitNumber(object)
		if !ok || r.table.ID(object) != id {
			continue
		}
		_, _, parents := r.graph.CommitAt(number)
		if len(parents) < 2 {
			continue
		}
		r.commits.isStash[number], r.commits.stashed[parents[0]] = true, true
		for _, parent := range parents[1:] {
			r.commits.isStash[parent] = true
		}
	}
}
