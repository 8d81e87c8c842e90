package report

import (
	"cmp"
	"fmt"
	"strings"

	"github.com/unleak/unleak/scanner/finding"
)

// details lists the places of each finding, as far as there is room.
func (r *markdownReport) details() {
	r.linef("\n<details>\n<summary>All places, and fingerprints</summary>")
	for i, f := range r.findings {
		block := r.detail(i+1, f)
		if r.text.Len()+len(block) > maxMarkdown {
			r.linef("\nThere is no room here for %s: a summary of GitHub holds 1 MiB. The JSON and the text report have all.",
				count(len(r.findings)-i, "more finding"))
			break
		}
		r.text.WriteString(block)
	}
	r.linef("\n</details>")
}

// detail is what is known of one finding.
func (r *markdownReport) detail(number int, f *finding.Finding) string {
	var b strings.Builder
	title := cmp.Or(oneLine(f.Description), f.RuleID)
	fmt.Fprintf(&b, "\n**%d.** %s: %s\n\n", number, code(title), code(f.Secret.String()))
	fmt.Fprintf(&b, "- Rule %s, severity %s, confidence %s\n", code(f.RuleID), f.Severity, code(confidence(f)))
	fmt.Fprintf(&b, "- Fingerprint %s\n", code(f.Fingerprint))
	for i := range f.Occurrences {
		if i == markdownPlaces {
			fmt.Fprintf(&b, "- and %s\n", count(len(f.Occurrences)-i, "more place"))
			break
		}
		o := &f.Occurrences[i]
		b.WriteString("- " + r.linked(place(r.header.Source, o), r.fileURL(o)))
		if date := day(o.Date); date != "" {
			b.WriteString(", " + date)
		}
		if o.Commit != "" {
			b.WriteString(", commit " + r.linked(shortID(o.Commit), commitURL(r.header.Source.Remote, o.Commit)))
		}
		if o.Author.Name != "" {
			b.WriteString(" by " + code(clip(Printable(o.Author.Name), 60)))
		}
		switch {
		case o.AtHead:
			b.WriteString(", **at HEAD**")
		case o.RemovedIn != "":
			b.WriteString(", removed in " + r.linked(shortID(o.RemovedIn), commitURL(r.header.Source.Remote, o.RemovedIn)))
			if date := day(o.RemovedAt); date != "" {
				b.WriteString(" on " + date)
			}
		case o.HeldBy != "":
			b.WriteString(", on no ref")
		}
		b.WriteByte('\n')
	}
	return b.String()
}

// fileURL is the address of the file as its commit has it, if a forge shows it.
func (r *markdownReport) fileURL(o *finding.Occurrence) string {
	if o.Kind != finding.KindBlob && o.Kind != finding.KindTreeEntry || o.Path == "" || o.Commit == "" {
		return ""
	}
	return fileURL(r.header.Source.Remote, o.Commit, o.Path, o.StartLine)
}

// linked is content as a code span, with a link where there is an address, which is ours and percent-encoded.
func (r *markdownReport) linked(content, address string) string {
	if address == "" {
		return code(content)
	}
	return "[" + code(content) + "](<" + address + ">)"
}

// coverage lists what was scanned, and what was not.
func (r *markdownReport) coverage() {
	c := r.header.Coverage
	r.linef("\n<details>\n<summary>What was scanned</summary>\n\n| Kind | Scanned | Of | Size |\n|---|---|---|---|")
	for i, k := range c.Kinds {
		if i == markdownGaps {
			break
		}
		r.linef("| %s | %s | %s | %s |", cell(k.Kind), thousands(k.Scanned), thousands(k.Objects), bytesText(k.Bytes))
	}
	for _, class := range gapClasses(c) {
		if len(class.gaps) == 0 {
			continue
		}
		r.linef("\n%s:\n", whatMarkdown(class))
		for i, gap := range class.gaps {
			if i == markdownGaps {
				r.linef("- and %s more", thousands(int64(len(class.gaps)-i)))
				break
			}
			r.linef("- %s", code(gapText(gap)))
		}
	}
	r.linef("\nBy %s.\n\n</details>", code(r.header.Tool.Name+" "+r.header.Tool.Version))
}

// suppressed says how much is not shown.
func (r *markdownReport) suppressed() {
	s := r.header.Suppressed
	if s == nil {
		return
	}
	for _, sentence := range heldBack(s) {
		r.linef("\n%s", sentence)
	}
	for _, part := range []struct {
		what    string
		entries []string
	}{{expiredEntries, s.Expired}, {staleEntries, s.Stale}} {
		if len(part.entries) > 0 {
			r.linef("\n%s\n", part.what)
		}
		for i, entry := range part.entries {
			if i == listedEntries {
				r.linef("- and %s more", thousands(int64(len(part.entries)-i)))
				break
			}
			r.linef("- %s", code(entry))
		}
	}
}
