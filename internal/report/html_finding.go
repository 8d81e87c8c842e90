package report

import (
	"maps"
	"slices"
	"strconv"
	"strings"
	"time"

	"github.com/unleak/unleak/scanner/finding"
)

// listedPlaces is how many places of a finding an HTML report holds, those at HEAD first. A secret that was
// vendored or moved about can have thousands, and the page has to open.
const listedPlaces = 250

// The forms in which the page's script is handed the findings. Every string of the repository in them is
// printable. Days are dates without a time, in the zone of the author.
type (
	htmlFinding struct {
		Rule       int                `json:"rule"` // index in the page's rules
		ID         string             `json:"id"`   // fingerprint
		Title      string             `json:"title"`
		Secret     string             `json:"secret,omitempty"`
		Severity   finding.Severity   `json:"severity"`
		Confidence finding.Confidence `json:"confidence"`
		State      string             `json:"state,omitempty"` // "head", "gone", "elsewhere", "loose"; none outside repositories
		Facts      [][2]string        `json:"facts,omitempty"`
		First      string             `json:"first,omitempty"`   // day of the first commit that has it
		Removed    string             `json:"removed,omitempty"` // day on which HEAD lost the last of it
		RemovedIn  string             `json:"removedIn,omitempty"`
		Mark       *[2]int            `json:"mark,omitempty"` // first and last line of the secret in Context
		Context    []htmlLine         `json:"context,omitempty"`
		Places     []htmlPlace        `json:"places"` // the one to edit first, then others at HEAD, then oldest first
		More       int                `json:"more,omitempty"`
	}
	htmlLine struct {
		Number int    `json:"n"`
		Text   string `json:"t"`
	}
	htmlPlace struct {
		Kind   finding.Kind `json:"kind,omitempty"` // empty means blob
		Path   string       `json:"path,omitempty"`
		Line   int          `json:"line,omitempty"`
		Column int          `json:"column,omitempty"`
		Where  string       `json:"where,omitempty"` // where it is not path:line:column
		URI    *string      `json:"uri,omitempty"`   // path in an address, where it is not the path; empty where there can be none
		Commit string       `json:"commit,omitempty"`
		Author int          `json:"author"` // index in the page's people, 0 is nobody
		Date   string       `json:"date,omitempty"`
		Head   bool         `json:"head,omitempty"`
		Gone   string       `json:"gone,omitempty"` // day on which HEAD lost this place
		Refs   []int        `json:"refs,omitempty"` // indexes in the page's refs
		Others int          `json:"others,omitempty"`
		Held   string       `json:"held,omitempty"`
	}
)

// numbering numbers strings in the order in which they are first met.
type numbering struct {
	list    []string
	indexes map[string]int
}

func newNumbering(first ...string) *numbering {
	n := &numbering{indexes: map[string]int{}}
	for _, name := range first {
		n.index(name)
	}
	return n
}

func (n *numbering) index(name string) int {
	i, ok := n.indexes[name]
	if !ok {
		i = len(n.list)
		n.list = append(n.list, name)
		n.indexes[name] = i
	}
	return i
}

// htmlStates are the words of presence, by what the page's script and style call them.
func htmlStates() []htmlStateName {
	return []htmlStateName{
		{"head", stillAtHead, stillAtHead}, {"gone", goneFromHead, goneFromHead},
		{"elsewhere", notAtHead, notAtHead}, {"loose", notReachable, "unreachable"},
	}
}

type htmlStateName struct{ id, name, short string }

func htmlState(f *finding.Finding) string {
	name := presence(f)
	for _, state := range htmlStates() {
		if state.name == name {
			return state.id
		}
	}
	return ""
}

