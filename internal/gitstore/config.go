package gitstore

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	format "github.com/go-git/go-git/v5/plumbing/format/config"
)

var errMalformedConfig = errors.New("malformed configuration, some of which counts as unset")

// readConfig reads one configuration file; one that is not there is empty.
// Includes are left alone: they can name any file of this machine.
//
// The parser is stricter than git and gives up at the first line it does not know.
// The file is then read section by section, so that an odd alias cannot
// hide how the repository stores its objects.
func readConfig(path string) (*format.Config, error) {
	content, err := readRegular(path, maxListFile)
	if errors.Is(err, fs.ErrNotExist) {
		return format.New(), nil
	}
	if err != nil {
		return format.New(), err
	}
	return salvageConfig(content)
}

func salvageConfig(content []byte) (*format.Config, error) {
	if config, err := parseConfig(content); err == nil {
		return config, nil
	}
	var failed error
	config := format.New()
	for _, text := range sections(content) {
		part, err := parseConfig(text)
		if err != nil && decisive(text) {
			failed = err
		}
		for _, section := range part.Sections {
			merge(config.Section(section.Name), section)
		}
	}
	return config, failed
}

// sections cuts a configuration before every line that opens a section.
func sections(content []byte) [][]byte {
	var list [][]byte
	start := 0
	for at, line := 0, []byte(nil); at < len(content); at += len(line) {
		line = content[at:]
		if end := bytes.IndexByte(line, '\n'); end >= 0 {
			line = line[:end+1]
		}
		if at > start && bytes.HasPrefix(bytes.TrimLeft(line, " \t"), []byte("[")) {
			list = append(list, content[start:at])
			start = at
		}
	}
	return append(list, content[start:])
}

// decisive reports whether the text of a section may say how a repository is stored.
func decisive(text []byte) bool {
	text = bytes.ToLower(bytes.TrimLeft(text, " \t["))
	for _, name := range []string{"core", "extensions", "remote"} {
		if bytes.HasPrefix(text, []byte(name)) {
			return true
		}
	}
	return false
}

// parseConfig never returns nil and turns the parser's panics on odd escapes into errors.
func parseConfig(content []byte) (config *format.Config, err error) {
	config = format.New()
	defer func() {
		if cause := recover(); cause != nil {
			err = errMalformedConfig
		}
	}()
	content = bytes.TrimPrefix(content, []byte("\xef\xbb\xbf")) // as git does
	// A name in Latin-1 is no reason to stop, and nothing read here needs its bytes.
	content = bytes.ToValidUTF8(content, []byte("?"))
	if err := format.NewDecoder(bytes.NewReader(content)).Decode(config); err != nil {
		return config, errMalformedConfig // the parser's message quotes the file
	}
	return config, nil
}

// loadConfig reads the shared configuration and, where extensions.worktreeConfig
// asks for it, that of the work tree, whose options come later and so win.
// What cannot be read is noted as a problem and counts as unset.
func (l *Layout) loadConfig() {
	l.config = format.New()
	files := []string{filepath.Join(l.CommonDir, "config")}
	for i := 0; i < len(files); i++ {
		config, err := readConfig(files[i])
		if err != nil {
			l.Problems = append(l.Problems, Problem{l.where(files[i]), reason(err)})
		}
		for _, section := range config.Sections {
			merge(l.config.Section(section.Name), section)
		}
		if i == 0 && isTrue(l.config.Section("extensions").Options, "worktreeconfig") {
			files = append(files, filepath.Join(l.GitDir, "config.worktree"))
		}
	}
}

func merge(into, from *format.Section) {
	into.Options = append(into.Options, from.Options...)
	for _, sub := range from.Subsections {
		target := into.Subsection(sub.Name)
		target.Options = append(target.Options, sub.Options...)
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
	core := l.config.Section("core").Options.Get("repositoryformatversion")
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
	for _, option := range l.config.Section("extensions").Options {
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
