package example_test

import (
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"go/parser"
	"go/token"
	"io"
	"net/url"
	"slices"
	"strings"
	"testing"

	"github.com/BurntSushi/toml"

	"github.com/unleak/unleak/rules/example"
)

func syntax(t *testing.T, name string) example.Syntax {
	t.Helper()
	all := example.Syntaxes()
	i := slices.IndexFunc(all, func(s example.Syntax) bool { return s.Name == name })
	if i < 0 {
		t.Fatalf("no syntax is named %s", name)
	}
	return all[i]
}

// Each text holds the value, in its escaped form, and its name in some form.
func TestWrite(t *testing.T) {
	for _, s := range example.Syntaxes() {
		for _, value := range []string{"abc123", `a"b'c\d&e<f>g#h i`, "one\ntwo\n"} {
			text := s.Write("acme.api-key", value)
			if !strings.Contains(text, s.Escape(value)) || !strings.Contains(strings.NewReplacer("_", "", "-", "", ".", "").Replace(text), "acmeapikey") {
				t.Errorf("%s of %q is\n%s", s.Name, value, text)
			}
			if strings.Contains(text, "<name>") || strings.Contains(text, "<value>") || strings.Count(text, "\n") < 3 {
				t.Errorf("%s is\n%s", s.Name, text)
			}
		}
	}
}

// Texts read back what was written, by the parsers that are at hand.
func TestWriteReadsBack(t *testing.T) {
	const name = "acme.api key"
	for _, value := range []string{"abc123", `a"b'c\d&e<f>g#h i;j,k`, "one\ntwo\n", "${x}%20=&"} {
		check := func(syntax, got string) {
			t.Helper()
			if got != value {
				t.Errorf("%s: %q was written, %q read", syntax, value, got)
			}
		}
		var object map[string]any
		if err := json.Unmarshal([]byte(syntax(t, "json").Write(name, value)), &object); err != nil {
			t.Error(err)
		} else {
			check("json", object[name].(string))
		}
		var document struct{ Service map[string]any }
		if _, err := toml.Decode(syntax(t, "toml").Write(name, value), &document); err != nil {
			t.Error(err)
		} else {
			check("toml", document.Service[name].(string))
		}
		var element struct {
			Key string `xml:"acme.api-key"`
		}
		if err := xml.Unmarshal([]byte(syntax(t, "xml-element").Write(name, value)), &element); err != nil {
			t.Error(err)
		}
		check("xml-element", element.Key)
		var attributes struct {
			Add []struct {
				Value string `xml:"value,attr"`
			} `xml:"add"`
		}
		if err := xml.Unmarshal([]byte(syntax(t, "xml-attribute").Write(name, strings.ReplaceAll(value, "\n", " "))), &attributes); err != nil {
			t.Error(err)
		} else if got := attributes.Add[1].Value; got != strings.ReplaceAll(value, "\n", " ") {
			t.Errorf("xml-attribute: %q", got)
		}
		query := strings.Fields(strings.SplitAfter(syntax(t, "url").Write("key", value), "\n")[1])[1]
		if parsed, err := url.Parse(query); err != nil {
			t.Error(err)
		} else {
			check("url", parsed.Query().Get("key"))
		}
		records, err := csv.NewReader(strings.NewReader(syntax(t, "csv").Write(name, value))).ReadAll()
		if err != nil {
			t.Error(err)
		} else {
			check("csv", records[2][1])
		}
		if _, err := parser.ParseFile(token.NewFileSet(), "x.go", syntax(t, "go").Write(name, value), 0); err != nil {
			t.Error(err)
		}
		if decoder := xml.NewDecoder(strings.NewReader(syntax(t, "xml-attribute").Write(name, value))); decoder != nil {
			for err = nil; err == nil; _, err = decoder.Token() {
			}
			if err != io.EOF {
				t.Error(err)
			}
		}
	}
}
