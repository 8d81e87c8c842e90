package scanner

import (
	"errors"

	"github.com/sourcegraph/conc/iter"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/scanner/finding"
)

// contents reads the text of an occurrence again: a blob or file, or the message that it is in.
type contents func(o *finding.Occurrence) ([]byte, error)

// shown is an occurrence that stands for a finding, and the value found there.
type shown struct {
	*finding.Occurrence
	value string
}

// reread sets what reports for people and code hosts show of the primary occurrence of each finding: the hash of its
// line, if that is in a blob or file, and the lines around. Each text is read once, whatever the number of its findings.
// Without these a report is less handy, and no less true, so a text that is gone meanwhile has none.
func (s *session) reread(found []*finding.Finding, read contents) {
	texts := textsOf(found)
	workers := iter.Iterator[[]shown]{MaxGoroutines: s.options.Jobs}
	workers.ForEach(texts, func(text *[]shown) {
		if s.stopped.Load() {
			return
		}
		content, err := read((*text)[0].Occurrence)
		if err != nil {
			return
		}
		if s.options.LineHashes {
			hashLines(content, *text)
		}
		if s.options.Context > 0 {
			s.addContext(content, *text)
		}
	})
}

// textsOf returns the primary occurrences that have a line, those in one text together.
func textsOf(found []*finding.Finding) [][]shown {
	type text struct {
		object, path string       // the path only of what is no object
		kind         finding.Kind // of what is no blob: a commit has several texts
	}
	numbers := map[text]int{}
	var texts [][]shown
	for _, f := range found {
		o := &f.Occurrences[f.Primary()]
		if o.StartLine == 0 {
			continue
		}
		key := text{object: o.Blob}
		if o.Blob == "" {
			key = text{o.Object, o.Path, o.Kind}
		}
		n, ok := numbers[key]
		if !ok {
			n = len(texts)
			numbers[key] = n
			texts = append(texts, nil)
		}
		texts[n] = append(texts[n], shown{o, f.Secret.Reveal()})
	}
	return texts
}

// hashLines sets the line hashes of occurrences in a blob or file.
func hashLines(content []byte, at []shown) {
	if at[0].Object != "" {
		return
	}
	lines := make([]int, len(at))
	for i, o := range at {
		lines[i] = o.StartLine
	}
	for i, hash := range finding.LineHashes(content, lines...) {
		at[i].LineHash = hash
	}
}

// errNoText is said of a name or header, which has no lines around it.
var errNoText = errors.New("it is in no text of lines")

// readText is [contents] for the objects of a repository.
func readText(repository *gitstore.Repository, o *finding.Occurrence, limit int64) ([]byte, error) {
	name := o.Blob
	if name == "" {
		name = o.Object
	}
	id, err := pack.ParseID(name)
	if err != nil {
		return nil, err
	}
	_, content, err := repository.Read(id, nil, limit)
	if err != nil {
		return nil, err
	}
	switch o.Kind {
	case finding.KindBlob, finding.KindSymlink:
	case finding.KindMessage:
		c, _ := gitstore.ParseCommit(content) // damage is in the account since it was scanned
		content = content[c.Message:]
	case finding.KindTag:
		t, _ := gitstore.ParseTag(content)
		content = content[t.Message:]
	default:
		return nil, errNoText
	}
	return content, nil
}
