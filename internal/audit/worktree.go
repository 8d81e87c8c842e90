package audit

import (
	"context"
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"strings"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/internal/gitignore"
	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/remediate/account"
)

const sectionWorkTree = "Work tree"

// onDisk is an env file in the work tree that is not tracked.
type onDisk struct {
	path  string
	match gitignore.Match
}

// workTree asks whether env files on disk are ignored.
func (a *audit) workTree(ctx context.Context) error {
	item := checklist.Item{ID: idEnvIgnored, Section: sectionWorkTree, Title: "Env files on disk are ignored"}
	if a.layout.WorkTree == "" {
		item.Summary = checklist.NotHere + "a bare repository has no files on disk."
		a.add(item)
		return nil
	}
	rules := gitignore.New(a.layout.WorkTree, a.layout.CommonDir)
	if a.options.UserExcludes != "" {
		rules.AddUser(a.options.UserExcludes)
	}
	files, unread, err := a.envFiles(ctx, rules)
	if err != nil {
		return err
	}
	own := rules.Check(".env", false)
	var open, private []string
	by := map[string]string{}
	for _, f := range files {
		switch {
		case !f.match.Ignored:
			open = append(open, f.path)
		case isPrivate(f.match):
			private = append(private, f.path)
			by[f.path] = f.match.File
		}
	}
	for _, name := range open {
		item.Evidence = append(item.Evidence, checklist.Evidence{Text: "on disk and not ignored", Path: name})
	}
	for _, name := range private {
		item.Evidence = append(item.Evidence, checklist.Evidence{Text: "ignored by " + by[name] + " alone", Path: name})
	}
	for _, name := range unread {
		item.Evidence = append(item.Evidence, checklist.Evidence{Text: "folder that could not be read", Path: name})
	}
	switch {
	case len(open) > 0:
		item.State = checklist.Fail
		item.Summary = count(len(open), "env file") + " on disk " + verb(len(open), "is", "are") + " not ignored: the next `git add .` takes " + verb(len(open), "it", "them") + " in."
		item.Mend = a.ignoreSteps(open)
	case len(private) > 0:
		item.State = checklist.Warn
		item.Summary = "What ignores " + count(len(private), "env file") + " is yours alone, and does not travel with the repository."
		item.Mend = a.ignoreSteps(private)
	case !own.Ignored || isPrivate(own):
		item.State = checklist.Warn
		item.Summary = "There is no env file that git would take in, but .gitignore does not name .env: the first one that somebody makes can be committed."
		item.Mend = a.ignoreSteps([]string{".env"})
	case len(unread) > 0:
		item.State = checklist.Warn
		item.Summary = "Some folders of the work tree could not be read."
	case len(files) == 0:
		item.Summary = "There is none, and .gitignore names .env."
	default:
		item.Summary = ".env is ignored, and so " + verb(len(files), "is the 1 env file", "are all "+count(len(files), "env file")) + " on disk."
	}
	a.add(item)
	return nil
}

// isPrivate reports whether a path is ignored by what no other clone has.
func isPrivate(m gitignore.Match) bool {
	return m.Ignored && (m.File == gitignore.Exclude || m.File == gitignore.User)
}

// envFiles lists the env files of the work tree that are not tracked, but for those in ignored folders and in
// repositories of their own. Folders that could not be read are listed too.
func (a *audit) envFiles(ctx context.Context, rules *gitignore.Rules) (files []onDisk, unread []string, err error) {
	entries, _ := a.layout.Index(gitstore.Worktree{GitDir: a.layout.GitDir}) // one that cannot be read is in the account of the scan
	tracked := map[string]bool{}
	for i := range entries {
		for name := entries[i].Path; name != "." && name != "/" && !tracked[name]; name = path.Dir(name) {
			tracked[name] = true
		}
	}
	root := a.layout.WorkTree
	err = filepath.WalkDir(root, func(at string, entry fs.DirEntry, err error) error {
		if ctx.Err() != nil {
			return ctx.Err()
		}
		relative, relErr := filepath.Rel(root, at)
		if relErr != nil || relative == "." {
			return errors.Join(relErr, err)
		}
		name := filepath.ToSlash(relative)
		switch {
		case err != nil:
			unread = append(unread, name)
			return skipped(entry)
		case path.Base(name) == ".git":
			return skipped(entry)
		case entry.IsDir():
			if _, err := os.Lstat(filepath.Join(at, ".git")); err == nil { // a submodule, or a clone of something else
				return fs.SkipDir
			}
			if !tracked[name] && rules.Match(name, true).Ignored {
				return fs.SkipDir
			}
			return nil
		case tracked[name] || kindOf(name) != envFile || !entry.Type().IsRegular() && entry.Type()&fs.ModeSymlink == 0:
			return nil
		}
		files = append(files, onDisk{name, rules.Match(name, false)})
		return nil
	})
	return files, unread, err
}

func skipped(entry fs.DirEntry) error {
	if entry != nil && entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// ignoreSteps add files to .gitignore.
func (a *audit) ignoreSteps(names []string) []checklist.Step {
	lines := map[string]bool{}
	words := []string{"printf", `%s\n`}
	for _, name := range names {
		line, ok := ignoreLine(name)
		if ok && !lines[line] && len(words) < 2+maxNamed {
			lines[line] = true
			words = append(words, line)
		}
	}
	if len(words) == 2 {
		return []checklist.Step{{Text: "Rename it: no line of .gitignore can name it."}}
	}
	file := ".gitignore"
	if a.elsewhere() {
		file = filepath.ToSlash(filepath.Join(a.options.Name, file))
	}
	return []checklist.Step{{
		Text:    "Have git ignore " + verb(len(names), "it", "them") + ", and commit .gitignore.",
		Command: account.Shell(words...) + " >> " + account.Shell(operand(file)),
	}}
}

// ignoreLine is the line of .gitignore for a file: its name for those called .env, at any depth, or else its path. ok is
// false where none can name it.
func ignoreLine(name string) (line string, ok bool) {
	if path.Base(name) == ".env" {
		return ".env", true
	}
	if strings.ContainsAny(name, "\n\r\x00") {
		return "", false
	}
	var b strings.Builder
	b.WriteByte('/')
	for i := range len(name) {
		if strings.IndexByte(`\*?[`, name[i]) >= 0 || name[i] == ' ' && i == len(name)-1 {
			b.WriteByte('\\')
		}
		b.WriteByte(name[i])
	}
	return b.String(), true
}
