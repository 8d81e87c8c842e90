package report

import (
	"slices"
	"strings"

	"github.com/unleak/unleak/remediate/account"
)

// changes says what the plan would change, from paths to bytes.
func (p *planPage) changes() {
	if p.plan.Empty() {
		if p.plan.Leaves() {
			p.heading("What would change: nothing")
			p.binaries()
		}
		return
	}
	p.heading("What would change")
	p.paths()
	p.otherPaths()
	p.replacements()
	p.binaries()
	p.commits()
	p.refs()
	p.losses()
	p.sizes()
}

// row writes a line of a list under a label, which only the first line shows.
func (p *planPage) row(label *string, text string) {
	p.line("   " + p.style(dim, pad(*label)) + text)
	*label = ""
}

// wrappedRow is row for sentences.
func (p *planPage) wrappedRow(label, text string) {
	p.wrapped("   "+p.style(dim, pad(label)), "   "+pad(""), text)
}

// column pads a name so that what follows lines up, as long as names are short.
func column(name string, width int) string {
	return name + strings.Repeat(" ", max(width-len([]rune(name)), 0))
}

// columnWidth fits the longest of names that is not out of reason.
func columnWidth(names []string) int {
	width := 0
	for _, name := range names {
		if n := len([]rune(name)); n <= 28 {
			width = max(width, n)
		}
	}
	return width
}

// long is how many lines of a list of what changes are shown when not verbose.
const long = 12

func (p *planPage) more(label *string, rest int) {
	if rest > 0 {
		p.row(label, p.style(dim, "and "+thousands(int64(rest))+" more (--verbose lists all)"))
	}
}

func (p *planPage) shownOf(n int) int {
	if p.opts.Verbose {
		return n
	}
	return min(n, long)
}

func (p *planPage) paths() {
	paths := p.plan.Paths[:p.shownOf(len(p.plan.Paths))]
	var names []string
	for _, path := range paths {
		names = append(names, shown(path.Path))
	}
	width := columnWidth(names)
	label, kept := "removed", false
	for i, path := range paths {
		text := count(path.Blobs, "version") + " in " + count(path.Commits, "commit")
		if path.Kind != "" && path.Kind != "file" {
			text = shown(path.Kind) + ", " + text
		}
		if path.AtHead {
			text += ", at HEAD"
		}
		if path.OnDisk {
			text += ", on disk"
			kept = true
		}
		p.row(&label, column(names[i], width)+"  "+p.style(dim, text))
	}
	p.more(&label, len(p.plan.Paths)-len(paths))
	if kept {
		p.wrappedRow("", "What is on disk stays there, untracked.")
	}
}

// otherPaths asks for the paths that a person who names one forgets.
func (p *planPage) otherPaths() {
	if len(p.plan.OtherPaths) == 0 {
		return
	}
	others := p.plan.OtherPaths[:p.shownOf(len(p.plan.OtherPaths))]
	label := p.style(yellow, "also there")
	p.wrapped("   "+label+strings.Repeat(" ", labelWidth-2-len("also there")), "   "+pad(""),
		count(len(p.plan.OtherPaths), "other path holds", "other paths hold")+" the same content and would stay. To remove it too, add:")
	label = ""
	for _, other := range others {
		p.row(&label, account.Shell("--path", "literal:"+other.Path)+p.style(dim, "  (as "+shown(other.SameAs)+")"))
	}
	p.more(&label, len(p.plan.OtherPaths)-len(others))
}

func (p *planPage) replacements() {
	list := p.plan.Replacements[:p.shownOf(len(p.plan.Replacements))]
	label := "replaced"
	for _, r := range list {
		var where []string
		if r.Blobs > 0 {
			where = append(where, count(r.Blobs, "blob"))
		}
		if r.Messages > 0 {
			where = append(where, count(r.Messages, "message"))
		}
		text := "no match"
		if r.Matches > 0 {
			text = count(r.Matches, "match", "matches") + " in " + strings.Join(where, " and ")
		}
		p.row(&label, p.replaced(r.Label)+"  "+p.style(dim, text))
	}
	p.more(&label, len(p.plan.Replacements)-len(list))
}

