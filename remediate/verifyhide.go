package remediate

import (
	"strings"
	"unicode"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/redact"
	"github.com/unleak/unleak/remediate/account"
)

// hider takes the values that were removed out of what is told: they are known by their digests alone,
// and the search that finds them in a content finds them in a name. It is for one goroutine.
type hider struct {
	probe *redact.Probe // nil: there are no values
}

// name hides every value in the name of a file, ref or path.
func (h hider) name(s string) string {
	if h.probe == nil {
		return s
	}
	s, _ = h.probe.Hide(s, nil)
	return s
}

// sentence hides values in a text that has words of ours too. A value that is a single word ("database") may be
// one of those, and a hole there would spell it out.
func (h hider) sentence(s string) string {
	if h.probe == nil {
		return s
	}
	s, _ = h.probe.Hide(s, isWord)
	return s
}

const longestWord = 15 // bytes

func isWord(s string) bool {
	return len(s) <= longestWord && !strings.ContainsFunc(s, func(r rune) bool { return !unicode.IsLetter(r) && !strings.ContainsRune("-_.", r) })
}

// hider hides what this and earlier remediations have taken out.
func (f files) hider() (hider, error) {
	key, kept, err := f.readDigests()
	if err != nil || len(kept.Digests) == 0 {
		return hider{}, err
	}
	return newHider(f, key, kept.Digests)
}

func newHider(f files, key []byte, digests []redact.Digest) (hider, error) {
	probe, err := f.newProbe(key, digests)
	return hider{probe}, err
}

// shown is a name as a sentence may hold it.
func (v *verification) shown(name string) string { return printable(v.hide.name(name)) }

// searchRefNames looks for values in the names of refs. known is called for each that holds one.
func (f *fileSearch) searchRefNames(known func(name string)) {
	if f.probe == nil {
		return
	}
	refs, _ := f.repository.Refs() // a ref that cannot be read is searched as a file
	for _, ref := range refs {
		found := inFile{values: map[string]bool{}}
		f.values([]byte(ref.Name), found.values)
		if len(found.values) == 0 {
			continue
		}
		known(ref.Name)
		where := f.hide.name(ref.Name)
		if ref.Worktree != "" {
			where += " of the work tree " + f.hide.name(ref.Worktree)
		}
		f.reportValues(found.values, where+targetOf(ref), "the name of a ref holds it: delete or rename the ref")
	}
}

// targetOf tells refs apart whose names cannot be told.
func targetOf(ref gitstore.Ref) string {
	if ref.Target == (pack.ID{}) {
		return ""
	}
	return " (at " + ref.Target.String()[:12] + ")"
}

// noteRecord tells of what the record of the remediation itself names: it needs refs by their names.
func (f *fileSearch) noteRecord() {
	found := inFile{values: map[string]bool{}}
	path := f.state.path(refMapName)
	content, err := readBounded(path)
	if err != nil {
		return
	}
	if f.values(content, found.values); len(found.values) > 0 {
		f.note("%s names a ref whose name holds a value that was taken out: delete it once nobody needs it", f.shown(path))
	}
}

// hidden returns the account with no value in it that was taken out.
func (s *surgeon) hidden(a *account.Account) (*account.Account, error) {
	h, err := s.files.hider()
	if err != nil {
		return nil, err
	}
	a = a.MapText(h.sentence)
	if s.options.hide != nil { // knows values of removed files too, of which no digest is kept
		a = a.MapText(s.options.hide)
	}
	return a, nil
}
