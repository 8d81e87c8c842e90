package report

import (
	"bufio"
	"fmt"
	"io"

	"github.com/unleak/unleak/scanner/finding"
)

// jsonReport writes the report as one JSON object; docs/report.schema.json
// describes it.
type jsonReport struct {
	stream *stream
	rules  []finding.Rule
	used   map[string]bool // ids of those that have findings
}

func newJSONReport(w io.Writer) *jsonReport {
	return &jsonReport{stream: newStream(w), used: map[string]bool{}}
}

func (r *jsonReport) Start(header finding.Header) error {
	header = jsonHeader(header)
	r.rules = header.Rules
	r.stream.begin("", '{')
	r.stream.value("schema_version", finding.SchemaVersion)
	r.stream.value("tool", header.Tool)
	r.stream.value("source", header.Source)
	r.stream.value("coverage", header.Coverage)
	if header.Suppressed != nil {
		r.stream.value("suppressed", header.Suppressed)
	}
	r.stream.begin("findings", '[')
	return r.stream.err
}

func (r *jsonReport) Finding(f *finding.Finding) error {
	r.used[f.RuleID] = true
	r.stream.value("", jsonFinding(f))
	return r.stream.err
}

func (r *jsonReport) End() error {
	r.stream.end(']')
	r.stream.value("rules", rulesOf(r.rules, r.used))
	r.stream.end('}')
	return r.stream.flush()
}

// jsonHeader returns header with only UTF-8 in it and, where it has a list, an empty
// one rather than none: a reader need not know null.
func jsonHeader(header finding.Header) finding.Header {
	header = header.MapText(finding.ValidText)
	header.Source.HeadDate = validDate(header.Source.HeadDate)
	c := &header.Coverage
	c.Kinds = append([]finding.KindCount{}, c.Kinds...)
	for _, gaps := range []*[]finding.Gap{&c.Skipped, &c.Missing, &c.Corrupt} {
		*gaps = append([]finding.Gap{}, *gaps...)
	}
	return header
}

// jsonFinding returns f as JSON can express it: strings in UTF-8, dates with a year
// of four digits.
func jsonFinding(f *finding.Finding) *finding.Finding {
	f = f.MapText(finding.ValidText)
	for i := range f.Occurrences {
		o := &f.Occurrences[i]
		o.Date, o.RemovedAt = validDate(o.Date), validDate(o.RemovedAt)
		if o.MatchLine == o.StartLine {
			o.MatchLine = 0
		}
	}
	return f
}

// jsonlReport writes one JSON object a line: a header, the findings, each rule before its first
// finding, and an end with the number of findings, without which the report was cut off.
type jsonlReport struct {
	out      *bufio.Writer
	encoder  *encoder
	rules    map[string]finding.Rule // those that have no line yet, by id
	findings int
}

// The lines of a JSON lines report.
type (
	headerLine struct {
		Type          string              `json:"type"`
		SchemaVersion string              `json:"schema_version"`
		Tool          finding.Tool        `json:"tool"`
		Source        finding.Source      `json:"source"`
		Coverage      finding.Coverage    `json:"coverage"`
		Suppressed    *finding.Suppressed `json:"suppressed,omitempty"`
	}
	ruleLine struct {
		Type string `json:"type"`
		finding.Rule
	}
	findingLine struct {
		Type string `json:"type"`
		*finding.Finding
	}
	endLine struct {
		Type     string `json:"type"`
		Findings int    `json:"findings"`
	}
)

func newJSONLReport(w io.Writer) *jsonlReport {
	return &jsonlReport{out: bufio.NewWriterSize(w, 1<<16), encoder: newEncoder()}
}

func (r *jsonlReport) Start(header finding.Header) error {
	header = jsonHeader(header)
	r.rules = make(map[string]finding.Rule, len(header.Rules))
	for _, rule := range header.Rules {
		r.rules[rule.ID] = rule
	}
	return r.line(headerLine{"header", finding.SchemaVersion, header.Tool, header.Source, header.Coverage, header.Suppressed})
}

func (r *jsonlReport) Finding(f *finding.Finding) error {
	if rule, ok := r.rules[f.RuleID]; ok {
		delete(r.rules, f.RuleID)
		if err := r.line(ruleLine{"rule", rule}); err != nil {
			return err
		}
	}
	r.findings++
	return r.line(findingLine{"finding", jsonFinding(f)})
}

func (r *jsonlReport) End() error {
	if err := r.line(endLine{"end", r.findings}); err != nil {
		return err
	}
	if err := r.out.Flush(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (r *jsonlReport) line(v any) error {
	encoded, err := r.encoder.compact(v)
	if err == nil {
		r.out.Write(encoded) // an error sticks
		err = r.out.WriteByte('\n')
	}
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
