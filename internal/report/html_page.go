package report

import (
	"cmp"
	"net/url"
	"path/filepath"
	"strings"

	"github.com/unleak/unleak/scanner/finding"
)

// htmlHead is what the head of a page says.
type htmlHead struct {
	assets
	Title string
}

// htmlPage is what the script needs beside the findings.
type htmlPage struct {
	Rules  []htmlRule `json:"rules"`  // those that have findings, in the order of the first
	People []string   `json:"people"` // the first is nobody
	Refs   []string   `json:"refs"`
	Commit string     `json:"commit,omitempty"` // address of a commit, but for its id
	File   string     `json:"file,omitempty"`   // address of a file, but for commit/path
	Source string     `json:"source,omitempty"` // follows the path where a line is wanted
	Line   string     `json:"line,omitempty"`   // follows that, before the line
}

type htmlRule struct {
	ID   string `json:"id"`
	Help string `json:"help,omitempty"`
	URL  string `json:"url,omitempty"` // https
}

func (r *htmlReport) page() htmlPage {
	rules := map[string]finding.Rule{}
	for _, rule := range r.header.Rules {
		rules[rule.ID] = rule
	}
	page := htmlPage{Rules: []htmlRule{}, People: r.people.list, Refs: append([]string{}, r.refs.list...)}
	for _, name := range r.rules.list {
		page.Rules = append(page.Rules, htmlRule{Printable(name), oneLine(rules[name].Help), httpsOnly(rules[name].URL)})
	}
	if address, at, ok := webAddress(r.header.Source.Remote); ok {
		page.Commit, page.File, page.Source, page.Line = address+at.commit, address+at.file, at.source, at.line
	}
	return page
}

// httpsOnly returns address where it is https and has no user information, or "".
func httpsOnly(address string) string {
	if uri := remoteURI(address); strings.HasPrefix(uri, "https://") {
		return uri
	}
	return ""
}

// htmlBody is the visible part of the page, but for what the script makes.
type htmlBody struct {
	assets
	About      htmlAbout
	Verdict    htmlVerdict
	Findings   int
	Places     int
	Severities []htmlShare
	States     []htmlShare
	Rows       []staticRow
	RowsLeft   int
	NotShown   []string
	Expired    []string
	Stale      []string
	Coverage   htmlCoverage
}

// htmlVerdict is the first thing that a reader sees.
type htmlVerdict struct{ Class, Title, Text string }

// htmlShare is one part of all findings.
type htmlShare struct {
	ID, Name string
	Count    int
	Start    int // where its part of a bar of 1,000 begins
	Width    int
}

func (r *htmlReport) body() htmlBody {
	t := &r.totals
	body := htmlBody{
		assets: r.asset, About: aboutSource(r.header.Tool, r.header.Source), Verdict: r.verdict(),
		Findings: t.findings, Places: t.places, Rows: r.static, RowsLeft: t.findings - len(r.static),
		Coverage: htmlCoverageOf(r.header.Coverage),
	}
	for _, s := range []finding.Severity{finding.Critical, finding.High, finding.Medium, finding.Low} {
		body.Severities = append(body.Severities, htmlShare{ID: string(s), Name: string(s), Count: t.severities[s]})
	}
	layShares(body.Severities, t.findings)
	for _, s := range htmlStates() {
		// That none is at HEAD any more is worth knowing; of the others, those that there are.
		if t.states[s.id] > 0 || s.name == stillAtHead && t.states[""] < t.findings {
			body.States = append(body.States, htmlShare{ID: s.id, Name: s.short, Count: t.states[s.id]})
		}
	}
	body.NotShown, body.Expired, body.Stale = notShown(r.header.Suppressed)
	return body
}

// layShares puts parts side by side on a bar of 1,000.
func layShares(shares []htmlShare, total int) {
	before := 0
	for i := range shares {
		s := &shares[i]
		s.Start = before * 1000 / max(1, total)
		before += s.Count
		s.Width = before*1000/max(1, total) - s.Start
	}
}

func (r *htmlReport) verdict() htmlVerdict {
	t, complete := &r.totals, r.header.Coverage.Complete
	switch {
	case t.findings == 0 && complete:
		return htmlVerdict{"pass", "No secrets found", "Everything that was to be scanned was read."}
	case t.findings == 0:
		return htmlVerdict{"warn", "No secrets found, but the scan is incomplete",
			"What could not be read may hold some: see Coverage below."}
	}
	title := count(t.findings, "secret") + " in " + count(t.places, "place")
	if t.states["head"] > 0 {
		title += ", " + thousands(int64(t.states["head"])) + " still at HEAD"
	}
	text := "Revoke or rotate each one where it was issued, before anything else. It stays known to whoever has a copy, also once it is gone from the files."
	if !complete {
		text += " The scan is incomplete, so there may be more."
	}
	return htmlVerdict{"fail", title, text}
}

