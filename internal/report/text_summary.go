package report

import (
	"strings"

	"github.com/unleak/unleak/scanner/finding"
)

// summary writes the line that says what was found.
func (r *textReport) summary() {
	complete := r.header.Coverage.Complete
	t := &r.totals
	switch {
	case t.findings == 0 && complete:
		r.line(r.style(bold+";"+green, "No secrets found."))
		return
	case t.findings == 0:
		r.line(r.style(bold+";"+yellow, "No secrets found in what could be scanned, but the scan is incomplete."))
		return
	}
	r.line(r.style(bold, t.sentence()))
}

// suppressed writes how much is not shown, and which entries of ignore files hide nothing.
func (r *textReport) suppressed() {
	s := r.header.Suppressed
	if s == nil {
		return
	}
	for _, sentence := range heldBack(s) {
		r.line(r.style(dim, sentence))
	}
	r.entries(expiredEntries, s.Expired)
	r.entries(staleEntries, s.Stale)
}

// What is said of entries of ignore files that hide nothing.
const (
	expiredEntries = "These entries of ignore files have expired, and hide nothing any more."
	staleEntries   = "These entries of ignore files match nothing, and can go."
)

// heldBack says how much is hidden by what, a sentence each.
func heldBack(s *finding.Suppressed) []string {
	var sentences []string
	for _, part := range []struct {
		n          int
		noun, what string
	}{
		{s.Baseline, "known finding", " hidden by the baseline."},
		{s.Ignored, "finding", " hidden by ignore files."},
		{s.LowConfidence, "finding", " of too low a confidence (--min-confidence low shows all)."},
	} {
		if part.n > 0 {
			sentences = append(sentences, count(part.n, part.noun)+part.what)
		}
	}
	return sentences
}

// entries lists entries of ignore files.
func (r *textReport) entries(what string, entries []string) {
	if len(entries) == 0 {
		return
	}
	r.wrapped("", "", what)
	for i, entry := range entries {
		if i == listedEntries && !r.opts.Verbose {
			r.line("  " + r.style(dim, "and "+thousands(int64(len(entries)-i))+" more (--verbose lists all)"))
			return
		}
		r.line("  " + shown(entry))
	}
}

// listedEntries is how many entries of ignore files are named when not verbose.
const listedEntries = 10

// coverage writes what was scanned, and each reason why that is not everything.
func (r *textReport) coverage() {
	c := r.header.Coverage
	state := "; complete."
	if !c.Complete {
		state = "; INCOMPLETE:"
	}
	r.wrapped("", "", scannedText(c)+state)
	for _, class := range gapClasses(c) {
		text := class.what
		if class.remedy != "" {
			text += ": " + class.remedy
		}
		r.wrapped("  - ", "    ", text)
		for i, gap := range class.gaps {
			if i == listed && !r.opts.Verbose {
				r.line("    " + r.style(dim, "and "+thousands(int64(len(class.gaps)-listed))+" more (--verbose lists all)"))
				break
			}
			r.wrapped("    ", "      ", gapText(gap))
		}
	}
}

// gapText names one object or file that was not scanned.
func gapText(gap finding.Gap) string {
	var parts []string
	for _, part := range []string{gap.Kind, shortID(gap.Object), shown(gap.Path)} {
		if part != "" {
			parts = append(parts, part)
		}
	}
	text := strings.Join(parts, " ")
	if gap.Bytes > 0 {
		text += " (" + bytesText(gap.Bytes) + ")"
	}
	if gap.Reason != "" {
		text += ": " + shown(gap.Reason)
	}
	return text
}

// objectKinds are what git stores as objects, the other kinds are texts beside them.
var objectKinds = []struct{ kind, noun string }{
	{"commit", "commit"}, {"tree", "tree"}, {"blob", "blob"}, {"tag", "tag"},
}

// scannedText says how much was scanned: objects by kind, or files, and their size.
func scannedText(c finding.Coverage) string {
	scanned := map[string]int64{}
	bytes := int64(0)
	for _, k := range c.Kinds {
		scanned[k.Kind] += k.Scanned
		bytes += k.Bytes
	}
	var kinds, parts []string
	objects := int64(0)
	for _, k := range objectKinds {
		if n := scanned[k.kind]; n > 0 {
			objects += n
			kinds = append(kinds, count(n, k.noun))
		}
	}
	if objects > 0 {
		parts = append(parts, count(objects, "object")+" ("+strings.Join(kinds, ", ")+")")
	}
	if n := scanned["file"]; n > 0 || objects == 0 {
		parts = append(parts, count(n, "file"))
	}
	if n := scanned["ref"]; n > 0 {
		parts = append(parts, count(n, "ref"))
	}
	if n := scanned["reflog"]; n > 0 {
		parts = append(parts, count(n, "reflog entry", "reflog entries"))
	}
	return "Scanned " + strings.Join(parts, ", ") + ", " + bytesText(bytes)
}
