package rules

import (
	"os"
	"testing"

	"github.com/BurntSushi/toml"
	"github.com/google/go-cmp/cmp"
)

// TestPlainReadsTheBuiltin: were the built-in file not plain, each start would take longer, and nothing else would tell.
func TestPlainReadsTheBuiltin(t *testing.T) {
	text, err := os.ReadFile("../rules.toml")
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := readPlain(string(text)); !ok {
		t.Error("rules.toml has something in it that only the whole of TOML can say")
	}
	comparePlain(t, string(text))
}

// comparePlain demands that what is read is what toml.Decode reads.
func comparePlain(t *testing.T, text string) {
	t.Helper()
	got, ok := readPlain(text)
	if !ok {
		return
	}
	want := map[string]any{}
	if _, err := toml.Decode(text, &want); err != nil {
		t.Fatalf("read, but it is no TOML: %v\n%q", err, text)
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("read otherwise (-want +got):\n%s\n%q", diff, text)
	}
}

func TestPlain(t *testing.T) {
	for name, test := range map[string]struct {
		text string
		want bool
	}{
		"empty":            {"", true},
		"comment":          {"# a\n  # b", true},
		"pairs":            {"a = \"x\"\nb = 'y' # c\nc = '''z'''\nd = 12\ne = 3.5\nf = true\n", true},
		"arrays":           {"a = []\nb = [\"x\", 'y',\n  '''z''', # c\n]\n", true},
		"tables":           {"[a]\nx = 1\n[[b]]\ny = 1\n[[b.c]]\nz = 1\n[[b]]\n[[b.c]]\n", true},
		"table twice":      {"[a]\n[a]\n", false},
		"key twice":        {"a = 1\na = 2\n", false},
		"escape":           {"a = \"\\n\"\n", false},
		"lines":            {"a = '''x\ny'''\n", false},
		"quote in literal": {"a = '''x''''\n", false},
		"inline table":     {"a = {b = 1}\n", false},
		"dotted key":       {"a.b = 1\n", false},
		"rest of line":     {"a = 1 b = 2\n", false},
		"date":             {"a = 2020-01-01\n", false},
		"octal":            {"a = 012\n", false},
		"array of a table": {"a = 1\n[[a]]\n", false},
		"control":          {"a = 'x\x01'\n", false},
		"not UTF-8":        {"a = 'x\xff'\n", false},
		"carriage return":  {"a = 1\r\n", false},
	} {
		t.Run(name, func(t *testing.T) {
			if _, ok := readPlain(test.text); ok != test.want {
				t.Errorf("read: %v, want %v", ok, test.want)
			}
			comparePlain(t, test.text)
		})
	}
}

func FuzzPlain(f *testing.F) {
	f.Add("[a]\nx = 1\n[[b]]\ny = ['a', \"b\"]\n[[b.c]]\nz = '''x'''\n")
	f.Add("a = 1.5\nb = true # c\n")
	f.Fuzz(comparePlain)
}
