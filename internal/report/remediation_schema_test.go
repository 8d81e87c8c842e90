package report

import (
	"bytes"
	"encoding/json"
	"io"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak/remediate/account"
)

const remediationSchema = "remediation.schema.json"

// decoded is what write writes, as JSON.
func decoded(t *testing.T, write func(io.Writer) error) (text []byte, value any) {
	t.Helper()
	var out bytes.Buffer
	if err := write(&out); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(out.Bytes(), &value); err != nil {
		t.Fatal(err)
	}
	return out.Bytes(), value
}

// Every plan, account and evidence is of its form, full ones and those that hold as little as can be, and of
// no other form.
func TestRemediationJSONFollowsSchema(t *testing.T) {
	schema := readSchemaFile(t, remediationSchema)
	bare := &account.Account{Plan: &account.Plan{}, Started: date(2024, 5, 6), Finished: date(2024, 5, 6)}
	full := testAccount()
	elsewhere := refusedPlan()
	elsewhere.Secrets[0].Since = time.Unix(1_000_000_000, 0).In(time.FixedZone("", 99*3600))
	for name, document := range map[string]struct {
		form  string
		write func(io.Writer) error
	}{
		"plan":           {"plan", remediations()["plan.json"]},
		"empty plan":     {"plan", remediations()["plan-empty.json"]},
		"odd zone":       {"plan", func(w io.Writer) error { return WritePlan(w, JSON, elsewhere, Options{}) }},
		"account":        {"account", func(w io.Writer) error { return WriteAccount(w, JSON, full, Options{}) }},
		"bare account":   {"account", func(w io.Writer) error { return WriteAccount(w, JSON, bare, Options{}) }},
		"evidence":       {"evidence", remediations()["evidence.json"]},
		"proof":          {"evidence", func(w io.Writer) error { return WriteEvidence(w, JSON, testEvidence(), Options{}) }},
		"empty evidence": {"evidence", func(w io.Writer) error { return WriteEvidence(w, JSON, &account.Evidence{}, Options{}) }},
	} {
		_, value := decoded(t, document.write)
		for _, form := range []object{schema["$defs"].(object)[document.form].(object), schema} {
			for _, fault := range validate(schema, form, value, name) {
				t.Error(fault)
			}
		}
	}
}

// A document with a wrong member must not pass, or the test above says nothing.
func TestRemediationSchemaRefuses(t *testing.T) {
	schema := readSchemaFile(t, remediationSchema)
	tests := []struct{ name, document, old, new string }{
		{"unknown member", "plan.json", `"at_head"`, `"at_tail"`},
		{"missing member", "plan.json", `"ref_count": 15,`, ``},
		{"type", "account.json", `"bare": false`, `"bare": 0`},
		{"verdict", "plan.json", `"verdict": "warn"`, `"verdict": "perhaps"`},
		{"id", "plan.json", `"head": "`, `"head": "x`},
		{"time", "account.json", `"started": "2`, `"started": "`},
		{"negative", "account.json", `"seconds": 0.9`, `"seconds": -0.9`},
		{"version", "evidence.json", `"schema_version": "1.0"`, `"schema_version": "0.9"`},
		{"null for a list", "plan-empty.json", `"checks": []`, `"checks": null`},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			good, _ := decoded(t, remediations()[test.document])
			bad := strings.Replace(string(good), test.old, test.new, 1)
			var value any
			if err := json.Unmarshal([]byte(bad), &value); err != nil {
				t.Fatal(err)
			}
			if bad == string(good) || len(validate(schema, schema, value, test.document)) == 0 {
				t.Error("it passes")
			}
		})
	}
}

func TestRemediationSchemaMatchesTypes(t *testing.T) {
	compareMembers(t, readSchemaFile(t, remediationSchema), map[string]reflect.Type{
		"plan": reflect.TypeFor[account.Plan](), "account": reflect.TypeFor[account.Account](), "evidence": reflect.TypeFor[account.Evidence](),
		"tool": reflect.TypeFor[account.Tool](), "repository": reflect.TypeFor[account.Repository](), "remote": reflect.TypeFor[account.Remote](),
		"selectors": reflect.TypeFor[account.Selectors](), "secret": reflect.TypeFor[account.Secret](), "place": reflect.TypeFor[account.Place](),
		"path": reflect.TypeFor[account.Path](), "other_path": reflect.TypeFor[account.OtherPath](), "replacement": reflect.TypeFor[account.Replacement](),
		"binary": reflect.TypeFor[account.Binary](), "objects": reflect.TypeFor[account.Objects](), "commits": reflect.TypeFor[account.Commits](),
		"messages": reflect.TypeFor[account.Messages](), "ref": reflect.TypeFor[account.Ref](), "signatures": reflect.TypeFor[account.Signatures](),
		"lfs_object": reflect.TypeFor[account.LFS](), "size": reflect.TypeFor[account.Size](), "check": reflect.TypeFor[account.Check](),
		"step": reflect.TypeFor[account.Step](), "backup": reflect.TypeFor[account.Backup](), "pack": reflect.TypeFor[account.Pack](),
		"purged": reflect.TypeFor[account.Purged](), "files": reflect.TypeFor[account.Files](), "task": reflect.TypeFor[account.Task](),
		"searched": reflect.TypeFor[account.Searched](), "holding": reflect.TypeFor[account.Holding](), "control": reflect.TypeFor[account.Control](),
	})
}
