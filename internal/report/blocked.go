package report

import (
	"io"
	"slices"
	"strings"

	"github.com/unleak/unleak/remediate/account"
	"github.com/unleak/unleak/scanner/finding"
)

// Blocked is what a guard holds back, and what whoever is held back can do.
type Blocked struct {
	Header           finding.Header
	Findings, Hidden []*finding.Finding
	What             string // is held back: "commit" or "push"
	// Server says that it happens where a push arrives, so that nobody who reads this can allow anything.
	Server bool
	// Bypass is the command that passes this guard by, "" if there is none.
	Bypass string
}

// blockedListed is how many findings a blocked commit or push names, and gaps.
const blockedListed = 10

// WriteBlocked writes for people what a guard holds back, why, and the ways on. A guard also holds back what could
// not be looked at.
func WriteBlocked(w io.Writer, b Blocked, opts Options) error {
	b.Header, b.Findings = finding.Redact(b.Header, b.Findings, b.Hidden...)
	r := &blockedReport{page: newPage(w, opts), Blocked: b}
	n := len(b.Findings)
	if n == 0 {
		r.line(r.style(bold+";"+red, "unleak: this "+b.What+" is blocked, as not all of it could be looked at."))
		r.gaps()
		r.bypass()
		return r.flush()
	}
	r.line(r.style(bold+";"+red, "unleak: this "+b.What+" is blocked: it would bring in "+count(n, "secret")+"."))
	r.line("")
	for _, f := range b.Findings[:min(n, blockedListed)] {
		r.finding(f)
	}
	if n > blockedListed {
		r.line("  and " + count(n-blockedListed, "more secret"))
		r.line("")
	}
	if !b.Header.Coverage.Complete {
		r.line("Besides, not all of it could be looked at:")
		r.gaps()
		r.line("")
	}
	r.ways()
	r.bypass()
	return r.flush()
}

type blockedReport struct {
	page
	Blocked
}

// finding writes what was found, and where.
func (r *blockedReport) finding(f *finding.Finding) {
	text := r.style(severityStyle(f.Severity), strings.ToUpper(string(f.Severity))) + "  " + r.style(bold, Printable(f.RuleID))
	if secret := f.Secret.String(); secret != "..." {
		text += "  " + shown(secret)
	}
	r.line("  " + text)
	for i := range f.Occurrences[:min(len(f.Occurrences), listed)] {
		o := &f.Occurrences[i]
		text := r.style(cyan, place(r.Header.Source, o))
		if o.Commit != "" && o.Commit != o.Object {
			text += "  " + r.style(dim, "commit "+shortID(o.Commit))
		}
		r.line("    " + text)
	}
	if more := len(f.Occurrences) - listed; more > 0 {
		r.line("    and " + count(more, "more place"))
	}
	if !r.few() {
		r.line("    " + r.style(dim, "fingerprint "+f.Fingerprint))
	}
	r.line("")
}

// gaps lists what could not be looked at.
func (r *blockedReport) gaps() {
	c := r.Header.Coverage
	gaps := slices.Concat(c.Skipped, c.Missing, c.Corrupt)
	for _, g := range gaps[:min(len(gaps), blockedListed)] {
		name := shown(g.Path)
		if name == "" {
			name = strings.TrimSpace(Printable(g.Kind) + " " + shortID(g.Object))
		}
		r.wrapped("  "+name+": ", "    ", shown(g.Reason))
	}
	if more := max(0, len(gaps)-blockedListed) + c.Omitted; more > 0 {
		r.line("  and " + thousands(int64(more)) + " more")
	}
	if c.Shallow {
		r.wrapped("  ", "  ", "The history is cut off by a shallow clone: `git fetch --unshallow` brings the rest.")
	}
	for _, note := range c.Notes {
		r.wrapped("  ", "  ", oneLine(note))
	}
}

// ways writes what can be done: remove, use a placeholder, allow.
func (r *blockedReport) ways() {
	r.line("The ways on:")
	r.wrappedLabel("remove", r.remove()+" If it was ever pushed or shared, revoke it first, where it was issued.")
	r.wrappedLabel("replace", "Write a placeholder such as your-api-key, and read the value from the environment or from an ignored .env file.")
	switch {
	case r.Server:
		r.wrappedLabel("allow", "No secret? Ask whoever runs this server to allow its fingerprint.")
	case r.few():
		r.wrappedLabel("allow", "No secret? Put the comment unleak:allow on its line, or this into .unleakignore:")
		for _, f := range r.Findings {
			r.line(strings.Repeat(" ", labelWidth) + f.Fingerprint + "  # the reason")
		}
	default:
		r.wrappedLabel("allow", "No secret? Put the comment unleak:allow on its line, or its fingerprint and ` # the reason` into .unleakignore.")
	}
}

// few reports whether each finding has a line among the ways on.
func (r *blockedReport) few() bool { return !r.Server && len(r.Findings) <= listed }

// remove says how to take the secrets out of what is held back.
func (r *blockedReport) remove() string {
	if r.What == "commit" {
		unstage := "git restore --staged "
		if r.Header.Source.Head == "" {
			unstage = "git rm --cached " // there is no commit to restore from
		}
		return "Mend the file and `git add` it again, or leave it out: `" + unstage + r.path() + "`."
	}
	return "Mend the commits: the last one with `git commit --amend`, others with `git rebase -i`, or all with `unleak remediate`."
}

// path names a file with a secret as git and a shell take it in any folder of the work tree.
func (r *blockedReport) path() string {
	for _, f := range r.Findings {
		for _, o := range f.Occurrences {
			if o.Path != "" && o.Path == Printable(o.Path) && !strings.ContainsAny(o.Path, "`") {
				return account.Shell(":/" + o.Path)
			}
		}
	}
	return "FILE"
}

func (r *blockedReport) bypass() {
	if r.Bypass != "" {
		r.wrapped("", "", "To skip this check for once: `"+r.Bypass+"`.")
	}
}
