package rules

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
)

const (
	// MaxFileSize is the largest rule file that is read, in bytes.
	MaxFileSize = 8 << 20
	// MaxExtendDepth is how many files may extend one another in a chain, as in
	// gitleaks.
	MaxExtendDepth = 2
)

// file is what one rule file states.
type file struct {
	doc         *document
	root        *table
	title       string
	definitions []definition
	globals     []*Allowlist
	extend      extend
}

// extend is the [extend] table: what a file builds on.
type extend struct {
	table         *table // nil without one
	path          string
	useDefault    bool
	disabledRules []string
}

// Load reads a rule file that stands alone; name is what messages call it. The
// error joins one [*Error] for every mistake. A file that extends others needs
// [LoadFile].
func Load(name string, data []byte) (*Set, error) {
	return load(name, data, false)
}

// LoadBuiltin is [Load] for the rule file that the program carries. Its definitions are
// taken for sound, as a test has found them: to parse every expression again
// would be a good part of the time that a small scan takes. A rule that another file
// extends is checked then.
func LoadBuiltin(name string, data []byte) (*Set, error) { return load(name, data, true) }

func load(name string, data []byte, vouched bool) (*Set, error) {
	f, err := read(name, data, vouched)
	if err != nil {
		return nil, err
	}
	if f.extend.table != nil {
		f.extend.table.fail("", "extend needs a rule file on disk: load it by its path")
	}
	return f.build(nil)
}

// LoadFile reads a rule file and those it extends. A path in [extend] is taken
// from the folder of the file that states it. builtin gives the set that
// useDefault asks for; with nil, useDefault is an error.
func LoadFile(path string, builtin func() (*Set, error)) (*Set, error) {
	return loader{builtin: builtin}.load(path, 0)
}

// LoadFileIn is [LoadFile] for a rule file that came with what is scanned and is not
// trusted: name and all that it extends must lie below the folder root, links
// followed. Messages quote what they do not understand, and so such a
// file could otherwise have any file of the machine read out.
func LoadFileIn(root, name string, builtin func() (*Set, error)) (*Set, error) {
	opened, err := os.OpenRoot(root)
	if err != nil {
		return nil, fmt.Errorf("rule file: %w", err)
	}
	defer opened.Close()
	return loader{builtin: builtin, root: opened}.load(name, 0)
}

// loader loads files, from anywhere or from below a root.
type loader struct {
	builtin func() (*Set, error)
	root    *os.Root
}

func (l loader) load(path string, depth int) (*Set, error) {
	data, err := l.read(path)
	if err != nil {
		return nil, err
	}
	f, err := read(path, data, false)
	if err != nil {
		return nil, err
	}
	var base *Set
	switch e := f.extend; {
	case e.path != "" && e.useDefault:
		e.table.fail("path", "extend has both path and useDefault: keep one")
	case (e.path != "" || e.useDefault) && depth == MaxExtendDepth:
		e.table.fail("", "rule files extend one another more than %d deep: merge some", MaxExtendDepth)
	case e.useDefault && l.builtin == nil:
		e.table.fail("useDefault", "there are no built-in rules to extend here")
	case e.useDefault:
		base, err = l.builtin()
	case e.path != "":
		next := filepath.FromSlash(e.path)
		if !filepath.IsAbs(next) {
			next = filepath.Join(filepath.Dir(path), next)
		}
		base, err = l.load(next, depth+1)
		if err != nil {
			err = fmt.Errorf("%w (extended by %s)", err, path)
		}
	}
	if err != nil {
		return nil, err
	}
	return f.build(base)
}

// read reads a regular file of bounded size: a path in a rule file may name
// a device or a pipe.
func (l loader) read(path string) ([]byte, error) {
	stat, open := os.Stat, os.Open
	if l.root != nil {
		stat, open = l.root.Stat, l.root.Open
	}
	info, err := stat(path)
	if err != nil {
		return nil, fmt.Errorf("rule file: %w", err)
	}
	if !info.Mode().IsRegular() {
		return nil, fmt.Errorf("rule file %s: is no regular file", path)
	}
	f, err := open(path)
	if err != nil {
		return nil, fmt.Errorf("rule file: %w", err)
	}
	defer f.Close()
	data, err := io.ReadAll(io.LimitReader(f, MaxFileSize+1))
	if err != nil {
		return nil, fmt.Errorf("rule file: %w", err)
	}
	if len(data) > MaxFileSize {
		return nil, fmt.Errorf("rule file %s: is larger than %d MiB", path, MaxFileSize>>20)
	}
	return data, nil
}

