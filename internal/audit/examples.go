package audit

import (
	"bytes"
	"context"
	"fmt"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/rules/inspect"
	"github.com/unleak/unleak/scanner/finding"
)

// maxExample is the largest env example that is read line by line, in bytes.
const maxExample = 1 << 20

// envExamples asks whether the examples at HEAD hold placeholders only. What the rules are sure of fails; what they doubt, and
// any other value of a variable that is named like a secret, is for a person to look at.
func (a *audit) envExamples(ctx context.Context) error {
	item := checklist.Item{ID: idEnvExamples, Section: sectionCurrent, Title: "Env examples hold placeholders only"}
	sure, guessed := a.certain(a.sorted[idEnvExamples])
	item.Evidence = evidenceOf(sure)
	said := map[string]bool{} // path:line
	for _, e := range item.Evidence {
		said[fmt.Sprintf("%s:%d", e.Path, e.Line)] = true
	}
	doubtful := 0
	doubt := func(e checklist.Evidence) {
		if at := fmt.Sprintf("%s:%d", e.Path, e.Line); !said[at] {
			said[at] = true
			doubtful++
			item.Evidence = append(item.Evidence, e)
		}
	}
	for i := range guessed {
		doubt(guessed[i].evidence())
	}
	for _, f := range a.doubtful {
		for i := range f.Occurrences {
			if o := &f.Occurrences[i]; o.AtHead && isContent(o) && kindOf(o.Path) == envSample {
				e := entry{f, o, 1}
				doubt(e.evidence())
			}
		}
	}
	examples, err := a.exampleLines(ctx, doubt)
	if err != nil {
		return err
	}
	switch {
	case len(sure) > 0:
		item.State = checklist.Fail
		item.Summary = count(len(sure), "secret") + " in env examples at HEAD."
		item.Mend = a.redactSteps(sure)
	case doubtful > 0:
		item.State = checklist.Warn
		item.Summary = count(doubtful, "value") + " in env examples " + verb(doubtful, "does", "do") + " not look like " + verb(doubtful, "a placeholder.", "placeholders.")
		item.Mend = []checklist.Step{{Text: "Look at " + verb(doubtful, "it", "them") + ": a value that works anywhere is to be replaced there first, and then here by a placeholder such as `change-me`."}}
	case examples == 0:
		item.Summary = "There are none at HEAD."
	default:
		item.Summary = count(examples, "file") + " at HEAD, and no value in " + verb(examples, "it", "them") + " but placeholders."
	}
	a.add(item)
	return nil
}

// certain parts the secrets in examples: values that rules know by their form from those that only stand where a secret
// would, as weak passwords that an example may mean to be replaced.
func (a *audit) certain(entries []entry) (sure, guessed []entry) {
	for _, e := range entries {
		rule, ok := a.options.Rules.Lookup(e.RuleID)
		if ok && slices.Contains(rule.Tags, "generic") && e.Confidence != finding.ConfidenceHigh {
			guessed = append(guessed, e)
		} else {
			sure = append(sure, e)
		}
	}
	return sure, guessed
}

// pastExamples asks the same about earlier versions, of which the rules alone say something.
func (a *audit) pastExamples() {
	sure, guessed := a.certain(a.sorted[idExamplesHistory])
	item := checklist.Item{
		ID: idExamplesHistory, Section: sectionHistory, Title: "Env examples never held a secret", Summary: "None in earlier versions.",
		Evidence: slices.Concat(evidenceOf(sure), evidenceOf(guessed)),
	}
	switch {
	case len(sure) > 0:
		item.State = checklist.Fail
		item.Summary = count(len(sure), "secret") + " in earlier versions of env examples."
		item.Mend = a.redactSteps(sure)
	case len(guessed) > 0:
		item.State = checklist.Warn
		item.Summary = count(len(guessed), "value") + " in earlier versions of env examples " + verb(len(guessed), "does", "do") + " not look like " + verb(len(guessed), "a placeholder.", "placeholders.")
		item.Mend = a.redactSteps(guessed)
		item.Mend[0].Text = "Replace what works anywhere."
	}
	a.unproved(&item)
	a.add(item)
}

