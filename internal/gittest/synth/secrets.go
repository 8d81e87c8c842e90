package main

import (
	"cmp"
	"context"
	"encoding/json"
	"fmt"
	"os"
	"slices"
	"strings"

	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/scanner"
)

// State says what became of a planted secret.
type State string

// The states of a secret.
const (
	Kept        State = "kept"        // in a file, to the last commit
	Removed     State = "removed"     // taken out of its file by a later commit
	Message     State = "message"     // in a commit message
	Unreachable State = "unreachable" // in a file of a branch that was deleted, never merged
)

// Truth is the content of a truth file.
type Truth struct {
	Seed    uint64   `json:"seed"`
	Commits int      `json:"commits"`
	Files   int      `json:"files"`
	Secrets []Secret `json:"secrets"`
}

// Secret is one planted secret: where it is first. A message has no path and no blob, and
// its lines count from the message's first.
type Secret struct {
	Rule    string `json:"rule"` // of the built-in rules
	Value   string `json:"value"`
	State   State  `json:"state"`
	Commit  string `json:"commit"`
	Path    string `json:"path,omitempty"`
	Blob    string `json:"blob,omitempty"`
	Line    int    `json:"line"`
	Removed string `json:"removed,omitempty"` // the commit that took it out
}

// secret is one to plant.
type secret struct {
	Secret
	line         string // that holds it; several for a key
	at, until    int    // commits before it is planted, and before it is removed
	file         *file
	commit, blob mark
	removed      mark
}

// kinds are the kinds of secrettest whose line one built-in rule finds, with that rule.
var kinds = []struct{ kind, rule string }{
	{"anthropic", "anthropic-api-key"}, {"aws-id", "aws-access-key-id"}, {"aws-secret", "aws-secret-access-key"},
	{"azure-storage", "azure-storage-key"}, {"basic-auth", "authorization-basic"}, {"bearer", "authorization-bearer"},
	{"github", "github-token"}, {"github-fine", "github-fine-grained-token"}, {"gitlab", "gitlab-token"},
	{"google-api", "google-api-key"}, {"huggingface", "huggingface-token"}, {"jwt", "json-web-token"},
	{"moorcheh", "moorcheh-api-key"}, {"moorcheh-bare", "moorcheh-api-key-bare"}, {"npm", "npm-token"},
	{"openai", "openai-api-key"}, {"openssh", "private-key"}, {"password", "generic-credential"}, {"pem-ec", "private-key"},
	{"pypi", "pypi-token"}, {"sendgrid", "sendgrid-api-key"}, {"slack", "slack-token"}, {"stripe", "stripe-key"},
	{"twilio", "twilio-api-key"},
}

// planSecrets makes up every secret, and when it is planted.
func (h *history) planSecrets(ctx context.Context, set *rules.Set) error {
	states := []State{Kept, Removed, Unreachable, Kept, Removed, Message}
	for i := range h.options.secrets {
		kind := kinds[i%len(kinds)]
		line, value, err := h.findable(ctx, set, kind.kind)
		if err != nil {
			return err
		}
		s := &secret{line: strings.TrimSpace(line), at: 1 + h.random.IntN(h.options.commits)}
		s.Rule, s.Value, s.State = kind.rule, value, states[(i/len(kinds)+i)%len(states)]
		if strings.Contains(value, "\n") { // of a key, what stands between its first and last line
			begin := strings.Index(value, "\n") + 1
			s.Value = strings.TrimSpace(value[begin:strings.Index(value, "\n-----END")])
		}
		h.plan = append(h.plan, s)
	}
	slices.SortStableFunc(h.plan, func(a, b *secret) int { return cmp.Compare(b.at, a.at) })
	return nil
}

// findable draws a value that the rules find in its line. They take one of a thousand for a
// placeholder; what a truth file is for is where secrets are found, and not what is one.
func (h *history) findable(ctx context.Context, set *rules.Set, kind string) (line, value string, err error) {
	for range 100 {
		line, value = h.secrets.Line(kind)
		result, err := scanner.Scan(ctx, scanner.Reader(kind, strings.NewReader(line)), scanner.Options{Rules: set, Jobs: 1})
		if err != nil {
			return "", "", err
		}
		if len(result.Findings) > 0 {
			return line, value, nil
		}
	}
	return "", "", fmt.Errorf("the built-in rules find no secret of the kind %s", kind)
}

// plantNext commits the next secret.
func (h *history) plantNext() {
	s := h.plan[len(h.plan)-1]
	f := h.pick(nil)
	for f != nil && f.extension == ".bin" {
		f = h.pick(nil)
	}
	if f == nil { // topics have them all
		h.merge(h.topics[0])
		return
	}
	h.plan = h.plan[:len(h.plan)-1]
	h.truth = append(h.truth, s)
	parents := []mark{h.tip}
	switch s.State {
	case Message:
		subject := h.words.sentence(6) + "\n\n"
		s.Line += 3
		s.commit = h.commit(mainLine, subject+s.line+"\n", parents, h.work(nil))
		h.tip = s.commit
		return
	case Unreachable:
		lines := slices.Clone(f.lines)
		s.Path = f.path
		s.Line += h.plant(f, s.line)
		s.blob = h.stream.blob(f.content())
		f.uproot(s.line)
		f.lines = lines
		gone := fmt.Sprintf("refs/heads/gone-%d", len(h.truth))
		s.commit = h.commit(gone, "", parents, []change{{s.Path, s.blob}})
		h.stream.drop(gone)
		return
	}
	s.file, s.Path = f, f.path
	s.Line += h.plant(f, s.line)
	stored := h.store(f, nil)
	s.blob = stored.blob
	s.commit = h.commit(mainLine, "", parents, []change{stored})
	h.tip = s.commit
	if s.State == Removed {
		s.until = h.made + 1 + h.random.IntN(max(h.options.commits/4, 1))
		h.doomed = append(h.doomed, s)
		slices.SortStableFunc(h.doomed, func(a, b *secret) int { return cmp.Compare(a.until, b.until) })
	}
}

// removeNext takes out the secret whose time has come.
func (h *history) removeNext() {
	s := h.doomed[0]
	if s.file.topic != nil { // merged first, for the main line must not touch it
		h.merge(s.file.topic)
		return
	}
	h.doomed = h.doomed[1:]
	s.file.uproot(s.line)
	h.tip = h.commit(mainLine, "", []mark{h.tip}, []change{h.store(s.file, nil)})
	s.removed = h.tip
}

// write makes the repository of options and its truth file.
func write(ctx context.Context, o options) error {
	set, err := loadBuiltin()
	if err != nil {
		return err
	}
	h := newHistory(o)
	if err := h.planSecrets(ctx, set); err != nil {
		return err
	}
	ids, err := build(ctx, o.out, h.generate)
	if err != nil {
		return fmt.Errorf("making %s: %w", o.out, err)
	}
	truth := Truth{Seed: o.seed, Commits: h.made, Files: len(h.files)}
	for _, s := range h.truth {
		s.Commit, s.Blob, s.Removed = ids[s.commit], ids[s.blob], ids[s.removed]
		truth.Secrets = append(truth.Secrets, s.Secret)
	}
	text, err := json.MarshalIndent(truth, "", "  ")
	if err != nil {
		return err
	}
	if err := os.WriteFile(o.truth, append(text, '\n'), 0o600); err != nil {
		return fmt.Errorf("writing the truth: %w", err)
	}
	return nil
}
