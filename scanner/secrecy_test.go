package scanner_test

import (
	"bytes"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"log"
	"log/slog"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/internal/report"
	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

// Promise 3 of the design: nothing that leaves a scan holds a value, wherever the
// repository has it: in files, messages, or in the names that occurrences give.
func TestNoValueLeaves(t *testing.T) {
	h := randomHistory(t, 60, 60)
	r := h.Repo
	v := newValues(61)
	secrets := []string{v.token(), v.token(), v.token(), v.token()}
	tree := r.MakeTree(gittest.TreeEntry{Mode: "100644", Name: secrets[0] + ".txt", ID: r.Blob(secrets[1] + " " + secrets[2])})
	r.UpdateRef("refs/heads/"+secrets[2], r.MakeCommit(tree, "message "+secrets[3]))
	r.HashObject("tree", []byte("100644 "+secrets[0])) // malformed: the account tells of it
	for _, plant := range h.Plants {
		secrets = append(secrets, plant.Value)
	}
	var logged bytes.Buffer
	defer log.SetOutput(log.Writer())
	log.SetOutput(&logged)
	result := scan(t, scanner.Repository(r.Dir))
	values := found(result)
	for _, s := range secrets {
		if !hasValue(values, s) {
			t.Errorf("%q is not found: this test would not see it leave", s)
		}
	}
	outputs := rendered(t, result)
	outputs["the log"] = logged.String()
	outputs["a secret with each verb"] = printed(result.Findings)
	for where, output := range outputs {
		for _, s := range secrets {
			for _, form := range []string{s, base64.StdEncoding.EncodeToString([]byte(s))[:20], hex.EncodeToString([]byte(s))} {
				if strings.Contains(output, form) {
					t.Errorf("%s holds %q as %q", where, s, form)
				}
			}
		}
	}
}

// rendered returns a result in every format of a report.
func rendered(t *testing.T, result *scanner.Result) map[string]string {
	t.Helper()
	outputs := make(map[string]string)
	for _, format := range report.Formats() {
		var out bytes.Buffer
		handler, err := report.New(format, &out, report.Options{})
		must(t, err)
		must(t, report.Deliver(handler, result.Header, result.Findings))
		outputs[format] = out.String()
	}
	return outputs
}

// printed prints secrets in every way that Go has.
func printed(findings []*finding.Finding) string {
	var out bytes.Buffer
	logger := slog.New(slog.NewTextHandler(&out, nil))
	for _, f := range findings {
		logger.Info("found", "secret", f.Secret)
		fmt.Fprintf(&out, "%v %+v %#v %s %q %x %d", f.Secret, f.Secret, f.Secret, f.Secret, f.Secret, f.Secret, f.Secret)
	}
	return out.String()
}
