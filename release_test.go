package unleak_test

import (
	"bytes"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"slices"
	"strings"
	"testing"

	"go.yaml.in/yaml/v4"
)

// releaseConfig is what we rely on of .goreleaser.yaml; goreleaser's own check knows the rest.
type releaseConfig struct {
	Version int
	Before  struct{ Hooks []string }
	Builds  []struct {
		Main         string
		Env, Flags   []string
		Goos, Goarch []string
		ModTimestamp string `yaml:"mod_timestamp"`
	}
	Archives []struct {
		BuildsInfo fileInfo `yaml:"builds_info"`
		Files      []struct {
			Src  string
			Info fileInfo
		}
	}
	Checksum struct{ Algorithm string }
	Release  struct{ Disable bool }
}

type fileInfo struct{ Owner, Group, Mtime string }

// Releases are for the systems that every change is built for, hold no trace of the machine, and are published
// by nobody's accident.
func TestReleaseSetUp(t *testing.T) {
	data, err := os.ReadFile(".goreleaser.yaml")
	if err != nil {
		t.Fatal(err)
	}
	var config releaseConfig
	if err := yaml.Unmarshal(data, &config); err != nil {
		t.Fatal(err)
	}
	if config.Version != 2 || len(config.Builds) != 1 || len(config.Archives) != 1 || !config.Release.Disable || config.Checksum.Algorithm != "sha256" {
		t.Fatalf("version %d, %d builds, %d archives, release %+v, checksum %+v",
			config.Version, len(config.Builds), len(config.Archives), config.Release, config.Checksum)
	}
	build := config.Builds[0]
	if !slices.Contains(build.Env, "CGO_ENABLED=0") || !slices.Contains(build.Flags, "-trimpath") || build.ModTimestamp != "{{ .CommitTimestamp }}" {
		t.Errorf("not reproducible: %+v", build)
	}
	checks, err := os.ReadFile(filepath.Join(".ci", "run"))
	if err != nil {
		t.Fatal(err)
	}
	list := regexp.MustCompile(`(?m)^targets=\((.*?)\)`).FindSubmatch(checks)
	if list == nil {
		t.Fatal(".ci/run has no list of targets")
	}
	// Each system and each processor is built by the checks, with which other does not matter: no file is chosen by both.
	checked := strings.Fields(string(list[1]))
	for _, system := range build.Goos {
		if !slices.ContainsFunc(checked, func(target string) bool { return strings.HasPrefix(target, system+"/") }) {
			t.Errorf(".ci/run builds nothing for %s: %q", system, checked)
		}
	}
	for _, processor := range build.Goarch {
		if !slices.ContainsFunc(checked, func(target string) bool { return strings.HasSuffix(target, "/"+processor) }) {
			t.Errorf(".ci/run builds nothing for %s: %q", processor, checked)
		}
	}
	const when = "{{ .CommitDate }}"
	infos := []fileInfo{config.Archives[0].BuildsInfo}
	var sources []string
	for _, file := range config.Archives[0].Files {
		infos = append(infos, file.Info)
		sources = append(sources, file.Src)
		if strings.HasPrefix(file.Src, "release/") {
			continue // made by scripts/release-files
		}
		if found, err := filepath.Glob(filepath.FromSlash(file.Src)); err != nil || len(found) == 0 {
			t.Errorf("%s matches no file: %v", file.Src, err)
		}
	}
	for _, info := range infos {
		if info != (fileInfo{"root", "root", when}) {
			t.Errorf("a file with %+v differs from machine to machine", info)
		}
	}
	for _, want := range []string{"LICENSE", "release/man/*.1", "release/completions/*"} {
		if !slices.Contains(sources, want) {
			t.Errorf("archives lack %s", want)
		}
	}
	for _, hook := range config.Before.Hooks {
		if info, err := os.Stat(filepath.FromSlash(hook)); err != nil || runtime.GOOS != "windows" && info.Mode()&0o100 == 0 {
			t.Errorf("hook %s: %v", hook, err)
		}
	}
}

// The image is built with the Go that the module asks for, statically, and runs as a user without rights.
func TestDockerfile(t *testing.T) {
	file, err := os.ReadFile("Dockerfile")
	if err != nil {
		t.Fatal(err)
	}
	module, err := os.ReadFile("go.mod")
	if err != nil {
		t.Fatal(err)
	}
	version := regexp.MustCompile(`(?m)^go (\d+\.\d+)`).FindSubmatch(module)
	if version == nil {
		t.Fatal("go.mod names no version of Go")
	}
	for _, want := range []string{
		"FROM golang:" + string(version[1]) + "-alpine AS build\n", "CGO_ENABLED=0 go build -trimpath", "\nUSER unleak\n", "\nENTRYPOINT [\"unleak\"]\n",
	} {
		if !strings.Contains(string(file), want) {
			t.Errorf("the Dockerfile lacks %q", want)
		}
	}
}

// The same sources give the same program, wherever they lie.
func TestBuildIsReproducible(t *testing.T) {
	if testing.Short() {
		t.Skip("links the program twice")
	}
	elsewhere := filepath.Join(t.TempDir(), "somewhere", "else")
	copySources(t, elsewhere)
	var programs [2][]byte
	for i, dir := range []string{".", elsewhere} {
		program := filepath.Join(t.TempDir(), "unleak")
		build := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w", "-o", program, "./cmd/unleak")
		build.Dir = dir
		build.Env = append(os.Environ(), "CGO_ENABLED=0")
		if out, err := build.CombinedOutput(); err != nil {
			t.Fatalf("%v\n%s", err, out)
		}
		var err error
		if programs[i], err = os.ReadFile(program); err != nil {
			t.Fatal(err)
		}
	}
	if !bytes.Equal(programs[0], programs[1]) {
		t.Errorf("two builds differ: %d and %d bytes", len(programs[0]), len(programs[1]))
	}
	here, err := filepath.Abs(".")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.Contains(programs[0], []byte(filepath.ToSlash(here)+"/")) {
		t.Errorf("the program holds the name of this folder, %s", here)
	}
}

// copySources copies what the program is built from.
func copySources(t *testing.T, to string) {
	t.Helper()
	for _, name := range []string{"go.mod", "go.sum", "rules.toml", "unleak.go"} {
		copyFile(t, name, filepath.Join(to, name))
	}
	for _, name := range []string{"cmd", "internal", "remediate", "rules", "scanner"} {
		if err := os.CopyFS(filepath.Join(to, name), os.DirFS(name)); err != nil {
			t.Fatal(err)
		}
	}
}

func copyFile(t *testing.T, from, to string) {
	t.Helper()
	data, err := os.ReadFile(from)
	if err == nil {
		err = os.MkdirAll(filepath.Dir(to), 0o777)
	}
	if err == nil {
		err = os.WriteFile(to, data, 0o666)
	}
	if err != nil {
		t.Fatal(err)
	}
}
