// Package audit answers whether a repository may go public: it scans everything that the repository
// holds, looks at what lies beside its objects (settings, hooks, ignore rules, guards), and makes a checklist of
// what it met, with the command that mends each.
//
// A repository is hostile input here too. Nothing that it configures is run, no file that its configuration includes is
// read, symbolic links are not followed, and what is quoted from it is for renderers to escape. Found values
// are taken out of everything that a checklist says.
package audit

import (
	"context"
	"errors"
	"fmt"
	"time"

	"github.com/unleak/unleak/internal/audit/checklist"
	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

// Options say what an audit goes by. Only Rules is required.
type Options struct {
	Rules *rules.Set
	// RulesFrom names the rule file if it came with the repository, which is said then; empty otherwise.
	RulesFrom string
	// MinConfidence is of the findings that count; empty for medium. Those below are counted.
	MinConfidence finding.Confidence
	// Suppress takes out of a finished scan what was judged before, as ignore files say it; may be nil.
	Suppress func(*scanner.Result)
	// Name is the path of the repository's root from where the user is, for the commands that are proposed; empty or "." for
	// the current folder.
	Name string
	// UserExcludes is the file of patterns that the user has git ignore everywhere, see [UserExcludes]; empty for none.
	UserExcludes string
	// Alerts are those of GitHub's secret scanning to judge, see [ParseAlerts]; nil for none.
	Alerts []Alert

	Jobs          int   // workers; 0 stands for one a processor
	MaxObjectSize int64 // as in [scanner.Options]
	MemoryBudget  int64
	Now           time.Time // of which tokens have expired; zero for the time of the audit
	Tool          finding.Tool
	Progress      *scanner.Progress // may be nil
}

// ErrNotRepository says that there is no repository to audit.
var ErrNotRepository = errors.New("an audit needs a repository")

// Root returns the folder whose files belong to the repository of path: its work tree, or the empty string for a bare one.
func Root(path string) (string, error) {
	layout, err := locate(path)
	if err != nil {
		return "", err
	}
	return layout.WorkTree, nil
}

func locate(path string) (*gitstore.Layout, error) {
	layout, err := gitstore.Locate(path)
	if errors.Is(err, gitstore.ErrNotRepository) {
		return nil, fmt.Errorf("%w: %w", ErrNotRepository, err)
	}
	if err != nil {
		return nil, fmt.Errorf("opening the repository: %w", err)
	}
	return layout, nil
}

// Run audits the repository of path: a work tree, a bare repository, or a .git folder. When the context ends, its
// error is returned and no checklist: half an audit answers nothing.
func Run(ctx context.Context, path string, options Options) (*checklist.Checklist, error) {
	layout, err := locate(path)
	if err != nil {
		return nil, err
	}
	if options.MinConfidence == "" {
		options.MinConfidence = finding.ConfidenceMedium
	}
	if options.Now.IsZero() {
		options.Now = time.Now()
	}
	a := &audit{options: options, path: path, layout: layout}
	if err := a.scan(ctx); err != nil {
		return nil, err
	}
	for _, step := range []func(context.Context) error{
		a.workTree, a.currentFiles, a.history, a.configuration, a.guards, a.alerts, a.coverage,
	} {
		if err := step(ctx); err != nil {
			return nil, err
		}
	}
	return a.checklist(), nil
}

// audit is one under way.
type audit struct {
	options Options
	path    string
	layout  *gitstore.Layout
	header  finding.Header
	all     []*finding.Finding // whose values must not be shown: everything that was met

	findings   []*finding.Finding // that count
	doubtful   []*finding.Finding // of too low a confidence
	suppressed []*finding.Finding // judged before
	files      []file             // that their names give away
	sorted     map[string][]entry // findings by the item they belong to
	items      []checklist.Item
	judged     []checklist.Alert
}

// checklist puts the result together.
func (a *audit) checklist() *checklist.Checklist {
	c := &checklist.Checklist{
		SchemaVersion: checklist.SchemaVersion,
		Tool:          a.options.Tool,
		Source:        a.header.Source,
		State:         checklist.Pass,
		Items:         a.items,
		Alerts:        a.judged,
		Coverage:      a.header.Coverage,
		Suppressed:    a.header.Suppressed,
	}
	for i := range c.Items {
		c.State = c.State.Worse(c.Items[i].State)
	}
	return c.MapText(finding.Redactor(a.all))
}

// add adds an item.
func (a *audit) add(item checklist.Item) {
	if item.State == "" {
		item.State = checklist.Pass
	}
	if more := len(item.Evidence) - maxEvidence; more > 0 {
		item.Evidence, item.More = item.Evidence[:maxEvidence], item.More+more
	}
	a.items = append(a.items, item)
}

// maxEvidence is how many pieces of evidence an item lists; the rest is counted.
const maxEvidence = 50
