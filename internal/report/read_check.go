package report

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/unleak/unleak/scanner/finding"
)

// checkVersion refuses what is newer than this program.
func (r *reading) checkVersion() error {
	major, minor, _ := strings.Cut(r.version, ".")
	_, errMajor := strconv.Atoi(major)
	_, errMinor := strconv.Atoi(minor)
	known, _, _ := strings.Cut(finding.SchemaVersion, ".")
	switch {
	case errMajor != nil || errMinor != nil:
		return faultf("is %q, which is no version", clip(r.version, 40))
	case major != known:
		return fmt.Errorf("%w, %q, and this program reads %s.x: use the version of unleak that wrote it, or a newer one",
			errVersion, clip(r.version, 40), known)
	}
	return nil
}

// checkMembers refuses an object that is no report, and says what it looks like.
func (r *reading) checkMembers() error {
	has := func(names ...string) bool {
		return !slices.ContainsFunc(names, func(name string) bool { return !r.members[name] })
	}
	const remedy = "give it one that was written by \"unleak scan\" with --format json or jsonl"
	switch {
	case has("$schema", "runs"):
		return fmt.Errorf("%w: it looks like SARIF, which does not hold all of it; %s", errForeign, remedy)
	case has("plan") || has("checks") || has("items") || has("searched"):
		return fmt.Errorf("%w: it looks like another document of unleak; %s", errForeign, remedy)
	case !has("schema_version", "tool", "source", "coverage"):
		return fmt.Errorf("%w: %s", errForeign, remedy)
	case !r.isLines && !has("findings"):
		return faultf("has no findings, not even an empty list")
	case r.isLines && (has("findings") || has("rules")):
		return faultf("is a header line with findings or rules in it")
	}
	return r.checkHeader()
}

// sourceKinds are what can be scanned.
var sourceKinds = []string{"repository", "url", "range", "staged", "worktree", "folder", "file", "stdin"}

func (r *reading) checkHeader() error {
	source, coverage := r.header.Source, r.header.Coverage
	if !slices.Contains(sourceKinds, source.Kind) {
		return faultf("is of a source of kind %q, which this version does not know", clip(source.Kind, 40))
	}
	if source.Head != "" && !isObjectID(source.Head) {
		return faultf("has a source whose head is no object id")
	}
	for _, k := range coverage.Kinds {
		if min(k.Objects, k.Scanned, k.Bytes) < 0 {
			return faultf("has a coverage with a count below zero")
		}
	}
	for _, gap := range slices.Concat(coverage.Skipped, coverage.Missing, coverage.Corrupt) {
		if gap.Object != "" && !isObjectID(gap.Object) {
			return faultf("has a gap in its coverage whose object is no object id")
		}
		if gap.Bytes < 0 {
			return faultf("has a gap in its coverage with a size below zero")
		}
	}
	if s := r.header.Suppressed; coverage.Omitted < 0 || s != nil && min(s.LowConfidence, s.Baseline, s.Ignored) < 0 {
		return faultf("has a count below zero")
	}
	return nil
}

func checkLevels(severity finding.Severity, confidence finding.Confidence) error {
	if !slices.Contains(severities, severity) {
		return faultf("has the severity %q, which this version does not know", clip(string(severity), 40))
	}
	if !slices.Contains(confidences, confidence) {
		return faultf("has the confidence %q, which this version does not know", clip(string(confidence), 40))
	}
	return nil
}

// checkFinding refuses what no scan finds: renderers write ids and fixed words as they are.
func checkFinding(f *finding.Finding) error {
	switch {
	case f.RuleID == "":
		return faultf("has no rule_id")
	case f.Fingerprint == "" || len(f.Fingerprint) > 128 || !isHex(f.Fingerprint):
		return faultf("has no fingerprint in hex")
	case len(f.Occurrences) == 0:
		return faultf("has no occurrences")
	}
	return checkLevels(f.Severity, f.Confidence)
}

func checkOccurrence(o *finding.Occurrence) error {
	if !slices.Contains(kinds, o.Kind) {
		return faultf("is of kind %q, which this version does not know", clip(string(o.Kind), 40))
	}
	for _, id := range []string{o.Blob, o.Object, o.Commit, o.RemovedIn} {
		if id != "" && !isObjectID(id) {
			return faultf("has %q where an object id stands", clip(id, 40))
		}
	}
	if min(o.StartLine, o.StartColumn, o.EndLine, o.EndColumn, o.MatchLine, o.RefCount) < 0 {
		return faultf("has a number below zero")
	}
	if hash, n, ok := strings.Cut(o.LineHash, ":"); o.LineHash != "" && (!ok || !isHex(hash) || !isHex(n)) {
		return faultf("has a line_hash that is none")
	}
	for _, l := range o.Layers {
		if l.Line < 0 {
			return faultf("has a number below zero")
		}
	}
	return nil
}

// The fixed words of a report, in order.
var (
	severities  = []finding.Severity{finding.Critical, finding.High, finding.Medium, finding.Low}
	confidences = []finding.Confidence{finding.ConfidenceHigh, finding.ConfidenceMedium, finding.ConfidenceLow}
	kinds       = []finding.Kind{finding.KindBlob, finding.KindSymlink, finding.KindPath, finding.KindMessage, finding.KindIdentity,
		finding.KindHeader, finding.KindTag, finding.KindTagger, finding.KindRef, finding.KindReflog, finding.KindTreeEntry}
)

// isHex reports whether s is lower-case hex digits, and not empty.
func isHex(s string) bool { return s != "" && strings.Trim(s, "0123456789abcdef") == "" }

func sortRules(rules []finding.Rule) {
	slices.SortFunc(rules, func(a, b finding.Rule) int { return strings.Compare(a.ID, b.ID) })
}
