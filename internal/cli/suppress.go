package cli

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"github.com/unleak/unleak/internal/suppress"
	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

// The ignore files that a repository or folder brings along. Both are used.
const (
	ignoreName         = ".unleakignore"
	gitleaksIgnoreName = ".gitleaksignore"
)

// The largest files that are read, in bytes.
const (
	maxIgnoreFile = 8 << 20
	maxBaseline   = 256 << 20
)

// suppressFlags choose what is not shown of what is found.
type suppressFlags struct {
	ignoreFiles []string
	baseline    string
}

// suppressions reads the ignore files, those in the root of what is scanned and those that were named, and
// the baseline.
func (a *app) suppressions(flags suppressFlags, root string) (*suppress.List, error) {
	list := &suppress.List{}
	if root != "" {
		for _, name := range []string{ignoreName, gitleaksIgnoreName} {
			file, err := plainFile(root, name, "--ignore-file")
			if err != nil {
				return nil, err
			}
			if file == "" {
				continue
			}
			if err := a.addIgnoreFile(list, file, name); err != nil {
				return nil, err
			}
		}
	}
	for _, name := range flags.ignoreFiles {
		if err := a.addIgnoreFile(list, a.path(name), name); err != nil {
			return nil, err
		}
	}
	if flags.baseline != "" {
		data, err := readFile(a.path(flags.baseline), maxBaseline)
		if err == nil {
			err = list.AddBaseline(flags.baseline, data)
		}
		if err != nil {
			return nil, usageError{err: fmt.Errorf("--baseline: %w", err)}
		}
	}
	return list, nil
}

// addIgnoreFile reads an ignore file, which is gitleaks' if its name says so; name is what messages call it.
func (a *app) addIgnoreFile(list *suppress.List, path, name string) error {
	data, err := readFile(path, maxIgnoreFile)
	if err != nil {
		return usageError{err: fmt.Errorf("cannot read the ignore file: %w", err)}
	}
	if strings.Contains(filepath.Base(path), "gitleaks") {
		for _, warning := range list.AddGitleaksIgnore(name, data) {
			a.warnf("%v", warning)
		}
		return nil
	}
	return list.AddIgnore(name, data)
}

// readFile reads a file of at most limit bytes.
func readFile(path string, limit int64) ([]byte, error) {
	file, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	defer file.Close()
	data, err := io.ReadAll(io.LimitReader(file, limit+1))
	switch {
	case err != nil:
		return nil, err
	case int64(len(data)) > limit:
		return nil, fmt.Errorf("%s is larger than %d MiB", path, limit>>20)
	}
	return data, nil
}

// suppress takes what the list hides out of the result, and says so in its header.
func (a *app) suppress(list *suppress.List, result *scanner.Result) {
	if list.Empty() {
		return
	}
	kind := result.Header.Source.Kind
	whole := result.Header.Coverage.Complete && (kind == "repository" || kind == "url")
	r := list.Apply(result.Findings, result.Header.Rules, time.Now(), whole, func() []string {
		var others []string
		for _, f := range result.Hidden {
			others = append(others, scanner.Fingerprint(f))
		}
		return others
	})
	result.Findings = r.Shown
	result.Hidden = append(result.Hidden, r.Hidden...)
	if r.Baseline+r.Ignored+len(r.Stale)+len(r.Expired) > 0 {
		s := finding.Suppressed{}
		if result.Header.Suppressed != nil {
			s = *result.Header.Suppressed
		}
		s.Baseline, s.Ignored, s.Stale, s.Expired = r.Baseline, r.Ignored, r.Stale, r.Expired
		result.Header.Suppressed = &s
	}
	hide := finding.Redactor(slices.Concat(result.Findings, result.Hidden))
	a.warnEntries("has expired, and hides nothing any more", r.Expired, hide)
	a.warnEntries("matches nothing, and can go", r.Stale, hide)
}

// warnEntries warns of entries of ignore files, the first few.
func (a *app) warnEntries(what string, entries []string, hide func(string) string) {
	const most = 5
	for i, entry := range entries {
		if i == most {
			a.warnf("%d more entries like that: the report lists them", len(entries)-most)
			return
		}
		a.warnf("%s %s", hide(entry), what)
	}
}
