package gitstore

import (
	"bytes"
	"errors"
	"io/fs"
	"iter"
	"strings"

	"github.com/go-git/gcfg"
	format "github.com/go-git/go-git/v5/plumbing/format/config"
)

var errMalformedConfig = errors.New("malformed configuration, some of which counts as unset")

// settings are the options of one or more configuration files. They are found by a
// map: go-git's own form searches a list for each line, which lets a
// megabyte of sections take minutes.
type settings struct {
	options map[settingsKey]format.Options
	order   []settingsKey // as first met
}

// settingsKey is [section "subsection"]; the section is in lower case.
type settingsKey struct{ section, subsection string }

func newSettings() *settings { return &settings{options: map[settingsKey]format.Options{}} }

// add takes one option, or with an empty key only the section's presence.
func (s *settings) add(key settingsKey, option, value string) {
	key.section = strings.ToLower(key.section)
	options, known := s.options[key]
	if !known {
		s.order = append(s.order, key)
	}
	if option != "" {
		options = append(options, &format.Option{Key: option, Value: value})
	}
	s.options[key] = options
}

// append adds the options of another file, which win over equal ones before.
func (s *settings) append(more *settings) {
	for _, key := range more.order {
		s.add(key, "", "")
		s.options[key] = append(s.options[key], more.options[key]...)
	}
}

// section returns the options of a section without subsection.
func (s *settings) section(name string) format.Options { return s.options[settingsKey{section: name}] }

// subsections yields name and options of every subsection, in order.
func (s *settings) subsections(section string) iter.Seq2[string, format.Options] {
	return func(yield func(string, format.Options) bool) {
		for _, key := range s.order {
			if key.section == section && key.subsection != "" && !yield(key.subsection, s.options[key]) {
				return
			}
		}
	}
}

// readConfig reads one configuration file; one that is not there is empty.
// Includes are left alone: they can name any file of this machine.
//
// The parser is stricter than git and gives up at the first line it does not know.
// The file is then read section by section, so that an odd alias cannot
// hide how the repository stores its objects.
func readConfig(path string) (*settings, error) {
	content, err := readRegular(path, maxListFile)
	if errors.Is(err, fs.ErrNotExist) {
		return newSettings(), nil
	}
	if err != nil {
		return newSettings(), err
	}
	return salvageConfig(content)
}

func salvageConfig(content []byte) (*settings, error) {
	if config, err := parseConfig(content); err == nil {
		return config, nil
	}
	var failed error
	config := newSettings()
	for _, text := range sections(content) {
		part, err := parseConfig(text)
		if err != nil && decisive(text) {
			failed = err
		}
		config.append(part)
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
func parseConfig(content []byte) (config *settings, err error) {
	config = newSettings()
	defer func() {
		if cause := recover(); cause != nil {
			err = errMalformedConfig
		}
	}()
	// A name in Latin-1 is no reason to stop, and nothing read here needs its bytes.
	content = bytes.ToValidUTF8(content, []byte("?"))
	err = gcfg.ReadWithCallback(bytes.NewReader(content), func(section, subsection, key, value string, _ bool) error {
		config.add(settingsKey{section, subsection}, key, value)
		return nil
	})
	if err != nil {
		return config, errMalformedConfig // the parser's message quotes the file
	}
	return config, nil
}
