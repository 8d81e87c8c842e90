package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/scanner/finding"
)

type object = map[string]any

func readSchema(t *testing.T) object {
	t.Helper()
	return readSchemaFile(t, "report.schema.json")
}

func readSchemaFile(t *testing.T, name string) object {
	t.Helper()
	encoded, err := os.ReadFile("../../docs/" + name)
	if err != nil {
		t.Fatal(err)
	}
	var schema object
	if err := json.Unmarshal(encoded, &schema); err != nil {
		t.Fatal(err)
	}
	return schema
}

// validate returns where value is not what schema says. It knows the keywords that
// our schema uses, and fails on others.
func validate(root, schema object, value any, at string) []string {
	var faults []string
	fault := func(format string, args ...any) { faults = append(faults, at+": "+fmt.Sprintf(format, args...)) }
	for keyword, wanted := range schema {
		switch keyword {
		case "$schema", "$defs", "title", "description":
		case "$ref":
			name := strings.TrimPrefix(wanted.(string), "#/$defs/")
			faults = append(faults, validate(root, root["$defs"].(object)[name].(object), value, at)...)
		case "type":
			if got := jsonType(value); got != wanted && (got != "integer" || wanted != "number") {
				fault("is a %s, want a %v", got, wanted)
			}
		case "const":
			if value != wanted {
				fault("is %v, want %v", value, wanted)
			}
		case "enum":
			if !slices.Contains(wanted.([]any), value) {
				fault("is %v, want one of %v", value, wanted)
			}
		case "pattern":
			if s, _ := value.(string); !regexp.MustCompile(wanted.(string)).MatchString(s) {
				fault("%q does not match %v", s, wanted)
			}
		case "minimum":
			if n, ok := value.(float64); ok && n < wanted.(float64) {
				fault("is %v, want at least %v", n, wanted)
			}
		case "minItems":
			if list, ok := value.([]any); ok && float64(len(list)) < wanted.(float64) {
				fault("has %d items, want at least %v", len(list), wanted)
			}
		case "oneOf":
			fits := 0
			for _, one := range wanted.([]any) {
				if len(validate(root, one.(object), value, at)) == 0 {
					fits++
				}
			}
			if fits != 1 {
				fault("fits %d of %d forms, want one", fits, len(wanted.([]any)))
			}
		case "items":
			list, _ := value.([]any)
			for i, item := range list {
				faults = append(faults, validate(root, wanted.(object), item, fmt.Sprintf("%s[%d]", at, i))...)
			}
		case "required":
			members, _ := value.(object)
			for _, name := range wanted.([]any) {
				if _, ok := members[name.(string)]; !ok {
					fault("has no %v", name)
				}
			}
		case "properties", "additionalProperties":
			members, _ := value.(object)
			known, _ := schema["properties"].(object)
			for name, member := range members {
				rule, ok := known[name].(object)
				if ok != (keyword == "properties") {
					continue
				}
				if !ok {
					if rule, ok = wanted.(object); !ok {
						fault("has %s, which the schema does not know", name)
						continue
					}
				}
				faults = append(faults, validate(root, rule, member, at+"."+name)...)
			}
		default:
			fault("the schema uses %q, which this test does not check", keyword)
		}
	}
	return faults
}

func jsonType(value any) string {
	switch v := value.(type) {
	case nil:
		return "null"
	case bool:
		return "boolean"
	case string:
		return "string"
	case []any:
		return "array"
	case object:
		return "object"
	case float64:
		if v == math.Trunc(v) {
			return "integer"
		}
	}
	return "number"
}

func TestJSONFollowsSchema(t *testing.T) {
	schema := readSchema(t)
	for name, findings := range map[string][]*finding.Finding{"findings": testFindings(), "none": nil} {
		empty := completeHeader()
		empty.Coverage = finding.Coverage{}
		for _, header := range []finding.Header{completeHeader(), incompleteHeader(), empty} {
			var report any
			if err := json.Unmarshal(render(t, JSON, Options{}, header, findings), &report); err != nil {
				t.Fatal(err)
			}
			for _, fault := range validate(schema, schema, report, name) {
				t.Error(fault)
			}
		}
	}
}

// A report with a wrong member must not pass, or the test above says nothing.
func TestSchemaRefuses(t *testing.T) {
	schema := readSchema(t)
	tests := []struct{ name, old, new string }{
		{"unknown member", `"at_head"`, `"at_tail"`},
		{"missing member", `"rule_id": "env-file",`, ``},
		{"type", `"complete": true`, `"complete": 1`},
		{"enum", `"severity": "low"`, `"severity": "mild"`},
		{"pattern", `"head": "`, `"head": "x`},
		{"minimum", `"start_line": 12`, `"start_line": 0`},
		{"const", `"schema_version": "1.2"`, `"schema_version": "0.9"`},
		{"null", `"skipped": []`, `"skipped": null`},
	}
	good := render(t, JSON, Options{}, completeHeader(), testFindings())
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			bad := bytes.Replace(good, []byte(test.old), []byte(test.new), 1)
			var report any
			if err := json.Unmarshal(bad, &report); err != nil {
				t.Fatal(err)
			}
			if bytes.Equal(bad, good) || len(validate(schema, schema, report, "report")) == 0 {
				t.Error("it passes")
			}
		})
	}
}

