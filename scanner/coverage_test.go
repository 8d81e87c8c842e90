package scanner_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

// The account has every object that git has, and every byte. That it is the same for
// each way of storing them is part of [TestStorageDoesNotMatter].
func TestCoverageAccount(t *testing.T) {
	h := randomHistory(t, 40, 100)
	want := make(map[string]finding.KindCount)
	for _, o := range h.Repo.Objects() {
		count := want[o.Kind]
		want[o.Kind] = finding.KindCount{Kind: o.Kind, Objects: count.Objects + 1, Scanned: count.Scanned + 1, Bytes: count.Bytes + o.Size}
	}
	got := make(map[string]finding.KindCount)
	for _, count := range scanRepo(t, h.Repo).Header.Coverage.Kinds {
		if _, isObject := want[count.Kind]; isObject {
			got[count.Kind] = count
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("git (-) and the account (+) differ:\n%s", diff)
	}
}

func TestShallowAndPartialClones(t *testing.T) {
	s := newValues(41).token()
	origin := cleanRepo(t)
	origin.CommitFile("config.yml", s, "add")
	origin.CommitFile("clean.txt", "more\n", "change")
	origin.Git("config", "uploadpack.allowFilter", "true")
	clone := func(option string) finding.Coverage {
		dir := t.TempDir()
		origin.Git("clone", "-q", "--no-checkout", option, "file://"+origin.Dir, dir)
		return scan(t, scanner.Repository(dir)).Header.Coverage
	}
	shallow := clone("--depth=1")
	if shallow.Complete || !shallow.Shallow || len(shallow.Missing) != 0 {
		t.Errorf("shallow clone: %s", encode(t, shallow))
	}
	partial := clone("--filter=blob:none")
	if partial.Complete || !partial.Partial || len(partial.Missing) == 0 {
		t.Errorf("partial clone: %s", encode(t, partial))
	}
}

// A text over the limit is searched or in the account, by its name.
func TestObjectsOverTheLimit(t *testing.T) {
	r := cleanRepo(t)
	s := newValues(42).token()
	r.CommitFile("large.txt", strings.Repeat("filler ", 200_000)+s, "add")
	id := r.ID("HEAD:large.txt")
	for _, storage := range []string{"loose", "packed"} {
		result := scan(t, scanner.Repository(gittest.Variant(t, r, storage)), func(o *scanner.Options) { o.MaxObjectSize = 1 << 20 })
		coverage := result.Header.Coverage
		if coverage.Complete && len(result.Findings) == 0 {
			t.Fatalf("%s: a large blob is skipped silently", storage)
		}
		if !coverage.Complete && (len(coverage.Skipped) != 1 || coverage.Skipped[0].Object != id || coverage.Skipped[0].Bytes != 1_400_034) {
			t.Errorf("%s: coverage is %s", storage, encode(t, coverage))
		}
	}
}

func TestEmptyRepository(t *testing.T) {
	for name, r := range map[string]*gittest.Repo{"work tree": gittest.New(t), "bare": gittest.New(t, gittest.Bare())} {
		if result := scanRepo(t, r); len(result.Findings) != 0 {
			t.Errorf("%s: findings in nothing: %s", name, encode(t, result.Findings))
		}
	}
}

func TestUnsupportedRepositories(t *testing.T) {
	dir := t.TempDir()
	for name, test := range map[string]struct{ dir, says string }{
		"sha-256":       {gittest.New(t, gittest.InitArgs("--object-format=sha256")).Dir, "sha"},
		"no repository": {dir, dir},
		"no such place": {dir + "/nowhere", "nowhere"},
	} {
		result, err := scanner.Scan(t.Context(), scanner.Repository(test.dir), scanner.Options{Rules: loadRules(t, "")})
		if err == nil || result != nil {
			t.Errorf("%s: is scanned", name)
		} else if !strings.Contains(strings.ToLower(err.Error()), strings.ToLower(test.says)) {
			t.Errorf("%s: the error %q does not say %q", name, err, test.says)
		}
	}
	r := cleanRepo(t)
	r.Git("config", "core.repositoryformatversion", "1")
	r.Git("config", "extensions.refStorage", "reftable")
	if _, err := scanner.Scan(t.Context(), scanner.Repository(r.Dir), scanner.Options{Rules: loadRules(t, "")}); err == nil || !strings.Contains(err.Error(), "reftable") {
		t.Errorf("reftable: %v", err)
	}
}

// Extensions that change nothing for a reader are no obstacle.
func TestHarmlessExtensions(t *testing.T) {
	r := cleanRepo(t)
	r.Git("config", "core.repositoryformatversion", "1")
	r.Git("config", "extensions.worktreeConfig", "true")
	r.Git("config", "extensions.partialClone", "origin")
	r.CommitFile("config.yml", newValues(43).token(), "add")
	if result := scan(t, scanner.Repository(r.Dir)); len(result.Findings) != 1 {
		t.Errorf("findings: %s", encode(t, result.Findings))
	}
}

// patience is how long a scan may go on when it is told to stop: the promise is a second.
// The race detector makes everything some ten times slower.
var patience = map[bool]time.Duration{false: time.Second, true: 10 * time.Second}[raceDetector]

// A scan whose context ends returns at once, with what it has so far.
func TestCancellation(t *testing.T) {
	r := largeHistory(t)
	set := loadRules(t, "")
	for name, after := range map[string]int64{"before it starts": 0, "at the first object": 1, "half way": 3000} {
		t.Run(name, func(t *testing.T) {
			ctx, cancel := context.WithCancel(t.Context())
			defer cancel()
			progress := &scanner.Progress{}
			cancelled := make(chan time.Time, 1)
			go func() {
				for progress.Done.Load() < after && ctx.Err() == nil {
					time.Sleep(100 * time.Microsecond)
				}
				cancelled <- time.Now()
				cancel()
			}()
			if after == 0 {
				cancel()
			}
			result, err := scanner.Scan(ctx, scanner.Repository(r.Dir), scanner.Options{Rules: set, Jobs: 2, Progress: progress})
			if took := time.Since(<-cancelled); took > patience {
				t.Errorf("returns %v after it was cancelled", took)
			}
			if !errors.Is(err, context.Canceled) {
				t.Fatalf("error is %v, want %v", err, context.Canceled)
			}
			if result == nil {
				if after == 0 {
					return // it may stop before it knows what it scans
				}
				t.Fatal("no partial result")
			}
			if result.Header.Coverage.Complete {
				t.Error("a scan that was cut off calls itself complete")
			}
		})
	}
}

// largeHistory takes long enough to scan that a test can get in between.
func largeHistory(t *testing.T) *gittest.Repo {
	t.Helper()
	var stream gittest.Stream
	v := newValues(44)
	filler := strings.Repeat("a line in which no rule finds anything\n", 200)
	for i := range 6000 {
		content := fmt.Sprint("file ", i, "\n", filler)
		if i%500 == 0 {
			content += v.token()
		}
		stream.Blob([]byte(content))
	}
	r := gittest.New(t, gittest.Bare())
	r.Import(&stream)
	return r
}
