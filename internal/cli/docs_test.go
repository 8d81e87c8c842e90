package cli

import (
	"encoding/json"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
)

// Command lines that the documentation shows can be typed: the commands exist, and so do their flags.
func TestCommandLinesInDocs(t *testing.T) {
	root := filepath.Join("..", "..")
	var names []string
	for _, pattern := range []string{"*.md", "docs/*.md"} {
		found, err := filepath.Glob(filepath.Join(root, filepath.FromSlash(pattern)))
		if err != nil {
			t.Fatal(err)
		}
		names = append(names, found...)
	}
	span := regexp.MustCompile("`unleak ([a-z][^`\n]*)`")
	typed := regexp.MustCompile(`(?m)^ *(?:\$ |.*\| )?(unleak [a-z].*)$`)
	fenced := regexp.MustCompile("(?s)```(?:console|sh)?\n(.*?)```")
	shown := 0
	check := func(name, text string) {
		text, _, _ = strings.Cut(text, "   ") // what it does
		text, _, _ = strings.Cut(text, " # ")
		text, _, _ = strings.Cut(text, " && ")
		for _, open := range []string{"[", "...", "<"} {
			if strings.Contains(text, open) {
				return // a pattern, or shortened
			}
		}
		shown++
		t.Run(filepath.Base(name), func(t *testing.T) { checkCommandLine(t, text) })
	}
	for _, name := range names {
		page, err := os.ReadFile(name)
		if err != nil {
			t.Fatal(err)
		}
		for _, match := range span.FindAllStringSubmatch(string(page), -1) {
			check(name, "unleak "+match[1])
		}
		for _, block := range fenced.FindAllStringSubmatch(string(page), -1) {
			for _, match := range typed.FindAllStringSubmatch(block[1], -1) {
				check(name, match[1])
			}
		}
	}
	if shown < 80 {
		t.Errorf("only %d command lines were found", shown)
	}
}

// docs/json.md has every member of the report.
func TestEveryMemberIsExplained(t *testing.T) {
	folder := filepath.Join("..", "..", "docs")
	page, err := os.ReadFile(filepath.Join(folder, "json.md"))
	if err != nil {
		t.Fatal(err)
	}
	data, err := os.ReadFile(filepath.Join(folder, "report.schema.json"))
	if err != nil {
		t.Fatal(err)
	}
	type object struct {
		Properties map[string]any
	}
	var schema struct {
		object
		Definitions map[string]object `json:"$defs"`
	}
	if err := json.Unmarshal(data, &schema); err != nil {
		t.Fatal(err)
	}
	members := 0
	explained := func(of object) {
		for member := range of.Properties {
			members++
			if !strings.Contains(string(page), "`"+member+"`") {
				t.Errorf("docs/json.md does not say what %q is", member)
			}
		}
	}
	explained(schema.object)
	for name, of := range schema.Definitions {
		if name != "gap" { // parts of coverage, which the schema has in detail
			explained(of)
		}
	}
	if members < 50 {
		t.Errorf("only %d members were found", members)
	}
}
