package report

import (
	"crypto/sha256"
	"embed"
	"encoding/base64"
	"html/template"
	"io"
	"strings"
	"unicode/utf8"
)

//go:embed html
var htmlFiles embed.FS

// The files that the style and the script of the two pages are made of, in order.
func reportStyles() []string {
	return []string{"palette.css", "base.css", "report.css", "timeline.css"}
}
func reportScripts() []string {
	return []string{"common.js", "data.js", "filter.js", "details.js", "list.js", "timeline.js", "report.js"}
}
func auditStyles() []string  { return []string{"palette.css", "base.css", "audit.css"} }
func auditScripts() []string { return []string{"common.js", "audit.js"} }

// assets are what a page brings along.
type assets struct {
	Style  template.CSS
	Script template.JS
	// Policy is the Content-Security-Policy: nothing is loaded, sent or framed, no script runs and no style counts
	// but the page's own, which the hashes are of, and no string can be made into a script.
	Policy string
}

func readAssets(styles, scripts []string) (assets, error) {
	style, err := joinFiles(styles)
	if err != nil {
		return assets{}, err
	}
	script, err := joinFiles(scripts)
	if err != nil {
		return assets{}, err
	}
	script = "\"use strict\";\n(() => {\n" + script + "})();\n"
	policy := []string{
		"default-src 'none'", "script-src " + hashSource(script), "style-src " + hashSource(style), "img-src data:",
		"base-uri 'none'", "form-action 'none'", "require-trusted-types-for 'script'", "trusted-types 'none'",
	}
	return assets{template.CSS(style), template.JS(script), strings.Join(policy, "; ")}, nil
}

func joinFiles(names []string) (string, error) {
	var b strings.Builder
	for _, name := range names {
		content, err := htmlFiles.ReadFile("html/" + name)
		if err != nil {
			return "", err
		}
		b.Write(content)
	}
	return strings.ReplaceAll(b.String(), "\r\n", "\n"), nil
}

// hashSource names an inline script or style by its content
// (https://www.w3.org/TR/CSP3/#grammardef-hash-source).
func hashSource(content string) string {
	sum := sha256.Sum256([]byte(content))
	return "'sha256-" + base64.StdEncoding.EncodeToString(sum[:]) + "'"
}

// executeHTML writes one of the templates in html/. They are parsed anew for each part of a page, which
// takes about a millisecond.
func executeHTML(w io.Writer, name string, data any) error {
	pages, err := template.New("").Funcs(template.FuncMap{
		"comma": func(n int64) string { return thousands(n) },
		"prose": codeSpans,
		"bytes": bytesText,
		"upper": upperFirst,
	}).ParseFS(htmlFiles, "html/*.html")
	if err != nil {
		return err
	}
	return pages.ExecuteTemplate(w, name, data)
}

// span is a part of a sentence, which may be code.
type span struct {
	Text string
	Code bool
}

// codeSpans splits a sentence of ours at its backquotes.
func codeSpans(s string) []span {
	var spans []span
	for i, part := range strings.Split(s, "`") {
		if part != "" {
			spans = append(spans, span{part, i%2 == 1})
		}
	}
	return spans
}

// upperFirst begins a sentence.
func upperFirst(s string) string {
	_, size := utf8.DecodeRuneInString(s)
	return strings.ToUpper(s[:size]) + s[size:]
}
