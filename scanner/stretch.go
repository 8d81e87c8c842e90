package scanner

import (
	"context"
	"sync"
	"sync/atomic"

	"github.com/sourcegraph/conc"
)

// fingerprints computes the fingerprints of one scan. A value that could be guessed is
// stretched once, however many rules found it, and by whoever needs its key first: a
// worker that went ahead, or the finding itself. So no result depends on either.
//
// The map belongs to one goroutine; what is in it may be called from any.
type fingerprints struct {
	keys    map[string]func() []byte // by value, nil for one that is not stretched
	workers conc.WaitGroup
	stop    context.CancelFunc
}

// know prepares the key of a value, and returns it when it is new and has to be stretched.
func (p *fingerprints) know(value string) func() []byte {
	if _, known := p.keys[value]; known {
		return nil
	}
	if p.keys == nil {
		p.keys = map[string]func() []byte{}
	}
	p.keys[value] = nil
	if !unguessable(value) {
		p.keys[value] = sync.OnceValue(func() []byte { return stretch(value) })
	}
	return p.keys[value]
}

// begin has the values of hits stretched in the background, until [fingerprints.halt] or the end of
// the context. It is meant for phases that leave processors idle, and most of the values
// are those of findings; where allowlists then silence a hit, its key was for nothing.
func (p *fingerprints) begin(ctx context.Context, hits []hit, workers int) {
	p.halt()
	var keys []func() []byte
	for i := range hits {
		if key := p.know(hits[i].value); key != nil {
			keys = append(keys, key)
		}
	}
	ctx, p.stop = context.WithCancel(ctx)
	var next atomic.Int64
	for range min(workers, len(keys)) {
		p.workers.Go(func() {
			for i := next.Add(1); int(i) <= len(keys) && ctx.Err() == nil; i = next.Add(1) {
				keys[i-1]()
			}
		})
	}
}

// halt ends what goes on in the background, within the time that a key takes.
func (p *fingerprints) halt() {
	if p.stop != nil {
		p.stop()
		p.workers.Wait()
		p.stop = nil
	}
}

// of returns the fingerprint of a rule and a value that is known.
func (p *fingerprints) of(ruleID, value string) string {
	if key := p.keys[value]; key != nil {
		return fingerprint(ruleID, ofKey, key())
	}
	return fingerprint(ruleID, ofValue, []byte(value))
}
