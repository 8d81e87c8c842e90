package report

import (
	"fmt"
	"io"
	"strings"
	"time"

	"github.com/unleak/unleak/remediate/account"
	"github.com/unleak/unleak/scanner/finding"
)

// planPage writes a plan for a person who has just leaked something, in the order in which to
// act: rotate, see what would change, see what is in the way, then the command.
// Every string that is not ours goes through shown.
type planPage struct {
	page
	plan    *account.Plan
	section int
	advised map[string]bool // rules whose advice was given
}

func planText(w io.Writer, plan *account.Plan, opts Options) error {
	p := &planPage{page: newPage(w, opts), plan: plan, advised: map[string]bool{}}
	p.title()
	p.rotate()
	p.changes()
	p.checks()
	p.apply()
	return p.flush()
}

func (p *planPage) title() {
	p.line(p.style(bold, "Plan for "+shown(p.plan.Repository.Name)) + ": nothing has been changed.")
	if p.plan.Empty() && !p.plan.Leaves() {
		p.nothing()
		return
	}
	if n := len(p.plan.Refused()); n > 0 {
		p.line(p.style(bold+";"+red, "It cannot be applied as it is: "+count(n, "check refuses", "checks refuse")+" it, see below."))
	}
}

// nothing says that a plan is empty because nothing of the sort is there.
func (p *planPage) nothing() {
	p.line("")
	p.wrapped("", "", "There is nothing to do: no commit, tag, message or other object holds what was asked for.")
	for _, check := range p.plan.Checks {
		if check.Verdict == account.Warn && check.Name == "patterns" {
			p.line("")
			p.check("warning", yellow, check)
		}
	}
}

// heading begins the next part.
func (p *planPage) heading(text string) {
	p.section++
	p.line("")
	p.line(p.style(bold, fmt.Sprintf("%d. %s", p.section, text)))
}

// rotate comes first: until that is done nothing else helps.
func (p *planPage) rotate() {
	secrets := p.plan.Secrets
	switch {
	case len(secrets) > 0:
		p.heading("Rotate " + count(len(secrets), "secret") + ", before anything else")
		them := "them"
		if len(secrets) == 1 {
			them = "it"
		}
		p.wrapped("   ", "   ", "Whoever has a copy of the history has "+them+". Taking "+them+" out does not change that; revoking "+them+" does.")
	case p.plan.Empty():
		return
	default:
		p.heading("Rotate what is taken out, before anything else")
		p.wrapped("   ", "   ", "No rule found a secret in what would go, which does not mean that there is none. "+
			"Whoever has a copy of the history has it.")
	}
	for i := range secrets {
		if i == 3*listed && !p.opts.Verbose {
			p.line("")
			p.line("   " + p.style(dim, "and "+count(len(secrets)-i, "more secret")+" (--verbose lists all)"))
			break
		}
		p.secret(&secrets[i])
	}
}

func (p *planPage) secret(s *account.Secret) {
	p.line("")
	severity := finding.Severity(s.Severity)
	p.line("   " + p.style(severityStyle(severity), strings.ToUpper(shown(s.Severity))) + "  " +
		p.style(bold, shown(s.RuleID)) + "  " + p.style(dim, shown(s.Fingerprint)))
	label := "where"
	places := s.Places[:p.most(len(s.Places))]
	for i := range places {
		p.row(&label, p.where(&places[i]))
	}
	if more := s.PlaceCount - len(places); more > 0 {
		p.row(&label, p.style(dim, "and "+count(more, "more place")))
	}
	p.advice(s)
}

