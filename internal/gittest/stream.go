package gittest

import (
	"bufio"
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"
)

// Mark names an object of a [Stream] before its id is known.
type Mark int

// Stream is input for git fast-import: a history of thousands of commits takes one
// process. The zero value is empty and ready.
type Stream struct {
	buffer bytes.Buffer
	marks  Mark
}

// StreamFile is one file of a commit. Blob is its content; for a gitlink, ID is
// the commit it names instead.
type StreamFile struct {
	Mode string // "100644", "100755", "120000", "160000"
	Blob Mark
	ID   string
}

// StreamCommit is one commit of a stream, with its whole tree.
type StreamCommit struct {
	Ref       string
	Author    string // "Name <mail>"; without one, the usual identity
	Committer string
	Date      time.Time
	Message   string
	Parents   []Mark
	Files     map[string]StreamFile // path, as bytes, to file
}

// Blob adds a blob.
func (s *Stream) Blob(content []byte) Mark {
	s.marks++
	fmt.Fprintf(&s.buffer, "blob\nmark :%d\n", s.marks)
	s.data(string(content))
	return s.marks
}

// Commit adds a commit and points its ref there.
func (s *Stream) Commit(c StreamCommit) Mark {
	s.marks++
	if len(c.Parents) == 0 {
		fmt.Fprintf(&s.buffer, "reset %s\n", c.Ref) // a second root needs it
	}
	fmt.Fprintf(&s.buffer, "commit %s\nmark :%d\n", c.Ref, s.marks)
	s.person("author", c.Author, c.Date)
	s.person("committer", c.Committer, c.Date)
	s.data(c.Message)
	for i, parent := range c.Parents {
		fmt.Fprintf(&s.buffer, "%s :%d\n", []string{"from", "merge"}[min(i, 1)], parent)
	}
	s.buffer.WriteString("deleteall\n")
	for path, file := range sorted(c.Files) {
		what := fmt.Sprintf(":%d", file.Blob)
		if file.Blob == 0 {
			what = file.ID
		}
		fmt.Fprintf(&s.buffer, "M %s %s %s\n", file.Mode, what, quote(path))
	}
	s.buffer.WriteByte('\n')
	return s.marks
}

// Tag adds an annotated tag; name is without refs/tags/.
func (s *Stream) Tag(name string, target Mark, message string, date time.Time) {
	fmt.Fprintf(&s.buffer, "tag %s\nfrom :%d\n", name, target)
	s.person("tagger", "", date)
	s.data(message)
}

func (s *Stream) person(role, who string, date time.Time) {
	if who == "" {
		who = fmt.Sprintf("%s <%s>", Name, Email)
	}
	fmt.Fprintf(&s.buffer, "%s %s %d %s\n", role, who, date.Unix(), date.Format("-0700"))
}

func (s *Stream) data(content string) {
	fmt.Fprintf(&s.buffer, "data %d\n%s\n", len(content), content)
}

// quote writes a path the way fast-import and git's own output quote it, so
// that any byte but NUL can stand in it.
func quote(path string) string {
	var quoted strings.Builder
	quoted.WriteByte('"')
	for _, c := range []byte(path) {
		if c < ' ' || c >= 0x7f || c == '"' || c == '\\' {
			fmt.Fprintf(&quoted, `\%03o`, c)
			continue
		}
		quoted.WriteByte(c)
	}
	return quoted.String() + `"`
}

// Import feeds a stream to git fast-import, which writes one pack, and returns
// the hex id of every mark.
func (r *Repo) Import(s *Stream) map[Mark]string {
	r.t.Helper()
	marks := filepath.Join(r.home, "marks")
	r.GitInput(s.buffer.Bytes(), "-c", "fastimport.unpackLimit=0",
		"fast-import", "--quiet", "--force", "--date-format=raw", "--export-marks="+marks)
	file, err := os.Open(marks)
	must(r.t, err)
	defer file.Close()
	ids := make(map[Mark]string)
	for lines := bufio.NewScanner(file); lines.Scan(); {
		var mark Mark
		var id string
		if _, err := fmt.Sscanf(lines.Text(), ":%d %s", &mark, &id); err != nil {
			r.t.Fatalf("git fast-import wrote the mark %q: %v", lines.Text(), err)
		}
		ids[mark] = id
	}
	return ids
}
