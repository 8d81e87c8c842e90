package scanner

import (
	"cmp"
	"strings"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/history"
	"github.com/unleak/unleak/scanner/finding"
)

func (l *locator) ofBlob(object uint32) []finding.Occurrence {
	var list []finding.Occurrence
	for _, p := range l.places[object] {
		list = append(list, l.ofPlace(p))
	}
	if len(list) == 0 {
		list = l.holders.ofBlob(object)
	}
	return distinct(list)
}

// ofPlace is what is at a path, in whichever way it is held.
func (l *locator) ofPlace(p history.Place) finding.Occurrence {
	o := finding.Occurrence{Blob: l.graph.ID(p.Object).String(), Path: l.paths.String(p.Path)}
	if p.Class == history.Symlink {
		o.Kind = finding.KindSymlink
	}
	if p.Commit == noCommit {
		l.holders.ofPlace(p).fill(&o)
		return o
	}
	l.byCommit(&o, p.Commit)
	if o.AtHead = l.head[headKey{p.Path, p.Object}]; !o.AtHead {
		l.byRemoval(&o, headKey{p.Path, p.Object})
	}
	return o
}

// ofPath says which commits brought in a path, whatever they put there.
func (l *locator) ofPath(path history.Path) []finding.Occurrence {
	var list []finding.Occurrence
	atHead := false
	for _, p := range l.at[path] {
		atHead = atHead || l.head[headKey{p.Path, p.Object}]
	}
	for _, p := range l.at[path] {
		if !p.NewPath {
			continue
		}
		o := finding.Occurrence{Path: l.paths.String(path), AtHead: atHead}
		if p.Commit == noCommit {
			l.holders.ofPlace(p).fill(&o)
		} else {
			l.byCommit(&o, p.Commit)
			if !atHead {
				l.byRemoval(&o, headKey{path, history.NoObject})
			}
		}
		list = append(list, o)
	}
	return distinct(list)
}

func (l *locator) ofRef(ref gitstore.Ref) []finding.Occurrence {
	o := finding.Occurrence{Reachable: true, Refs: []string{ref.Name}, RefCount: 1}
	if !ref.Target.IsZero() {
		o.Object = ref.Target.String()
	}
	return []finding.Occurrence{o}
}

// ofObject is the text of a commit or tag.
func (l *locator) ofObject(object uint32, kind finding.Kind) finding.Occurrence {
	o := finding.Occurrence{Object: l.graph.ID(object).String()}
	if l.graph.IsCommit(object) {
		l.byCommit(&o, object)
		o.AtHead = l.holders.atHead(object)
		return o
	}
	l.holders.ofTag(object).fill(&o)
	if _, content, err := l.repository.Read(l.graph.ID(object), nil, l.options.MaxObjectSize); err == nil {
		if tag, err := gitstore.ParseTag(content); err == nil {
			o.Author = finding.Identity{Name: tag.Tagger.Name, Email: tag.Tagger.Email}
			o.Date = tag.Tagger.When
		}
	}
	return o
}

// byCommit says that a commit brought an occurrence in.
func (l *locator) byCommit(o *finding.Occurrence, object uint32) {
	info := l.info(object)
	o.Commit, o.Author, o.Date = info.id, info.author, info.date
	info.reach.fill(o)
}

// byRemoval says which commit removed an occurrence from the history of HEAD: of those on several branches the last, by what
// their authors' clocks said.
func (l *locator) byRemoval(o *finding.Occurrence, gone headKey) {
	for _, object := range l.removed[gone] {
		info := l.info(object)
		if o.RemovedIn == "" || cmp.Or(info.date.Compare(o.RemovedAt), strings.Compare(info.id, o.RemovedIn)) > 0 {
			o.RemovedIn, o.RemovedAt = info.id, info.date
		}
	}
}

func (l *locator) info(object uint32) commitInfo {
	info, ok := l.commits[object]
	if !ok {
		info = l.readCommit(object)
		l.commits[object] = info
	}
	return info
}

func (l *locator) readCommit(object uint32) commitInfo {
	id := l.graph.ID(object)
	info := commitInfo{id: id.String(), reach: l.holders.ofCommit(object)}
	if _, content, err := l.repository.Read(id, nil, l.options.MaxObjectSize); err == nil {
		c, _ := gitstore.ParseCommit(content) // damage is in the account since the walk
		info.author = finding.Identity{Name: c.Author.Name, Email: c.Author.Email}
		info.date = c.Author.When
	}
	return info
}
