package report

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"encoding/xml"
	"errors"
	"io"
	"maps"
	"regexp"
	"slices"
	"strings"
	"testing"
	"unicode"
	"unicode/utf8"
)

// What a hostile repository puts into names and messages is active in no format: not when the report is shown
// on a terminal or in a log, nor in the program that the format is for.
func TestNothingHostileIsActive(t *testing.T) {
	// A new format needs a row here that says what would be active in it.
	checks := map[string]func(*testing.T, string){
		Text:     noMarkers,
		JSON:     isJSON,
		JSONL:    isJSONLines,
		SARIF:    isJSON,
		Gitleaks: isJSON,
		CSV:      noFormula,
		JUnit:    onlyOurElements,
		Markdown: onlyCodeSpans,
		GitHub:   onlyOurCommands,
		HTML:     onlyOurTags,
	}
	for _, format := range Formats() {
		t.Run(format, func(t *testing.T) {
			check, ok := checks[format]
			if !ok {
				t.Fatalf("nothing says what would be active in %s", format)
			}
			out := string(render(t, format, Options{Verbose: true}, hostileHeader(), hostileFindings()))
			if len(out) < 1000 {
				t.Fatalf("the report is %q", out)
			}
			harmless(t, out)
			check(t, out)
		})
	}
}

// harmless fails where a text is not safe to print: every character shows as itself.
func harmless(t *testing.T, out string) {
	t.Helper()
	for i, c := range out {
		if c == utf8.RuneError || c != '\n' && !isVisible(c) && !(c == '\r' && strings.HasPrefix(out[i:], "\r\n")) {
			t.Fatalf("%U stands in %q", c, out[max(0, i-40):i+8])
		}
	}
}

// noMarkers fails where a line of a log could be a command of GitHub Actions.
func noMarkers(t *testing.T, out string) {
	for line := range strings.Lines(out) {
		if strings.HasPrefix(strings.TrimSpace(line), "::") {
			t.Errorf("a line is %q", line)
		}
	}
}

func isJSON(t *testing.T, out string) {
	noMarkers(t, out)
	var value any
	if err := json.Unmarshal([]byte(out), &value); err != nil {
		t.Error(err)
	}
}

func isJSONLines(t *testing.T, out string) {
	for line := range strings.Lines(out) {
		isJSON(t, line)
	}
}

