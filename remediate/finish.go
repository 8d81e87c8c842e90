package remediate

import (
	"context"
	"encoding/json"
	"errors"
	"time"

	"github.com/unleak/unleak/remediate/account"
)

// doVerify looks for what was removed. What it finds is in the account and no error: everything was done.
func (s *surgeon) doVerify(ctx context.Context, n *note) error {
	if err := s.files.keepRemoved(); err != nil { // the search is for these, and by the digests
		return err
	}
	if err := s.files.keepNew(removedName); err != nil {
		return err
	}
	verify := s.options.Verify
	if verify == nil {
		verify = func(ctx context.Context, repository string) (*account.Evidence, error) {
			return Verify(ctx, repository, VerifyOptions{Tool: s.state.Plan.Tool})
		}
	}
	var err error
	n.Found, err = verify(ctx, s.files.common)
	if errors.Is(err, ErrNothingRemoved) {
		n.Notes, err = append(n.Notes, "No object was removed, so there was nothing to search for."), nil
	}
	return err
}

// finish writes the account, and ends the remediation.
func (s *surgeon) finish() (*account.Account, error) {
	a, err := s.hidden(s.account())
	var content []byte
	if err == nil {
		content, err = json.MarshalIndent(a, "", "  ")
	}
	if err == nil {
		err = writeFile(s.files.path(accountName), append(content, '\n'), 0o600)
	}
	if err == nil {
		s.at(stepAccount)
		err = s.files.clear()
	}
	if err != nil {
		return nil, &InterruptedError{Step: stepAccount, Err: err}
	}
	return a, nil
}

// account says what was done, by the journal.
func (s *surgeon) account() *account.Account {
	a := &account.Account{
		SchemaVersion: account.SchemaVersion,
		Started:       s.state.Started,
		Finished:      time.Now().UTC(),
		Plan:          s.state.Plan,
		Steps:         s.steps(),
		Backup:        s.state.Backup,
		Pack:          s.state.Pack,
		Purged:        *s.purged(),
		Size:          account.Size{Before: s.state.Size, After: s.state.Pack.Bytes},
		Files: account.Files{
			CommitMap: s.files.path(commitMapName), RefMap: s.files.path(refMapName), JSON: s.files.path(accountName),
		},
		Kept: []string{},
	}
	if s.state.Plan != nil {
		a.Tool = s.state.Plan.Tool
	}
	for _, r := range s.journal.records {
		if !r.Done {
			continue
		}
		a.Kept, a.Notes = append(a.Kept, r.Kept...), append(a.Notes, r.Notes...)
		if r.Found != nil {
			a.Evidence = r.Found
		}
	}
	a.Remaining = account.ByHand(a)
	return a
}

// steps are the steps of the journal, by their first beginning and their end.
func (s *surgeon) steps() []account.Step {
	var steps []account.Step
	for i, r := range s.journal.records {
		if !r.Done {
			continue
		}
		start, _ := begun(s.journal.records, r.Step)
		steps = append(steps, account.Step{
			Name: r.Step, Detail: r.Detail, Started: start, Seconds: r.Time.Sub(start).Seconds(), Resumed: i >= s.journal.resumed && s.resuming,
		})
	}
	return steps
}
