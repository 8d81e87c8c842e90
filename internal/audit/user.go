package audit

import (
	"cmp"
	"os"
	"path/filepath"
	"strings"
)

// maxUserConfig is the size of the largest configuration of a user that is read, in bytes.
const maxUserConfig = 1 << 20

// UserExcludes finds the file of patterns that a user has git ignore in all repositories (gitignore(5), core.excludesFile):
// the one that the user's own configuration names, or else git/ignore in the folder for configuration. It
// is empty where no home folder is known. What the configuration includes is not read.
func UserExcludes(getenv func(string) string) string {
	home := cmp.Or(getenv("HOME"), getenv("USERPROFILE"))
	folder := getenv("XDG_CONFIG_HOME")
	if folder == "" && home != "" {
		folder = filepath.Join(home, ".config")
	}
	files := []string{filepath.Join(folder, "git", "config"), filepath.Join(home, ".gitconfig")} // the later wins
	if global := getenv("GIT_CONFIG_GLOBAL"); global != "" {
		files = []string{global}
	}
	named := ""
	for _, file := range files {
		info, err := os.Stat(file)
		if err != nil || !info.Mode().IsRegular() || info.Size() > maxUserConfig || !filepath.IsAbs(file) {
			continue
		}
		content, err := os.ReadFile(file)
		if err != nil {
			continue
		}
		for _, s := range parseSettings(string(content)) {
			if s.section == "core" && s.subsection == "" && s.key == "excludesfile" {
				named = s.value
			}
		}
	}
	switch {
	case strings.HasPrefix(named, "~/") && home != "":
		return filepath.Join(home, named[2:])
	case filepath.IsAbs(named):
		return named
	case named == "" && folder != "":
		return filepath.Join(folder, "git", "ignore")
	}
	return ""
}
