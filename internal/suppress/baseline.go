package suppress

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// AddBaseline adds what an earlier report has found: one of ours, as JSON or as JSON lines, by
// fingerprint; or gitleaks' JSON report, by file and value, or where values are redacted by
// commit, file and line. A report that we write as gitleaks does has our fingerprints among its tags. The error is one [*Error], for a file that is broken or something else.
func (l *List) AddBaseline(name string, data []byte) error {
	data = bytes.TrimPrefix(data, []byte("\ufeff"))
	text := bytes.TrimSpace(data)
	var err error
	switch {
	case len(text) == 0:
		err = errors.New("is empty")
	case text[0] == '[':
		err = l.addGitleaksReport(text)
	case text[0] == '{':
		err = l.addReport(text)
	default:
		err = errForeign
	}
	if err != nil {
		return &Error{File: name, Problem: "cannot be the baseline: " + err.Error()}
	}
	return nil
}

var errForeign = errors.New("it is no report of unleak (--format json or jsonl) and no JSON report of gitleaks")

// report is what counts of our reports, and what tells them from others.
type report struct {
	Type          string `json:"type"` // of JSON lines
	SchemaVersion string `json:"schema_version"`
	Findings      any    `json:"findings"` // a list, or at the end of JSON lines their number
	Fingerprint   string `json:"fingerprint"`
}

// addReport adds a report of ours.
func (l *List) addReport(data []byte) error {
	known := map[string]bool{}
	add := func(fingerprint string) error {
		if len(fingerprint) != FingerprintLen {
			return errors.New("a finding in it has no fingerprint")
		}
		known[fingerprint] = true
		return nil
	}
	decoder := json.NewDecoder(bytes.NewReader(data))
	ended, started, found := false, false, 0
	for {
		var r report
		if err := decoder.Decode(&r); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			return broken(err)
		}
		list, isList := r.Findings.([]any)
		switch {
		case r.SchemaVersion != "" && !strings.HasPrefix(r.SchemaVersion, "1."):
			return fmt.Errorf("its schema_version is %q, and this program reads 1", shorten(r.SchemaVersion))
		case r.SchemaVersion != "" && r.Type == "header" && !started:
			started = true
		case r.SchemaVersion != "" && isList && !started:
			started, ended = true, true
			for _, item := range list {
				f, _ := item.(map[string]any)
				fingerprint, _ := f["fingerprint"].(string)
				if err := add(fingerprint); err != nil {
					return err
				}
			}
		case r.Type == "rule" && started && !ended: // says nothing of what was found
		case r.Type == "finding" && started && !ended:
			found++
			if err := add(r.Fingerprint); err != nil {
				return err
			}
		case r.Type == "end" && started && !ended:
			if ended = true; r.Findings != float64(found) {
				return errors.New("it is cut off: lines are missing")
			}
		default:
			return errForeign
		}
	}
	if !ended {
		return errors.New("it is cut off: its last line is missing")
	}
	if l.known == nil {
		l.known = map[string]bool{}
	}
	for fingerprint := range known {
		l.known[fingerprint] = true
	}
	return nil
}

// gitleaksFinding is what counts of gitleaks' reports.
type gitleaksFinding struct {
	RuleID    *string
	StartLine *int
	Secret    string
	File      *string
	Commit    string
	Tags      []string
}

// fingerprint returns the fingerprint that a report of ours has among the tags, or "".
func (f *gitleaksFinding) fingerprint() string {
	for _, tag := range f.Tags {
		if text, ok := strings.CutPrefix(tag, "unleak:"); ok && len(text) == FingerprintLen {
			return text
		}
	}
	return ""
}

// addGitleaksReport adds a report of gitleaks.
func (l *List) addGitleaksReport(data []byte) error {
	var list []gitleaksFinding
	if err := json.Unmarshal(data, &list); err != nil {
		return broken(err)
	}
	if l.baseline == nil {
		l.baseline = placeIndex{}
	}
	for _, f := range list {
		if f.RuleID == nil || f.StartLine == nil || f.File == nil {
			return errForeign
		}
	}
	for _, f := range list {
		if fingerprint := f.fingerprint(); fingerprint != "" {
			if l.known == nil {
				l.known = map[string]bool{}
			}
			l.known[fingerprint] = true
			continue
		}
		p := place{rule: *f.RuleID, commit: strings.ToLower(f.Commit), line: *f.StartLine}
		if !redacted(f.Secret) {
			p.secret = f.Secret
		}
		path := cleanPath(*f.File)
		l.baseline[path] = append(l.baseline[path], p)
	}
	return nil
}

// redacted reports whether gitleaks has redacted a value: all of it, or its end.
func redacted(secret string) bool {
	return secret == "" || secret == "REDACTED" || strings.HasSuffix(secret, "...")
}

// broken says where a document stops being JSON.
func broken(err error) error {
	if syntax, ok := errors.AsType[*json.SyntaxError](err); ok {
		return fmt.Errorf("it is not valid JSON (%w, at byte %d)", err, syntax.Offset)
	}
	if _, ok := errors.AsType[*json.UnmarshalTypeError](err); ok {
		return errForeign
	}
	return fmt.Errorf("it is not valid JSON, or cut off: %w", err)
}