// noFormula reads the report as a spreadsheet does, whatever it takes for the end of a cell.
func noFormula(t *testing.T, out string) {
	rows, err := csv.NewReader(strings.NewReader(out)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	if len(rows) != 1+len(hostileFindings()) {
		t.Errorf("%d rows", len(rows))
	}
	for _, row := range rows {
		for _, cell := range row {
			for _, part := range append(strings.FieldsFunc(cell, func(c rune) bool { return strings.ContainsRune(",;|\t\r\n", c) }), cell) {
				part = strings.TrimLeft(part, " \"`“”‘’")
				if first, _ := utf8.DecodeRuneInString(part); strings.ContainsRune(formulaSigns, first) && part != "" {
					t.Errorf("%q could be a formula, of the cell %q", part, cell)
				}
			}
		}
	}
	for line := range strings.Lines(out) {
		if !strings.HasSuffix(line, "\r\n") {
			t.Errorf("a line ends in %q", line[max(0, len(line)-10):])
		}
	}
}

// onlyOurElements reads XML strictly.
func onlyOurElements(t *testing.T, out string) {
	known := map[string][]string{
		"testsuites": {"name", "tests", "failures", "errors", "time"},
		"testsuite":  {"name", "tests", "failures", "errors", "time"},
		"properties": nil,
		"property":   {"name", "value"},
		"testcase":   {"classname", "name", "file", "line", "time"},
		"failure":    {"type", "message"},
		"error":      {"type", "message"},
	}
	elements := map[string]int{}
	for decoder := xml.NewDecoder(strings.NewReader(out)); ; {
		token, err := decoder.Token()
		if errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		switch token := token.(type) {
		case xml.StartElement:
			elements[token.Name.Local]++
			attributes, ok := known[token.Name.Local]
			if !ok {
				t.Errorf("element %s", token.Name.Local)
			}
			for _, attribute := range token.Attr {
				if !slices.Contains(attributes, attribute.Name.Local) {
					t.Errorf("attribute %s of %s", attribute.Name.Local, token.Name.Local)
				}
			}
		case xml.Comment, xml.Directive:
			t.Errorf("%T", token)
		}
	}
	n := len(hostileFindings())
	if elements["testcase"] != n+1 || elements["failure"] != n || elements["error"] != 1 {
		t.Errorf("elements: %v", slices.Sorted(maps.Keys(elements)))
	}
}

// withoutSpans is a line of Markdown with a word for each code span, as CommonMark has them.
func withoutSpans(line string) string {
	var b strings.Builder
	for line != "" {
		start := strings.IndexByte(line, '`')
		if start < 0 {
			break
		}
		length := len(line[start:]) - len(strings.TrimLeft(line[start:], "`"))
		fence := line[start : start+length]
		end := -1
		for at := start + length; at < len(line); {
			if line[at] != '`' {
				at++
				continue
			}
			run := len(line[at:]) - len(strings.TrimLeft(line[at:], "`"))
			if run == length {
				end = at
				break
			}
			at += run
		}
		if end < 0 {
			b.WriteString(line[:start+length])
			line = line[start+length:]
			continue
		}
		b.WriteString(line[:start] + "CODE")
		line = line[end+len(fence):]
	}
	return b.String() + line
}

// onlyCodeSpans fails where content stands outside of code spans, in which Markdown does nothing.
func onlyCodeSpans(t *testing.T, out string) {
	link := regexp.MustCompile(`\[CODE\]\(<https://github\.com/[A-Za-z0-9._~%/?=#-]*>\)`)
	for line := range strings.Lines(out) {
		bare := withoutSpans(strings.TrimRight(line, "\n"))
		bare = link.ReplaceAllString(bare, "LINK")
		if strings.HasPrefix(bare, "|") { // a table splits at bars before it knows of code
			cells := strings.Count(strings.ReplaceAll(line, `\|`, ""), "|")
			if cells != 6 && cells != 5 {
				t.Errorf("%d bars in the row %q", cells, line)
			}
		}
		for _, tag := range []string{"<details>", "</details>", "<summary>", "</summary>"} {
			if strings.HasPrefix(bare, tag) {
				bare = strings.NewReplacer(tag, "", "</summary>", "").Replace(bare)
			}
		}
		if strings.ContainsAny(bare, "<>@$`\\~") || strings.Contains(bare, "](") || strings.Contains(bare, "//") || strings.Contains(bare, "www.") ||
			strings.Contains(strings.TrimLeft(bare, "#"), "#") {
			t.Errorf("outside of code: %q", bare)
		}
	}
}

// onlyOurCommands parses workflow commands as the runner does.
func onlyOurCommands(t *testing.T, out string) {
	command := regexp.MustCompile(`^::(error|warning|notice) ((?:file|line|endLine|col|endColumn|title)=[^:,]*(?:,(?:file|line|endLine|col|endColumn|title)=[^:,]*)*)::(.*)\n$`)
	escape := regexp.MustCompile(`%(25|0D|0A|3A|2C)?`)
	levels := map[string]int{}
	for line := range strings.Lines(out) {
		parts := command.FindStringSubmatch(line)
		if parts == nil {
			t.Errorf("no command of ours: %q", line)
			continue
		}
		levels[parts[1]]++
		if strings.Contains(line, "##[") {
			t.Errorf("an old command stands in %q", line)
		}
		for _, e := range escape.FindAllString(line, -1) {
			if e == "%" {
				t.Errorf("a bare %% stands in %q", line)
			}
		}
		seen := map[string]bool{}
		for property := range strings.SplitSeq(parts[2], ",") {
			name, _, _ := strings.Cut(property, "=")
			if seen[name] {
				t.Errorf("%s twice in %q", name, line)
			}
			seen[name] = true
		}
	}
	for level, n := range levels {
		if n > annotationsShown {
			t.Errorf("%d annotations of level %s", n, level)
		}
	}
}

// onlyOurTags fails where a page has tags that the page of a harmless scan has not; a browser tests the rest.
func onlyOurTags(t *testing.T, out string) {
	tags := func(page string) []string {
		found := regexp.MustCompile(`<[/!]?[A-Za-z-]+`).FindAllString(page, -1)
		slices.Sort(found)
		return slices.Compact(found)
	}
	known := append(tags(string(render(t, HTML, Options{}, incompleteHeader(), testFindings()))), "<ul", "</ul")
	for _, tag := range tags(out) {
		if !slices.Contains(known, tag) {
			t.Errorf("the tag %s", tag)
		}
	}
	if got := strings.Count(out, "<script"); got != strings.Count(string(render(t, HTML, Options{}, incompleteHeader(), testFindings())), "<script") {
		t.Errorf("%d scripts", got)
	}
}

// The check of each format finds what it is for.
func TestActiveContentIsNoticed(t *testing.T) {
	for name, active := range map[string]bool{
		"`a` b": false, "` <b> `": false, "``a`b``": false, "`a": true, "<b>": true, "@a": true, "[x](y)": true,
	} {
		bare := withoutSpans(name)
		if got := strings.ContainsAny(bare, "<>@`") || strings.Contains(bare, "]("); got != active {
			t.Errorf("%q gives %q, active %t", name, bare, got)
		}
	}
	if !bytes.ContainsFunc([]byte("\u202e"), func(c rune) bool { return !isVisible(c) }) || unicode.IsPrint('\u202e') {
		t.Error("a change of direction is taken for visible")
	}
}