// read parses a file. Mistakes other than of syntax are left in the document, for
// build to return with those it finds. What is vouched for is checked for its shape alone.
func read(name string, data []byte, vouched bool) (*file, error) {
	doc, root, err := parse(name, data)
	if err != nil {
		return nil, err
	}
	doc.vouched = vouched
	f := &file{doc: doc, root: root, title: root.str("title")}
	root.str("description")
	root.str("minVersion") // of gitleaks: says nothing about this program
	f.globals = readAllowlists(root)
	tables := root.children("rules")
	f.definitions = make([]definition, 0, len(tables))
	for _, t := range tables {
		f.definitions = append(f.definitions, readDefinition(t))
	}
	if t := root.child("extend"); t != nil {
		f.extend = extend{table: t, path: t.str("path"), useDefault: t.boolean("useDefault"), disabledRules: t.strs("disabledRules")}
		t.done()
	}
	root.done()
	return f, nil
}

// build makes the set of a file on top of the one it extends (nil for none).
func (f *file) build(base *Set) (*Set, error) {
	set := &Set{Title: f.title}
	if base != nil {
		set.Title = cmp.Or(f.title, base.Title)
		set.definitions = slices.Clone(base.definitions)
		set.globals = slices.Clone(base.globals)
	}
	f.mergeInto(set)
	f.checkTargets(set)
	set.globals = append(set.globals, f.globals...)
	f.disable(set)
	for i := range set.definitions {
		f.doc.problems = append(f.doc.problems, set.definitions[i].check()...)
	}
	if len(set.definitions) == 0 && len(f.doc.problems) == 0 {
		f.root.fail("", "has no rules: add [[rules]], or [extend] with useDefault = true")
	}
	if len(f.doc.problems) > 0 {
		return nil, joined(f.doc.problems)
	}
	for i := range set.definitions {
		set.Rules = append(set.Rules, set.definitions[i].rule(set.globals))
	}
	slices.SortFunc(set.Rules, func(a, b *Rule) int { return cmp.Compare(a.ID, b.ID) })
	return set, nil
}

// mergeInto adds the file's definitions to a set: new ids are added, known ones
// extended.
func (f *file) mergeInto(set *Set) {
	set.definitions = slices.Grow(set.definitions, len(f.definitions))
	own := map[string]bool{}
	known := map[string]int{}
	for i, d := range set.definitions {
		known[d.id] = i
	}
	for _, d := range f.definitions {
		i, extends := known[d.id]
		switch {
		case !checkID(d.id):
			f.doc.problems = append(f.doc.problems, problem(d.at("id"), "", "rule id %q: write letters, digits, '-', '_' and '.', at most 100", d.id))
		case own[d.id]:
			f.doc.problems = append(f.doc.problems, problem(d.at("id"), d.id, "a second rule has this id: rename one"))
		case extends:
			set.definitions[i] = set.definitions[i].extend(d)
		default:
			set.definitions = append(set.definitions, d)
		}
		own[d.id] = true
	}
}

// checkTargets notes global allowlists for rules that do not exist.
func (f *file) checkTargets(set *Set) {
	for _, list := range f.globals {
		for _, id := range list.TargetRules {
			if !set.defines(id) {
				f.doc.problems = append(f.doc.problems, problem(list.at, "", "targetRules names %q, which no rule has as its id", id))
			}
		}
	}
}

// disable removes the rules a file does not want from what it extends.
func (f *file) disable(set *Set) {
	for _, id := range f.extend.disabledRules {
		if !set.defines(id) {
			f.extend.table.fail("disabledRules", "disabledRules names %q, which no rule has as its id", id)
		}
		set.definitions = slices.DeleteFunc(set.definitions, func(d definition) bool { return d.id == id })
	}
}

// defines reports whether a definition has an id.
func (s *Set) defines(id string) bool {
	return slices.ContainsFunc(s.definitions, func(d definition) bool { return d.id == id })
}

// joined joins problems in the order of their lines.
func joined(problems []error) error {
	slices.SortStableFunc(problems, func(a, b error) int {
		var x, y *Error
		if !errors.As(a, &x) || !errors.As(b, &y) {
			return 0
		}
		return cmp.Or(cmp.Compare(x.File, y.File), cmp.Compare(x.Line, y.Line))
	})
	return errors.Join(problems...)
}
