package scanner

import (
	"context"
	"crypto/sha256"
	"fmt"
	"runtime"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/scanner/finding"
)

// TestFingerprint: the format is for good, and no two values or rules share one.
func TestFingerprint(t *testing.T) {
	random := fmt.Sprintf("%x", sha256.Sum256([]byte("seed"))) // hashed alone
	tests := []struct{ rule, value, want string }{
		{"a", "guess", "de8611e0329cda6678b562accf100fe5"},
		{"b", "guess", "2e877ae6654fbda5ae7168eea54cf520"},
		{"a", "guess\x00", "bed1f6437714880779a3398a3db99ddd"},
		{"a", random, "dcb6e427787b62a21d53141a655f95c3"},
		{"b", random, "1056b2d11d6d5ccb44d2c1612e2bdc6d"},
	}
	seen := map[string]bool{}
	for _, test := range tests {
		var p fingerprints
		if p.know(test.value) == nil != unguessable(test.value) {
			t.Errorf("%q is stretched although random, or not although it could be guessed", test.value)
		}
		got := p.of(test.rule, test.value)
		if got != test.want {
			t.Errorf("%s, %q: fingerprint %s, want %s", test.rule, test.value, got, test.want)
		}
		if seen[got] {
			t.Errorf("%s, %q: not the only one with fingerprint %s", test.rule, test.value, got)
		}
		seen[got] = true
	}
}

// guessable returns n hits, of which each second has the value of the one before.
func guessable(n int) []hit {
	hits := make([]hit, n)
	for i := range hits {
		hits[i] = hit{
			object: uint32(i), kind: finding.KindBlob, rule: &rules.Rule{ID: fmt.Sprint("rule-", i%2)}, value: fmt.Sprint("guess-", i/2),
			severity: string(finding.High), confidence: string(finding.ConfidenceHigh),
		}
	}
	return hits
}

// TestFingerprintsAhead: what was stretched before, where, and how far that came changes nothing.
func TestFingerprintsAhead(t *testing.T) {
	prints := func(jobs int, ahead func(*session, []hit)) string {
		hits := guessable(60)
		s := &session{options: Options{Jobs: jobs}}
		ahead(s, hits)
		var list strings.Builder
		for _, f := range s.assemble(hits, func(*hit) []finding.Occurrence { return []finding.Occurrence{{}} }, nil) {
			fmt.Fprintln(&list, f.RuleID, f.Secret.Reveal(), f.Fingerprint)
		}
		return list.String()
	}
	want := prints(1, func(*session, []hit) {})
	for jobs := 1; jobs <= 5; jobs += 2 {
		for name, ahead := range map[string]func(*session, []hit){
			"none":  func(*session, []hit) {},
			"begun": func(s *session, hits []hit) { s.fingerprints.begin(t.Context(), hits, jobs) },
			"half":  func(s *session, hits []hit) { s.fingerprints.begin(t.Context(), hits[:30], jobs) },
			"waited": func(s *session, hits []hit) {
				s.fingerprints.begin(t.Context(), hits, jobs)
				s.fingerprints.workers.Wait()
			},
			"twice": func(s *session, hits []hit) {
				s.fingerprints.begin(t.Context(), hits, jobs)
				s.fingerprints.begin(t.Context(), hits, jobs)
			},
			"no more": func(s *session, hits []hit) {
				ctx, stop := context.WithCancel(t.Context())
				stop()
				s.fingerprints.begin(ctx, hits, jobs)
			},
		} {
			if got := prints(jobs, ahead); got != want {
				t.Errorf("%d jobs, %s ahead:\n%swant\n%s", jobs, name, got, want)
			}
		}
	}
}

// TestFingerprintsHalt: nothing goes on after the end, of the scan or of its context.
func TestFingerprintsHalt(t *testing.T) {
	before := runtime.NumGoroutine()
	for _, cancelled := range []bool{false, true} {
		ctx, cancel := context.WithCancel(t.Context())
		defer cancel()
		var p fingerprints
		p.begin(ctx, guessable(20_000), 3) // some seconds of work
		begin := time.Now()
		if cancelled {
			cancel()
			p.workers.Wait()
		}
		p.halt()
		p.halt()
		if took := time.Since(begin); took > time.Second {
			t.Errorf("it takes %v to end", took)
		}
	}
	for end := time.Now().Add(time.Second); runtime.NumGoroutine() > before; time.Sleep(time.Millisecond) {
		if time.Now().After(end) {
			t.Fatalf("%d goroutines, %d before", runtime.NumGoroutine(), before)
		}
	}
}

// TestStretchedOnce: a key is computed once, whoever asks.
func TestStretchedOnce(t *testing.T) {
	var p fingerprints
	key := p.know("guess")
	if p.know("guess") != nil {
		t.Error("a value is new twice")
	}
	var keys [4][]byte
	var all sync.WaitGroup
	for i := range keys {
		all.Go(func() { keys[i] = key() })
	}
	all.Wait()
	for _, k := range keys {
		if &k[0] != &keys[0][0] {
			t.Error("a value was stretched twice")
		}
	}
}

// BenchmarkFingerprint is what one guess costs.
func BenchmarkFingerprint(b *testing.B) {
	b.ReportAllocs()
	for b.Loop() {
		fingerprint("rule", ofKey, stretch("guess"))
	}
}
