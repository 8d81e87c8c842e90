package scanner

import (
	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
	"github.com/unleak/unleak/internal/match"
	"github.com/unleak/unleak/scanner/finding"
)

// objectVisitor is one worker's part of a walk.
type objectVisitor struct {
	scan      *repositoryScan
	collector *collector
	recorder  *history.Recorder
	scanned   [pack.Tag + 1]int64
	bytes     [pack.Tag + 1]int64
	copies    []match.Copy
	commit    gitstore.Commit
}

// Visit implements [gitstore.Visitor].
func (v *objectVisitor) Visit(o *gitstore.Object) {
	defer v.scan.progress.Done.Add(1)
	v.scanned[o.Kind]++
	v.bytes[o.Kind] += int64(len(o.Content))
	switch o.Kind {
	case pack.Commit:
		c := &v.commit
		v.malformed(o, c.ParseOutline(o.Content))
		v.recorder.Commit(o.Index, *c)
		v.collector.scanRaw(o.Index, o.Content, c.Message, commitKinds(*c))
	case pack.Tag:
		t, err := gitstore.ParseTag(o.Content)
		v.malformed(o, err)
		v.recorder.Tag(o.Index, t)
		v.collector.scanRaw(o.Index, o.Content, t.Message, tagKinds(t))
	case pack.Tree:
		v.malformed(o, v.recorder.Tree(o))
	case pack.Blob:
		v.blob(o)
	}
}

// blob matches what the delta of a blob changes, and takes over the rest from its base.
func (v *objectVisitor) blob(o *gitstore.Object) {
	base, _ := o.BaseMemo.(*match.Memo)
	v.copies = v.copies[:0]
	if base != nil {
		for _, c := range o.Copies {
			v.copies = append(v.copies, match.Copy(c))
		}
	}
	if memo := v.collector.scanFrom(base, v.copies, o.Index, o.Content); memo != nil && o.HasChildren && !v.scan.options.Full {
		o.Memo = memo
	} else {
		memo.Release()
	}
	v.collector.scanPacked(o.Index, o.Content)
}

// malformed accounts for an object that decodes but does not say what its kind must.
func (v *objectVisitor) malformed(o *gitstore.Object, err error) {
	if err != nil {
		v.scan.account.corrupt(finding.Gap{Kind: o.Kind.String(), Object: v.scan.table.ID(o.Index).String(), Reason: err.Error()})
	}
}

// Failed implements [gitstore.Visitor].
func (v *objectVisitor) Failed(index uint32, size int64, err error) {
	v.scan.progress.Done.Add(1)
	kind := ""
	if k := v.scan.table.Kind(index); k != 0 {
		kind = k.String()
		v.scan.account.count(kind, 1, 0, 0)
	}
	v.scan.account.failed(kind, v.scan.table.ID(index).String(), "", size, err)
}

// commitKinds tells the parts of a raw commit apart. The lines that name a tree and
// parents hold no text.
func commitKinds(c gitstore.Commit) func(int) finding.Kind {
	return func(offset int) finding.Kind {
		switch {
		case offset >= c.Message:
			return finding.KindMessage
		case c.Author.Line.Contains(offset), c.Committer.Line.Contains(offset):
			return finding.KindIdentity
		}
		return finding.KindHeader
	}
}

func tagKinds(t gitstore.Tag) func(int) finding.Kind {
	return func(offset int) finding.Kind {
		switch {
		case offset >= t.Message:
			return finding.KindTag
		case t.Tagger.Line.Contains(offset):
			return finding.KindTagger
		}
		return finding.KindHeader
	}
}