// The schema and the Go types have the same members, the same of them optional.
func TestSchemaMatchesTypes(t *testing.T) {
	compareMembers(t, readSchema(t), map[string]reflect.Type{
		"source":     reflect.TypeFor[finding.Source](),
		"coverage":   reflect.TypeFor[finding.Coverage](),
		"kind_count": reflect.TypeFor[finding.KindCount](),
		"gap":        reflect.TypeFor[finding.Gap](),
		"finding":    reflect.TypeFor[finding.Finding](),
		"rule":       reflect.TypeFor[finding.Rule](),
		"occurrence": reflect.TypeFor[finding.Occurrence](),
	})
}

// compareMembers compares definitions of a schema with the types that they describe.
func compareMembers(t *testing.T, schema object, types map[string]reflect.Type) {
	t.Helper()
	definitions := schema["$defs"].(object)
	for name, typ := range types {
		definition := definitions[name].(object)
		var members, required, wantMembers, wantRequired []string
		for member := range definition["properties"].(object) {
			members = append(members, member)
		}
		for _, member := range definition["required"].([]any) {
			required = append(required, member.(string))
		}
		for i := range typ.NumField() {
			member, omit, _ := strings.Cut(typ.Field(i).Tag.Get("json"), ",")
			if member == "-" {
				continue
			}
			wantMembers = append(wantMembers, member)
			if omit == "" {
				wantRequired = append(wantRequired, member)
			}
		}
		for _, list := range [][]string{members, required, wantMembers, wantRequired} {
			slices.Sort(list)
		}
		if diff := cmp.Diff(wantMembers, members); diff != "" {
			t.Errorf("members of %s (-type +schema):\n%s", name, diff)
		}
		if diff := cmp.Diff(wantRequired, required); diff != "" {
			t.Errorf("required of %s (-type +schema):\n%s", name, diff)
		}
	}
}

func TestJSONMembersInOrder(t *testing.T) {
	text := string(render(t, JSON, Options{}, completeHeader(), nil))
	last := -1
	for _, member := range []string{"schema_version", "tool", "source", "coverage", "findings", "rules"} {
		at := strings.Index(text, "\n  \""+member+"\": ")
		if at <= last {
			t.Errorf("%s is out of order in\n%s", member, text)
		}
		last = at
	}
}

// Every line is an object by itself, and the finding lines are those of the JSON report.
func TestJSONLEqualsJSON(t *testing.T) {
	var whole struct{ Findings, Rules []object }
	if err := json.Unmarshal(render(t, JSON, Options{}, incompleteHeader(), testFindings()), &whole); err != nil {
		t.Fatal(err)
	}
	var lines []object
	for line := range bytes.Lines(render(t, JSONL, Options{}, incompleteHeader(), testFindings())) {
		var value object
		if err := json.Unmarshal(line, &value); err != nil {
			t.Fatal(err)
		}
		lines = append(lines, value)
	}
	if got := lines[0]["type"]; got != "header" {
		t.Errorf("the first line is a %v", got)
	}
	if diff := cmp.Diff(object{"type": "end", "findings": 4.0}, lines[len(lines)-1]); diff != "" {
		t.Errorf("last line (-want +got):\n%s", diff)
	}
	var findings, rules []object
	for _, line := range lines[1 : len(lines)-1] {
		kind := line["type"]
		delete(line, "type")
		switch kind {
		case "finding":
			if line["rule_id"] != rules[len(rules)-1]["id"] {
				t.Errorf("a finding of %v after the rule %v", line["rule_id"], rules[len(rules)-1]["id"])
			}
			findings = append(findings, line)
		case "rule":
			rules = append(rules, line)
		default:
			t.Errorf("a line of type %v", kind)
		}
	}
	slices.SortFunc(rules, func(a, b object) int { return strings.Compare(a["id"].(string), b["id"].(string)) })
	if diff := cmp.Diff(whole.Rules, rules); diff != "" {
		t.Errorf("rules (-json +jsonl):\n%s", diff)
	}
	if diff := cmp.Diff(whole.Findings, findings); diff != "" {
		t.Errorf("findings (-json +jsonl):\n%s", diff)
	}
}

// Commits may claim dates that RFC 3339, and with it encoding/json, cannot express.
func TestAnyDate(t *testing.T) {
	schema := readSchema(t)
	dates := []time.Time{
		time.Unix(1<<40, 0),
		time.Unix(-1<<40, 0),
		time.Unix(1_000_000_000, 0).In(time.FixedZone("", 99*3600)),
		time.Unix(1_000_000_000, 0).In(time.FixedZone("", -100*3600)),
		time.Unix(253402300799, 0).In(time.FixedZone("", 3600)),
	}
	for _, date := range dates {
		f := testFindings()[0]
		f.Occurrences[0].Date = date
		for _, format := range Formats() {
			out := render(t, format, Options{}, completeHeader(), []*finding.Finding{f})
			if format != JSON {
				continue
			}
			var report any
			if err := json.Unmarshal(out, &report); err != nil {
				t.Fatal(err)
			}
			for _, fault := range validate(schema, schema, report, date.String()) {
				t.Error(fault)
			}
		}
	}
}