// replaced names what a replacement takes out: a secret by its rule, or a line of a file.
func (p *planPage) replaced(label string) string {
	for i := range p.plan.Secrets {
		if s := &p.plan.Secrets[i]; s.Fingerprint == label {
			return shown(s.RuleID) + " " + shortID(shown(label))
		}
	}
	return shown(label)
}

// binaryWords say what happens to a binary file.
var binaryWords = map[string]string{
	"refuse":  "refused: choose with --binary replace or --binary keep",
	"replace": "replaced as a whole",
	"keep":    "kept, and what it holds with it",
}

func (p *planPage) binaries() {
	list := p.plan.Binaries[:p.shownOf(len(p.plan.Binaries))]
	label := "binary files"
	for _, binary := range list {
		p.row(&label, shown(binary.Path)+"  "+p.style(dim, "blob "+shortID(binary.Blob)+", "+bytesText(binary.Bytes)))
		p.row(&label, "  "+binaryWords[binary.Action])
	}
	p.more(&label, len(p.plan.Binaries)-len(list))
}

func (p *planPage) commits() {
	c := p.plan.Commits
	text := thousands(int64(c.Changed)) + " of " + thousands(int64(c.Total)) + " get new ids"
	if c.Pruned > 0 {
		text += "; " + thousands(int64(c.Pruned)) + map[bool]string{true: " becomes empty and goes", false: " become empty and go"}[c.Pruned == 1]
	}
	p.wrappedRow("commits", text)
	label := "starting at"
	first := c.FirstChanged[:p.shownOf(len(c.FirstChanged))]
	for _, id := range first {
		p.row(&label, id)
	}
	p.more(&label, len(c.FirstChanged)-len(first))
	m := p.plan.Messages
	var messages []string
	if m.Redacted > 0 {
		messages = append(messages, thousands(int64(m.Redacted))+" redacted")
	}
	if m.Updated > 0 {
		messages = append(messages, thousands(int64(m.Updated))+" follow the new commit ids")
	}
	if len(messages) > 0 {
		p.wrappedRow("messages", strings.Join(messages, ", "))
	}
}

func (p *planPage) refs() {
	var moved, gone []string
	for _, ref := range p.plan.Refs {
		list := &moved
		if ref.New == "" {
			list = &gone
		}
		if ref.Name == p.plan.Repository.Branch { // the one that people look for
			*list = slices.Insert(*list, 0, refName(ref.Name))
		} else {
			*list = append(*list, refName(ref.Name))
		}
	}
	if len(moved) > 0 {
		p.wrappedRow("refs moved", thousands(int64(len(moved)))+" of "+thousands(int64(p.plan.RefCount))+": "+p.some(moved))
	}
	if len(gone) > 0 {
		p.wrappedRow("refs gone", p.style(red, thousands(int64(len(gone))))+", nothing is left of them: "+p.some(gone))
	}
	if p.plan.Tags > 0 {
		p.wrappedRow("tags", count(p.plan.Tags, "annotated tag")+" written anew")
	}
}

// some lists names, the first of many.
func (p *planPage) some(names []string) string {
	listed := names[:p.shownOf(len(names))]
	text := strings.Join(listed, ", ")
	if rest := len(names) - len(listed); rest > 0 {
		text += " and " + thousands(int64(rest)) + " more"
	}
	return text
}

func (p *planPage) losses() {
	var signed []string
	if n := p.plan.Signatures.Commits; n > 0 {
		signed = append(signed, "on "+count(n, "commit"))
	}
	if n := p.plan.Signatures.Tags; n > 0 {
		signed = append(signed, "on "+count(n, "tag"))
	}
	if len(signed) > 0 {
		p.wrappedRow("signatures", "lost "+strings.Join(signed, " and "))
	}
	if n := len(p.plan.LFS); n > 0 {
		p.wrappedRow("Git LFS", count(n, "object")+" that nothing points to any more; the server keeps it until it is told")
	}
}

func (p *planPage) sizes() {
	if n := p.plan.Objects.Unreachable; n > 0 {
		p.wrappedRow("dropped", count(n, "object")+" that no ref reaches")
	}
	if size := p.plan.Size; size.Before > 0 {
		p.wrappedRow("size", bytesText(size.Before)+" now, about "+bytesText(size.After)+" then")
	}
}
