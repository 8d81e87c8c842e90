package cli

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"
	"time"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/report"
	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

// scanFlags are the flags of "unleak scan".
type scanFlags struct {
	sourceFlags
	ruleFlags
	outputFlags
	suppressFlags
	profiles
	reveal, exitZero, full      bool
	minConfidence, failOn       string
	stats                       string // file
	jobs, contextLines          int
	maxObjectSize, memoryBudget byteSize
}

// confidences are the values of --min-confidence.
var confidences = []string{string(finding.ConfidenceLow), string(finding.ConfidenceMedium), string(finding.ConfidenceHigh)}

// scan runs "unleak scan" on argument and leaves the exit code in a.code.
func (a *app) scan(ctx context.Context, flags *scanFlags, argument string, on failOn) (err error) {
	if a.quiet && a.verbosely {
		return usagef("choose one", "--quiet and --verbose cannot go together")
	}
	if flags.jobs < 0 {
		return usagef("leave it out to use every core", "--jobs %d makes no sense", flags.jobs)
	}
	if !slices.Contains(confidences, flags.minConfidence) {
		return usagef("write low, medium or high", "--min-confidence %q is no confidence", flags.minConfidence)
	}
	if flags.contextLines < -1 || flags.contextLines > scanner.MaxContext {
		return usagef(fmt.Sprintf("write a number from 0 to %d", scanner.MaxContext), "--context %d makes no sense", flags.contextLines)
	}
	flags.context = flags.contextLines > 0 // a page that shows some is no reason for text to
	progress := &scanner.Progress{}
	meter := startMeter(progress, flags.stats != "" || a.verbosely)
	defer meter.stop()
	target, err := a.target(flags.sourceFlags, argument)
	if err != nil {
		return err
	}
	set, err := a.rules(flags.ruleFlags, target.root)
	if err != nil {
		return err
	}
	hide, err := a.suppressions(flags.suppressFlags, target.root)
	if err != nil {
		return err
	}
	files, err := a.reportFiles(flags.outputFlags)
	if err != nil {
		return err
	}
	statsFile, err := a.statsFile(flags.stats, files)
	if err != nil {
		return err
	}
	stopProfiles, err := flags.profiles.start()
	if err != nil {
		return err
	}
	defer func() { err = errors.Join(err, stopProfiles()) }()
	if flags.reveal {
		a.warnf("--reveal shows secret values in full: keep the report out of logs, tickets and chats")
	}

	options := scanner.Options{
		Rules:         set,
		Jobs:          flags.jobs,
		Full:          flags.full,
		MaxObjectSize: int64(flags.maxObjectSize),
		MemoryBudget:  int64(flags.memoryBudget),
		Reveal:        flags.reveal,
		MinConfidence: finding.Confidence(flags.minConfidence),
		LineHashes:    wantsFormat(files, flags.outputFlags, report.SARIF, report.JSON, report.JSONL),
		Context:       contextLines(flags.contextLines, files, flags.outputFlags),
		Tool:          finding.Tool{Name: "unleak", Version: unleak.Version()},
		Progress:      progress,
	}
	meter.scanBegins()
	result, err := a.runScan(ctx, target.source, options)
	meter.scanEnds()
	if err != nil && !errors.Is(err, errInterrupted) {
		return err
	}
	if result != nil {
		a.suppress(hide, result)
		if failed := a.writeReports(result, files, flags.outputFlags); failed != nil {
			return failed
		}
		if failed := a.writeStats(ctx, meter, result, statsFile, target.source, options); failed != nil {
			return failed
		}
		a.code = resultCode(result, on)
	}
	return err
}

// contextLines is how many lines round a secret reports need: what --context says, or what the page needs that
// shows them anyway.
func contextLines(flag int, files []reportFile, flags outputFlags) int {
	const shown = 2
	switch {
	case flag >= 0:
		return flag
	case wantsFormat(files, flags, report.HTML):
		return shown
	}
	return 0
}

