package report

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"

	"github.com/unleak/unleak/scanner/finding"
)

// htmlReport writes one HTML file that needs nothing else. The findings stand first in it, as JSON in a block
// that is data to a browser; what their numbers come to is known when all were written, so the visible part
// follows, and no report is held in memory. The page's script reads the block and makes the list.
//
// Repository content comes into the page in two ways only: through html/template, and as JSON in which <, > and
// & are escapes, from which the script makes text nodes. The page's Content-Security-Policy allows
// its own script and style by hash, and nothing else.
type htmlReport struct {
	out    *bufio.Writer
	header finding.Header
	totals htmlTotals
	rules  *numbering
	people *numbering
	refs   *numbering
	static []staticRow
	asset  assets
	err    error
}

// htmlTotals are what the tiles count.
type htmlTotals struct {
	totals
	states map[string]int // by the ids of htmlStates
}

// staticRows is how many findings are listed for browsers without scripts.
const staticRows = 300

// staticRow is a finding in the list for browsers without scripts.
type staticRow struct{ Severity, Title, Secret, Place, First, State, Fingerprint string }

func newHTMLReport(w io.Writer) *htmlReport {
	return &htmlReport{
		out:    bufio.NewWriterSize(w, 1<<16),
		totals: htmlTotals{totals{severities: map[finding.Severity]int{}}, map[string]int{}},
		rules:  newNumbering(), people: newNumbering(""), refs: newNumbering(),
	}
}

func (r *htmlReport) Start(header finding.Header) error {
	r.header = header
	asset, err := readAssets(reportStyles(), reportScripts())
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	r.asset = asset
	r.template("head", htmlHead{asset, "Secrets in " + sourceTitle(header.Source)})
	r.write(`<script type="application/json" id="findings">[`)
	return r.err
}

func (r *htmlReport) Finding(f *finding.Finding) error {
	t := &r.totals
	if t.findings > 0 {
		r.write(",")
	}
	t.findings++
	t.places += len(f.Occurrences)
	t.severities[f.Severity]++
	t.states[htmlState(f)]++
	r.write("\n")
	r.json(r.finding(f))
	if len(r.static) < staticRows {
		primary := &f.Occurrences[f.Primary()]
		r.static = append(r.static, staticRow{string(f.Severity), findingTitle(f), shown(f.Secret.String()),
			place(r.header.Source, primary), day(f.Exposure().First), presence(f), Printable(f.Fingerprint)})
	}
	return r.err
}

func (r *htmlReport) End() error {
	r.write("\n]</script>\n" + `<script type="application/json" id="page">`)
	r.json(r.page())
	r.write("</script>\n")
	r.template("report", r.body())
	if r.err == nil {
		r.fail(r.out.Flush())
	}
	return r.err
}

// json writes v so that it can stand in a script element: the encoder escapes <, > and &.
func (r *htmlReport) json(v any) {
	encoded, err := json.Marshal(v)
	r.fail(err)
	r.write(string(encoded))
}

func (r *htmlReport) template(name string, data any) {
	if r.err == nil {
		r.fail(executeHTML(r.out, name, data))
	}
}

func (r *htmlReport) write(s string) {
	if r.err == nil {
		_, err := r.out.WriteString(s)
		r.fail(err)
	}
}

func (r *htmlReport) fail(err error) {
	if r.err == nil && err != nil {
		r.err = fmt.Errorf("write report: %w", err)
	}
}