// exampleLines reads the env examples at HEAD, of which it returns the number, and hands on each variable that is named
// like a secret and holds something other than a placeholder.
func (a *audit) exampleLines(ctx context.Context, doubt func(checklist.Evidence)) (examples int, err error) {
	var repository *gitstore.Repository
	for i := range a.files {
		f := &a.files[i]
		at := atHeadOf(f)
		if f.kind != envSample || f.member != "" || at == nil {
			continue
		}
		examples++
		if repository == nil {
			if repository, err = gitstore.Open(a.layout.GitDir); err != nil {
				return 0, fmt.Errorf("opening the repository: %w", err)
			}
			defer repository.Close()
		}
		id, err := pack.ParseID(at.Blob)
		if err != nil {
			continue
		}
		_, content, err := repository.Read(id, nil, maxExample)
		if err != nil {
			continue // in the account of the scan, or larger than any example
		}
		if err := ctx.Err(); err != nil {
			return 0, err
		}
		number := 0
		for line := range bytes.Lines(content) {
			number++
			if name, value, ok := variable(string(line)); ok && namesSecret(name) && !a.isPlaceholder(value) {
				doubt(checklist.Evidence{Text: name + " has a value that is no placeholder", Path: f.path, Line: number, Commit: at.Commit, Date: at.Date})
			}
		}
	}
	return examples, nil
}

// atHeadOf returns where HEAD has a file, or nil.
func atHeadOf(f *file) *finding.Occurrence {
	for i := range f.occurrences {
		if f.occurrences[i].AtHead {
			return &f.occurrences[i]
		}
	}
	return nil
}

// variable reads a line of an env file, commented out or not: [export ]NAME=value.
func variable(line string) (name, value string, ok bool) {
	line = strings.TrimLeft(strings.TrimSpace(line), "# \t")
	line = strings.TrimPrefix(line, "export ")
	name, value, ok = strings.Cut(line, "=")
	name, value = strings.TrimSpace(name), strings.TrimSpace(value)
	if !ok || name == "" || len(name) > 100 || strings.Trim(name, nameLetters) != "" {
		return "", "", false
	}
	if value != "" && (value[0] == '"' || value[0] == '\'') {
		if end := strings.IndexByte(value[1:], value[0]); end >= 0 {
			return name, value[1 : 1+end], true
		}
	}
	if at := strings.Index(value, " #"); at >= 0 {
		value = strings.TrimSpace(value[:at])
	}
	return name, value, true
}

const nameLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"

// namesSecret reports whether a variable is named like one that holds a secret, and not something about one.
func namesSecret(name string) bool {
	words := strings.Split(strings.ToLower(name), "_")
	switch words[len(words)-1] {
	case "file", "path", "dir", "url", "uri", "host", "name", "user", "username", "id", "port", "ttl", "expiry", "expires", "lifetime", "length", "size", "enabled",
		"algorithm", "alg", "type", "header", "prefix", "issuer", "audience", "endpoint", "region", "email", "min", "max", "rounds", "timeout":
		return false
	}
	secret := false
	for i, word := range words {
		switch word {
		case "public", "pub", "publishable", "site", "primary", "foreign", "cache":
			return false
		case "password", "passwd", "pass", "pwd", "passphrase", "secret", "secrets", "token", "apikey", "credential", "credentials", "salt", "pepper":
			secret = true
		case "key":
			secret = secret || i > 0 // API_KEY, and no KEY alone
		}
		if strings.HasSuffix(word, "password") || strings.HasSuffix(word, "secret") || strings.HasSuffix(word, "token") || strings.HasSuffix(word, "apikey") {
			secret = true
		}
	}
	return secret
}

// isPlaceholder reports whether a value of an example says by itself that it is none, or could be nobody's secret: a
// word, a number, a path.
func (a *audit) isPlaceholder(value string) bool {
	if len(value) < 4 || inspect.Placeholder([]byte(value)) {
		return true
	}
	if strings.Trim(value, "0123456789.") == "" && len(value) < 10 || isWord(value) {
		return true
	}
	if strings.HasPrefix(value, "/") || strings.HasPrefix(value, "./") || strings.ContainsAny(value, " \t") {
		return true
	}
	rule, ok := a.options.Rules.Lookup("generic-credential")
	if !ok {
		return false
	}
	allowed, _ := rule.AllowValue([]byte(value), []byte(value), []byte(value))
	return allowed
}

// isWord reports whether a value is letters, with single marks between, and no longer than words are.
func isWord(value string) bool {
	for i := range len(value) {
		c := value[i]
		mark := c == '-' || c == '_' || c == '.'
		if !mark && (c|0x20 < 'a' || c|0x20 > 'z') {
			return false
		}
	}
	return len(value) < 16
}