// advice says since when a secret is out, where to revoke it, and what the plan does about it.
func (p *planPage) advice(s *account.Secret) {
	if since := validDate(s.Since); !since.IsZero() {
		p.wrappedRow("since", since.Format(time.DateOnly))
	}
	switch {
	case p.advised[s.RuleID] && s.Revoke+s.Help != "":
		p.wrappedRow("revoke", p.style(dim, "as above, for "+shown(s.RuleID)))
	default:
		p.advised[s.RuleID] = true
		if s.Revoke != "" {
			p.wrappedRow("revoke at", p.style(cyan, shown(s.Revoke)))
		}
		if s.Help != "" {
			p.wrappedRow("how", oneLine(s.Help))
		}
	}
	switch s.Fate {
	case account.Stays:
		p.wrappedRow("this plan", p.style(red, "leaves it")+" where it says \"stays\"")
	case account.Removed:
		p.wrappedRow("this plan", "removes the files that hold it")
	case account.Redacted:
		p.wrappedRow("this plan", "replaces it everywhere")
	}
}

// most is how many of n lines of a list are shown.
func (p *planPage) most(n int) int {
	if p.opts.Verbose {
		return n
	}
	return min(n, listed)
}

func (p *planPage) where(place *account.Place) string {
	text := placeText(place)
	if place.Hidden != "" {
		text += " (" + shown(place.Hidden) + ")"
	}
	if place.AtHead {
		text += "  " + p.style(red, "at HEAD")
	}
	switch {
	case place.Commit != "" && place.Commit != place.Object:
		text += "  " + p.style(dim, shortID(place.Commit))
	case place.Commit == "" && place.Path != "" && place.Object != "":
		text += "  " + p.style(dim, "blob "+shortID(place.Object))
	}
	if place.Fate == account.Stays {
		text += "  " + p.style(red, "stays")
	}
	return text
}

// placeText names where a secret lives, as reports of a scan do.
func placeText(p *account.Place) string {
	return place(finding.Source{}, &finding.Occurrence{
		Kind: finding.Kind(p.Kind), Path: p.Path, StartLine: p.Line, Object: p.Object, Blob: p.Object, AtHead: p.AtHead,
	})
}

// verdicts are checks that stop, then those to know of, then those that pass.
var verdicts = []struct {
	verdict account.Verdict
	label   string
	style   string
}{
	{account.Refuse, "REFUSED", bold + ";" + red},
	{account.Warn, "warning", yellow},
	{account.Pass, "ok", green},
}

func (p *planPage) checks() {
	if len(p.plan.Checks) == 0 || p.plan.Empty() && !p.plan.Leaves() {
		return
	}
	p.heading("Safety checks")
	for _, v := range verdicts {
		var passed []string
		for _, check := range p.plan.Checks {
			switch {
			case check.Verdict != v.verdict:
			case check.Verdict == account.Pass && !p.opts.Verbose:
				passed = append(passed, shown(check.Name))
			default:
				p.check(v.label, v.style, check)
			}
		}
		if len(passed) > 0 {
			p.wrapped("   "+p.style(v.style, pad(v.label)), "   "+pad(""), strings.Join(passed, ", "))
		}
	}
}

func (p *planPage) check(label, style string, check account.Check) {
	indent := "   " + pad("")
	p.wrapped("   "+p.style(style, pad(label)), indent, shown(check.Name)+": "+shown(check.Detail))
	if check.Remedy != "" && check.Verdict != account.Pass {
		p.wrapped(indent, indent, p.style(bold, "->")+" "+shown(check.Remedy))
	}
}

// apply says how to go on.
func (p *planPage) apply() {
	if p.plan.Empty() {
		return
	}
	p.heading("Apply it")
	refused := len(p.plan.Refused())
	if refused > 0 {
		p.wrapped("   ", "   ", "Not yet: settle what is refused above. Then:")
	}
	if len(p.plan.Command) > 0 {
		p.line("")
		p.line("   " + p.style(bold, account.Shell(p.plan.Command...)))
		p.line("")
	}
	p.wrapped("   ", "   ", "It writes a backup of everything first, asks once, and ends with a proof that nothing is left. "+
		"An interruption loses nothing: `unleak remediate --resume` finishes, `unleak remediate --rollback` takes it "+
		"back until the old objects are purged.")
}
