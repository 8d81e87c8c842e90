// Package pathspec says which paths of a repository a person means.
package pathspec

// Pattern is a parsed path pattern. It is immutable and safe for concurrent use.
type Pattern struct{ text string }

// Parse reads a pattern.
func Parse(pattern string) (Pattern, error) { return Pattern{pattern}, nil }

// String returns the pattern as it was written.
func (p Pattern) String() string { return p.text }

// Match reports whether the entry at path, from the root of a tree and without a slash at
// either end, is meant itself. dir says that it is a folder: a tree, not a submodule. What
// lies below a folder that matches is not asked about: callers stop there.
func (p Pattern) Match(path string, dir bool) bool { return false }
