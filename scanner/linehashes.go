package scanner

import (
	"github.com/sourcegraph/conc/iter"
	"github.com/unleak/unleak/scanner/finding"
)

// contents reads the text of an occurrence again, for the hashes of its lines.
type contents func(o *finding.Occurrence) ([]byte, error)

// hashLines sets the line hash of the primary occurrence of each finding, if that is in a blob or
// file. Each text is read once, whatever the number of its findings. Without the hash a report
// is less stable on GitHub, and no less true, so a text that is gone meanwhile has none.
func (s *session) hashLines(found []*finding.Finding, read contents) {
	type text struct{ blob, path string } // the path only of what is no blob
	numbers := map[text]int{}
	var texts [][]*finding.Occurrence
	for _, f := range found {
		o := &f.Occurrences[f.Primary()]
		if o.StartLine == 0 {
			continue
		}
		key := text{blob: o.Blob}
		if o.Blob == "" {
			key.path = o.Path
		}
		n, ok := numbers[key]
		if !ok {
			n = len(texts)
			numbers[key] = n
			texts = append(texts, nil)
		}
		texts[n] = append(texts[n], o)
	}
	workers := iter.Iterator[[]*finding.Occurrence]{MaxGoroutines: s.options.Jobs}
	workers.ForEach(texts, func(at *[]*finding.Occurrence) {
		content, err := read((*at)[0])
		if err != nil {
			return
		}
		lines := make([]int, len(*at))
		for i, o := range *at {
			lines[i] = o.StartLine
		}
		for i, hash := range finding.LineHashes(content, lines...) {
			(*at)[i].LineHash = hash
		}
	})
}
