package report

import (
	"fmt"
	"io"
	"slices"
	"strings"

	"github.com/unleak/unleak/remediate/account"
	"github.com/unleak/unleak/scanner/finding"
)

// RemediationFormats returns the formats of plans, accounts and evidence. All but
// accounts are without Markdown.
func RemediationFormats() []string { return []string{Text, JSON, Markdown} }

// WritePlan writes a plan as text or JSON.
func WritePlan(w io.Writer, format string, plan *account.Plan, opts Options) error {
	switch format {
	case Text:
		return planText(w, plan, opts)
	case JSON:
		return writeJSON(w, jsonPlan(plan))
	}
	return unknownFormat(format, Text, JSON)
}

// WriteAccount writes what a remediation did as text, JSON or Markdown.
func WriteAccount(w io.Writer, format string, a *account.Account, opts Options) error {
	switch format {
	case Text:
		return accountText(w, a, opts)
	case Markdown:
		return accountMarkdown(w, a)
	case JSON:
		a = a.MapText(finding.ValidText)
		a.SchemaVersion = account.SchemaVersion
		if a.Plan != nil {
			a.Plan = jsonPlan(a.Plan)
		}
		if a.Evidence != nil {
			a.Evidence.SchemaVersion = account.SchemaVersion
		}
		return writeJSON(w, a)
	}
	return unknownFormat(format, Text, JSON, Markdown)
}

// WriteEvidence writes what a verification found as text or JSON.
func WriteEvidence(w io.Writer, format string, e *account.Evidence, opts Options) error {
	switch format {
	case Text:
		return evidenceText(w, e, opts)
	case JSON:
		e = e.MapText(finding.ValidText)
		e.SchemaVersion = account.SchemaVersion
		return writeJSON(w, e)
	}
	return unknownFormat(format, Text, JSON)
}

// RemediationFormatFor splits the value of --output, as [FormatFor] does: FORMAT:FILE, or
// a FILE whose extension (.txt, .json, .md) names the format.
func RemediationFormatFor(output string) (format, file string, err error) {
	if prefix, rest, ok := strings.Cut(output, ":"); ok && isFormatWord(prefix) {
		switch {
		case !slices.Contains(RemediationFormats(), prefix):
			return "", "", fmt.Errorf("output %q: %w", output, unknownFormat(prefix, RemediationFormats()...))
		case rest == "":
			return "", "", fmt.Errorf("output %q names no file: write %s:FILE", output, prefix)
		}
		return prefix, rest, nil
	}
	for extension, format := range map[string]string{".txt": Text, ".json": JSON, ".md": Markdown, ".markdown": Markdown} {
		if strings.HasSuffix(strings.ToLower(output), extension) {
			return format, output, nil
		}
	}
	return "", "", fmt.Errorf("output %q: its extension names no format: end it in .txt, .json or .md, or write FORMAT:FILE such as json:%s",
		output, output)
}

func unknownFormat(format string, known ...string) error {
	return fmt.Errorf("unknown format %q: use one of %s", format, strings.Join(known, ", "))
}

// jsonPlan returns a plan as JSON can express it.
func jsonPlan(plan *account.Plan) *account.Plan {
	plan = plan.MapText(finding.ValidText)
	plan.SchemaVersion = account.SchemaVersion
	for i := range plan.Secrets {
		plan.Secrets[i].Since = validDate(plan.Secrets[i].Since)
	}
	return plan
}

func writeJSON(w io.Writer, v any) error {
	encoded, err := newEncoder().indented(v, 0)
	if err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	if _, err := w.Write(append(encoded, '\n')); err != nil {
		return fmt.Errorf("write report: %w", err)
	}
	return nil
}
