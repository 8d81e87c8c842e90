package rules

import (
	"errors"
	"fmt"
	"slices"
	"strings"
	"sync"

	"github.com/BurntSushi/toml"
)

// document is one rule file while it is read. It collects every mistake, so
// that a user sees them all at once.
type document struct {
	name     string
	vouched  bool           // see [LoadBuiltin]
	lenient  bool           // a rule file of gitleaks, see [Dialect]
	outline  func() outline // made when the first mistake asks for it
	problems []error
	warnings []*Error
}

// warn notes what is wrong at a position and keeps nothing from being used.
func (d *document) warn(at position, rule, format string, args ...any) {
	d.warnings = append(d.warnings, problem(at, rule, format, args...))
}

// tolerate notes a mistake that does no harm in a file of gitleaks: a warning there, and an error in ours.
func (d *document) tolerate(at position, rule, format string, args ...any) {
	if d.lenient {
		d.warn(at, rule, format, args...)
		return
	}
	d.problems = append(d.problems, problem(at, rule, format, args...))
}

// position is a place in a rule file: a key of a table, or the table for "".
type position struct {
	doc        *document
	table, key string
}

// line returns the line of a position.
func (p position) line() int {
	path := p.table
	if p.key != "" {
		path = strings.TrimPrefix(path+"."+p.key, ".")
	}
	return p.doc.outline().line(path)
}

// problem notes a mistake at a position.
func problem(at position, rule, format string, args ...any) *Error {
	return &Error{File: at.doc.name, Line: at.line(), Rule: rule, Problem: fmt.Sprintf(format, args...)}
}

// table is one table of a document while its keys are read. Reading a key of the
// wrong type notes a mistake and returns the zero value.
type table struct {
	doc    *document
	path   string
	rule   string // id of the rule it belongs to, for messages
	values map[string]any
	read   []string // keys
	// spelled says how keys are written that are not written as they are called here.
	spelled map[string]string
}

// parse reads a document's syntax and returns its root table. own says that the file is known to
// be one of ours.
func parse(name string, data []byte, own bool) (*document, *table, error) {
	text := string(data)
	values, ok := readPlain(text)
	if !ok {
		values = map[string]any{}
		if _, err := toml.Decode(text, &values); err != nil {
			var syntax toml.ParseError
			if errors.As(err, &syntax) {
				return nil, nil, &Error{File: name, Line: max(syntax.Position.Line, 1), Problem: "not valid TOML: " + syntax.Message}
			}
			return nil, nil, &Error{File: name, Line: 1, Problem: "not valid TOML: " + err.Error()}
		}
	}
	doc := &document{name: name, outline: sync.OnceValue(func() outline { return outlineOf(text) })}
	doc.lenient = !own && isGitleaks(name, values)
	return doc, newTable(doc, "", values), nil
}

func newTable(doc *document, path string, values map[string]any) *table {
	t := &table{doc: doc, path: path, values: values, read: make([]string, 0, 16)}
	if doc.lenient {
		t.values, t.spelled = respelled(values)
	}
	return t
}

// at returns the position of a key of the table, or of the table for "".
func (t *table) at(key string) position {
	return position{doc: t.doc, table: t.path, key: t.spelling(key)}
}

// spelling is how a key is written in the file.
func (t *table) spelling(key string) string {
	if spelled, ok := t.spelled[key]; ok {
		return spelled
	}
	return key
}

// fail notes a mistake at a key.
func (t *table) fail(key, format string, args ...any) {
	t.doc.problems = append(t.doc.problems, problem(t.at(key), t.rule, format, args...))
}

// has reports whether the table sets key.
func (t *table) has(key string) bool { _, ok := t.values[key]; return ok }

// value reads a key as a T, noting a mistake for any other type.
func value[T any](t *table, key, want string) (v T) {
	t.read = append(t.read, key)
	raw, ok := t.values[key]
	if !ok {
		return v
	}
	if t.doc.lenient {
		raw = converted(raw, v)
	}
	v, ok = raw.(T)
	if !ok {
		t.fail(key, "%s must be %s", key, want)
	}
	return v
}

func (t *table) str(key string) string { return value[string](t, key, "a string") }

func (t *table) boolean(key string) bool { return value[bool](t, key, "true or false") }

func (t *table) integer(key string) int { return int(value[int64](t, key, "a whole number")) }

// number reads a float; a whole number is one too.
func (t *table) number(key string) float64 {
	if n, ok := t.values[key].(int64); ok && !t.doc.lenient {
		t.read = append(t.read, key)
		return float64(n)
	}
	return value[float64](t, key, "a number")
}

// strs reads an array of strings.
func (t *table) strs(key string) []string {
	raw := value[[]any](t, key, "an array of strings")
	list := make([]string, 0, len(raw))
	for _, item := range raw {
		if t.doc.lenient {
			item = converted(item, "")
		}
		s, ok := item.(string)
		if !ok {
			t.fail(key, "%s must be an array of strings", key)
			return nil
		}
		list = append(list, s)
	}
	return list
}

// child reads a table; it is nil when the key is not set.
func (t *table) child(key string) *table {
	raw := value[map[string]any](t, key, fmt.Sprintf("a table: write [%s]", key))
	if raw == nil {
		return nil
	}
	sub := newTable(t.doc, strings.TrimPrefix(t.path+"."+t.spelling(key), "."), raw)
	sub.rule = t.rule
	return sub
}

// children reads an array of tables, inline or not.
func (t *table) children(key string) []*table {
	t.read = append(t.read, key)
	var items []map[string]any
	switch raw := t.values[key].(type) {
	case nil:
	case []map[string]any:
		items = raw
	case map[string]any:
		if !t.doc.lenient {
			t.fail(key, "%s must be an array of tables: write [[%s]]", key, key)
			return nil
		}
		sub := newTable(t.doc, strings.TrimPrefix(t.path+"."+t.spelling(key), "."), raw)
		sub.rule = t.rule
		return []*table{sub}
	case []any:
		for _, item := range raw {
			values, ok := item.(map[string]any)
			if !ok {
				t.fail(key, "%s must be an array of tables: write [[%s]]", key, key)
				return nil
			}
			items = append(items, values)
		}
	default:
		t.fail(key, "%s must be an array of tables: write [[%s]]", key, key)
	}
	var list []*table
	for i, values := range items {
		path := fmt.Sprintf("%s[%d]", strings.TrimPrefix(t.path+"."+t.spelling(key), "."), i)
		sub := newTable(t.doc, path, values)
		sub.rule = t.rule
		list = append(list, sub)
	}
	return list
}

// done notes every key that nothing has read.
func (t *table) done() {
	var unknown []string
	for key := range t.values {
		if !slices.Contains(t.read, key) {
			unknown = append(unknown, key)
		}
	}
	slices.Sort(unknown)
	for _, key := range unknown {
		if t.doc.lenient {
			t.doc.warn(t.at(key), t.rule, "unknown key %q: it changes nothing", key)
			continue
		}
		t.fail(key, "unknown key %q: correct its spelling or remove it", key)
	}
}
