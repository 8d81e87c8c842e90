package report

import (
	"os"
	"strings"
	"testing"
)

// Every format has a row and a section in docs/reports.md, with its extensions, and is named among those that say what is done
// about hostile content.
func TestFormatsAreDocumented(t *testing.T) {
	text, err := os.ReadFile("../../docs/reports.md")
	if err != nil {
		t.Fatal(err)
	}
	page := string(text)
	_, hostile, _ := strings.Cut(page, "\n## Hostile content\n")
	for _, f := range formats() {
		if !strings.Contains(page, "| [`"+f.name+"`](#") || !strings.Contains(hostile, "`"+f.name+"`") {
			t.Errorf("docs/reports.md says nothing of %s, or of hostile content there", f.name)
		}
		if section := "`" + f.name + "`"; !strings.Contains(page, "### "+section) && !strings.Contains(page, "and "+section+"\n") {
			t.Errorf("docs/reports.md has no section on %s", f.name)
		}
		for _, extension := range f.extensions {
			if !strings.Contains(page, "`"+extension+"`") {
				t.Errorf("docs/reports.md does not name %s", extension)
			}
		}
	}
}
