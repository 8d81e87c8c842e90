package gitstore

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	format "github.com/go-git/go-git/v5/plumbing/format/config"
)

// loadConfig reads the shared configuration and, where extensions.worktreeConfig
// asks for it, that of the work tree, whose options come later and so win.
// What cannot be read is noted as a problem and counts as unset.
func (l *Layout) loadConfig() {
	l.config = newSettings()
	files := []string{filepath.Join(l.CommonDir, "config")}
	for i := 0; i < len(files); i++ {
		config, err := readConfig(files[i])
		if err != nil {
			l.Problems = append(l.Problems, Problem{l.where(files[i]), reason(err)})
		}
		l.config.append(config)
		if i == 0 && isTrue(l.config.section("extensions"), "worktreeconfig") {
			files = append(files, filepath.Join(l.GitDir, "config.worktree"))
		}
	}
}

// isTrue reads a boolean as git-config(1) does. The parser does not tell a key
// without a value, which is true, from an empty value, which is false and rare.
func isTrue(options format.Options, key string) bool {
	if !options.Has(key) {
		return false
	}
	switch value := strings.ToLower(options.Get(key)); value {
	case "", "true", "yes", "on":
		return true
	default:
		number, err := strconv.Atoi(value)
		return err == nil && number != 0
	}
}

// checkFormat refuses what changes how objects or refs are stored, by the rules
// of gitrepository-layout(5) and git's technical/repository-version.
func (l *Layout) checkFormat() error {
	core := l.config.section("core").Get("repositoryformatversion")
	version := 0
	if core != "" {
		var err error
		if version, err = strconv.Atoi(core); err != nil || version < 0 || version > 1 {
			return &UnsupportedError{
				What:   fmt.Sprintf("repository format version %s is not supported", printable(core)),
				Remedy: "versions 0 and 1 are; clone the repository with a released git and scan the clone",
			}
		}
	}
	for _, option := range l.config.section("extensions") {
		if err := checkExtension(strings.ToLower(option.Key), strings.ToLower(option.Value), version); err != nil {
			return err
		}
	}
	return nil
}

func checkExtension(name, value string, version int) error {
	switch name {
	case "objectformat":
		if value == "sha1" {
			return nil
		}
		if value == "sha256" {
			value = "SHA-256"
		}
		return &UnsupportedError{
			What:   fmt.Sprintf("the %s object format is not supported", printable(value)),
			Remedy: "only SHA-1 repositories can be read; scan a checkout of it as a plain folder instead",
		}
	case "refstorage":
		if value == "files" {
			return nil
		}
		return &UnsupportedError{
			What:   fmt.Sprintf("the %s ref storage is not supported", printable(value)),
			Remedy: "convert the repository with `git refs migrate --ref-format=files`, or scan a clone made with `git clone --mirror --ref-format=files`",
		}
	case "noop", "noop-v1", "preciousobjects", "partialclone", "worktreeconfig", "relativeworktrees",
		"submodulepathconfig", // where the repositories of submodules lie
		"compatobjectformat":  // a table of second names; the objects keep their format
		return nil
	}
	if version == 0 {
		return nil // git ignores extensions in version 0, but for some of those above
	}
	return &UnsupportedError{
		What:   fmt.Sprintf("the repository extension %s is not supported", printable(name)),
		Remedy: "it may change how objects are stored, so reading on could miss some; scan a clone made without it",
	}
}
