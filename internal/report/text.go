package report

import (
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"time"

	"github.com/unleak/unleak/scanner/finding"
)

// textReport writes a block for each finding, then what was scanned and what to do.
// Every string that is not ours goes through shown or oneLine.
type textReport struct {
	page
	header finding.Header
	totals totals
}

// listed is how many places, and refs, a block names when not verbose.
const listed = 3

func newTextReport(w io.Writer, opts Options) *textReport {
	return &textReport{page: newPage(w, opts), totals: newTotals()}
}

func (r *textReport) Start(header finding.Header) error {
	r.header = header
	return nil
}

func (r *textReport) Finding(f *finding.Finding) error {
	r.totals.add(f)
	r.heading(f)
	if description := oneLine(f.Description); description != "" {
		r.wrapped("  ", "  ", description)
	}
	first := &f.Occurrences[0]
	r.labelled("where", r.style(cyan, place(r.header.Source, first)))
	r.lines(first)
	if since := since(first); since != "" {
		r.labelled("since", since)
	}
	if now := r.now(f); now != "" {
		r.wrappedLabel("now", now)
	}
	r.others(f)
	r.wrappedLabel("confidence", confidence(f))
	r.labelled("fingerprint", f.Fingerprint)
	return r.line("")
}

func (r *textReport) End() error {
	r.summary()
	r.suppressed()
	r.coverage()
	if r.totals.findings > 0 {
		r.wrapped("", "", "Next: revoke or rotate each secret where it was issued, before anything else. "+
			"It stays known to whoever has a copy, also once it is gone from the files.")
		r.wrapped("", "", "What is no secret can be ignored: put its fingerprint and a reason on a line of .unleakignore.")
	}
	return r.flush()
}

// heading writes severity, rule and what may be shown of the secret.
func (r *textReport) heading(f *finding.Finding) {
	text := r.style(severityStyle(f.Severity), strings.ToUpper(string(f.Severity))) + "  " + r.style(bold, Printable(f.RuleID))
	if secret := f.Secret.String(); secret != "..." {
		text += "  " + shown(secret)
	}
	r.line(text)
}

// now says whether the secret is still at HEAD, and what keeps it.
func (r *textReport) now(f *finding.Finding) string {
	state := presence(f)
	refs := r.refs(f)
	if e := f.Exposure(); state == goneFromHead && e.In != "" {
		if last := validDate(e.Last); !last.IsZero() {
			state += " since " + last.Format(time.DateOnly)
		}
		state += " (" + named("commit", shortID(e.In)) + ")"
	}
	switch {
	case state == stillAtHead && refs != "":
		return r.style(red, stillAtHead) + "; on " + refs
	case state == stillAtHead:
		return r.style(red, stillAtHead)
	case state == notReachable:
		return "on no ref; held by " + holders(f)
	case refs != "":
		return state + ", but on " + refs
	case state != "":
		return state + ", but reachable"
	}
	return ""
}

// refs lists the refs that reach any occurrence, the first few unless verbose.
func (r *textReport) refs(f *finding.Finding) string {
	var names []string
	seen := map[string]bool{}
	total := 0
	for i := range f.Occurrences {
		o := &f.Occurrences[i]
		total = max(total, o.RefCount)
		for _, ref := range o.Refs {
			if !seen[ref] {
				seen[ref] = true
				names = append(names, refName(ref))
			}
		}
	}
	total = max(total, len(names))
	if !r.opts.Verbose && len(names) > listed {
		names = names[:listed]
	}
	text := strings.Join(names, ", ")
	if more := total - len(names); more > 0 && text != "" {
		text += " and " + count(more, "more ref")
	}
	return text
}

// others lists the places after the first, those to edit before those in history.
func (r *textReport) others(f *finding.Finding) {
	rest := slices.Clone(f.Occurrences[1:])
	slices.SortStableFunc(rest, func(a, b finding.Occurrence) int {
		switch {
		case a.AtHead == b.AtHead:
			return 0
		case a.AtHead:
			return -1
		}
		return 1
	})
	label := "also"
	for i := range rest {
		if i == listed && !r.opts.Verbose {
			r.labelled("", r.style(dim, "and "+count(len(rest)-listed, "more place")+" (--verbose lists all)"))
			return
		}
		o := &rest[i]
		text := place(r.header.Source, o)
		if date := validDate(o.Date); !date.IsZero() {
			text += "  " + r.style(dim, date.Format(time.DateOnly))
		}
		if o.Commit != "" && o.Commit != o.Object {
			text += "  " + r.style(dim, shortID(o.Commit))
		}
		if o.AtHead {
			text += "  " + r.style(red, "at HEAD")
		}
		r.labelled(label, text)
		r.lines(o)
		label = ""
	}
}

// lines writes the lines round an occurrence, if they are wanted and known.
func (r *textReport) lines(o *finding.Occurrence) {
	if !r.opts.Context {
		return
	}
	for _, line := range o.Context {
		text := Printable(strings.ReplaceAll(line.Text, "\t", "    "))
		r.labelled("", strings.TrimRight(r.style(dim, fmt.Sprintf("%5d | ", line.Number))+text, " "))
	}
}

// confidence sums up how sure the finding is and what is known of the secret.
func confidence(f *finding.Finding) string {
	parts := []string{string(f.Confidence)}
	for _, key := range slices.Sorted(maps.Keys(f.Facts)) {
		parts = append(parts, Printable(strings.ReplaceAll(key, "_", " "))+" "+shown(f.Facts[key]))
	}
	return strings.Join(parts, ", ")
}

// since says which commit brought an occurrence, when, and by whom.
func since(o *finding.Occurrence) string {
	var parts []string
	if date := validDate(o.Date); !date.IsZero() {
		parts = append(parts, date.Format(time.DateOnly))
	}
	if o.Commit != "" {
		parts = append(parts, "commit "+shortID(o.Commit))
	}
	if o.Author.Name != "" {
		parts = append(parts, clip(Printable(o.Author.Name), 60))
	}
	return strings.Join(parts, ", ")
}
