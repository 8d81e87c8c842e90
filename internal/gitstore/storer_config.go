package gitstore

import (
	"bytes"

	"github.com/go-git/go-git/v5/config"
	format "github.com/go-git/go-git/v5/plumbing/format/config"
)

// maxConfigParts bounds how many sections go-git's configuration gets: it searches
// them one by one for every option.
const maxConfigParts = 5000

// Config returns the repository's configuration, a new copy at each call. Left
// out are
//   - extensions: go-git refuses to open a repository with any that it does not
//     know, while [Locate] has already judged them;
//   - sections that git accepts and go-git does not, such as a branch with
//     `rebase = merges` or one that merges a pull request's ref;
//   - includes, which are never followed.
func (s *Storer) Config() (*config.Config, error) {
	all := s.layout.config
	accepted := newSettings()
	for _, key := range all.order[:min(len(all.order), maxConfigParts)] {
		switch key.section {
		case "extensions", "include", "includeif":
			continue
		}
		part := newSettings()
		part.add(key, "", "")
		part.options[key] = all.options[key]
		if _, err := part.decode(); err == nil {
			accepted.append(part)
		}
	}
	return accepted.decode()
}

// SetConfig returns [ErrReadOnly].
func (s *Storer) SetConfig(*config.Config) error { return ErrReadOnly }

// decode gives the settings go-git's form.
func (s *settings) decode() (*config.Config, error) {
	raw := format.New()
	for _, key := range s.order {
		section := raw.Section(key.section)
		if key.subsection == "" {
			section.Options = s.options[key]
			continue
		}
		section.Subsection(key.subsection).Options = s.options[key]
	}
	var text bytes.Buffer
	if err := format.NewEncoder(&text).Encode(raw); err != nil {
		return nil, err
	}
	return config.ReadConfig(&text)
}
