package main

import (
	"bufio"
	"context"
	"fmt"
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"time"
)

// mark names an object of a stream before its id is known.
type mark int

// stream is the input of git fast-import, written while it reads.
type stream struct {
	to    *bufio.Writer
	marks mark
}

// change is what a commit does to a path: gives it a blob, or takes it away.
type change struct {
	path string
	blob mark // 0 to take it away
}

func (s *stream) blob(content string) mark {
	s.marks++
	fmt.Fprintf(s.to, "blob\nmark :%d\n", s.marks)
	s.data(content)
	return s.marks
}

// commit writes a commit that changes the tree of its first parent.
func (s *stream) commit(ref, who, message string, date time.Time, parents []mark, changes []change) mark {
	s.marks++
	when := fmt.Sprintf("%s %d %s", who, date.Unix(), date.Format("-0700"))
	fmt.Fprintf(s.to, "commit %s\nmark :%d\nauthor %s\ncommitter %s\n", ref, s.marks, when, when)
	s.data(message)
	for i, parent := range parents {
		fmt.Fprintf(s.to, "%s :%d\n", []string{"from", "merge"}[min(i, 1)], parent)
	}
	for _, c := range changes {
		if c.blob == 0 {
			fmt.Fprintf(s.to, "D %s\n", c.path)
		} else {
			fmt.Fprintf(s.to, "M 100644 :%d %s\n", c.blob, c.path)
		}
	}
	s.to.WriteByte('\n')
	return s.marks
}

func (s *stream) tag(name, who, message string, date time.Time, target mark) {
	fmt.Fprintf(s.to, "tag %s\nfrom :%d\ntagger %s %d +0000\n", name, target, who, date.Unix())
	s.data(message)
}

// drop deletes a branch, which leaves what only it reached without a ref.
func (s *stream) drop(ref string) {
	fmt.Fprintf(s.to, "reset %s\nfrom %040d\n\n", ref, 0)
}

func (s *stream) data(content string) {
	fmt.Fprintf(s.to, "data %d\n", len(content))
	s.to.WriteString(content)
	s.to.WriteByte('\n')
}

// git runs git in a folder, with nothing of the user's configuration.
func git(ctx context.Context, dir string, input io.Reader, args ...string) error {
	command := exec.CommandContext(ctx, "git", args...)
	command.Dir = dir
	command.Stdin = input
	command.Env = append(os.Environ(), "GIT_CONFIG_NOSYSTEM=1", "GIT_CONFIG_GLOBAL="+os.DevNull, "GIT_DIR=.")
	if output, err := command.CombinedOutput(); err != nil {
		return fmt.Errorf("git %s: %w: %s", args[0], err, strings.TrimSpace(string(output)))
	}
	return nil
}

// build makes a bare repository of what generate writes, packs it, and returns the ids
// of marks. Unreachable objects go into the pack as well.
func build(ctx context.Context, dir string, generate func(*stream)) (map[mark]string, error) {
	if err := os.MkdirAll(filepath.Dir(dir), 0o755); err != nil {
		return nil, err
	}
	if err := os.Mkdir(dir, 0o755); err != nil {
		return nil, err
	}
	if err := git(ctx, dir, nil, "init", "--quiet", "--bare", "--initial-branch=main", "."); err != nil {
		return nil, err
	}
	marks := filepath.Join(dir, "synth-marks")
	defer os.Remove(marks)
	reader, writer := io.Pipe()
	go func() {
		to := bufio.NewWriterSize(writer, 1<<20)
		generate(&stream{to: to})
		writer.CloseWithError(to.Flush())
	}()
	err := git(ctx, dir, reader, "-c", "fastimport.unpackLimit=0", "fast-import", "--quiet", "--date-format=raw", "--export-marks=synth-marks")
	reader.Close() // ends the writer where git stopped early
	if err != nil {
		return nil, err
	}
	ids, err := readMarks(marks)
	if err != nil {
		return nil, err
	}
	return ids, git(ctx, dir, nil, "repack", "--quiet", "-a", "-d", "-F", "--keep-unreachable", "--depth=50", "--window=10")
}

func readMarks(name string) (map[mark]string, error) {
	file, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	ids := map[mark]string{}
	lines := bufio.NewScanner(file)
	for lines.Scan() {
		var m mark
		var id string
		if _, err := fmt.Sscanf(lines.Text(), ":%d %s", &m, &id); err != nil {
			return nil, fmt.Errorf("git fast-import wrote the mark %q: %w", lines.Text(), err)
		}
		ids[m] = id
	}
	return ids, lines.Err()
}
