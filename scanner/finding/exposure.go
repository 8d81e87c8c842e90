package finding

import (
	"cmp"
	"strings"
	"time"
)

// Exposure is how long a secret was there for whoever has the history of HEAD.
type Exposure struct {
	First time.Time // when a commit first brought the secret in; zero where no date is known
	Last  time.Time // when the history of HEAD lost the last of it; zero where it has not, or never had it
	In    string    // hex id of the commit by which it did
	// AtHead says that HEAD, or a message in its history, still has it.
	AtHead bool
}

// Exposure returns since when f is in the repository, by the author dates of the commits that brought it in, and
// until when HEAD had it, by that of the commit which removed its last occurrence there. A commit's dates are what its
// author says, so Last may be before First; see [Exposure.Duration].
func (f *Finding) Exposure() Exposure {
	var e Exposure
	for i := range f.Occurrences {
		o := &f.Occurrences[i]
		e.AtHead = e.AtHead || o.AtHead
		if !o.Date.IsZero() && (e.First.IsZero() || o.Date.Before(e.First)) {
			e.First = o.Date
		}
		if o.RemovedIn != "" && cmp.Or(o.RemovedAt.Compare(e.Last), strings.Compare(o.RemovedIn, e.In)) > 0 {
			e.Last, e.In = o.RemovedAt, o.RemovedIn
		}
	}
	if e.AtHead {
		e.Last, e.In = time.Time{}, ""
	}
	return e
}

// Duration returns the time from First to Last, or from First to now for what is still at HEAD. ok is false where either
// end is not known. It is never negative.
func (e Exposure) Duration(now time.Time) (d time.Duration, ok bool) {
	end := e.Last
	if e.AtHead {
		end = now
	}
	if e.First.IsZero() || end.IsZero() {
		return 0, false
	}
	return max(end.Sub(e.First), 0), true
}
