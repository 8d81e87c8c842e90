package gitstore

import (
	"bytes"
	"cmp"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// Shallow returns the commits whose parents a shallow clone left out
// (gitrepository-layout(5), "shallow"), or none in a whole clone.
func (l *Layout) Shallow() ([]pack.ID, []Problem) {
	file := filepath.Join(l.CommonDir, "shallow")
	content, err := readRegular(file, maxListFile)
	if err != nil {
		return nil, l.unlessMissing(file, err)
	}
	found := problems{where: l.where(file)}
	var ids []pack.ID
	for line := range bytes.Lines(content) {
		id, err := pack.ParseID(string(bytes.TrimRight(line, "\r\n")))
		if err != nil {
			found.add("a line is no object name")
			continue
		}
		ids = append(ids, id)
	}
	return ids, found.all()
}

// Partial reports whether this is a partial clone, which fetches the objects it
// lacks when git needs them: a promisor remote is configured or a pack came from one
// (git's technical/partial-clone). Nothing is ever fetched here.
func (l *Layout) Partial() bool {
	if l.config.section("extensions").Get("partialclone") != "" {
		return true
	}
	for _, remote := range l.config.subsections("remote") {
		if isTrue(remote, "promisor") || remote.Get("partialclonefilter") != "" {
			return true
		}
	}
	dirs, _ := l.ObjectDirs()
	for _, dir := range dirs {
		entries, _ := os.ReadDir(filepath.Join(dir, "pack")) // whoever reads the packs reports this
		for _, entry := range entries {
			if strings.HasSuffix(entry.Name(), ".promisor") {
				return true
			}
		}
	}
	return false
}

// Remote returns the URL of the remote "origin" without user information, or "".
func (l *Layout) Remote() string {
	if urls := l.config.options[settingsKey{"remote", "origin"}].GetAll("url"); len(urls) > 0 {
		return StripUserInfo(urls[0]) // of several, git fetches from the first
	}
	return ""
}

// Merging returns the commits that a merge under way brings into the work tree that the layout was located
// from, or none.
func (l *Layout) Merging() ([]pack.ID, []Problem) {
	file := filepath.Join(l.GitDir, "MERGE_HEAD")
	content, err := readRegular(file, maxListFile)
	if err != nil {
		return nil, l.unlessMissing(file, err)
	}
	found := problems{where: l.where(file)}
	return parsePseudoRef(content, &found), found.all()
}

// HooksPath returns core.hooksPath as the repository's own configuration has it, or "".
func (l *Layout) HooksPath() string { return l.config.section("core").Get("hookspath") }

// Remote is another repository that this one fetches from.
type Remote struct {
	Name string
	URL  string // without user information
	// Mirror says that refs are pushed there as they are here, all of them (git-config(1), remote.NAME.mirror).
	Mirror bool
}

// Remotes returns the configured remotes that have a URL, by name.
func (l *Layout) Remotes() []Remote {
	var remotes []Remote
	for name, options := range l.config.subsections("remote") {
		if urls := options.GetAll("url"); len(urls) > 0 {
			remotes = append(remotes, Remote{name, StripUserInfo(urls[0]), isTrue(options, "mirror")})
		}
	}
	slices.SortFunc(remotes, func(a, b Remote) int { return cmp.Compare(a.Name, b.Name) })
	return remotes
}

// StripUserInfo removes from a remote's URL (git-fetch(1), "Git URLs") whatever can
// hold a password or token: user information, query and fragment. Only the
// user "git" of an SSH URL stays, since everyone has that one.
func StripUserInfo(url string) string {
	scheme, rest, ok := strings.Cut(url, "://")
	if !ok {
		return stripScpUser(url)
	}
	at := strings.LastIndexByte(rest[:authorityLen(rest)], '@')
	user, rest := rest[:at+1], rest[at+1:]
	if user != "git@" || !strings.Contains(strings.ToLower(scheme), "ssh") {
		user = ""
	}
	if end := strings.IndexAny(rest, "?#"); end >= 0 {
		rest = rest[:end]
	}
	return scheme + "://" + user + rest
}

// authorityLen returns the length of "USER:PASSWORD@HOST:PORT" at the start of s. It ends at
// the first slash, question mark or hash, unless that is part of a password that
// should have been escaped: then what stands behind the colon is no port.
func authorityLen(s string) int {
	end := len(s)
	if at := strings.IndexAny(s, "/?#"); at >= 0 {
		end = at
	}
	authority := s[:end]
	colon := strings.LastIndexByte(authority, ':')
	if strings.ContainsAny(authority, "@[") || colon < 0 || strings.Trim(authority[colon+1:], "0123456789") == "" {
		return end
	}
	return max(end, strings.LastIndexByte(s, '@')+1)
}

// stripScpUser treats the short form "USER@HOST:PATH"; all else is a local path.
func stripScpUser(url string) string {
	head, _, _ := strings.Cut(url, "/")
	at := strings.LastIndexByte(head, '@')
	local := !strings.Contains(head, ":") || filepath.VolumeName(url) != ""
	if at < 0 || local || url[:at] == "git" {
		return url
	}
	return url[at+1:]
}
