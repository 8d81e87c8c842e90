package inspect

import (
	"path"
	"strings"
)

// Form says what of a verdict depends on the file that the value stands in. The same text can
// lie at many paths, so an inspector names the form, and [Form.At] decides at each of them.
type Form uint8

// The forms, which can come together.
const (
	// Bare values have no quotes: they are values in configuration, and names in code.
	Bare Form = 1 << iota
	// Weak values were made up by a person and could be guessed.
	Weak
	// Word values are a word each, as the name of a product is: passwords where a setting of a service gives
	// them, and anything elsewhere.
	Word
)

// At returns the confidence, at a path, of a verdict whose confidence is given for
// the place where it is surest. The path is empty for texts that have none, such as messages.
func (f Form) At(name, confidence string) string {
	if f == 0 || confidence == Low {
		return confidence
	}
	place := PlaceOf(name)
	switch {
	case f&Word != 0 && (place.Sort != Config || place.Sample),
		f&Weak != 0 && (name == "" || place.Foreign || f&Bare != 0 && place.Sort != Config):
		return Low
	case f&Bare != 0 && place.Sort == Code:
		if confidence == High {
			return Medium
		}
		return Low
	}
	return confidence
}

// CountsAt reports whether a value of the form is one at all at a path. A word without quotes, or one that
// could be guessed, is a name or part of a sentence in code.
func (f Form) CountsAt(name string) bool {
	return f&Bare == 0 || f&(Weak|Word) == 0 || PlaceOf(name).Sort != Code
}

// Sort is what a file is for, as its name has it.
type Sort uint8

// The sorts of files.
const (
	Other  Sort = iota // unknown
	Config             // settings: names and values
	Code               // a programming language
	Docs               // text for people
)

// Place is what a path says of the text that lies there.
type Place struct {
	Sort   Sort
	Sample bool // of a test, an example, or documentation
	// Foreign texts were copied from other projects, with their tests and documentation.
	Foreign bool
}

// PlaceOf judges a slash-separated path by its names and nothing else.
func PlaceOf(name string) Place {
	lower := strings.ToLower(name)
	p := Place{Sort: sortOf(path.Base(lower))}
	p.Sample = p.Sort == Docs || hasSampleName(path.Base(name))
	for dir := range strings.SplitSeq(path.Dir(lower), "/") {
		p.Sample = p.Sample || isSampleFolder(dir)
		p.Foreign = p.Foreign || isForeignFolder(dir)
	}
	return p
}

// sortOf decides by the name of a file, which is lower case.
func sortOf(base string) Sort {
	switch extension := path.Ext(base); extension {
	case ".env", ".ini", ".cfg", ".conf", ".config", ".cnf", ".properties", ".toml", ".yaml", ".yml", ".json", ".json5", ".jsonc", ".xml", ".plist",
		".tf", ".tfvars", ".tfstate", ".hcl", ".service", ".reg", ".sh", ".bash", ".zsh", ".fish", ".ps1", ".psm1", ".bat", ".cmd", ".sql", ".csv",
		".netrc", ".npmrc", ".pypirc", ".pgpass", ".envrc", ".credentials", ".secrets", ".ldif", ".publishsettings", ".pubxml", ".ovpn", ".nomad", ".dockerfile":
		return Config
	case ".go", ".py", ".pyi", ".js", ".mjs", ".cjs", ".jsx", ".ts", ".tsx", ".mts", ".java", ".kt", ".kts", ".scala", ".groovy", ".c", ".h", ".cc", ".cpp",
		".cxx", ".hpp", ".cs", ".vb", ".fs", ".rb", ".php", ".rs", ".swift", ".m", ".mm", ".pl", ".pm", ".t", ".lua", ".r", ".jl", ".ex", ".exs", ".erl", ".clj",
		".hs", ".ml", ".dart", ".nim", ".zig", ".v", ".sol", ".vue", ".svelte", ".erb", ".haml", ".slim", ".jsp", ".aspx", ".cshtml", ".ipynb", ".proto", ".graphql":
		return Code
	case ".md", ".mdx", ".markdown", ".rst", ".txt", ".adoc", ".asciidoc", ".html", ".htm", ".xhtml", ".tex", ".texi", ".pod", ".org", ".wiki", ".rdoc",
		".po", ".pot", ".1", ".5", ".7", ".8", ".log", ".cast", ".patch", ".diff", ".eml":
		return Docs
	default:
		if strings.HasPrefix(base, ".env") || strings.HasPrefix(base, "dockerfile") || strings.HasSuffix(base, "config") || strings.HasPrefix(base, ".netrc") ||
			base == "makefile" || base == "vagrantfile" || base == "jenkinsfile" || base == "credentials" {
			return Config
		}
		if strings.HasPrefix(base, "readme") || strings.HasPrefix(base, "changelog") || strings.HasPrefix(base, "changes") {
			return Docs
		}
	}
	return Other
}

// isSampleFolder reports whether a folder's name says that its files are tests or examples.
func isSampleFolder(dir string) bool {
	switch dir {
	case "test", "tests", "testing", "testdata", "test-data", "test_data", "spec", "specs", "fixtures", "fixture", "__tests__", "__mocks__", "mock", "mocks",
		"example", "examples", "sample", "samples", "demo", "demos", "doc", "docs", "documentation", "tutorial", "tutorials", "e2e", "integration",
		"unittests", "unittest", "testutil", "testutils", "testsuite", "t", "vcr_cassettes", "cassettes", "snapshots", "__snapshots__", "vendor", "node_modules":
		return true
	}
	return strings.HasSuffix(dir, "-tests") || strings.HasSuffix(dir, "_tests") || strings.HasSuffix(dir, "-test") || strings.HasSuffix(dir, "_test") ||
		strings.HasSuffix(dir, "-examples") || strings.HasSuffix(dir, ".tests") || strings.HasSuffix(dir, ".test")
}

// isForeignFolder reports whether a folder's name says that it holds copies of other projects.
func isForeignFolder(dir string) bool {
	switch dir {
	case "vendor", "node_modules", "godeps", "third_party", "thirdparty", "third-party", "bower_components", "site-packages", "pods":
		return true
	}
	return false
}

// hasSampleName reports whether the name of a file says that it is a test or an example: apart
// from words of any case, "LoginTest.java", but not "latest.java".
func hasSampleName(name string) bool {
	stem, _, _ := strings.Cut(name, ".")
	for _, end := range [...]string{"Test", "Tests", "Spec", "IT"} {
		if strings.HasSuffix(stem, end) {
			return true
		}
	}
	base := strings.ToLower(name)
	stem, rest := base[:len(stem)], base[len(stem):]
	for _, end := range [...]string{"_test", "_tests", "_spec", "-test", "-tests"} {
		if strings.HasSuffix(stem, end) {
			return true
		}
	}
	return stem == "test" || stem == "tests" || strings.HasPrefix(stem, "test_") || strings.HasPrefix(stem, "test-") || strings.HasPrefix(stem, "mock") ||
		strings.HasPrefix(rest, ".test") || strings.HasPrefix(rest, ".spec") || strings.HasSuffix(base, ".dist") || strings.HasSuffix(base, ".tmpl") ||
		strings.Contains(base, "example") || strings.Contains(base, "sample") || strings.Contains(base, "template")
}
