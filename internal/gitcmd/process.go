package gitcmd

import (
	"bufio"
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
)

// Process is a git that answers line by line, such as `update-ref --stdin`. For one goroutine.
type Process struct {
	ctx    context.Context
	args   []string
	cmd    *exec.Cmd
	stdin  io.WriteCloser
	input  *bufio.Writer
	answer *bufio.Reader
	stderr bytes.Buffer
	ended  error // set once it has ended
	waited bool
}

// Start starts git. The caller ends it with [Process.Close].
func (g *Git) Start(ctx context.Context, c Command, args ...string) (*Process, error) {
	p := &Process{ctx: ctx, args: args, cmd: g.command(ctx, c, args)}
	p.cmd.Stderr = &p.stderr
	var err error
	if p.stdin, err = p.cmd.StdinPipe(); err != nil {
		return nil, fmt.Errorf("git %s: %w", args[0], err)
	}
	stdout, err := p.cmd.StdoutPipe()
	if err != nil {
		return nil, fmt.Errorf("git %s: %w", args[0], err)
	}
	if err := p.cmd.Start(); err != nil {
		return nil, fmt.Errorf("git %s: %w", args[0], err)
	}
	p.input, p.answer = bufio.NewWriterSize(p.stdin, 64<<10), bufio.NewReader(stdout)
	return p, nil
}

// Write gives git input, which may be kept until the next [Process.Expect]. A failure is told
// there, with what git said.
func (p *Process) Write(input []byte) (int, error) { return p.input.Write(input) }

// Expect sends what was written and waits for a line. Any other line, or none, is an error with
// what git said, and the process has ended then.
func (p *Process) Expect(line string) error {
	flushed := p.input.Flush()
	answer, err := p.answer.ReadString('\n')
	if err == nil && strings.TrimSuffix(answer, "\n") == line {
		return nil
	}
	if closed := p.Close(); closed != nil {
		return closed
	}
	return failure(p.ctx, p.args, p.stderr.Bytes(), errors.Join(flushed, fmt.Errorf("it did not answer %q", line)))
}

// Close ends the input and waits for git to end. It may be called again.
func (p *Process) Close() error {
	if p.waited {
		return p.ended
	}
	p.waited = true
	_ = p.stdin.Close() // git may be gone already
	_, _ = io.Copy(io.Discard, p.answer)
	if err := p.cmd.Wait(); err != nil {
		p.ended = failure(p.ctx, p.args, p.stderr.Bytes(), err)
	}
	return p.ended
}

// Flush sends what was written.
func (p *Process) Flush() error { return p.input.Flush() }
