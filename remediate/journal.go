package remediate

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"time"

	"github.com/unleak/unleak/remediate/account"
)

// The steps of a remediation, in their order. Up to stepPack nothing of the repository has changed; from stepPurge on
// there is no way back.
const (
	stepBackup  = "backup"
	stepPack    = "pack"
	stepRefs    = "refs"
	stepIndex   = "index"
	stepFiles   = "files"
	stepCheck   = "check"
	stepPurge   = "purge"
	stepVerify  = "verify"
	stepAccount = "account"

	stepBack = "rollback" // begun once the refs are back
)

// record is one line of the journal.
type record struct {
	Step string    `json:"step"`
	Done bool      `json:"done,omitempty"` // else it begins
	Time time.Time `json:"time"`
	note
}

// note is what a step leaves for the account, and for the way back.
type note struct {
	Detail string            `json:"detail,omitempty"`
	Kept   []string          `json:"kept,omitempty"`
	Notes  []string          `json:"notes,omitempty"`
	Purged *account.Purged   `json:"purged,omitempty"`
	Found  *account.Evidence `json:"evidence,omitempty"`
	Backup []byte            `json:"backup,omitempty"` // path of the bundle, before it is written
	Ignore *ignoreNote       `json:"ignore,omitempty"` // before .gitignore is written
	Drop   []string          `json:"drop,omitempty"`   // packs that came in and hold what is to be removed, to be purged too
}

// ignoreNote says what is appended to a .gitignore file.
type ignoreNote struct {
	Worktree string `json:"worktree"`
	Made     bool   `json:"made,omitempty"` // there was none
	Text     []byte `json:"text"`
}

// journal is the list of what was begun and done, one JSON object a line, each on disk before what
// it announces. For one goroutine.
type journal struct {
	file    *os.File
	end     int64 // of the last whole line
	records []record
	resumed int // records that were there before this run
}

// openJournal reads the journal and goes on with it. Its last line may be torn: that one was not announced.
func openJournal(path string, fresh bool) (*journal, error) {
	flags := os.O_RDWR
	if fresh {
		flags |= os.O_CREATE | os.O_EXCL
	}
	file, err := os.OpenFile(path, flags, 0o600)
	if err != nil {
		return nil, err
	}
	j := &journal{file: file}
	if fresh {
		if err := syncDir(filepath.Dir(path)); err != nil {
			return nil, errors.Join(err, file.Close())
		}
		return j, nil
	}
	end, err := j.read(path)
	if err == nil {
		err = file.Truncate(end)
	}
	if err != nil {
		return nil, errors.Join(err, file.Close())
	}
	j.end = end
	return j, nil
}

func (j *journal) read(path string) (end int64, err error) {
	content, err := readBounded(path)
	if err != nil {
		return 0, err
	}
	j.records, end = parseJournal(content)
	j.resumed = len(j.records)
	return end, nil
}

// parseJournal reads records up to the first line that is not whole, and says where that begins.
func parseJournal(content []byte) (records []record, end int64) {
	for {
		line, rest, whole := bytes.Cut(content[end:], []byte("\n"))
		var r record
		if !whole || json.Unmarshal(line, &r) != nil {
			return records, end
		}
		records, end = append(records, r), int64(len(content)-len(rest))
	}
}

// peekJournal reads the journal without touching it; none gives no records and no error.
func peekJournal(path string) ([]record, bool, error) {
	content, err := readBounded(path)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, false, nil
	}
	records, _ := parseJournal(content)
	return records, err == nil, err
}

func (j *journal) write(step string, done bool, n note) error {
	r := record{Step: step, Done: done, Time: time.Now().UTC(), note: n}
	line, err := json.Marshal(r)
	if err != nil {
		return err
	}
	line = append(line, '\n')
	if _, err = j.file.WriteAt(line, j.end); err == nil {
		err = j.file.Sync()
	}
	if err != nil { // what comes later must not be behind half a line
		return errors.Join(fmt.Errorf("the journal cannot be written: %w", err), j.file.Truncate(j.end))
	}
	j.end += int64(len(line))
	j.records = append(j.records, r)
	return nil
}

func (j *journal) begin(step string, n note) error { return j.write(step, false, n) }
func (j *journal) done(step string, n note) error  { return j.write(step, true, n) }

// isDone reports whether a step is through.
func isDone(records []record, step string) bool {
	for _, r := range records {
		if r.Step == step && r.Done {
			return true
		}
	}
	return false
}

// begun returns when a step began first, and whether it did.
func begun(records []record, step string) (time.Time, bool) {
	for _, r := range records {
		if r.Step == step && !r.Done {
			return r.Time, true
		}
	}
	return time.Time{}, false
}

// lastStep is the step that the journal came to.
func lastStep(records []record) string {
	if len(records) == 0 {
		return stepBackup
	}
	return records[len(records)-1].Step
}

func (j *journal) close() error { return j.file.Close() }
