package report

import (
	"slices"
	"strconv"
	"strings"

	"github.com/unleak/unleak/scanner/finding"
)

// place names where an occurrence is, as one printable line: path:line:column, or
// words for what has no path, and how the secret is hidden there.
func place(source finding.Source, o *finding.Occurrence) string {
	if how := hidden(o); how != "" {
		return outerPlace(source, o) + " (" + how + ")"
	}
	return outerPlace(source, o)
}

// hidden says how a secret is encoded or packed, outermost first: "base64 line 3", or "zip lib/app.jar, zip
// db.properties line 2".
func hidden(o *finding.Occurrence) string {
	var parts []string
	for _, l := range o.Layers {
		text := Printable(l.Encoding)
		if l.Member != "" {
			text += " " + shown(l.Member)
		}
		if l.Line > 1 || l.Line > 0 && l.Member != "" {
			text += " line " + strconv.Itoa(l.Line)
		}
		parts = append(parts, text)
	}
	return strings.Join(parts, ", ")
}

// outerPlace names the text, and where in it the secret or what hides it stands.
func outerPlace(source finding.Source, o *finding.Occurrence) string {
	object := shortID(o.Object)
	switch o.Kind {
	case finding.KindMessage:
		return "message of " + named("commit", object) + lineSuffix(o)
	case finding.KindIdentity:
		return "author or committer of " + named("commit", object)
	case finding.KindHeader:
		return "header of " + named("object", object)
	case finding.KindTag:
		return "message of " + named("tag", object) + lineSuffix(o)
	case finding.KindTagger:
		return "tagger of " + named("tag", object)
	case finding.KindRef:
		return "name of a ref" + refSuffix(o)
	case finding.KindReflog:
		return "reflog" + refSuffix(o)
	case finding.KindSymlink:
		return pathOr(o, "symbolic link") + " (target of a symbolic link)"
	case finding.KindPath:
		return pathOr(o, "path") + " (path name)"
	case finding.KindTreeEntry:
		return pathOr(o, "path")
	}
	if o.Path == "" {
		if source.Kind == "stdin" {
			return "standard input" + lineSuffix(o)
		}
		return named("blob", shortID(o.Blob)) + lineSuffix(o)
	}
	text := shown(o.Path)
	if o.StartLine > 0 {
		text += ":" + strconv.Itoa(o.StartLine)
		if o.StartColumn > 0 {
			text += ":" + strconv.Itoa(o.StartColumn)
		}
	}
	return text
}

func pathOr(o *finding.Occurrence, words string) string {
	if o.Path != "" {
		return shown(o.Path)
	}
	return named(words, shortID(o.Object))
}

func named(kind, id string) string {
	if id == "" {
		return "a " + kind
	}
	return kind + " " + id
}

func lineSuffix(o *finding.Occurrence) string {
	if o.StartLine == 0 {
		return ""
	}
	return ", line " + strconv.Itoa(o.StartLine)
}

func refSuffix(o *finding.Occurrence) string {
	if o.Path != "" {
		return ": " + shown(o.Path)
	}
	if len(o.Refs) > 0 {
		return ": " + shown(o.Refs[0])
	}
	return ""
}

// shortID is an object id as people write it. Twelve digits are unique in
// repositories of a million objects.
func shortID(id string) string { return id[:min(len(id), 12)] }

// refName is a ref as people say it: branches by their name, tags marked.
func refName(ref string) string {
	name := ref
	if branch, ok := strings.CutPrefix(ref, "refs/heads/"); ok {
		name = branch
	} else if tag, ok := strings.CutPrefix(ref, "refs/tags/"); ok {
		name = "tag " + tag
	} else if remote, ok := strings.CutPrefix(ref, "refs/remotes/"); ok {
		name = remote
	}
	return clip(Printable(name), 60)
}

// holderWords say what keeps an object that no ref reaches.
var holderWords = map[string]string{
	"reflog":  "the reflog",
	"stash":   "the stash",
	"index":   "the index",
	"tag":     "a dangling tag",
	"tree":    "a dangling tree",
	"commit":  "a dangling commit",
	"nothing": "nothing (a loose end until git gc prunes it)",
}

// holders lists what keeps the unreachable occurrences of f, each once.
func holders(f *finding.Finding) string {
	var words []string
	for i := range f.Occurrences {
		held := f.Occurrences[i].HeldBy
		word, ok := holderWords[held]
		if !ok {
			word = Printable(held)
		}
		if word != "" && !slices.Contains(words, word) {
			words = append(words, word)
		}
	}
	return strings.Join(words, ", ")
}