// finding returns f as the page has it.
func (r *htmlReport) finding(f *finding.Finding) htmlFinding {
	primary := f.Primary()
	p, exposure := &f.Occurrences[primary], f.Exposure()
	h := htmlFinding{
		Rule: r.rules.index(f.RuleID), ID: Printable(f.Fingerprint), Title: findingTitle(f),
		Secret: shown(f.Secret.String()), Severity: f.Severity, Confidence: f.Confidence, State: htmlState(f),
		First: day(exposure.First), Removed: day(exposure.Last), RemovedIn: removal(f, exposure.Last), More: max(0, len(f.Occurrences)-listedPlaces),
	}
	for _, key := range slices.Sorted(maps.Keys(f.Facts)) {
		h.Facts = append(h.Facts, [2]string{shown(strings.ReplaceAll(key, "_", " ")), shown(f.Facts[key])})
	}
	for _, line := range p.Context {
		h.Context = append(h.Context, htmlLine{line.Number, contextText(line.Text)})
	}
	if len(h.Context) > 0 {
		h.Mark = &[2]int{p.StartLine, p.EndLine}
	}
	for _, i := range placesToShow(f, primary) {
		h.Places = append(h.Places, r.place(&f.Occurrences[i]))
	}
	return h
}

// findingTitle is what a finding is called: its description, or else its rule.
func findingTitle(f *finding.Finding) string {
	if title := strings.TrimSuffix(clip(oneLine(f.Description), quoteLimit), "."); title != "" {
		return title
	}
	return Printable(f.RuleID)
}

// contextText is a line of a file; tabs, which make its indentation, become blanks.
func contextText(s string) string { return shown(strings.ReplaceAll(s, "\t", "    ")) }

// placesToShow returns the indexes of the occurrences that the page has, in its order.
func placesToShow(f *finding.Finding, primary int) []int {
	order := []int{primary}
	for _, atHead := range []bool{true, false} {
		for i := range f.Occurrences {
			if len(order) == listedPlaces {
				return order
			}
			if i != primary && f.Occurrences[i].AtHead == atHead {
				order = append(order, i)
			}
		}
	}
	return order
}

// removal returns the commit by which HEAD lost the last place that it had, or nothing.
func removal(f *finding.Finding, last time.Time) string {
	for i := range f.Occurrences {
		if o := &f.Occurrences[i]; o.RemovedAt.Equal(last) && !last.IsZero() {
			return o.RemovedIn
		}
	}
	return ""
}

// day returns the date of t, or nothing where a report can show none.
func day(t time.Time) string {
	if t = validDate(t); t.IsZero() {
		return ""
	}
	return t.Format(time.DateOnly)
}

// place returns an occurrence as the page has it.
func (r *htmlReport) place(o *finding.Occurrence) htmlPlace {
	p := htmlPlace{
		Path: shown(o.Path), Line: o.StartLine, Column: o.StartColumn, Commit: o.Commit,
		Author: r.people.index(person(o.Author)), Date: day(o.Date), Head: o.AtHead, Gone: day(o.RemovedAt),
	}
	if o.Kind != finding.KindBlob {
		p.Kind = o.Kind
	}
	if where := place(r.header.Source, o); where != plainPlace(p) {
		p.Where = where
	}
	switch {
	case !isPlainPath(o.Path):
		p.URI = new(string)
	case p.Path != o.Path:
		uri := pathURI(o.Path)
		p.URI = &uri
	}
	if o.Path == "" {
		p.URI = nil
	}
	for _, ref := range o.Refs {
		p.Refs = append(p.Refs, r.refs.index(refName(ref)))
	}
	p.Others = max(0, o.RefCount-len(o.Refs))
	if o.HeldBy != "" {
		if p.Held = holderWords[o.HeldBy]; p.Held == "" {
			p.Held = Printable(o.HeldBy)
		}
	}
	return p
}

// plainPlace is the place that the script makes of path, line and column.
func plainPlace(p htmlPlace) string {
	text := p.Path
	if p.Line > 0 {
		text += ":" + strconv.Itoa(p.Line)
		if p.Column > 0 {
			text += ":" + strconv.Itoa(p.Column)
		}
	}
	return text
}

// person is an identity as the page has it, or "" for nobody.
func person(who finding.Identity) string {
	name, email := clip(Printable(who.Name), 100), clip(Printable(who.Email), 100)
	switch {
	case email == "":
		return name
	case name == "":
		return email
	}
	return name + " <" + email + ">"
}
