package rules

import (
	"fmt"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
)

// ownKeys are the keys of a rule that gitleaks does not have.
var ownKeys = []string{
	"severity", "confidence", "inspect", "help", "url", "prefixes", "window", "key",
	"examples", "counterexamples", "exampleKeys",
}

// isGitleaks decides whether a document is a rule file of gitleaks or one of ours: by its name, or
// else by whether any rule has a key of ours.
func isGitleaks(name string, values map[string]any) bool {
	name = strings.ToLower(filepath.Base(name))
	switch {
	case strings.Contains(name, "gitleaks"):
		return true
	case strings.Contains(name, "unleak"):
		return false
	}
	rules, _ := values["rules"].([]map[string]any)
	for _, rule := range rules {
		for _, key := range ownKeys {
			if _, ok := rule[key]; ok {
				return false
			}
		}
	}
	return true
}

// mixedKeys are the keys that are not all in lower case. gitleaks reads keys whatever their case.
var mixedKeys = []string{
	"minVersion", "useDefault", "disabledRules", "secretGroup", "skipReport", "withinLines", "withinColumns",
	"regexTarget", "targetRules", "exampleKeys",
}

// respelled returns the values of a table under the names that keys have here, and for those that
// are written otherwise how.
func respelled(values map[string]any) (map[string]any, map[string]string) {
	named, spelled := make(map[string]any, len(values)), map[string]string{}
	for key, value := range values {
		name := strings.ToLower(key)
		if i := slices.IndexFunc(mixedKeys, func(k string) bool { return strings.EqualFold(k, key) }); i >= 0 {
			name = mixedKeys[i]
		}
		if other, twice := spelled[name]; twice && other < key || key != name && values[name] != nil {
			continue // of two spellings the plain one, or else the first
		}
		named[name] = value
		spelled[name] = key
	}
	return named, spelled
}

// converted returns a value as the type of like, where gitleaks takes it for one: numbers and
// booleans in quotes, a single string for a list. Others stay as they are.
func converted(value, like any) any {
	switch like.(type) {
	case string:
		switch value.(type) {
		case int64, float64, bool:
			return fmt.Sprint(value)
		}
	case bool:
		switch v := value.(type) {
		case int64:
			return v != 0
		case string:
			if b, err := strconv.ParseBool(v); err == nil {
				return b
			}
		}
	case int64:
		switch v := value.(type) {
		case float64:
			return int64(v)
		case string:
			if n, err := strconv.ParseInt(v, 0, 64); err == nil {
				return n
			}
		}
	case float64:
		switch v := value.(type) {
		case int64:
			return float64(v)
		case string:
			if n, err := strconv.ParseFloat(v, 64); err == nil {
				return n
			}
		}
	case []any:
		if s, ok := value.(string); ok {
			var list []any
			for item := range strings.SplitSeq(s, ",") {
				list = append(list, item)
			}
			return list
		}
	}
	return value
}

// standIn has a definition that a file of gitleaks makes of one of gitleaks' default rules, which
// it extends, change what stands for that rule here. ok is false where it is a rule of its own.
func (f *file) standIn(set *Set, d definition) (ok bool) {
	ours := set.standing(d.id)
	switch {
	case d.regex != "": // in place of ours, whose expressions are others
		set.definitions = slices.DeleteFunc(set.definitions, func(o definition) bool { return slices.Contains(ours, o.id) })
		return false
	case len(ours) == 0 && d.path != "":
		return false
	case len(ours) == 0:
		f.doc.warn(d.at(""), d.id, "has neither regex nor path, and no built-in rule stands for it: left out")
	}
	d.keywords, d.description = nil, "" // they go with gitleaks' expression
	for i := range set.definitions {
		if o := &set.definitions[i]; slices.Contains(ours, o.id) {
			changed := d
			changed.id = o.id
			*o = o.extend(changed)
		}
	}
	return true
}

// standing returns the ids of the built-in rules that find what one of gitleaks' default rules does.
func (s *Set) standing(gitleaksID string) []string {
	var ours []string
	for _, id := range append([]string{gitleaksID}, counterpartsOf(gitleaksID)...) {
		if s.defines(id) {
			ours = append(ours, id)
		}
	}
	return ours
}
