package cli_test

import (
	"regexp"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// command is a command of a page.
type command struct {
	line    int // of the page
	section int // the number that the heading above begins with, or 0
	place   string
	text    string
	output  []string // lines; nil: not shown
	code    int
	file    string // to write the output to; there is nothing to run
}

var (
	numberedHeading = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^#+ (\d+)\.`) })
	pageComment     = sync.OnceValue(func() *regexp.Regexp { return regexp.MustCompile(`^<!-- (at|file): (.+) -->$`) })
)

// commandsOf returns the commands of the console blocks of a page, and the files it has its reader write.
func commandsOf(page string) []command {
	var commands []command
	var section int
	var inside string
	comments := map[string]string{} // above a block
	number := 0
	for line := range strings.Lines(page) {
		number++
		line = strings.TrimRight(line, "\r\n")
		switch fence, fenced := strings.CutPrefix(strings.TrimSpace(line), "```"); {
		case fenced && inside != "":
			inside = ""
			clear(comments)
		case fenced:
			inside = "```" + fence
			if name, ok := comments["file"]; ok {
				inside = "file"
				commands = append(commands, command{line: number, section: section, file: name, output: []string{}})
			}
		case inside == "":
			if heading := numberedHeading().FindStringSubmatch(line); heading != nil {
				section, _ = strconv.Atoi(heading[1])
			}
			if comment := pageComment().FindStringSubmatch(line); comment != nil {
				comments[comment[1]] = comment[2]
			}
		case inside == "```console" && strings.HasPrefix(line, "$ "):
			commands = append(commands, command{line: number, section: section, place: comments["at"], text: line[2:]})
		case len(commands) > 0 && (inside == "```console" || inside == "file"):
			last := &commands[len(commands)-1]
			last.output = append(last.output, line)
		}
	}
	return withCodes(commands)
}

// withCodes takes the commands that show an exit code for what they are.
func withCodes(commands []command) []command {
	var list []command
	for _, c := range commands {
		if c.text == "echo $?" && len(list) > 0 && len(c.output) == 1 {
			list[len(list)-1].code, _ = strconv.Atoi(c.output[0])
			continue
		}
		list = append(list, c)
	}
	return list
}

// notIn returns the first part of what a page shows that is not in an output where it should be.
func notIn(output string, shown []string) string {
	if shown == nil {
		return ""
	}
	rest, gap := essence(output), false
	for i, part := range strings.Split(strings.Join(shown, "\n")+"\n", "[...]\n") {
		if i > 0 {
			gap = true
		}
		part = essence(part)
		at := strings.Index(rest, part)
		if at < 0 || at > 0 && !gap {
			return part
		}
		rest = rest[at+len(part):]
		if part != "" {
			gap = false
		}
	}
	if rest = strings.TrimSpace(rest); rest != "" && !gap {
		return "the end; there is more: " + rest
	}
	return ""
}

// difference is what may differ between a page and a run of its commands.
type difference struct {
	pattern *regexp.Regexp
	with    string
}

// differences are where the reader is, when, and what the tools say of bytes on disk.
var differences = sync.OnceValue(func() (list []difference) {
	for _, d := range [][2]string{
		{`(^|[\s("])/\S+/`, "$1"}, // folders
		{`\b[0-9]{8}T[0-9]{6}Z\b`, "TIME"},
		{`\b[0-9]{4}-[0-9]{2}-[0-9]{2}\b`, "DATE"},
		{`\b[0-9a-f]{7,64}\b`, "ID"},
		{`\b[0-9]+(\.[0-9]+)? (bytes|kB|MB)`, "SIZE"},
		{`\bin [0-9.]+ s\b`, "in TIME"},
		{`\.\.\.[A-Za-z0-9]{4}\b`, "...LAST"},
		{`\s+`, " "},
	} {
		list = append(list, difference{regexp.MustCompile(d[0]), d[1]})
	}
	return list
})

// essence is a text without what may differ.
func essence(text string) string {
	for _, d := range differences() {
		text = d.pattern.ReplaceAllString(text, d.with)
	}
	return strings.TrimLeft(text, " ")
}

// The reader notices what a page gets wrong.
func TestPageDifferences(t *testing.T) {
	const output = "one\ntwo 12 kB\n  three\nfour\n"
	for _, test := range []struct {
		name, shown string
		wrong       bool
	}{
		{"all", "one\ntwo 12 kB\nthree\nfour", false},
		{"other size, other breaks", "one two\n1.5 kB three four", false},
		{"gap at the end", "one\n[...]", false},
		{"gap at the beginning", "[...]\nfour", false},
		{"gap in between", "one\n[...]\nfour", false},
		{"only a gap", "[...]", false},
		{"beginning left out", "two 12 kB\n[...]", true},
		{"end left out", "one", true},
		{"middle left out", "one\nthree\nfour", true},
		{"other order", "[...]\nfour\n[...]\none\n[...]", true},
		{"made up", "[...]\nfive\n[...]", true},
	} {
		t.Run(test.name, func(t *testing.T) {
			if got := notIn(output, strings.Split(test.shown, "\n")); (got != "") != test.wrong {
				t.Errorf("missing %q, want something: %v", got, test.wrong)
			}
		})
	}
}
