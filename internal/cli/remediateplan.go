package cli

import (
	"context"
	"fmt"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/remediate"
	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

// tool is this program, as reports name it.
func tool() finding.Tool { return finding.Tool{Name: "unleak", Version: unleak.Version()} }

// plan scans where secrets are to be found first, and makes the plan. incomplete says that the
// scan was: there may be secrets that the plan does not know.
func (a *app) plan(ctx context.Context, flags *remediateFlags, path string) (plan *remediate.Plan, incomplete bool, err error) {
	if _, pending := remediate.Pending(path); pending {
		return nil, false, usagef("run \"unleak remediate --resume\" to finish it, or \"unleak remediate --rollback\" to take it back",
			"an earlier remediation of this repository was interrupted")
	}
	text, err := a.replaceTextFile(flags.replaceText)
	if err != nil {
		return nil, false, err
	}
	_, root, err := scanner.Detect(path)
	if err != nil {
		return nil, false, fmt.Errorf("cannot open %q: %w", path, err)
	}
	options, err := a.scanOptions(flags, root)
	if err != nil {
		return nil, false, err
	}
	request := remediate.Request{
		Paths:       flags.paths,
		ReplaceText: text, ReplaceTextName: flags.replaceText, Messages: flags.messages,
		KeepIDs: flags.keepIDs, Binary: flags.binary, Force: flags.force,
		Backup: a.optionalPath(flags.backup), NoBackup: flags.noBackup,
		Tool: tool(), Jobs: flags.jobs, Progress: a.step,
		Rules: ruleInfo(options.Rules), Judge: judge(options),
	}
	if flags.secrets || len(flags.findings) > 0 || !flags.selects() {
		result, err := a.runScan(ctx, scanner.Repository(path), options)
		if err != nil {
			return nil, false, err
		}
		if len(flags.findings) == 0 {
			hide, err := a.suppressions(suppressFlags{}, root)
			if err != nil {
				return nil, false, err
			}
			a.suppress(hide, result)
		}
		if err := chooseFindings(&request, flags, result); err != nil {
			return nil, false, err
		}
		incomplete = !result.Header.Coverage.Complete
	}
	plan, err = remediate.NewPlan(ctx, path, request)
	return plan, incomplete, err
}

// scanOptions are for the scan before a plan, and for judging what it removes. A history is rewritten for what
// a scan shows, unless the user names less.
func (a *app) scanOptions(flags *remediateFlags, root string) (scanner.Options, error) {
	set, err := a.rules(flags.ruleFlags, root)
	if err != nil {
		return scanner.Options{}, err
	}
	options := scanner.Options{Rules: set, Jobs: flags.jobs, Tool: tool(), Progress: &scanner.Progress{}}
	if len(flags.findings) == 0 {
		options.MinConfidence = finding.ConfidenceMedium
	}
	return options, nil
}

// ruleInfo is what a plan says of rules: where to revoke what they find.
func ruleInfo(set *rules.Set) []finding.Rule {
	var list []finding.Rule
	for _, r := range set.Rules {
		list = append(list, finding.Rule{ID: r.ID, Description: r.Description, Help: r.Help, URL: r.URL})
	}
	return list
}

// judge scans removed files, so that a plan by path can say what to rotate.
func judge(options scanner.Options) func(context.Context, string, []byte) ([]*finding.Finding, error) {
	var texts *scanner.Texts // compiled when the first is met
	return func(ctx context.Context, name string, content []byte) ([]*finding.Finding, error) {
		if texts == nil {
			texts = scanner.NewTexts(options)
		}
		return texts.Scan(ctx, name, content)
	}
}

// shortestFingerprint is how many digits say which finding is meant.
const shortestFingerprint = 8

// chooseFindings takes over what the scan found, all of it or what the user named.
func chooseFindings(request *remediate.Request, flags *remediateFlags, result *scanner.Result) error {
	if len(flags.findings) == 0 {
		request.Findings, request.AllFindings = result.Findings, true
		return nil
	}
	taken := map[string]bool{}
	for _, prefix := range flags.findings {
		if len(prefix) < shortestFingerprint {
			return usagef(fmt.Sprintf("give at least %d digits", shortestFingerprint), "--finding %q is too short to say which secret is meant", prefix)
		}
		var named []*finding.Finding
		for _, f := range result.Findings {
			if strings.HasPrefix(f.Fingerprint, strings.ToLower(prefix)) {
				named = append(named, f)
			}
		}
		switch {
		case len(named) == 0:
			return usagef("\"unleak scan --verbose\" shows the fingerprints", "no secret in this repository has the fingerprint %s", prefix)
		case len(named) > 1:
			return usagef("give more digits", "%d secrets have fingerprints that begin with %s", len(named), prefix)
		}
		if !taken[named[0].Fingerprint] {
			taken[named[0].Fingerprint] = true
			request.Findings = append(request.Findings, named[0])
		}
	}
	return nil
}

// optionalPath resolves a path that the user may have given.
func (a *app) optionalPath(name string) string {
	if name == "" {
		return ""
	}
	return a.path(name)
}
