// Package pack reads Git pack files and their indexes in place, and walks
// them as what they are: a forest, in which whole objects are the roots and each
// delta hangs under its base. A walk decodes every entry once, onto a base that
// is still in memory.
//
// The formats are those of gitformat-pack(5). Every length, offset and count that
// a file states is checked before use: a damaged or hostile file gives
// a [DamageError], never a panic, an endless loop or a giant allocation.
package pack

import (
	"encoding/binary"
	"errors"
	"fmt"
	"io/fs"
	"strings"
	"sync"
)

const (
	packMagic     = "PACK"
	packHeaderLen = 12
)

// Pack is an open pack file. It is safe for concurrent use until closed.
type Pack struct {
	path    string
	file    *mapping
	idxFile *mapping // nil without an index beside the pack
	data    []byte
	end     uint64 // where entries end and the trailing checksum begins
	index   *Index
	// IndexProblem says why the index beside the pack was not used and one
	// was built in memory instead; nil when it was used or when there was none.
	IndexProblem error

	forestOnce sync.Once
	forest     *Forest
}

// Open maps the pack at path (ending in ".pack") and its index. Where the index is
// missing or damaged, one is built in memory from the pack, which costs a
// whole decode.
func Open(path string) (*Pack, error) {
	file, err := openMapping(path)
	if err != nil {
		return nil, fmt.Errorf("opening pack: %w", err)
	}
	p := &Pack{path: path, file: file, data: file.data}
	if err := p.parseHeader(); err != nil {
		file.Close()
		return nil, err
	}
	if err := p.findIndex(); err != nil {
		p.Close()
		return nil, err
	}
	return p, nil
}

// findIndex takes the index beside the pack or builds one. One that is sound
// but of another pack is taken all the same where it lists more: the pack
// is cut off then, and the index alone knows what is lost.
func (p *Pack) findIndex() error {
	err := p.openIndex()
	if err == nil {
		return nil
	}
	if !errors.Is(err, fs.ErrNotExist) {
		p.IndexProblem = err
	}
	built, err := p.buildIndex()
	if p.index != nil && (err != nil || built.Count() < p.index.Count()) {
		return nil
	}
	p.index = built
	return err
}

func (p *Pack) parseHeader() error {
	if len(p.data) < packHeaderLen+idSize || string(p.data[:4]) != packMagic {
		return p.damage(0, errors.New("not a pack file"))
	}
	if v := binary.BigEndian.Uint32(p.data[4:]); v != 2 && v != 3 {
		return p.damage(4, fmt.Errorf("pack version %d: only 2 and 3 are known", v))
	}
	p.end = uint64(len(p.data) - idSize)
	return nil
}

// declared is the number of entries that the pack's header states.
func (p *Pack) declared() int { return int(binary.BigEndian.Uint32(p.data[8:])) }

func (p *Pack) openIndex() error {
	name := strings.TrimSuffix(p.path, ".pack") + ".idx"
	file, err := openMapping(name)
	if err != nil {
		return fmt.Errorf("opening pack index: %w", err)
	}
	p.idxFile = file
	var index *Index
	err = Guard(func() (err error) {
		if index, err = ParseIndex(file.data); err == nil {
			err = index.Verify()
		}
		return err
	})
	if err == nil && index.Count() != p.declared() {
		err = fmt.Errorf("pack index lists %d objects, the pack has %d", index.Count(), p.declared())
	}
	if err != nil {
		return &DamageError{Path: name, Reason: err.Error()}
	}
	p.index = index
	if index.PackChecksum() != ID(p.data[p.end:]) {
		return &DamageError{Path: name, Reason: "pack index is of a pack with another checksum"}
	}
	return nil
}

// Close unmaps the files. Nothing handed out before may be used afterwards. It may be called more than once.
func (p *Pack) Close() error {
	var idxErr error
	if p.idxFile != nil {
		idxErr = p.idxFile.Close()
	}
	p.index = nil
	return errors.Join(p.file.Close(), idxErr)
}

// Path returns the file name of the pack.
func (p *Pack) Path() string { return p.path }

// Size returns the length of the pack file in bytes.
func (p *Pack) Size() int64 { return int64(len(p.data)) }

// Index returns the index, from the file beside the pack or built in memory.
func (p *Pack) Index() *Index { return p.index }

// Forest returns the delta forest, which is built on first use.
func (p *Pack) Forest() *Forest {
	p.forestOnce.Do(func() { p.forest = newForest(p) })
	return p.forest
}

// entryAt parses the entry header at offset.
func (p *Pack) entryAt(offset uint64) (entry, error) {
	if offset < packHeaderLen || offset >= p.end {
		return entry{}, p.damage(offset, errors.New("index points outside the pack"))
	}
	e, err := parseEntry(p.data[offset:p.end])
	if err != nil {
		return entry{}, p.damage(offset, err)
	}
	if e.kind == offsetDelta && (e.base == 0 || e.base > offset-packHeaderLen) {
		return entry{}, p.damage(offset, errors.New("delta base lies outside the pack"))
	}
	return e, nil
}

func (p *Pack) damage(offset uint64, err error) error {
	return &DamageError{Path: p.path, Offset: offset, Reason: err.Error()}
}
