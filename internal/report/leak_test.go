package report

import (
	"bytes"
	"encoding/json"
	"html"
	"net/url"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak/scanner/finding"
)

// plant sets every string in v, but the ids, to something that holds the values.
func plant(v reflect.Value, field string, values []string, n *int) {
	switch v.Kind() {
	case reflect.String:
		switch field {
		case "RuleID", "ID", "Fingerprint", "Severity", "Confidence", "Kind", "HeldBy",
			"Blob", "Object", "Commit", "RemovedIn", "LineHash", "Head", "Version", "Encoding":
			return
		}
		if field == "Name" && v.String() == "unleak" {
			return
		}
		*n++
		v.SetString(values[*n%len(values)] + "/a " + values[(*n+1)%len(values)] + values[(*n+2)%len(values)])
	case reflect.Slice:
		for i := range v.Len() {
			plant(v.Index(i), field, values, n)
		}
	case reflect.Map:
		for _, key := range v.MapKeys() {
			*n++
			v.SetMapIndex(key, reflect.ValueOf(values[*n%len(values)]))
		}
	case reflect.Pointer:
		plant(v.Elem(), field, values, n)
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() || v.Type() == reflect.TypeFor[finding.Secret]() {
			return
		}
		for i := range v.NumField() {
			plant(v.Field(i), v.Type().Field(i).Name, values, n)
		}
	}
}

// No report holds a found value, wherever in the repository that value stands too:
// not as it is, nor in the escapes of JSON or of URIs.
func TestNoFormatLeaksAValue(t *testing.T) {
	header, findings := incompleteHeader(), testFindings()
	values := []string{
		"exk_" + token(1, 36), token(2, 12), token(3, 12),
		token(4, 9) + `"\<&>` + token(5, 9), // JSON and HTML escapes
		token(6, 9) + " %#?é" + token(7, 9), // URI escapes
		token(8, 30) + "\n" + token(9, 30),  // lines
		token(10, 9) + "\xff\x1b" + token(11, 9),
		token(12, 6), token(12, 6) + token(13, 20), // one the start of another
	}
	for _, value := range values[3:] {
		f := *findings[0]
		f.Secret = finding.NewSecret(value, "")
		findings = append(findings, &f)
	}
	for i, f := range findings { // none shares its places with another
		findings[i] = f.MapText(func(s string) string { return s })
	}
	planted := 0
	plant(reflect.ValueOf(&header), "", values, &planted)
	plant(reflect.ValueOf(findings), "", values, &planted)
	if planted < 100 {
		t.Fatalf("only %d strings hold values", planted)
	}
	for _, format := range Formats() {
		for _, verbose := range []bool{false, true} {
			out := render(t, format, Options{Verbose: verbose}, header, findings)
			for _, value := range values {
				for _, form := range forms(t, value) {
					if at := bytes.Index(out, []byte(form)); at >= 0 {
						t.Fatalf("%s: %q stands in ...%s", format, value, out[max(0, at-80):at+len(form)])
					}
				}
			}
		}
	}
}

// forms returns how a value could be written in any format.
func forms(t *testing.T, value string) []string {
	t.Helper()
	escaped, err := json.Marshal(value)
	if err != nil {
		t.Fatal(err)
	}
	plain, err := newEncoder().compact(finding.ValidText(value))
	if err != nil {
		t.Fatal(err)
	}
	return []string{value, Printable(value), string(bytes.Trim(escaped, `"`)), strings.Trim(string(plain), `"`),
		pathURI(value), url.PathEscape(value), html.EscapeString(value), html.EscapeString(Printable(value)),
		xmlText(value), escapeData(value), escapeProperty(value), strings.ReplaceAll(Printable(value), `"`, `""`), inert(Printable(value))}
}

// What is asked for is shown, in full and in every format.
func TestReveal(t *testing.T) {
	value := token(1, 20) + `<é">` + token(2, 20)
	f := testFindings()[0]
	f.Secret = finding.NewSecret(value, "").Revealed()
	for _, format := range Formats() {
		want := value
		switch format {
		case JSON, JSONL, SARIF, Gitleaks:
			want = strings.ReplaceAll(value, `"`, `\"`)
		case CSV:
			want = strings.ReplaceAll(value, `"`, `""`)
		case JUnit:
			want = xmlText(value)
		case HTML:
			want = strings.NewReplacer("<", `\u003c`, ">", `\u003e`, `"`, `\"`).Replace(value)
		}
		if out := render(t, format, Options{}, completeHeader(), []*finding.Finding{f}); !bytes.Contains(out, []byte(want)) {
			t.Errorf("%s: the revealed value is not in\n%s", format, out)
		}
	}
}
