package gitstore

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// exchange is where workers that have tasks left give parts of them to those that have
// none: one large delta tree must not leave the others idle.
type exchange struct {
	// waiting is how many workers wait for a part that nobody has given yet. It is read
	// without the lock, so that asking costs nothing.
	waiting atomic.Int32

	mu      sync.Mutex
	wake    sync.Cond
	parts   []part // guarded by mu, as is working
	working int
}

// part is a subtree of the pack of a store.
type part struct {
	store uint32
	tree  pack.Subtree
}

func newExchange(workers int) *exchange {
	x := &exchange{working: workers}
	x.wake.L = &x.mu
	return x
}

func (x *exchange) hungry() bool { return x.waiting.Load() > 0 }

func (x *exchange) give(p part) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.parts = append(x.parts, p)
	x.waiting.Add(-1)
	x.wake.Signal()
}

// take waits for a part. It returns false when no worker has anything left, or the
// context ends, which is noticed when some worker leaves.
func (x *exchange) take(ctx context.Context) (part, bool) {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.working--
	x.waiting.Add(1)
	for len(x.parts) == 0 && x.working > 0 && ctx.Err() == nil {
		x.wake.Wait()
	}
	x.working++
	if len(x.parts) == 0 || ctx.Err() != nil {
		return part{}, false
	}
	last := len(x.parts) - 1
	p := x.parts[last]
	x.parts = x.parts[:last]
	return p, true
}

// leave is called by every worker at its end.
func (x *exchange) leave() {
	x.mu.Lock()
	defer x.mu.Unlock()
	x.working--
	x.wake.Broadcast()
}
