package audit

import (
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/remediate/account"
	"github.com/unleak/unleak/scanner/finding"
)

// maxNamed is how many secrets or paths a command names; for more there is one for all.
const maxNamed = 8

// shortFingerprint is how many digits of a fingerprint a command has: 48 bits.
const shortFingerprint = 12

// revoke is the first thing to do about every secret.
var revoke = checklist.Step{Text: "Revoke or rotate it where it was issued: whoever has a copy of the repository has it."}

// unleak is a command of this program for the audited repository.
func (a *audit) unleak(words ...string) string {
	words = append([]string{"unleak"}, words...)
	if a.elsewhere() {
		words = append(words, operand(a.options.Name))
	}
	return account.Shell(words...)
}

// git is a command of git for the audited repository.
func (a *audit) git(words ...string) string {
	begin := []string{"git"}
	if a.elsewhere() {
		begin = append(begin, "-C", a.options.Name)
	}
	return account.Shell(append(begin, words...)...)
}

// elsewhere reports whether the repository is not that of the current folder.
func (a *audit) elsewhere() bool { return a.options.Name != "" && a.options.Name != "." }

// operand is a path that no program takes for a flag.
func operand(name string) string {
	if strings.HasPrefix(name, "-") {
		return "./" + name
	}
	return name
}

// redactSteps take secrets out of the whole history.
func (a *audit) redactSteps(entries []entry) []checklist.Step {
	words := []string{"remediate", "--secrets"}
	if len(entries) <= maxNamed {
		words = []string{"remediate"}
		for i := range entries {
			words = append(words, "--finding", entries[i].Fingerprint[:min(shortFingerprint, len(entries[i].Fingerprint))])
		}
	}
	return []checklist.Step{revoke, {
		Text:    "Take it out of every commit that has it. This shows the plan; with --apply it is done.",
		Command: a.unleak(words...),
	}}
}

// removeSteps take files out of the whole history.
func (a *audit) removeSteps(files []*file) []checklist.Step {
	var words []string
	for _, f := range files {
		pattern := f.path
		plain := strings.Trim(pattern, plainPath) == ""
		if !plain || !strings.Contains(pattern, "/") && f.kind != envFile {
			pattern = "literal:" + pattern // a name alone goes at any depth, which for env files is meant
		}
		if words = append(words, "--path", pattern); len(words) == 2*maxNamed {
			break
		}
	}
	steps := []checklist.Step{{
		Text:    "Take " + verb(len(files), "it", "them") + " out of every commit. This shows the plan; with --apply it is done, and files on disk stay.",
		Command: a.unleak(slices.Concat([]string{"remediate"}, words)...),
	}}
	if len(files) > maxNamed {
		steps[0].Text = "Take them out of every commit, the first few like this. It shows the plan; with --apply it is done, and files on disk stay."
	}
	if slices.ContainsFunc(files, func(f *file) bool { return len(f.held) > 0 }) {
		steps = slices.Insert(steps, 0, checklist.Step{Text: "Revoke or rotate what " + verb(len(files), "it holds", "they hold") + " where it was issued: whoever has a copy of the repository has it."})
	}
	return steps
}

// plainPath is what of a path means itself in a pattern of .gitignore.
const plainPath = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789._-/"

// pruneSteps remove what no ref reaches. The stash is kept: git lets its entries expire only where that was
// configured for it (git-reflog(1)).
func (a *audit) pruneSteps() []checklist.Step {
	return []checklist.Step{revoke, {
		Text:    "Remove everything that no branch, tag or stash holds. It cannot be taken back.",
		Command: a.git("-c", "gc.reflogExpire=now", "-c", "gc.reflogExpireUnreachable=now", "gc", "--prune=now"),
	}}
}

// worst is the worst severity of secrets.
func worst(list []*finding.Finding) finding.Severity {
	order := []finding.Severity{finding.Critical, finding.High, finding.Medium, finding.Low}
	at := len(order) - 1
	for _, f := range list {
		at = min(at, slices.Index(order, f.Severity))
	}
	return order[max(at, 0)]
}
