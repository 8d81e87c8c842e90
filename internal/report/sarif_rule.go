package report

import (
	"cmp"
	"slices"
	"strconv"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/owenrumney/go-sarif/v2/sarif"

	"github.com/unleak/unleak/scanner/finding"
)

// ruleDescriptor returns what SARIF says of a rule.
func ruleDescriptor(rule finding.Rule) *sarif.ReportingDescriptor {
	title := clip(cmp.Or(oneLine(rule.Description), Printable(rule.ID)), maxText)
	text, markdown := help(rule)
	descriptor := sarif.NewRule(rule.ID).
		WithName(clip(ruleName(rule.ID), 255)).
		WithShortDescription(sarif.NewMultiformatMessageString(title)).
		WithFullDescription(sarif.NewMultiformatMessageString(clip(
			strings.TrimSuffix(title, ".")+". Whoever can read the repository, or ever cloned it, has this secret, "+
				"also when a later commit removed it.", maxText))).
		WithHelp(sarif.NewMultiformatMessageString(text).WithMarkdown(markdown)).
		WithDefaultConfiguration(&sarif.ReportingConfiguration{Level: level(rule.Severity)}).
		WithProperties(sarif.Properties{
			"security-severity": securitySeverity(rule.Severity),
			"precision":         precision(rule.Confidence),
			"tags":              tags(rule.Tags),
		})
	if uri := remoteURI(rule.URL); strings.HasPrefix(uri, "https://") {
		descriptor.WithHelpURI(uri)
	}
	return descriptor
}

// ruleName is a readable name: database-url is DatabaseUrl. SARIF wants one that is not the id.
func ruleName(id string) string {
	var name strings.Builder
	for word := range strings.FieldsFuncSeq(id, func(r rune) bool { return !unicode.IsLetter(r) && !unicode.IsDigit(r) }) {
		first, size := utf8.DecodeRuneInString(word)
		name.WriteString(string(unicode.ToUpper(first)) + word[size:])
	}
	return cmp.Or(name.String(), Printable(id))
}

// help says what to do now, in the order that limits the harm.
func help(rule finding.Rule) (text, markdown string) {
	steps := []struct{ title, body string }{
		{"Rotate it first", "Revoke the secret where it was issued and issue a new one. It has to count as known to others: " +
			"taking it out of the files or out of history does not change that."},
		{"Look for misuse", "Check the issuer's logs for use of it since the date of the first commit that had it."},
		{"Keep the new one out", "Read it from the environment or a secret store, and list the file that held it in .gitignore."},
		{"Then strip it from history", "Remove it from the current files; rewrite every commit that has it, for example with git filter-repo; " +
			"force-push all branches and tags; ask the host to purge cached views and pull request refs; " +
			"have everyone clone afresh."},
		{"Check", "Scan again: the finding is gone when no object of the repository holds the secret."},
	}
	var plain, marked strings.Builder
	if intro := oneLine(rule.Help); intro != "" {
		plain.WriteString(intro + "\n\n")
		marked.WriteString(intro + "\n\n")
	}
	uri := remoteURI(rule.URL)
	for i, step := range steps {
		number := strconv.Itoa(i + 1)
		plain.WriteString(number + ". " + step.title + ". " + step.body)
		marked.WriteString(number + ". **" + step.title + ".** " + step.body)
		if i == 0 && uri != "" {
			plain.WriteString(" See " + uri)
			marked.WriteString(" See <" + uri + ">.")
		}
		plain.WriteByte('\n')
		marked.WriteByte('\n')
	}
	return plain.String(), marked.String()
}

// oneLine returns s as one printable line.
func oneLine(s string) string { return Printable(strings.Join(strings.Fields(s), " ")) }

// level is SARIF's word for how a result is to be taken.
func level(s finding.Severity) string {
	switch s {
	case finding.Critical, finding.High:
		return "error"
	case finding.Medium:
		return "warning"
	}
	return "note"
}

// securitySeverity is a score as CVSS has it, by which GitHub shows critical (over
// 9.0), high (7.0), medium (4.0) and low. All have one digit before the point.
func securitySeverity(s finding.Severity) string {
	switch s {
	case finding.Critical:
		return "9.5"
	case finding.High:
		return "8.0"
	case finding.Medium:
		return "5.5"
	}
	return "3.0"
}

// precision is how often results of a rule are right.
func precision(c finding.Confidence) string {
	switch c {
	case finding.ConfidenceHigh:
		return "very-high"
	case finding.ConfidenceMedium:
		return "high"
	}
	return "medium"
}

// tags returns the rule's tags after the two that mark it, without repeats.
func tags(own []string) []string {
	all := []string{"security", "secret"}
	for _, tag := range own {
		if tag = oneLine(tag); tag != "" && !slices.Contains(all, tag) && len(all) < maxTags {
			all = append(all, tag)
		}
	}
	return all
}
