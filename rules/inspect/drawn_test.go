package inspect

import (
	"fmt"
	"go/scanner"
	gotoken "go/token"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/secrettest"
)

// alphabets are what vendors draw their tokens from.
var alphabets = []struct{ name, digits string }{
	{"base62", secrettest.Base62},
	{"base64", secrettest.Base62 + "+/"},
	{"base64url", secrettest.URL64},
	{"base36", secrettest.Lower + secrettest.Digits},
	{"base32", secrettest.Base32},
	{"hex", secrettest.Hex},
}

// TestDrawnValuesAreKept bounds how many drawn values an inspector drops. Run with
// -v it prints the rates of all judgements, for values of 16 to 64 characters.
func TestDrawnValuesAreKept(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long, and nothing in it runs side by side")
	}
	const rounds = 20_000
	for _, alphabet := range alphabets {
		for _, length := range []int{16, 20, 24, 32, 40, 48, 64} {
			t.Run(fmt.Sprintf("%s %d", alphabet.name, length), func(t *testing.T) {
				g := secrettest.New(int64(length))
				var vendor, holding, worded, patterned, wordy, dull int
				for range rounds {
					value := []byte(g.String(alphabet.digits, length))
					s := shapeOf(value)
					vendor += count(vendorToken(whole("acme_live_" + string(value))).Drop)
					holding += count(isPlaceholder(value))
					worded += count(wordBits(value) >= certainWords)
					patterned += count(s.patterned())
					wordy += count(s.wordy())
					dull += count(!s.random())
				}
				t.Logf("of %d drawn: vendor-token drops %d (placeholder %d, words %d); patterned %d, wordy %d, not random %d",
					rounds, vendor, holding, worded, patterned, wordy, dull)
				if vendor > rounds/10_000+2 { // two, for chance
					t.Errorf("vendor-token drops %d of %d drawn values, want 1 in 10,000 at most", vendor, rounds)
				}
			})
		}
	}
}

// TestDrawnAWSSecretsAreKept does the same for AWS's keys.
func TestDrawnAWSSecretsAreKept(t *testing.T) {
	if testing.Short() {
		t.Skip("it takes long, and nothing in it runs side by side")
	}
	const rounds = 100_000
	g, dropped := secrettest.New(1), 0
	for range rounds {
		dropped += count(awsSecret(whole(g.String(secrettest.Base62+"+/", 40))).Drop)
	}
	t.Logf("%d of %d dropped", dropped, rounds)
	if dropped > rounds/10_000 {
		t.Errorf("%d of %d drawn keys are dropped", dropped, rounds)
	}
}

// TestIdentifiersAreNotDrawn bounds how many identifiers of Go's standard library are
// taken for drawn values.
func TestIdentifiersAreNotDrawn(t *testing.T) {
	names := identifiers(t)
	var random, long int
	var seen []string
	for name := range names {
		if len(name) < 16 {
			continue
		}
		long++
		if s := shapeOf([]byte(name)); s.random() {
			random++
			if len(seen) < 20 {
				seen = append(seen, name)
			}
		}
	}
	t.Logf("%d of %d identifiers of 16 and more characters look drawn: %s ...", random, long, strings.Join(seen, " "))
	if long < 1000 || random*16 > long {
		t.Errorf("%d of %d identifiers look drawn", random, long)
	}
}

// identifiers collects the identifiers of packages of the standard library, without those
// that hold data: assembly opcodes, tables of characters.
func identifiers(t *testing.T) map[string]bool {
	out, err := exec.Command("go", "env", "GOROOT").Output()
	if err != nil {
		t.Skipf("the standard library's source is not here: %v", err)
	}
	names := map[string]bool{}
	var fset gotoken.FileSet
	for _, dir := range []string{"net", "go", "os", "text", "database", "testing", "html", "mime", "time", "io"} {
		root := filepath.Join(strings.TrimSpace(string(out)), "src", dir)
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			if err != nil || entry.IsDir() || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			var s scanner.Scanner
			s.Init(fset.AddFile(path, fset.Base(), len(text)), text, nil, 0)
			for _, kind, name := s.Scan(); kind != gotoken.EOF; _, kind, name = s.Scan() {
				if kind == gotoken.IDENT {
					names[name] = true
				}
			}
			return nil
		})
		if err != nil {
			t.Skipf("the standard library's source is not here: %v", err)
		}
	}
	return names
}

func count(yes bool) int {
	if yes {
		return 1
	}
	return 0
}
