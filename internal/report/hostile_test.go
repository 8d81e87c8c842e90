package report

import (
	"fmt"
	"strings"

	"github.com/unleak/unleak/scanner/finding"
)

// hostileTexts are what an attacker puts into names, messages and descriptions, to be active in a report:
// on a terminal, in a spreadsheet, in a CI log, in XML, in Markdown or in HTML.
func hostileTexts() []string {
	return []string{
		"\x1b[2J\x1b]0;owned\x07\x1b]8;;https://evil.example\x1b\\click\x1b]8;;\x1b\\", // terminal
		"\u202egnp.exe\u2066\u200b\ufeff\u00ad\U000e0041",                              // direction, and what cannot be seen
		"a\r\n::error file=x::injected\n##[error]injected\n::stop-commands::x",         // workflow commands
		"::set-output name=a::b", "##[command]rm", "%0A::warning::x", "%250A", "a,title=x:y",
		`=HYPERLINK("https://evil.example","x")`, `+1+cmd|' /C calc'!A0`, "-2+3", "@SUM(1)", "\t=1", "\r=1", "\n=1",
		` =1`, `"=1`, `'=1`, "＝1", "－1", "＋1", "＠1", "a;=1", `a,"=1`, "a\";\"=1", "a|=1", "a\t=1",
		`<script>alert(1)</script>`, `"><img src=x onerror=alert(1)>`, `'><svg/onload=alert(1)>`, `]]><x/>`, "&lt;b&gt;&amp;&#0;",
		`<!-- `, `-->`, `<!DOCTYPE x [<!ENTITY e SYSTEM "file:///etc/passwd">]>&e;`, "\x00\x01\ufffe\uffff\xff\xfe",
		"[link](https://evil.example)", "![image](https://evil.example/x.png)", "<https://evil.example>", "https://evil.example www.evil.example",
		"`code` ``code`` ```", "a | b | c\n| - | - |", "@maintainer #1 org/repo#1 GH-1", "# heading\n\n- [ ] task", "</details></table>",
		"$x^2$ $`x`$ :tada: ~~a~~ **b** _c_ \\", "javascript:alert(1)", "{{7*7}} ${7*7} <%= 7*7 %>",
		strings.Repeat("long/", 400) + "end", strings.Repeat("`", 400), strings.Repeat("|", 400),
	}
}

// hostileFindings has each of the texts wherever a repository, or a rule file that it brings along, can put
// one: at HEAD and in the history, in files and in what has no path.
func hostileFindings() []*finding.Finding {
	var findings []*finding.Finding
	for i, text := range hostileTexts() {
		occurrence := finding.Occurrence{Kind: finding.KindBlob, Blob: id(i), Path: text,
			StartLine: 3, StartColumn: 1, EndLine: 3, EndColumn: 9, MatchLine: 2, Commit: id(i + 1), Date: date(2021, 1, 1+i%28),
			Author: finding.Identity{Name: text, Email: text}, AtHead: i%2 == 0, Reachable: true, Refs: []string{text}, RefCount: 1,
			Layers:  []finding.Layer{{Encoding: "zip", Member: text, Line: 2}},
			Context: []finding.Line{{Number: 2, Text: text}, {Number: 3, Text: "key = ..." + text}}}
		if !occurrence.AtHead {
			occurrence.RemovedIn, occurrence.RemovedAt = id(i+2), date(2022, 2, 2)
		}
		plain := occurrence
		plain.Layers, plain.Path = nil, "dir/"+text
		ref := finding.Occurrence{Kind: finding.KindRef, Path: text, Refs: []string{text}, Reachable: true}
		message := finding.Occurrence{Kind: finding.KindMessage, Object: id(i + 3), StartLine: 1, HeldBy: "reflog"}
		findings = append(findings, &finding.Finding{
			RuleID: "hostile", Description: text, Secret: finding.NewSecret(text+token(i, 30), text),
			Fingerprint: fmt.Sprintf("%032x", i), Severity: severities[i*4/len(hostileTexts())], Confidence: finding.ConfidenceHigh,
			Facts:       map[string]string{finding.ValidText(text): text},
			Occurrences: []finding.Occurrence{occurrence, plain, ref, message},
		})
	}
	return findings
}

// hostileHeader has such texts in the rest of a report.
func hostileHeader() finding.Header {
	h := incompleteHeader()
	all := strings.Join(hostileTexts(), " ")
	h.Source.Name, h.Source.Branch, h.Source.Range = all, "refs/heads/"+all, all
	h.Source.Remote = "https://github.com/" + all
	h.Coverage.Skipped, h.Coverage.Missing, h.Coverage.Corrupt, h.Coverage.Notes = nil, nil, nil, nil
	h.Suppressed = &finding.Suppressed{Ignored: 1}
	for _, text := range hostileTexts() {
		h.Coverage.Skipped = append(h.Coverage.Skipped, finding.Gap{Kind: "blob", Path: text, Reason: text})
		h.Coverage.Notes = append(h.Coverage.Notes, text)
		h.Suppressed.Stale = append(h.Suppressed.Stale, text)
	}
	h.Rules = []finding.Rule{{ID: "hostile", Description: all, Help: all, URL: "javascript:" + all, Severity: finding.High,
		Confidence: finding.ConfidenceHigh, Tags: hostileTexts()}}
	return h
}
