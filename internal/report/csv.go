package report

import (
	"encoding/csv"
	"fmt"
	"io"
	"strconv"
	"strings"
	"unicode"

	"github.com/unleak/unleak/scanner/finding"
)

// csvReport writes comma-separated values (RFC 4180) for spreadsheets: a header, then a row for each finding with the
// place that stands for it ([finding.Finding.Primary]), since when it is there and by whom, and what became of it.
type csvReport struct{ out *csv.Writer }

func newCSVReport(w io.Writer) *csvReport {
	out := csv.NewWriter(w)
	out.UseCRLF = true
	return &csvReport{out}
}

// csvColumns are the names of the columns. New ones are added at the end.
func csvColumns() []string {
	return []string{"severity", "confidence", "rule", "description", "secret",
		"file", "line", "column", "kind", "hidden_in", "state",
		"first_seen", "first_commit", "author", "email", "removed", "removed_in",
		"places", "refs", "fingerprint"}
}

func (r *csvReport) Start(finding.Header) error { return r.row(csvColumns()) }

func (r *csvReport) Finding(f *finding.Finding) error {
	first, primary := &f.Occurrences[0], &f.Occurrences[f.Primary()]
	exposure := f.Exposure()
	refs := 0
	for i := range f.Occurrences {
		refs = max(refs, f.Occurrences[i].RefCount, len(f.Occurrences[i].Refs))
	}
	return r.row([]string{string(f.Severity), string(f.Confidence), f.RuleID, oneLine(f.Description), f.Secret.String(),
		primary.Path, number(primary.StartLine), number(primary.StartColumn), string(primary.Kind), hidden(primary), presence(f),
		day(first.Date), first.Commit, first.Author.Name, first.Author.Email, day(exposure.Last), removal(f, exposure.Last),
		strconv.Itoa(len(f.Occurrences)), number(refs), f.Fingerprint})
}

func (r *csvReport) End() error {
	r.out.Flush()
	if err := r.out.Error(); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

func (r *csvReport) row(cells []string) error {
	for i, cell := range cells {
		cells[i] = inert(Printable(cell))
	}
	if err := r.out.Write(cells); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}

// number is n, or nothing where there is none.
func number(n int) string {
	if n == 0 {
		return ""
	}
	return strconv.Itoa(n)
}

// formulaSigns begin a formula in one spreadsheet or another, also as the wide and small forms that input methods of
// East Asia give and that are folded when a file is read. Tabs and returns, which some leave out, are escaped before.
const formulaSigns = "=+-@\uff1d\uff0b\uff0d\uff20\ufe66\ufe62\ufe63\ufe6b\u2212"

// inert returns a cell that no spreadsheet takes for a formula: an apostrophe, which says that text follows, stands
// before each sign that could begin one. That is one at the start, also after spaces and quotes; and, as programs of many
// countries split at semicolons and others at anything, one after what separates.
// See https://owasp.org/www-community/attacks/CSV_Injection.
func inert(cell string) string {
	if !strings.ContainsAny(cell, formulaSigns) {
		return cell
	}
	var b strings.Builder
	begins := true
	for _, c := range cell {
		switch {
		case strings.ContainsRune(formulaSigns, c):
			if begins {
				b.WriteByte('\'')
			}
			begins = false
		case strings.ContainsRune(",;|", c):
			begins = true
		case unicode.IsSpace(c) || strings.ContainsRune("\"'`“”‘’", c): // what may stand before
		default:
			begins = false
		}
		b.WriteRune(c)
	}
	return b.String()
}