// htmlAbout says what a page is about.
type htmlAbout struct {
	Name   string
	Web    string // https address of the repository, or none
	Facts  []htmlFact
	Commit string // address of the commit at HEAD, or none
}

type htmlFact struct{ Name, Value, Link string }

// sourceTitle is what people call the source: owner and name at a known forge, the last part of a path, or
// what it is.
func sourceTitle(source finding.Source) string {
	if address := repositoryURL(source.Remote); address != "" {
		_, name, _ := strings.Cut(strings.TrimPrefix(address, "https://"), "/")
		if plain, err := url.PathUnescape(name); err == nil {
			name = plain
		}
		return shown(name)
	}
	name := filepath.Base(strings.TrimSuffix(filepath.ToSlash(source.Name), ".git"))
	switch {
	case name != "" && name != "." && name != ".." && name != "/" && name != "-":
		return shown(name)
	case source.Kind == "stdin":
		return "standard input"
	case source.Kind == "folder":
		return "this folder"
	}
	return "this repository"
}

func aboutSource(tool finding.Tool, source finding.Source) htmlAbout {
	about := htmlAbout{Name: sourceTitle(source), Web: repositoryURL(source.Remote)}
	add := func(name, value, link string) {
		if value != "" {
			about.Facts = append(about.Facts, htmlFact{name, value, link})
		}
	}
	scanned := Printable(source.Kind)
	if source.Name != "" && source.Name != "." && source.Name != "-" {
		scanned += " " + shown(source.Name)
	}
	add("Scanned", scanned, "")
	add("Range", shown(source.Range), "")
	add("Remote", shown(source.Remote), about.Web)
	head := shortID(Printable(source.Head))
	if branch := refName(source.Branch); branch != "" && head != "" {
		head = branch + " at " + head
	} else {
		head = cmp.Or(head, branch)
	}
	if date := day(source.HeadDate); date != "" {
		head += " of " + date
	}
	add("HEAD", head, commitURL(source.Remote, source.Head))
	add("Tool", Printable(tool.Name+" "+tool.Version), "")
	return about
}

// htmlCoverage is what was read.
type htmlCoverage struct {
	Complete bool
	Text     string
	Kinds    []finding.KindCount
	Gaps     []htmlGap
}

// htmlGap is one sort of reason why a scan is incomplete.
type htmlGap struct {
	What, Why, Remedy string
	Listed            []string
	More              int
}

// listedGaps is how many objects and files that were not scanned are named for each reason.
const listedGaps = 50

func htmlCoverageOf(c finding.Coverage) htmlCoverage {
	coverage := htmlCoverage{Complete: c.Complete, Text: scannedText(c) + "."}
	for _, k := range c.Kinds {
		k.Kind = Printable(k.Kind)
		coverage.Kinds = append(coverage.Kinds, k)
	}
	for _, class := range gapClasses(c) {
		gap := htmlGap{What: class.what, Why: class.why, Remedy: class.remedy, More: max(0, len(class.gaps)-listedGaps)}
		for _, g := range class.gaps[:min(len(class.gaps), listedGaps)] {
			gap.Listed = append(gap.Listed, gapText(g))
		}
		coverage.Gaps = append(coverage.Gaps, gap)
	}
	return coverage
}

// notShown says how much the report leaves out on request, and lists the entries of ignore files that hide nothing.
func notShown(s *finding.Suppressed) (sentences, expired, stale []string) {
	if s == nil {
		return nil, nil, nil
	}
	for _, part := range []struct {
		n          int
		noun, what string
	}{
		{s.Baseline, "known finding", " hidden by the baseline"},
		{s.Ignored, "finding", " hidden by ignore files"},
		{s.LowConfidence, "finding", " of too low a confidence; --min-confidence low shows all"},
	} {
		if part.n > 0 {
			sentences = append(sentences, count(part.n, part.noun)+part.what)
		}
	}
	for _, entry := range s.Expired {
		expired = append(expired, shown(entry))
	}
	for _, entry := range s.Stale {
		stale = append(stale, shown(entry))
	}
	return sentences, expired, stale
}
