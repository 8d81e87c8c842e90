package remediate

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"time"

	"github.com/unleak/unleak/internal/gitcmd"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// move is one ref on its way.
type move struct {
	name     string
	from, to pack.ID // zero: it is not there
}

// moves lists what the refs of the state are to do, forwards or back.
func (s *state) moves(back bool) []move {
	var moves []move
	for _, ref := range s.Refs {
		m := move{string(ref.Name), pack.ID(ref.Old), pack.ID(ref.New)}
		if back {
			m.from, m.to = m.to, m.from
		}
		moves = append(moves, m)
	}
	return moves
}

// pendingMoves leaves out the refs that are where they should be. The error wraps [ErrMoved] if one is neither there
// nor where it comes from.
func (s *surgeon) pendingMoves(moves []move) ([]move, error) {
	now := map[string]pack.ID{}
	refs, _ := s.layout.Refs()
	for _, ref := range refs {
		if !ref.Pseudo && ref.Symbolic == "" {
			now[gitName(ref)] = ref.Target
		}
	}
	var pending []move
	for _, m := range moves {
		switch at := now[m.name]; at {
		case m.to:
		case m.from:
			pending = append(pending, m)
		default:
			return nil, fmt.Errorf("%w: %s is at %s, where nobody here put it; set it to %s (`git update-ref`) and try again",
				ErrMoved, printable(m.name), describe(at), describe(m.from))
		}
	}
	return pending, nil
}

func describe(id pack.ID) string {
	if id.IsZero() {
		return "no object (deleted)"
	}
	return id.String()
}

// moveRefs moves refs in one transaction of git, which checks once more where they come from. Git renames its
// files one by one, so a kill in between can leave some moved and others not, each to a whole history;
// doing it again, or back, starts from there. The context is looked at until all refs are locked.
func (s *surgeon) moveRefs(ctx context.Context, moves []move) error {
	moves, err := s.pendingMoves(moves)
	if err != nil {
		return err
	}
	if len(moves) == 0 {
		return nil
	}
	// Once git was told to commit, only a kill ends it.
	command := gitcmd.Command{GitDir: s.files.common, Inherit: s.inherit()}
	process, err := s.git.Start(context.WithoutCancel(ctx), command, "update-ref", "--no-deref", "--stdin", "-z")
	if err != nil {
		return err
	}
	defer process.Close()
	var input bytes.Buffer
	input.WriteString("start\x00")
	for _, m := range moves {
		switch {
		case m.to.IsZero():
			fmt.Fprintf(&input, "delete %s\x00%s\x00", m.name, m.from)
		case m.from.IsZero():
			fmt.Fprintf(&input, "create %s\x00%s\x00", m.name, m.to)
		default:
			fmt.Fprintf(&input, "update %s\x00%s\x00%s\x00", m.name, m.to, m.from)
		}
	}
	input.WriteString("prepare\x00")
	_, _ = process.Write(input.Bytes()) // a failure is told with the answer
	if err := process.Expect("start: ok"); err != nil {
		return err
	}
	if err := process.Expect("prepare: ok"); err != nil {
		return err
	}
	s.at("refs prepared")
	if err := ctx.Err(); err != nil {
		return errors.Join(context.Cause(ctx), process.Close()) // the end of input without a commit is an abort
	}
	_, _ = process.Write([]byte("commit\x00"))
	if s.reached != nil {
		_ = process.Flush()
		s.at("refs committing")
	}
	if err := process.Expect("commit: ok"); err != nil {
		return err
	}
	return process.Close()
}

// freeLocks removes locks of refs that a git of ours left over when it was killed. None is running: it would hold
// our own lock. A lock is taken for ours if it is not older than the step, holds nothing or what the step
// writes into it, and nobody touches it for a while.
func (s *surgeon) freeLocks(since time.Time) error {
	since = since.Add(-2 * time.Second) // file systems round down
	ours := map[string]bool{"": true}
	for _, ref := range s.state.Refs {
		ours[pack.ID(ref.Old).String()], ours[pack.ID(ref.New).String()] = true, true
	}
	packed := []string{filepath.Join(s.files.common, "packed-refs.lock"), filepath.Join(s.files.common, "packed-refs.new")}
	gitDirs := []string{s.files.common}
	for _, w := range s.state.Worktrees {
		if w.Name != "" {
			gitDirs = append(gitDirs, string(w.GitDir))
		}
	}
	var left []string
	for _, dir := range gitDirs {
		locks := []string{filepath.Join(dir, "HEAD.lock")}
		err := filepath.WalkDir(filepath.Join(dir, "refs"), func(path string, entry fs.DirEntry, err error) error {
			if err == nil && strings.HasSuffix(path, ".lock") {
				locks = append(locks, path)
			}
			if errors.Is(err, fs.ErrNotExist) {
				err = nil
			}
			return err
		})
		if err != nil {
			return err
		}
		for _, path := range locks {
			if content, young := readLock(path, since); young && ours[strings.TrimSuffix(content, "\n")] {
				left = append(left, path)
			}
		}
	}
	for _, path := range packed {
		if _, young := readLock(path, since); young {
			left = append(left, path)
		}
	}
	return removeIdle(left)
}

// idle is for how long a lock must not have changed to count as nobody's. Git holds these for
// milliseconds.
const idle = 1500 * time.Millisecond

// removeIdle removes those of some files that do not change.
func removeIdle(paths []string) error {
	if len(paths) == 0 {
		return nil
	}
	before := make([]os.FileInfo, len(paths))
	for i, path := range paths {
		before[i], _ = os.Lstat(path)
	}
	time.Sleep(idle)
	for i, path := range paths {
		now, err := os.Lstat(path)
		if err != nil || before[i] == nil || !os.SameFile(before[i], now) || now.Size() != before[i].Size() || !now.ModTime().Equal(before[i].ModTime()) {
			continue // git will say whose it is
		}
		if _, err := remove(path); err != nil {
			return err
		}
	}
	return nil
}

// readLock reads a lock file of a ref and says whether it is there and not older than a time. Of a
// longer file only that is told.
func readLock(path string, since time.Time) (content string, young bool) {
	info, err := os.Lstat(path)
	if err != nil || info.ModTime().Before(since) || !info.Mode().IsRegular() {
		return "", false
	}
	if info.Size() > 1<<10 {
		return "longer", true
	}
	read, err := os.ReadFile(path)
	return string(read), err == nil
}

// refFile is where git keeps a ref that is loose.
func (s *surgeon) refFile(name string) string {
	return filepath.Join(s.files.common, filepath.FromSlash(name))
}
