package report

import (
	"io"
	"strings"

	"github.com/unleak/unleak/remediate/account"
)

type evidencePage struct{ page }

func evidenceText(w io.Writer, e *account.Evidence, opts Options) error {
	p := &evidencePage{newPage(w, opts)}
	p.line(verdictOf(&p.page, e))
	p.evidence(e)
	return p.flush()
}

// verdictOf says in one line what evidence proves.
func verdictOf(p *page, e *account.Evidence) string {
	switch {
	case e.Proved:
		return p.style(bold+";"+green, "Proved: nothing of it is left in "+shown(e.Repository)+".")
	case len(e.Holding) > 0:
		return p.style(bold+";"+red, "NOT GONE: "+shown(e.Repository)+" still holds it in "+count(len(e.Holding), "place")+".")
	}
	return p.style(bold+";"+yellow, "Not proved: not everything in "+shown(e.Repository)+" could be searched.")
}

// evidence writes what holds it, what was searched, and how sure that is.
func (p *page) evidence(e *account.Evidence) {
	for i, h := range e.Holding {
		if i == long && !p.opts.Verbose {
			p.line("  " + p.style(dim, "and "+count(len(e.Holding)-i, "more place")+" (--verbose lists all)"))
			break
		}
		p.holding(&h)
	}
	if len(e.Holding) > 0 {
		p.line("")
	}
	for _, sentence := range e.Unread {
		p.wrappedLabel("not searched", shown(sentence))
	}
	p.wrappedLabel("searched for", searchedFor(e))
	var places []string
	for _, s := range e.Searched {
		text := thousands(s.Count) + " " + shown(s.Place)
		if s.Bytes > 0 {
			text += " (" + bytesText(s.Bytes) + ")"
		}
		places = append(places, text)
	}
	if len(places) > 0 {
		p.wrappedLabel("in", strings.Join(places, ", "))
	}
	p.wrappedLabel("control", controlText(&e.Control))
	for _, note := range e.Notes {
		p.wrappedLabel("note", shown(note))
	}
}

func (p *page) holding(h *account.Holding) {
	p.line("")
	what := "a removed object"
	if h.Fingerprint != "" {
		what = "the secret " + shown(h.Fingerprint)
	}
	p.line("  " + p.style(red, what))
	where := shown(h.Where)
	if h.Object != "" {
		where = "object " + shortID(h.Object) + " in " + where
	}
	p.labelled("where", where)
	if h.Path != "" {
		p.labelled("path", shown(h.Path))
	}
	if h.Reached != "" {
		p.labelled("reached by", shown(h.Reached))
	}
}

func searchedFor(e *account.Evidence) string {
	text := count(e.Objects, "removed object") + " by id"
	if e.Values > 0 {
		text += ", " + count(e.Values, "value") + " by keyed digest"
	}
	return text
}

// controlText says whether the search is known to work.
func controlText(c *account.Control) string {
	why := ""
	if c.Detail != "" {
		why = ": " + shown(c.Detail)
	}
	switch {
	case c.Object == "":
		return "nothing was searched for that is there" + why
	case !c.Found:
		return "an object that is there was NOT found: the search does not work"
	case c.Value:
		return "an object and a text that are there were found by the same search"
	case c.Text:
		return "an object that is there was found, but a text that is there was not: the search by value does not work"
	}
	return "an object that is there was found by the same search; no text that is there was searched for" + why
}