// runScan scans with a bar on the terminal. A scan that was interrupted gives
// [errInterrupted], and what it covered if anything.
func (a *app) runScan(ctx context.Context, source scanner.Source, options scanner.Options) (*scanner.Result, error) {
	begin := time.Now()
	stop := a.showProgress(options.Progress)
	defer stop()
	result, err := scanner.Scan(ctx, source, options)
	stop()
	switch {
	case err != nil && ctx.Err() != nil && result == nil:
		return nil, fmt.Errorf("%w before anything was scanned", errInterrupted)
	case err != nil && ctx.Err() != nil:
		return result, fmt.Errorf("%w: the report covers what was scanned until then", errInterrupted)
	case err != nil:
		return nil, err
	}
	a.notef("scanned in %s%s", time.Since(begin).Round(time.Millisecond), phases(result.Stats))
	if !result.Header.Coverage.Complete {
		a.warnf("the scan is incomplete: %s", shortfall(result.Header.Coverage))
	}
	return result, nil
}

// phases says what the time went into.
func phases(stats scanner.Stats) string {
	var text strings.Builder
	for i, phase := range stats.Phases {
		separator := ", "
		if i == 0 {
			separator = ": "
		}
		fmt.Fprintf(&text, "%s%s %s", separator, phase.Name, phase.Elapsed.Round(time.Millisecond))
		if phase.Bytes > 0 {
			fmt.Fprintf(&text, " for %s", megabytes(phase.Bytes))
		}
	}
	return text.String()
}

// shortfall says in one line why a scan is incomplete.
func shortfall(c finding.Coverage) string {
	var parts []string
	count := func(n int, what string) {
		if n > 0 {
			parts = append(parts, fmt.Sprintf("%d %s", n, what))
		}
	}
	if c.Shallow {
		parts = append(parts, "history cut off by a shallow clone")
	}
	count(len(c.Skipped), "skipped")
	count(len(c.Missing), "missing")
	count(len(c.Corrupt), "corrupt")
	count(c.Omitted, "more")
	count(len(c.Notes), "noted")
	return strings.Join(parts, ", ") + "; the report has the reasons"
}

func (a *app) scanCommand() *cobra.Command {
	flags := &scanFlags{maxObjectSize: scanner.DefaultMaxObjectSize, memoryBudget: scanner.DefaultMemoryBudget}
	cmd := &cobra.Command{
		Use:     "scan [PATH | URL | -]",
		Short:   "Find every secret in a repository, folder, file or stream",
		Long:    scanLong(),
		Example: scanExample,
		Args: func(cmd *cobra.Command, args []string) error {
			if len(args) > 1 {
				return usagef("run one scan for each", "one PATH, URL or - at a time, but got %q and %q", withoutUser(args[0]), withoutUser(args[1]))
			}
			return nil
		},
		DisableFlagsInUseLine: true,
	}
	cmd.RunE = func(cmd *cobra.Command, args []string) error {
		if err := checkEmpty(cmd.Flags()); err != nil {
			return err
		}
		on, err := parseFailOn(cmd.Flags(), flags.failOn, flags.exitZero)
		if err != nil {
			return err
		}
		argument := "."
		if len(args) > 0 {
			argument = args[0]
		}
		return a.scan(cmd.Context(), flags, argument, on)
	}
	a.addScanFlags(cmd, flags)
	return cmd
}

// checkEmpty refuses flags that are set to nothing, as they are by a script whose
// variable is empty: the scan would not be the one that was meant.
func checkEmpty(flags *pflag.FlagSet) (err error) {
	flags.Visit(func(flag *pflag.Flag) {
		list, ok := flag.Value.(pflag.SliceValue)
		if ok && slices.Contains(list.GetSlice(), "") || flag.Value.String() == "" {
			err = usagef("is a variable empty? Otherwise leave it out", "--%s is set to nothing", flag.Name)
		}
	})
	return err
}
