package cli

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/rules"
)

// configNames are the rule files that a repository or folder brings along: the first that is there is
// used.
var configNames = [...]string{".unleak.toml", ".gitleaks.toml"}

// ruleFlags choose the rules of a scan.
type ruleFlags struct {
	config        string // file; empty: the target's own, else the built-in one
	only, exclude []string
}

// rules loads the rules for a target whose own rule file may be in root.
func (a *app) rules(flags ruleFlags, root string) (*rules.Set, error) {
	file, err := a.ruleFile(flags.config, root)
	if err != nil {
		return nil, err
	}
	set, err := loadRules(file, flags.config != "")
	if err != nil {
		return nil, err
	}
	for _, warning := range set.Warnings {
		a.warnf("%v", warning)
	}
	if set, err = set.Select(flags.only, flags.exclude); err != nil {
		return nil, usageError{err: err, hint: "the ids are in the rule file that is in use, rules.toml if it is the built-in one"}
	}
	origin := "built in"
	if file != "" {
		origin = "from " + file
	}
	a.notef("rules in use: %d, %s", len(set.Rules), origin)
	return set, nil
}

// loadRules loads a rule file, or the built-in one when file is empty. One that came with
// what is scanned may extend no file outside its folder.
func loadRules(file string, trusted bool) (*rules.Set, error) {
	switch {
	case file == "":
		return builtinRules()
	case trusted:
		return rules.LoadFile(file, builtinRules)
	}
	return rules.LoadFileIn(filepath.Dir(file), filepath.Base(file), builtinRules)
}

func builtinRules() (*rules.Set, error) {
	set, err := rules.LoadBuiltin(unleak.RulesName, unleak.Rules())
	if err != nil {
		return nil, fmt.Errorf("the built-in rules do not load, which is a bug: %w", err)
	}
	return set, nil
}

// ruleFile finds the rule file to use; empty is the built-in one.
//
// The scanned repository is not trusted: its rule file must be a plain file, so
// that no link or device in its place makes us read something else.
func (a *app) ruleFile(config, root string) (string, error) {
	if config != "" {
		return a.path(config), nil
	}
	if root == "" {
		return "", nil
	}
	for _, name := range configNames {
		if file, err := plainFile(root, name, "--config"); file != "" || err != nil {
			return file, err
		}
	}
	return "", nil
}

// plainFile returns the path of a file in the root of what is scanned, empty where there is none.
// flag is the one by which the user can name what is no plain file.
func plainFile(root, name, flag string) (string, error) {
	file := filepath.Join(root, name)
	info, err := os.Lstat(file)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return "", nil
	case err != nil:
		return "", fmt.Errorf("cannot read %s of what is scanned: %w", name, err)
	case !info.Mode().IsRegular():
		return "", usagef("if you trust it, name it with "+flag, "%s is no plain file, so it is not used", file)
	}
	return file, nil
}
