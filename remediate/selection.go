package remediate

import (
	"crypto/rand"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"unicode"

	"github.com/unleak/unleak/internal/pathspec"
	"github.com/unleak/unleak/internal/redact"
	"github.com/unleak/unleak/internal/rewrite"
	"github.com/unleak/unleak/scanner/finding"
)

// selection is a request as the engine takes it.
type selection struct {
	patterns []pathspec.Pattern
	rules    *redact.Rules // for blobs; nil without texts to replace
	edit     rewrite.Edit
	// common are findings whose values are too common to be replaced wherever they stand.
	common map[*finding.Finding]bool
}

// What Request.Binary may be.
const (
	binaryRefuse  = "refuse"
	binaryReplace = "replace"
	binaryKeep    = "keep"
)

// selection reads a request.
func (r *Request) selection() (*selection, error) {
	s := &selection{common: map[*finding.Finding]bool{}}
	patterns := r.Paths
	var values []redact.Value
	for _, f := range r.Findings {
		value := f.Secret.Reveal()
		switch {
		case value == "":
			patterns = append(patterns, pathsOf(f)...)
		case r.AllFindings && isCommon(value):
			s.common[f] = true
		default:
			values = append(values, redact.Value{Text: value, Label: f.Fingerprint})
		}
	}
	for _, text := range patterns {
		pattern, err := pathspec.Parse(text)
		if err != nil {
			return nil, err
		}
		s.patterns = append(s.patterns, pattern)
	}
	if len(s.patterns) > 0 {
		s.edit.Drop = s.drops
	}
	s.edit.KeepIDs = r.KeepIDs
	if err := s.takeTexts(r, values); err != nil {
		return nil, err
	}
	switch r.Binary {
	case "", binaryRefuse, binaryKeep:
	case binaryReplace:
		s.edit.Binary = rewrite.ReplaceBinary
	default:
		return nil, fmt.Errorf("%q is no way to treat binary files: use %s, %s or %s", r.Binary, binaryRefuse, binaryReplace, binaryKeep)
	}
	return s, nil
}

// takeTexts makes rules of the values, or of the file of replacements.
func (s *selection) takeTexts(r *Request, values []redact.Value) error {
	var err error
	switch {
	case r.ReplaceText != nil && len(values) > 0:
		return errors.New("a file of replacements and found secrets cannot be applied together: run one after the other")
	case r.ReplaceText != nil:
		if s.rules, err = redact.ParseRules(r.ReplaceTextName, r.ReplaceText); err != nil {
			return err
		}
		s.edit.Blobs = s.rules
		if r.Messages {
			s.edit.Messages, s.edit.Headers = s.rules, true
		}
	case len(values) > 0:
		if s.rules, err = redact.ForValues(values); err != nil {
			return err
		}
		s.edit.Blobs, s.edit.Messages, s.edit.Headers = s.rules, s.rules, true
	}
	return nil
}

// pathsOf returns patterns for the paths at which a finding is one by its path.
func pathsOf(f *finding.Finding) []string {
	var patterns []string
	seen := map[string]bool{}
	for _, o := range f.Occurrences {
		if o.Kind == finding.KindTreeEntry && !seen[o.Path] {
			seen[o.Path] = true
			patterns = append(patterns, "literal:"+o.Path)
		}
	}
	return patterns
}

// shortestDistinct is the length in bytes from which on a value is taken to stand for itself alone.
const shortestDistinct = 8

// isCommon reports whether a value may well stand in a repository for something else, so that replacing it
// everywhere would do harm: a short one, or one that is a word ("postgres", "my-password").
func isCommon(value string) bool {
	if len(value) < shortestDistinct {
		return true
	}
	const longestWord = 16
	return len(value) <= longestWord && !strings.ContainsFunc(value, func(r rune) bool {
		return !unicode.IsLetter(r) && r != '-' && r != '_' && r != '.'
	})
}

// drops reports whether the entry at a path goes.
func (s *selection) drops(path string, folder bool) bool {
	_, ok := s.pattern(path, folder)
	return ok
}

// pattern returns the first pattern that matches a path.
func (s *selection) pattern(path string, folder bool) (string, bool) {
	for _, p := range s.patterns {
		if p.Match(path, folder) {
			return p.String(), true
		}
	}
	return "", false
}

// ignoreLines returns what is added to .gitignore: the patterns that have its form.
func (s *selection) ignoreLines() []string {
	var lines []string
	for _, p := range s.patterns {
		if line, ok := p.IgnoreLine(); ok {
			lines = append(lines, line)
		}
	}
	return lines
}

// digests returns the files that later searches need, those for what earlier remediations took out included.
func (s *selection) digests(f files) (map[string][]byte, error) {
	if s.rules == nil {
		return nil, nil
	}
	key, kept, err := f.readDigests()
	if err != nil {
		return nil, err
	}
	if key == nil {
		key = make([]byte, 32)
		if _, err := rand.Read(key); err != nil {
			return nil, fmt.Errorf("making a key: %w", err)
		}
	}
	kept.add(s.rules.Digests(key), s.rules.Digestible())
	data, err := json.Marshal(kept)
	if err != nil {
		return nil, fmt.Errorf("keeping digests of the values: %w", err)
	}
	return map[string][]byte{keyFile: key, digestsFile: data}, nil
}
