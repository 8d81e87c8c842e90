package audit

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

const sectionConfig = "Configuration"

// trouble is something in a file beside the objects that holds a credential, or leads to one.
type trouble struct {
	checklist.Evidence
	state checklist.State
	mend  checklist.Step // empty where there is no single command
}

// configuration asks about the texts beside the objects. No commit has them, but they go along where a folder
// is copied, archived or cached, and a server shows them to whoever reads its disk.
func (a *audit) configuration(ctx context.Context) error {
	around := a.layout.Surroundings()
	texts := scanner.NewTexts(scanner.Options{Rules: a.options.Rules, Jobs: 1, MinConfidence: a.options.MinConfidence, Now: a.options.Now})
	troubles := map[string][]trouble{}
	settings := map[string][]setting{}
	for _, file := range around.Config {
		settings[file.Name] = parseSettings(string(file.Content))
		if err := a.settings(ctx, texts, file, settings[file.Name], troubles); err != nil {
			return err
		}
	}
	for _, file := range around.Hooks {
		if err := a.text(ctx, texts, file, func(f *finding.Finding) {
			troubles[idHooks] = append(troubles[idHooks], a.found(f, file.Name))
		}); err != nil {
			return err
		}
	}
	for _, file := range around.Credentials {
		troubles[idConfig] = append(troubles[idConfig], trouble{
			checklist.Evidence{Text: "credentials in plain text", Path: file.Name}, checklist.Fail,
			checklist.Step{Text: "Revoke them, and delete the file " + a.inGitDir(file.Name) + "."},
		})
	}
	modules, err := a.layout.WorkFile(gitmodules)
	if err == nil {
		err = a.settings(ctx, texts, modules, parseSettings(string(modules.Content)), troubles)
	} else if errors.Is(err, fs.ErrNotExist) {
		err = nil
	} else {
		around.Problems = append(around.Problems, gitstore.Problem{Where: gitmodules, What: "could not be read"})
		err = nil
	}
	if err != nil {
		return err
	}
	for _, problem := range around.Problems {
		id := idConfig
		if strings.HasPrefix(problem.Where, "hooks") {
			id = idHooks
		}
		troubles[id] = append(troubles[id], trouble{checklist.Evidence{Text: "not looked into: " + problem.What, Path: problem.Where}, checklist.Warn, checklist.Step{}})
	}
	a.configItems(troubles)
	return nil
}

// configItems makes items of what was met.
func (a *audit) configItems(troubles map[string][]trouble) {
	for _, f := range a.sorted[idSubmodules] {
		onDisk := func(t trouble) bool { return t.Path == gitmodules && t.Line == f.at.StartLine }
		if slices.ContainsFunc(troubles[idSubmodules], onDisk) {
			continue
		}
		troubles[idSubmodules] = append(troubles[idSubmodules], trouble{f.evidence(), checklist.Fail, a.redactSteps([]entry{f})[1]})
	}
	for _, q := range []struct{ id, title, none, what string }{
		{idRemotes, "No credentials in the URLs of remotes", "None.", "the URLs of remotes"},
		{idSubmodules, "No credentials in the URLs of submodules", "None.", "the URLs of submodules"},
		{idConfig, "No credentials in the configuration", "None, and no helper keeps them in plain text.", "the configuration of this clone"},
		{idHooks, "No secrets in hooks", "None.", "hooks of this clone"},
	} {
		item := checklist.Item{ID: q.id, Section: sectionConfig, Title: q.title, Summary: q.none}
		list := troubles[q.id]
		slices.SortStableFunc(list, func(x, y trouble) int {
			switch worse := x.state.Worse(y.state); {
			case x.state == y.state:
				return cmp.Or(cmp.Compare(x.Path, y.Path), cmp.Compare(x.Line, y.Line))
			case worse == x.state:
				return -1
			}
			return 1
		})
		failing := 0
		for _, t := range list {
			item.State = item.State.Worse(t.state)
			item.Evidence = append(item.Evidence, t.Evidence)
			if t.state == checklist.Fail {
				failing++
			}
			if t.mend.Text != "" && !slices.Contains(item.Mend, t.mend) && len(item.Mend) < maxNamed {
				item.Mend = append(item.Mend, t.mend)
			}
		}
		if failing > 0 {
			item.Summary = count(failing, "credential") + " in " + q.what + "."
			item.Mend = slices.Insert(item.Mend, 0, revoke)
		} else if len(list) > 0 {
			item.Summary = "None was found, but there is something to look at."
		}
		a.add(item)
	}
}

// settings looks into a configuration: at what is known to sign somebody in, and with the rules at everything.
func (a *audit) settings(ctx context.Context, texts *scanner.Texts, file gitstore.TextFile, list []setting, troubles map[string][]trouble) error {
	said := map[int]bool{} // lines
	for _, s := range list {
		t, secret, ok := a.judge(file.Name, s)
		if !ok {
			continue
		}
		t.Path, t.Line = file.Name, s.line
		if t.state == checklist.Fail {
			said[s.line] = true
		}
		if secret != "" {
			a.keep(secret)
		}
		id := placeOf(file.Name, s.section)
		troubles[id] = append(troubles[id], t)
	}
	return a.text(ctx, texts, file, func(f *finding.Finding) {
		line := f.Occurrences[0].StartLine
		if said[line] {
			return
		}
		said[line] = true
		section := ""
		for _, s := range list {
			if s.line <= line {
				section = s.section
			}
		}
		id := placeOf(file.Name, section)
		troubles[id] = append(troubles[id], a.found(f, file.Name))
	})
}

