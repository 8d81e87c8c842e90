package rewrite

import (
	"slices"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/history"
	"github.com/unleak/unleak/internal/redact"
)

// Summary counts what a rewrite changes, of what refs, the stash and indexes reach.
type Summary struct {
	Objects      int       // that the repository holds
	Unreachable  int       // that nothing reaches
	Commits      int       // reached
	Changed      int       // commits with another name, the pruned ones not counted
	Pruned       int       // commits
	FirstChanged []pack.ID // changed or pruned commits with no such one before them, sorted
	Unsigned     int       // commits that lose a signature
	UnsignedTags int
	Trees        int // to be made
	Edited       int // blobs with another text
	Gone         int // blobs that are left nowhere
	Stale        int // objects that nothing reaches and that hold what is taken out
	Tags         int // with another name
	Redacted     int // messages that rules change
	Unedited     int // commits and tags that the rules for blobs match in, and that stay
	Updated      int // commit messages in which names of commits change
	Refs         int // all of them
}

// Summary returns the counts.
func (r *Rewrite) Summary() Summary {
	s := Summary{Objects: r.table.Len(), Commits: len(r.roots.commits), Refs: len(r.roots.refs)}
	for i := range r.commits.affected {
		c := &r.commits.affected[i]
		object, _, _ := r.graph.CommitAt(c.number)
		if c.first {
			s.FirstChanged = append(s.FirstChanged, r.table.ID(object))
		}
		if c.pruned {
			s.Pruned++
			continue
		}
		s.Changed++
		s.Unsigned += count(c.unsigned)
		s.Redacted += count(r.read.matched[object])
		s.Updated += count(c.updated)
	}
	for object, tag := range r.tags {
		if !tag.goes {
			s.Tags++
			s.UnsignedTags += count(tag.unsigned)
			s.Redacted += count(r.read.matched[object])
		}
	}
	for _, object := range r.read.unedited {
		number, isCommit := r.graph.CommitNumber(object)
		s.Unedited += count(!isCommit || r.roots.reached[number])
	}
	for _, c := range r.notes.list {
		s.Changed++
		s.Unsigned += count(c.unsigned)
		if c.first {
			s.FirstChanged = append(s.FirstChanged, c.old)
		}
	}
	slices.SortFunc(s.FirstChanged, pack.ID.Compare)
	s.Gone, s.Edited = len(r.GoneBlobs()), len(r.editedBlobs())
	s.Stale = len(r.Stale())
	trees := map[pack.ID]bool{}
	for state, tree := range r.trees {
		if (!tree.empty || r.edits.Path(state) == history.Root) && r.isFresh(tree.id) {
			trees[tree.id] = true
		}
	}
	for _, o := range r.notes.objects {
		if o.kind == pack.Tree && r.isFresh(o.id) {
			trees[o.id] = true
		}
	}
	s.Trees = len(trees)
	s.Unreachable = s.Objects
	for i := range uint32(r.table.Len()) {
		s.Unreachable -= count(r.reached.Has(i))
	}
	return s
}

func count(b bool) int {
	if b {
		return 1
	}
	return 0
}

// editedBlobs returns the blobs that something reaches and whose text changes.
func (r *Rewrite) editedBlobs() []uint32 {
	var edited []uint32
	for object, blob := range r.read.blobs {
		if blob.reached {
			edited = append(edited, object)
		}
	}
	slices.Sort(edited)
	return edited
}

// RuleCount says how often a rule for blobs, or for messages, applies, and in how many of them.
type RuleCount struct {
	Label           string
	Matches         int
	Blobs, Messages int
}

// RuleCounts returns the counts of each rule, in their order. Where there are rules for blobs and others for messages, a
// number stands for one of each.
func (r *Rewrite) RuleCounts() []RuleCount {
	var counts []RuleCount
	for _, rules := range []*redact.Rules{r.edit.Blobs, r.edit.Messages} {
		for i := len(counts); rules != nil && i < rules.Len(); i++ {
			counts = append(counts, RuleCount{Label: rules.Label(i)})
		}
	}
	for _, object := range r.editedBlobs() {
		for _, c := range r.read.blobs[object].counts {
			counts[c.rule].Matches += c.n
			counts[c.rule].Blobs++
		}
	}
	message := func(of []ruleCount) {
		for _, c := range of {
			counts[c.rule].Matches += c.n
			counts[c.rule].Messages++
		}
	}
	for i := range r.commits.affected {
		message(r.commits.affected[i].counts)
	}
	for _, tag := range r.tags {
		message(tag.counts)
	}
	return counts
}

// ruleCount is how often a rule applied in one text.
type ruleCount struct{ rule, n int }

// countsOf returns those that are not zero.
func countsOf(all []int) []ruleCount {
	var counts []ruleCount
	for rule, n := range all {
		if n > 0 {
			counts = append(counts, ruleCount{rule, n})
		}
	}
	return counts
}

// BinaryFile is a binary blob that a rule matches in and that stays.
type BinaryFile struct {
	ID    pack.ID
	Bytes int64
	Path  string // one that it is at; "" where a tag holds it and no commit or index does
}

// Binaries returns the binary blobs that rules match in, whether they stay or are replaced, and that something
// reaches, by name.
func (r *Rewrite) Binaries() []BinaryFile {
	places := r.placesOf(r.read.binaries)
	var files []BinaryFile
	for object, size := range r.read.binaries {
		if r.stays(object) {
			files = append(files, BinaryFile{r.table.ID(object), size, places[object]})
		}
	}
	slices.SortFunc(files, func(a, b BinaryFile) int { return a.ID.Compare(b.ID) })
	return files
}

// SizeAfter estimates how many bytes the objects will take: what the stored forms take of all that stays or is
// changed.
func (r *Rewrite) SizeAfter() int64 {
	stays := newBits(r.table.Len())
	for i := range uint32(r.table.Len()) {
		edited := r.read.blobs[i]
		if r.keep.Has(i) || len(r.edits.Of(i)) > 0 || edited != nil && edited.reached {
			stays.add(i)
		}
	}
	for i := range r.commits.affected {
		if c := &r.commits.affected[i]; !c.pruned {
			object, _, _ := r.graph.CommitAt(c.number)
			stays.add(object)
		}
	}
	for object, tag := range r.tags {
		if !tag.goes {
			stays.add(object)
		}
	}
	return r.table.StoredBytes(stays.has)
}
