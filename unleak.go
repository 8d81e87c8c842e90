// Package unleak holds what the program carries with it: the built-in rule file
// and its own version.
package unleak

import (
	_ "embed"
	"runtime/debug"
)

//go:embed rules.toml
var rulesTOML string

// RulesName is the name messages give the built-in rule file.
const RulesName = "rules.toml"

// Rules returns the built-in rule file, in the form package rules reads.
func Rules() []byte { return []byte(rulesTOML) }

// Version returns the version this program was built as: a module version, else
// "devel" with the commit it was built from (and "+dirty" when the work tree
// differed), else "devel".
func Version() string {
	info, ok := debug.ReadBuildInfo()
	if !ok {
		return "devel"
	}
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	var revision, dirty string
	for _, setting := range info.Settings {
		switch {
		case setting.Key == "vcs.revision":
			revision = "-" + setting.Value[:min(12, len(setting.Value))]
		case setting.Key == "vcs.modified" && setting.Value == "true":
			dirty = "+dirty"
		}
	}
	return "devel" + revision + dirty
}
