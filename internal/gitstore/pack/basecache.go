package pack

import (
	"container/list"
	"sync"
)

// BaseCache keeps objects that were read last, since the next one is often a delta against one of
// them: reading the versions of a file one by one would otherwise decode the whole chain
// for each. It holds a bounded number of bytes, of which those used longest ago go first. Several
// readers may share one.
type BaseCache struct {
	limit int // bytes

	mu     sync.Mutex // guards all below
	size   int
	byPack map[baseKey]*list.Element
	recent *list.List // of *cachedBase, the last one used first
}

type baseKey struct {
	pack   *Pack
	offset uint64
}

// cachedBase is an object by its place in a pack. Nobody writes to content.
type cachedBase struct {
	baseKey
	kind    Kind
	content []byte
}

// NewBaseCache returns a cache of up to limit bytes.
func NewBaseCache(limit int) *BaseCache {
	return &BaseCache{limit: limit, byPack: map[baseKey]*list.Element{}, recent: list.New()}
}

// get returns an object if it is there; content must not be written.
func (c *BaseCache) get(p *Pack, offset uint64) (kind Kind, content []byte, ok bool) {
	if c == nil {
		return 0, nil, false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	at, ok := c.byPack[baseKey{p, offset}]
	if !ok {
		return 0, nil, false
	}
	c.recent.MoveToFront(at)
	base := at.Value.(*cachedBase)
	return base.kind, base.content, true
}

// put takes an object over, unless it is so large that it would drive out all others. Where it does,
// content is no longer the caller's to write.
func (c *BaseCache) put(p *Pack, offset uint64, kind Kind, content []byte) (taken bool) {
	if c == nil || cap(content) > c.limit/8 {
		return false
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	key := baseKey{p, offset}
	if _, known := c.byPack[key]; known {
		return false
	}
	c.byPack[key] = c.recent.PushFront(&cachedBase{key, kind, content})
	c.size += cap(content)
	for c.size > c.limit {
		last := c.recent.Remove(c.recent.Back()).(*cachedBase)
		delete(c.byPack, last.baseKey)
		c.size -= cap(last.content)
	}
	return true
}
