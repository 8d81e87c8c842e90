package rules

import (
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
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
	extended    bool // by another, as a file of gitleaks: it may have no rules
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
	f, err := read(name, data, vouched, !strings.Contains(strings.ToLower(filepath.Base(name)), "gitleaks"))
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
	f, err := read(path, data, false, false)
	if err != nil {
		return nil, err
	}
	f.extended = depth > 0 && f.doc.lenient
	if f.doc.lenient && len(f.definitions) == 0 && f.extend.table == nil && !f.extended && l.builtin != nil {
		f.extend = extend{table: f.root, useDefault: true}
		f.doc.warn(f.root.at(""), "", "has no rules, with which gitleaks finds nothing: the built-in ones are used")
	}
	var base *Set
	switch e := f.extend; {
	case e.path != "" && e.useDefault:
		e.table.fail("path", "extend has both path and useDefault: keep one")
	case (e.path != "" || e.useDefault) && depth == MaxExtendDepth && f.doc.lenient:
		f.doc.warn(e.table.at(""), "", "rule files extend one another more than %d deep: what this one extends is left out, as gitleaks does", MaxExtendDepth)
	case (e.path != "" || e.useDefault) && depth == MaxExtendDepth:
		e.table.fail("", "rule files extend one another more than %d deep: merge some", MaxExtendDepth)
	case e.useDefault && l.builtin == nil:
		e.table.fail("useDefault", "there are no built-in rules to extend here")
	case e.useDefault:
		base, err = l.builtin()
	case e.path != "":
		base, err = l.load(l.extended(path, e.path, f.doc.lenient), depth+1)
		if err != nil {
			err = fmt.Errorf("%w (extended by %s)", err, path)
		}
	}
	if err != nil {
		return nil, err
	}
	return f.build(base)
}

// extended returns the file that a path in [extend] of another means: it is taken from that one's
// folder. gitleaks takes it from the folder it is started in, so its files get that where
// there is no such file, unless they are not trusted.
func (l loader) extended(by, path string, lenient bool) string {
	path = filepath.FromSlash(path)
	if filepath.IsAbs(path) {
		return path
	}
	beside := filepath.Join(filepath.Dir(by), path)
	if lenient && l.root == nil {
		if _, err := os.Stat(beside); errors.Is(err, fs.ErrNotExist) {
			if _, err := os.Stat(path); err == nil {
				return path
			}
		}
	}
	return beside
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
func read(name string, data []byte, vouched, own bool) (*file, error) {
	doc, root, err := parse(name, data, own)
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
		set.Warnings = slices.Clone(base.Warnings)
		set.definitions = slices.Clone(base.definitions)
		set.globals = slices.Clone(base.globals)
	}
	f.disable(set)
	f.mergeInto(set)
	f.checkTargets(set)
	set.globals = append(set.globals, f.globals...)
	for i := range set.definitions {
		f.doc.problems = append(f.doc.problems, set.definitions[i].check()...)
	}
	f.checkRequired(set)
	if len(set.definitions) == 0 && len(f.doc.problems) == 0 && !f.extended {
		f.root.fail("", "has no rules: add [[rules]], or [extend] with useDefault = true")
	}
	if len(f.doc.problems) > 0 {
		return nil, joined(f.doc.problems)
	}
	set.Warnings = append(set.Warnings, f.doc.warnings...)
	for i := range set.definitions {
		set.Rules = append(set.Rules, set.definitions[i].rule(set.globals))
	}
	sortRules(set.Rules)
	return set, nil
}

// mergeInto adds the file's definitions to a set: new ids are added, known ones
// extended. In files of gitleaks, the last of several with one id is it.
func (f *file) mergeInto(set *Set) {
	set.definitions = slices.Grow(set.definitions, len(f.definitions))
	own := map[string]int{}
	known := map[string]int{}
	for i, d := range set.definitions {
		known[d.id] = i
	}
	for n, d := range f.definitions {
		if again, ok := own[d.id]; ok && f.doc.lenient {
			f.doc.warn(f.definitions[again].at("id"), d.id, "another rule has this id, and is used in place of this one")
		}
		if _, ok := own[d.id]; ok && !f.doc.lenient {
			f.doc.problems = append(f.doc.problems, problem(d.at("id"), d.id, "a second rule has this id: rename one"))
		}
		own[d.id] = n
	}
	for n, d := range f.definitions {
		i, extends := known[d.id]
		switch {
		case !checkID(d.id, f.doc.lenient):
			f.doc.problems = append(f.doc.problems, problem(d.at("id"), "", "rule id %q: write letters, digits, '-', '_' and '.', at most 100", d.id))
		case own[d.id] != n: // another is used
		case f.doc.lenient && f.extend.useDefault:
			if !f.standIn(set, d) {
				set.definitions = append(set.definitions, d)
			}
		case extends:
			set.definitions[i] = set.definitions[i].extend(d)
		default:
			set.definitions = append(set.definitions, d)
		}
	}
}

// checkTargets notes global allowlists for rules that do not exist.
func (f *file) checkTargets(set *Set) {
	for _, list := range f.globals {
		for _, id := range list.TargetRules {
			if set.defines(id) {
				continue
			}
			if f.doc.lenient && f.extend.useDefault {
				ours := set.standing(id)
				list.TargetRules = append(list.TargetRules, ours...)
				if len(ours) == 0 {
					f.doc.warn(list.at, "", "targetRules names %q, and no rule stands for it here: the allowlist changes nothing", id)
				}
				continue
			}
			f.doc.problems = append(f.doc.problems, problem(list.at, "", "targetRules names %q, which no rule has as its id", id))
		}
	}
}

// checkRequired notes required rules that do not exist.
func (f *file) checkRequired(set *Set) {
	for i := range set.definitions {
		d := &set.definitions[i]
		for _, required := range d.required {
			if required.RuleID != "" && !set.defines(required.RuleID) {
				f.doc.problems = append(f.doc.problems, problem(d.at("required"), d.id, "required names %q, which no rule has as its id", required.RuleID))
			}
		}
	}
}

// disable removes the rules a file does not want from what it extends.
func (f *file) disable(set *Set) {
	for _, id := range f.extend.disabledRules {
		unwanted := []string{id}
		if f.doc.lenient && f.extend.useDefault {
			unwanted = set.standing(id)
		}
		before := len(set.definitions)
		set.definitions = slices.DeleteFunc(set.definitions, func(d definition) bool { return slices.Contains(unwanted, d.id) })
		if len(set.definitions) == before {
			f.doc.tolerate(f.extend.table.at("disabledRules"), "", "disabledRules names %q, which no rule has as its id", id)
		}
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
