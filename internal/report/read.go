package report

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"

	"github.com/unleak/unleak/scanner/finding"
)

// MaxReport is the size in bytes of the largest report that [Read] takes, which errTooLarge names.
const MaxReport = 256 << 20

// Read reads a report back that was written as [JSON] or [JSONL], of any schema version 1.x. Of secrets
// is known what the report shows of them; see [finding.ShownSecret]. The header lists the rules of the report;
// versions before 1.2 have none, and what their findings say of their rules stands in.
//
// Writing what was read as JSON gives the same bytes, for a report of this schema version. A report may come from
// anyone: what no report can hold is refused, so that what is returned can go to any renderer. The error
// is one sentence that says what is wrong, where, and what to do. Memory is a few times the size of a
// report, and some twenty times the size, which is bounded, for what only looks like one.
func Read(in io.Reader) (finding.Header, []*finding.Finding, error) {
	return newReading(in, MaxReport).report()
}

// report reads all of it.
func (r *reading) report() (finding.Header, []*finding.Finding, error) {
	err := r.document()
	if err == nil && r.isLines {
		err = r.lines()
	} else if err == nil {
		err = r.nothingFollows()
	}
	if err != nil {
		return finding.Header{}, nil, r.explain(err)
	}
	r.completeRules()
	return r.header, r.findings, nil
}

// reading is a report as far as it was read.
type reading struct {
	in       *limited
	json     *json.Decoder
	at       string          // where the reader is, in words of the document
	isLines  bool            // JSON lines: what follows the first object belongs to it
	version  string          // schema_version
	members  map[string]bool // that the first object has
	header   finding.Header
	rules    map[string]bool // ids of those in the header
	findings []*finding.Finding
}

// newReading returns a reading of at most so many bytes.
func newReading(in io.Reader, most int64) *reading {
	counted := &limited{in: in, most: most}
	buffered := bufio.NewReaderSize(counted, 1<<16)
	if mark, _ := buffered.Peek(3); string(mark) == "\ufeff" { // an error comes back at the next read
		buffered.Discard(3)
	}
	return &reading{in: counted, json: json.NewDecoder(buffered), members: map[string]bool{}, rules: map[string]bool{}}
}

// document reads the first object: the whole report, or the header of JSON lines.
func (r *reading) document() error {
	if err := r.open('{'); err != nil {
		return err
	}
	for r.json.More() {
		token, err := r.json.Token()
		if err != nil {
			return err
		}
		name, _ := token.(string) // a key always is one
		if r.members[name] {
			return faultf("has the member %q twice", clip(name, 40))
		}
		r.members[name], r.at = true, name
		if err := r.member(name); err != nil {
			return err
		}
	}
	r.at = ""
	if _, err := r.json.Token(); err != nil {
		return err
	}
	return r.checkMembers()
}

// member reads the value of a member of the first object.
func (r *reading) member(name string) error {
	switch name {
	case "type":
		var kind string
		err := r.json.Decode(&kind)
		r.isLines = kind == "header"
		return err
	case "schema_version":
		if err := r.json.Decode(&r.version); err != nil {
			return err
		}
		return r.checkVersion()
	case "tool":
		return r.json.Decode(&r.header.Tool)
	case "source":
		return r.json.Decode(&r.header.Source)
	case "coverage":
		return r.json.Decode(&r.header.Coverage)
	case "suppressed":
		return r.json.Decode(&r.header.Suppressed)
	case "findings":
		return r.list(name, r.finding)
	case "rules":
		return r.list(name, r.rule)
	}
	var unknown json.RawMessage // of a later version 1.x, or of something else
	return r.json.Decode(&unknown)
}

// list reads the items of a list one by one.
func (r *reading) list(name string, item func(*json.Decoder) error) error {
	if err := r.open('['); err != nil {
		return err
	}
	for i := 0; r.json.More(); i++ {
		r.at = fmt.Sprintf("%s[%d]", name, i)
		if err := item(r.json); err != nil {
			return err
		}
	}
	r.at = name
	_, err := r.json.Token()
	return err
}

// open reads the bracket with which a value begins.
func (r *reading) open(bracket json.Delim) error {
	token, err := r.json.Token()
	if err != nil {
		return err
	}
	if token == bracket {
		return nil
	}
	if token == json.Delim('[') && r.at == "" {
		return errList
	}
	return faultf("is not %s", map[json.Delim]string{'{': "an object", '[': "a list"}[bracket])
}

// line is what tells the lines of JSON lines apart.
type line struct {
	Type     string `json:"type"`
	Findings *int   `json:"findings"`
}

// lines reads what follows the header of JSON lines.
func (r *reading) lines() error {
	for number := 2; ; number++ {
		r.at = fmt.Sprintf("line %d", number)
		var text json.RawMessage
		if err := r.json.Decode(&text); errors.Is(err, io.EOF) {
			return errCutOff
		} else if err != nil {
			return err
		}
		var l line
		if err := json.Unmarshal(text, &l); err != nil {
			return err
		}
		var err error
		switch l.Type {
		case "rule":
			err = r.rule(json.NewDecoder(bytes.NewReader(text)))
		case "finding":
			err = r.finding(json.NewDecoder(bytes.NewReader(text)))
		case "end":
			if l.Findings == nil || *l.Findings != len(r.findings) {
				return faultf("does not count the %d findings before it: lines are missing", len(r.findings))
			}
			return r.nothingFollows()
		case "header":
			return faultf("begins a second report: convert one at a time")
		default:
			return faultf("is of type %q, which no report has", clip(l.Type, 40))
		}
		if err != nil {
			return err
		}
	}
}

// nothingFollows refuses what stands after the end of the report.
func (r *reading) nothingFollows() error {
	r.at = ""
	switch _, err := r.json.Token(); {
	case errors.Is(err, io.EOF):
		return nil
	case err != nil:
		return err
	}
	return faultf("goes on after its end: a report is one document")
}
