package scanner

import (
	"runtime"
	"sync/atomic"
	"time"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/match"
	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/scanner/finding"
)

// Defaults of [Options].
const (
	DefaultMaxObjectSize = 256 << 20
	DefaultMemoryBudget  = 512 << 20
)

// MaxContext is the most lines round a secret that [Options.Context] stands for, to either side.
const MaxContext = 20

// Options bound a scan and say what it looks for. Only Rules is required.
type Options struct {
	Rules         *rules.Set
	Jobs          int   // workers; 0 stands for one a processor
	MaxObjectSize int64 // bytes of the largest text to scan; 0 for [DefaultMaxObjectSize]
	MemoryBudget  int64 // bytes of decoded objects held at once; 0 for [DefaultMemoryBudget]
	Reveal        bool  // findings show their values
	// MinConfidence leaves out findings that are less sure, and counts them; empty shows all.
	MinConfidence finding.Confidence
	LineHashes    bool // set [finding.Occurrence.LineHash], which reports for people do not show
	// Context is how many lines before and after a secret [finding.Occurrence.Context] has, at most
	// [MaxContext]; 0 for none.
	Context int
	// NoAllowComments has comments such as unleak:allow count for nothing: for content of people who are
	// not to decide what is overlooked.
	NoAllowComments bool
	// Full has every blob matched whole, and not only where a delta changes it. The findings
	// are the same: it is there to check that.
	Full bool
	// Now is the time that tokens have expired at or not; zero for the time of the scan.
	Now      time.Time
	Tool     finding.Tool
	Progress *Progress // followed by whoever shows it; may be nil
}

// Progress is how far a scan has come. Its methods may be called at any time from any
// goroutine.
type Progress struct {
	Done, Total atomic.Int64 // objects, or files
	phase       atomic.Pointer[string]
}

// Phase says what the scan is doing, such as "blobs".
func (p *Progress) Phase() string {
	if name := p.phase.Load(); name != nil {
		return *name
	}
	return ""
}

// Result is what a scan found.
type Result struct {
	Header   finding.Header
	Findings []*finding.Finding
	// Hidden are the findings below [Options.MinConfidence], perhaps without occurrences and without
	// fingerprints (see [Fingerprint]). They are not shown, and their values are to be kept
	// out of what is shown.
	Hidden []*finding.Finding
	Stats  Stats
}

// session is one scan under way.
type session struct {
	options      Options
	matcher      *match.Matcher
	pathRules    match.PathRules
	fingerprints fingerprints
	progress     *Progress
	stats        Stats
	started      time.Time
	stopped      atomic.Bool // the context has ended
	hidden       []*finding.Finding
	budget       *pack.Budget
}

// withDefaults fills in what is left at zero.
func (o Options) withDefaults() Options {
	if o.Jobs <= 0 {
		o.Jobs = runtime.GOMAXPROCS(0)
	}
	if o.MaxObjectSize <= 0 {
		o.MaxObjectSize = DefaultMaxObjectSize
	}
	if o.MemoryBudget <= 0 {
		o.MemoryBudget = DefaultMemoryBudget
	}
	o.Context = min(max(o.Context, 0), MaxContext)
	if o.Now.IsZero() {
		o.Now = time.Now()
	}
	return o
}

func newSession(options Options) *session {
	options = options.withDefaults()
	s := &session{options: options, progress: options.Progress, budget: pack.NewBudget(options.MemoryBudget)}
	if s.progress == nil {
		s.progress = &Progress{}
	}
	s.stats.Jobs = options.Jobs
	s.phase("rules")
	s.matcher = match.New(options.Rules)
	s.matcher.NoComments = options.NoAllowComments
	s.pathRules = match.NewPathRules(options.Rules)
	return s
}

// ruleInfo is what a report says of the rules.
func (s *session) ruleInfo() []finding.Rule {
	var list []finding.Rule
	for _, r := range s.options.Rules.Rules {
		list = append(list, finding.Rule{
			ID: r.ID, Description: r.Description, Help: r.Help, URL: r.URL, Tags: r.Tags,
			Severity: finding.Severity(r.Severity), Confidence: finding.Confidence(r.Confidence),
		})
	}
	return list
}