// placeOf returns the item that a section of a configuration belongs to.
func placeOf(file, section string) string {
	switch {
	case file == gitmodules, section == "submodule", strings.HasPrefix(file, "modules/") && section == "remote":
		return idSubmodules
	case section == "remote", section == "branch":
		return idRemotes
	}
	return idConfig
}

// judge says what is wrong with a setting, and which value must not be shown.
func (a *audit) judge(file string, s setting) (t trouble, secret string, ok bool) {
	fail := func(text string, mend checklist.Step) trouble {
		return trouble{checklist.Evidence{Text: text}, checklist.Fail, mend}
	}
	where := []string{"config"}
	if file != "config" {
		where = []string{"config", "--file", a.inGitDir(file)}
	}
	unset := checklist.Step{Text: "Take the setting out.", Command: a.git(append(where, "--unset-all", s.name())...)}
	switch {
	case s.key == "url" || s.key == "pushurl" || s.key == "remote":
		if secret, ok = urlSecret(s.value); !ok {
			return trouble{}, "", false
		}
		clean := gitstore.StripUserInfo(s.value)
		mend := checklist.Step{Text: "Leave it out of the URL, and have a credential helper or SSH keep it.", Command: a.git(append(where, "--replace-all", s.name(), clean)...)}
		if s.section == "remote" && file == "config" {
			words := []string{"remote", "set-url", s.subsection, clean}
			if s.key == "pushurl" {
				words = slices.Insert(words, 2, "--push")
			}
			mend.Command = a.git(words...)
		}
		if file == gitmodules {
			mend.Command = a.git("submodule", "set-url", s.subsection, clean)
		}
		return fail("credential in "+s.key+" of "+s.section+" "+s.subsection, mend), secret, true
	case s.section == "url":
		if secret, ok = urlSecret(s.subsection); ok {
			mend := checklist.Step{Text: "Take the section out.", Command: a.git(append(where, "--remove-section", "url."+s.subsection)...)}
			if mend.Command = strings.ReplaceAll(mend.Command, secret, "..."); strings.Contains(mend.Command, "...") {
				mend = checklist.Step{Text: "Take the section [url] out of " + a.inGitDir(file) + "."} // a command would have to name the credential
			}
			return fail("credential in the URL that "+s.key+" puts in place of others", mend), secret, true
		}
	case s.section == "http" && s.key == "extraheader":
		if secret = authorization(s.value); secret != "" {
			return fail("header that signs in, sent to "+cmp.Or(s.subsection, "every server"), unset), secret, true
		}
	case s.section == "http" && s.key == "proxy":
		if secret, ok = urlSecret(s.value); ok {
			return fail("password of a proxy", unset), secret, true
		}
	case s.section == "credential" && s.key == "helper" && keepsPlain(s.value):
		return trouble{checklist.Evidence{Text: "a credential helper keeps passwords in a file, in plain text"}, checklist.Warn, unset}, "", true
	case s.section == "core" && s.key == "hookspath" && !filepath.IsLocal(s.value):
		return trouble{checklist.Evidence{Text: "takes hooks from a folder outside of the repository, which was not looked into"}, checklist.Warn, checklist.Step{}}, "", true
	case s.section == "include" && s.key == "path" || s.section == "includeif" && s.key == "path":
		return trouble{checklist.Evidence{Text: "includes another file, which was not looked into"}, checklist.Warn, checklist.Step{}}, "", true
	}
	return trouble{}, "", false
}

// authorization returns the credential of a header that signs somebody in.
func authorization(header string) string {
	name, value, ok := strings.Cut(header, ":")
	if !ok {
		return ""
	}
	switch strings.ToLower(strings.TrimSpace(name)) {
	case "authorization", "proxy-authorization", "private-token", "job-token", "x-api-key", "cookie":
		fields := strings.Fields(value)
		if len(fields) > 0 && !strings.ContainsAny(fields[len(fields)-1], "<>${}") {
			return fields[len(fields)-1]
		}
	}
	return ""
}

// keepsPlain reports whether a credential helper writes passwords into a plain file (git-credential-store(1)).
func keepsPlain(helper string) bool {
	program, _, _ := strings.Cut(strings.TrimLeft(helper, "!"), " ")
	return path.Base(program) == "store" || strings.HasSuffix(program, "git-credential-store")
}

// text hands on what the rules find in a file.
func (a *audit) text(ctx context.Context, texts *scanner.Texts, file gitstore.TextFile, visit func(*finding.Finding)) error {
	found, err := texts.Scan(ctx, file.Name, file.Content)
	if err != nil {
		return fmt.Errorf("looking into %s: %w", file.Name, err)
	}
	a.all = append(a.all, found...)
	for _, f := range found {
		if a.counts(f.Confidence) {
			visit(f)
		}
	}
	return nil
}

// found is a secret that the rules found in a file beside the objects.
func (a *audit) found(f *finding.Finding, file string) trouble {
	e := entry{f, &f.Occurrences[0], 1}
	return trouble{e.evidence(), checklist.Fail, checklist.Step{Text: "Take it out of " + a.inGitDir(file) + "."}}
}

// keep notes a value that must not be shown.
func (a *audit) keep(secret string) {
	a.all = append(a.all, &finding.Finding{Secret: finding.NewSecret(secret, "")})
}

// inGitDir is how a person finds a file of the Git folder.
func (a *audit) inGitDir(name string) string {
	switch {
	case name == gitmodules:
		return name
	case a.layout.WorkTree == "":
		return path.Join(a.options.Name, name)
	}
	return ".git/" + name
}
