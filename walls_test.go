package unleak_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"os/exec"
	"slices"
	"strings"
	"testing"
)

const module = "github.com/unleak/unleak"

// rooms says for each package, by its path below the module, which packages of the
// module it may import. The table of docs/design.md says the same in words; a
// package that is not here has no place in the house yet.
var rooms = map[string][]string{
	"":                          {},
	"cmd/unleak":                {"internal/cli"},
	"internal/cli":              {"", "internal/report", "internal/suppress", "internal/audit", "internal/audit/checklist", "internal/guard", "internal/match", "internal/ruletest", "remediate", "rules", "rules/example", "scanner", "scanner/finding", "remediate/account"},
	"internal/guard":            {"internal/gitcmd", "internal/gitstore"},
	"internal/suppress":         {"scanner/finding"},
	"internal/report":           {"scanner/finding", "remediate/account", "internal/audit/checklist"},
	"internal/audit":            {"internal/gitignore", "internal/gitstore/pack", "remediate/account", "rules", "rules/inspect", "internal/gitstore", "internal/guard", "internal/audit/checklist", "scanner", "scanner/finding"},
	"internal/audit/checklist":  {"scanner/finding"},
	"remediate":                 {"internal/gitcmd", "internal/gitstore", "internal/gitstore/pack", "internal/history", "internal/pathspec", "internal/redact", "internal/rewrite", "scanner/finding", "remediate/account"},
	"internal/gitcmd":           {},
	"remediate/account":         {},
	"scanner":                   {"internal/gitignore", "rules", "rules/inspect", "internal/match", "internal/history", "internal/gitstore", "internal/gitstore/pack", "scanner/finding"},
	"scanner/finding":           {},
	"internal/match":            {"rules", "rules/inspect"},
	"internal/history":          {"internal/gitstore", "internal/gitstore/pack"},
	"rules":                     {"rules/inspect"},
	"rules/inspect":             {},
	"rules/example":             {},
	"internal/ruletest":         {"rules", "rules/example", "scanner", "scanner/finding"},
	"internal/gitstore":         {"internal/gitstore/pack"},
	"internal/gitstore/pack":    {"internal/gitstore/deflate"},
	"internal/gitstore/deflate": {},
	"internal/byteregex":        {},
	"internal/gitignore":        {"internal/pathspec"},
	"internal/pathspec":         {"internal/byteregex"},
	"internal/rewrite":          {"internal/gitstore", "internal/gitstore/pack", "internal/history", "internal/redact"},
	"internal/redact":           {"internal/byteregex", "internal/gitstore/pack"},
	"internal/gittest":          {},
	"internal/gittest/synth":    {"", "rules", "scanner", "internal/secrettest"},
	"internal/secrettest":       {},
	"internal/actiontest":       {},
	"internal/browsertest":      {},
}

// outside says who may import a package of another module; no one else may.
var outside = map[string][]string{
	"github.com/spf13/":              {"internal/cli"},
	"golang.org/x/term":              {"internal/cli"},
	"github.com/owenrumney/go-sarif": {"internal/report"},
	"github.com/BurntSushi/toml":     {"rules"},
	"github.com/go-git/":             {"internal/gitstore", "scanner", "remediate"},
	"github.com/klauspost/compress":  {"internal/gitstore", "internal/gitstore/pack", "remediate", "scanner"},
	"github.com/ulikunitz/xz":        {"scanner"},
	"github.com/sourcegraph/conc":    {"internal/gitstore", "internal/rewrite", "scanner", "remediate"},
	"golang.org/x/crypto/":           {"rules/inspect", "scanner", "internal/secrettest"},
	"golang.org/x/sys/":              {"internal/gitstore/pack", "internal/cli", "internal/report", "remediate"},
}

// forTests may be imported by tests alone.
var forTests = []string{"internal/gittest", "internal/gittest/synth", "internal/secrettest", "internal/browsertest", "testing"}

type listedPackage struct {
	ImportPath string
	Standard   bool
	Imports    []string
	Deps       []string
}

// room is the path of a package below the module.
func (p listedPackage) room() string { return room(p.ImportPath) }

func room(importPath string) string {
	return strings.TrimPrefix(strings.TrimPrefix(importPath, module), "/")
}

func inModule(importPath string) bool {
	return importPath == module || strings.HasPrefix(importPath, module+"/")
}

// list returns the packages that go list finds for an operating system.
func list(t *testing.T, system string, args ...string) []listedPackage {
	t.Helper()
	cmd := exec.Command("go", append([]string{"list", "-json=ImportPath,Standard,Imports,Deps"}, args...)...)
	cmd.Env = append(os.Environ(), "GOOS="+system, "CGO_ENABLED=0")
	var stderr bytes.Buffer
	cmd.Stderr = &stderr
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("go list: %v\n%s", err, stderr.Bytes())
	}
	var packages []listedPackage
	for decoder := json.NewDecoder(bytes.NewReader(out)); ; {
		var p listedPackage
		if err := decoder.Decode(&p); errors.Is(err, io.EOF) {
			return packages
		} else if err != nil {
			t.Fatal(err)
		}
		packages = append(packages, p)
	}
}

// A room imports only the rooms below it, on every system.
func TestWalls(t *testing.T) {
	for _, system := range []string{"linux", "darwin", "windows"} {
		for _, p := range list(t, system, "./...") {
			below, known := rooms[p.room()]
			if !known {
				t.Errorf("%s is not in the table of rooms: say there what it may import", p.ImportPath)
				continue
			}
			for _, imported := range p.Imports {
				switch {
				case inModule(imported) && !slices.Contains(below, room(imported)):
					t.Errorf("%s on %s imports %s, which is not below it", p.ImportPath, system, imported)
				case !inModule(imported) && strings.Contains(imported, ".") && !admitted(imported, p.room()):
					t.Errorf("%s on %s imports %s, which is not admitted there", p.ImportPath, system, imported)
				}
			}
		}
	}
}

// admitted reports whether a package of the module may import one from outside.
func admitted(imported, by string) bool {
	for prefix, importers := range outside {
		if strings.HasPrefix(imported, prefix) {
			return slices.Contains(importers, by)
		}
	}
	return false
}

// What only tests need is in no product.
func TestTestSupportIsNotBuiltIn(t *testing.T) {
	for _, p := range list(t, "linux", "./...") {
		if slices.Contains(forTests, p.room()) {
			continue
		}
		for _, dep := range p.Deps {
			if slices.Contains(forTests, dep) || inModule(dep) && slices.Contains(forTests, room(dep)) {
				t.Errorf("%s is built with %s, which is for tests", p.ImportPath, dep)
			}
		}
	}
}

// The vocabulary of reports links nothing but the standard library.
func TestFindingIsALeaf(t *testing.T) {
	for _, p := range list(t, "linux", "-deps", "./scanner/finding") {
		if !p.Standard && p.room() != "scanner/finding" {
			t.Errorf("scanner/finding depends on %s", p.ImportPath)
		}
	}
}
