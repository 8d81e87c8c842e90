package gitstore

import (
	"errors"
	"fmt"
	"strconv"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

var (
	// ErrNotRepository says that neither a path nor any folder above it is a Git
	// repository.
	ErrNotRepository error = notRepository{}
	// ErrReadOnly is returned by every method of [Storer] that would change the
	// repository.
	ErrReadOnly = errors.New("this view of the repository is read-only")
)

type notRepository struct{}

func (notRepository) Error() string { return "not a Git repository" }

// Hint says what to do about it.
func (notRepository) Hint() string {
	return "give the path of a repository: a work tree, a bare repository or a .git folder"
}

// Problem is something in a repository that could not be read. It does not
// stop the reading of the rest, and it may mean that something went unseen.
// Both fields are safe to print: bytes of the repository are quoted.
type Problem struct {
	Where string // a path relative to the common folder, or the name of a ref
	What  string // what was met there, without the offending bytes
}

// String returns "where: what".
func (p Problem) String() string { return p.Where + ": " + p.What }

// UnsupportedError says that a repository uses something this package cannot
// read, and what its owner can do about it.
type UnsupportedError struct {
	What   string // such as "the SHA-256 object format is not supported"
	Remedy string // such as "scan a SHA-1 clone of it"
}

// Error returns both parts as one sentence.
func (e *UnsupportedError) Error() string { return e.What + ": " + e.Remedy }

// DamageError says that the stored form of an object is broken.
type DamageError struct {
	Object pack.ID
	Where  string // the file that holds it
	Reason string
}

// Error names the object, the file and the reason.
func (e *DamageError) Error() string {
	return fmt.Sprintf("object %s is damaged in %s: %s", e.Object, printable(e.Where), e.Reason)
}

// TooLargeError says that an object was left unread because it declares more bytes
// than the caller's limit. Nothing was allocated for it.
type TooLargeError struct {
	Object pack.ID
	Kind   pack.Kind
	Size   int64 // declared, in bytes of content
	Limit  int64
}

// Error names the object, its size and the limit.
func (e *TooLargeError) Error() string {
	return fmt.Sprintf("%s %s has %d bytes, more than the limit of %d", e.Kind, e.Object, e.Size, e.Limit)
}

// Unwrap makes errors.Is(err, [pack.ErrTooLarge]) true.
func (e *TooLargeError) Unwrap() error { return pack.ErrTooLarge }

// maxProblems bounds how many problems one file can cause: a hostile file could
// otherwise fill memory with complaints about itself.
const maxProblems = 20

// problems collects what went wrong in one file.
type problems struct {
	where string
	list  []Problem
	more  int
}

func (p *problems) add(format string, args ...any) {
	if len(p.list) == maxProblems {
		p.more++
		return
	}
	p.list = append(p.list, Problem{p.where, fmt.Sprintf(format, args...)})
}

func (p *problems) all() []Problem {
	if p.more > 0 {
		return append(p.list, Problem{p.where, fmt.Sprintf("%d more problems of this kind", p.more)})
	}
	return p.list
}

// printable returns s quoted where it holds anything that a terminal could take for
// a command: names in a repository are hostile text.
func printable(s string) string {
	quoted := strconv.Quote(s)
	if quoted[1:len(quoted)-1] == s {
		return s
	}
	return quoted
}
