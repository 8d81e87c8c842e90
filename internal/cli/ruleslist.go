package cli

import (
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"

	"github.com/spf13/cobra"

	"github.com/unleak/unleak/internal/report"
	"github.com/unleak/unleak/rules"
)

func (a *app) rulesListCommand() *cobra.Command {
	var config string
	var tags []string
	var asJSON bool
	cmd := &cobra.Command{
		Use:   "list [WORD...]",
		Short: "List rules: all, or those with a tag or with words",
		Long: `List prints the rules in use, a line for each: id, severity, confidence, tags and
description. With words, only rules that have every one of them in one of these,
whatever their case; with --tag, only rules that have the tag.`,
		Example: `  unleak rules list
  unleak rules list --tag payment
  unleak rules list github token
  unleak rules list --json | jq -r '.[] | select(.severity == "critical").id'`,
		DisableFlagsInUseLine: true,
	}
	configFlag(cmd.Flags(), &config)
	cmd.Flags().StringArrayVar(&tags, "tag", nil, "only rules with this `TAG`; may be repeated, and then all are needed")
	cmd.Flags().BoolVar(&asJSON, "json", false, "write an array of JSON, an object for each rule")
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkEmpty(cmd.Flags()); err != nil {
			return err
		}
		set, err := a.rulesOf(config, nil)
		if err != nil {
			return err
		}
		chosen := slices.DeleteFunc(slices.Clone(set.Rules), func(r *rules.Rule) bool { return !isChosen(r, tags, args) })
		out := a.stdout()
		if asJSON {
			err = writeRulesJSON(out, chosen)
		} else {
			err = writeRulesTable(out, chosen)
		}
		if err != nil {
			return err
		}
		if len(chosen) == 0 {
			a.warnf("no rule has all of that")
		}
		return out.Close()
	}
	return cmd
}

// isChosen reports whether a rule has all of some tags, and all of some words somewhere.
func isChosen(r *rules.Rule, tags, words []string) bool {
	for _, tag := range tags {
		if !slices.ContainsFunc(r.Tags, func(own string) bool { return strings.EqualFold(own, tag) }) {
			return false
		}
	}
	text := strings.ToLower(strings.Join(append([]string{r.ID, r.Severity, r.Confidence, r.Description}, r.Tags...), "\n"))
	for _, word := range words {
		if !strings.Contains(text, strings.ToLower(word)) {
			return false
		}
	}
	return true
}

// listedRule is a rule in JSON.
type listedRule struct {
	ID              string   `json:"id"`
	Description     string   `json:"description"`
	Severity        string   `json:"severity"`
	Confidence      string   `json:"confidence"`
	Tags            []string `json:"tags"`
	Keywords        []string `json:"keywords"`
	Regex           string   `json:"regex,omitempty"`
	Key             string   `json:"key,omitempty"`
	Path            string   `json:"path,omitempty"`
	Inspect         string   `json:"inspect,omitempty"`
	Help            string   `json:"help,omitempty"`
	URL             string   `json:"url,omitempty"`
	Examples        []string `json:"examples,omitempty"`
	Counterexamples []string `json:"counterexamples,omitempty"`
}

func writeRulesJSON(w io.Writer, list []*rules.Rule) error {
	objects := make([]listedRule, 0, len(list))
	for _, r := range list {
		objects = append(objects, listedRule{
			ID: r.ID, Description: r.Description, Severity: r.Severity, Confidence: r.Confidence,
			Tags: append([]string{}, r.Tags...), Keywords: append([]string{}, r.Keywords...), Regex: r.Regex, Key: r.Key, Path: r.Path,
			Inspect: r.Inspect, Help: r.Help, URL: r.URL, Examples: r.Examples, Counterexamples: r.Counterexamples,
		})
	}
	encoder := json.NewEncoder(w)
	encoder.SetEscapeHTML(false)
	encoder.SetIndent("", "  ")
	return encoder.Encode(objects)
}

func writeRulesTable(w io.Writer, list []*rules.Rule) error {
	table := tabwriter.NewWriter(w, 0, 0, 2, ' ', 0)
	for _, r := range list {
		cells := []string{r.ID, r.Severity, r.Confidence, strings.Join(r.Tags, ","), r.Description}
		for i, cell := range cells {
			cells[i] = report.Printable(cell)
		}
		fmt.Fprintln(table, strings.Join(cells, "\t"))
	}
	return table.Flush()
}
