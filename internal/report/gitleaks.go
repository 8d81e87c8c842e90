package report

import (
	"io"
	"strconv"
	"strings"
	"time"

	"github.com/unleak/unleak/scanner/finding"
)

// gitleaksReport writes the JSON report of gitleaks 8, for what reads such a report: a list with an element for each
// occurrence. Values are REDACTED, as with gitleaks' own --redact, unless they were asked for.
//
// Gitleaks knows files in commits only. Other texts stand at paths below .git that say what they are, and members of
// archives after an exclamation mark, as gitleaks has them. Entropy and Message, which a scan does not keep,
// are empty. Its columns count bytes, and ours characters.
type gitleaksReport struct {
	stream *stream
	source finding.Source
	tags   map[string][]string // of rules
}

// gitleaksElement is an element of gitleaks' report, in its order.
type gitleaksElement struct {
	RuleID      string
	Description string
	StartLine   int
	EndLine     int
	StartColumn int
	EndColumn   int
	Match       string
	Secret      string
	File        string
	SymlinkFile string
	Commit      string
	Entropy     float64
	Author      string
	Email       string
	Date        string
	Message     string
	Tags        []string
	Fingerprint string
}

// fingerprintTag begins a tag that ends in the fingerprint of the finding. By it our own --baseline knows
// a finding again wherever its places have moved to.
const fingerprintTag = "unleak:"

func newGitleaksReport(w io.Writer) *gitleaksReport {
	return &gitleaksReport{stream: newStream(w), tags: map[string][]string{}}
}

func (r *gitleaksReport) Start(header finding.Header) error {
	r.source = header.Source
	for _, rule := range header.Rules {
		r.tags[rule.ID] = rule.Tags
	}
	r.stream.begin("", '[')
	return r.stream.err
}

func (r *gitleaksReport) Finding(f *finding.Finding) error {
	f = jsonFinding(f)
	tags := append([]string{fingerprintTag + f.Fingerprint}, r.tags[f.RuleID]...)
	for i, tag := range tags {
		tags[i] = finding.ValidText(tag)
	}
	for i := range f.Occurrences {
		r.stream.value("", r.element(f, &f.Occurrences[i], tags))
	}
	return r.stream.err
}

func (r *gitleaksReport) End() error {
	r.stream.end(']')
	return r.stream.flush()
}

// element is one occurrence as gitleaks would have it.
func (r *gitleaksReport) element(f *finding.Finding, o *finding.Occurrence, tags []string) gitleaksElement {
	e := gitleaksElement{
		RuleID:      f.RuleID,
		Description: f.Description,
		StartLine:   o.StartLine,
		EndLine:     o.EndLine,
		StartColumn: o.StartColumn,
		EndColumn:   o.EndColumn,
		Match:       "REDACTED",
		Secret:      "REDACTED",
		File:        gitleaksFile(o),
		Commit:      o.Commit,
		Author:      o.Author.Name,
		Email:       o.Author.Email,
		Tags:        tags,
	}
	if o.MatchLine > 0 {
		e.StartLine = o.MatchLine
	}
	if value := finding.ValidText(f.Secret.Reveal()); value != "" && f.Secret.String() == f.Secret.Reveal() {
		e.Match, e.Secret = value, value
	}
	if !o.Date.IsZero() {
		e.Date = o.Date.UTC().Format(time.RFC3339)
	}
	e.Fingerprint = e.File + ":" + e.RuleID + ":" + strconv.Itoa(e.StartLine)
	if e.Commit != "" {
		e.Fingerprint = e.Commit + ":" + e.Fingerprint
	}
	return e
}

// gitleaksFile is the path under which gitleaks would know an occurrence.
func gitleaksFile(o *finding.Occurrence) string {
	path := o.Path
	if pseudo, ok := pseudoPaths[o.Kind]; ok {
		path = pseudo
	}
	parts := []string{path}
	for _, layer := range o.Layers {
		if layer.Member != "" {
			parts = append(parts, layer.Member)
		}
	}
	return strings.Join(parts, "!")
}
