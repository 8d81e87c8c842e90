package report

import (
	"bytes"
	"encoding/json"
	"fmt"

	"github.com/unleak/unleak/scanner/finding"
)

// finding reads one finding.
func (r *reading) finding(from *json.Decoder) error {
	var read readFinding
	if err := from.Decode(&read); err != nil {
		return err
	}
	f := read.Finding
	f.Secret, f.Occurrences = finding.ShownSecret(read.Secret), read.Occurrences
	if err := checkFinding(&f); err != nil {
		return err
	}
	r.findings = append(r.findings, &f)
	return nil
}

// rule reads one rule.
func (r *reading) rule(from *json.Decoder) error {
	var rule finding.Rule
	if err := from.Decode(&rule); err != nil {
		return err
	}
	switch {
	case rule.ID == "":
		return faultf("has no id")
	case r.rules[rule.ID]:
		return faultf("has the id of a rule before it")
	}
	r.rules[rule.ID] = true
	r.header.Rules = append(r.header.Rules, rule)
	return checkLevels(rule.Severity, rule.Confidence)
}

// completeRules lists the rules by id, and adds those that the report does not.
func (r *reading) completeRules() {
	for _, f := range r.findings {
		if !r.rules[f.RuleID] {
			r.rules[f.RuleID] = true
			r.header.Rules = append(r.header.Rules, finding.Rule{ID: f.RuleID, Description: f.Description,
				Severity: f.Severity, Confidence: f.Confidence})
		}
	}
	sortRules(r.header.Rules)
}

// readFinding is a finding as JSON has it.
type readFinding struct {
	finding.Finding
	Secret      string      `json:"secret"`
	Occurrences occurrences `json:"occurrences"`
}

// occurrences reads its items one by one, and stops at the first that is none: a list of "{}" would
// otherwise take hundreds of times its size.
type occurrences []finding.Occurrence

func (list *occurrences) UnmarshalJSON(text []byte) error {
	decoder := json.NewDecoder(bytes.NewReader(text))
	if token, err := decoder.Token(); err != nil || token != json.Delim('[') {
		return faultf("has occurrences that are no list")
	}
	for decoder.More() {
		var o finding.Occurrence
		if err := decoder.Decode(&o); err != nil {
			return fmt.Errorf("occurrences[%d]: %w", len(*list), err)
		}
		if err := checkOccurrence(&o); err != nil {
			return fmt.Errorf("occurrences[%d] %w", len(*list), err)
		}
		*list = append(*list, o)
	}
	return nil
}
