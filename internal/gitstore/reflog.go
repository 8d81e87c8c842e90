package gitstore

import (
	"bufio"
	"bytes"
	"io"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"
	"time"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// ReflogEntry is one line of a reflog: a ref went from one object to another. Of
// refs/stash, each entry is one stash.
type ReflogEntry struct {
	Ref      string    // full name; the ref itself may be gone
	Worktree string    // linked work tree whose log it is, "" for the main one
	Old, New pack.ID   // zero where the ref was made or deleted
	Who      string    // "Name <email>" as it stands there
	Time     time.Time // in the zone of the entry
	Message  string    // may be empty
}

// maxReflogLine bounds the lines of a reflog. Git writes messages of one line and
// cuts none, but nobody writes that much.
const maxReflogLine = 1 << 20

// Reflogs calls visit for every entry of every reflog of every work tree, file by
// file in order of name and oldest first within each. It stops at the first
// error visit returns and returns it. Lines that cannot be read are problems.
func (l *Layout) Reflogs(visit func(ReflogEntry) error) ([]Problem, error) {
	worktrees, list := l.Worktrees()
	reader := bufio.NewReaderSize(nil, maxReflogLine)
	for _, worktree := range worktrees {
		root := resolved(filepath.Join(worktree.GitDir, "logs"))
		err := filepath.WalkDir(root, func(path string, entry fs.DirEntry, err error) error {
			switch {
			case err != nil:
				list = append(list, l.unlessMissing(path, err)...)
				return nil
			case path == root:
				return nil
			case strings.HasPrefix(entry.Name(), ".") || strings.HasSuffix(entry.Name(), ".lock"):
				if entry.IsDir() {
					return fs.SkipDir
				}
				return nil
			case entry.IsDir():
				return nil
			}
			name := filepath.ToSlash(strings.TrimPrefix(path, root+string(filepath.Separator)))
			found := problems{where: l.where(path)}
			err = readReflog(path, reader, &found, func(entry ReflogEntry) error {
				entry.Ref, entry.Worktree = name, worktree.Name
				return visit(entry)
			})
			list = append(list, found.all()...)
			return err
		})
		if err != nil {
			return list, err
		}
	}
	return list, nil
}

func readReflog(path string, reader *bufio.Reader, found *problems, visit func(ReflogEntry) error) error {
	file, _, err := openRegular(path)
	if err != nil {
		found.add("cannot be read: %s", reason(err))
		return nil
	}
	defer file.Close()
	reader.Reset(file)
	return parseReflog(reader, found, visit)
}

// parseReflog reads the entries of one reflog; visit gets them without the name of
// the ref. The reader's buffer bounds the length of a line.
func parseReflog(reader *bufio.Reader, found *problems, visit func(ReflogEntry) error) error {
	for number := 1; ; number++ {
		line, err := reader.ReadSlice('\n')
		if err == bufio.ErrBufferFull {
			found.add("line %d is longer than %d bytes", number, reader.Size())
			for err == bufio.ErrBufferFull {
				_, err = reader.ReadSlice('\n')
			}
			line = nil
		}
		if len(line) > 0 {
			entry, ok := parseReflogLine(bytes.TrimSuffix(line, []byte("\n")))
			if !ok {
				found.add("line %d is malformed", number)
			} else if err := visit(entry); err != nil {
				return err
			}
		}
		if err == io.EOF {
			return nil
		}
		if err != nil {
			found.add("cannot be read from line %d on: %s", number, reason(err))
			return nil
		}
	}
}

// parseReflogLine reads "OLD SP NEW SP NAME SP <EMAIL> SP SECONDS SP ZONE TAB MESSAGE".
func parseReflogLine(line []byte) (ReflogEntry, bool) {
	const ids = 2*hexSize + 2
	if len(line) < ids || line[hexSize] != ' ' || line[ids-1] != ' ' {
		return ReflogEntry{}, false
	}
	var entry ReflogEntry
	var oldErr, newErr error
	entry.Old, oldErr = pack.ParseID(string(line[:hexSize]))
	entry.New, newErr = pack.ParseID(string(line[hexSize+1 : ids-1]))
	who, message, _ := bytes.Cut(line[ids:], []byte("\t"))
	end := bytes.LastIndex(who, []byte("> "))
	if oldErr != nil || newErr != nil || end < 0 {
		return ReflogEntry{}, false
	}
	var ok bool
	entry.Who, entry.Message = string(who[:end+1]), string(message)
	entry.Time, ok = parseTime(string(who[end+2:]))
	return entry, ok
}

// parseTime reads "SECONDS SP ZONE", such as "1600000000 +0200".
func parseTime(s string) (time.Time, bool) {
	seconds, zone, _ := strings.Cut(s, " ")
	when, err := strconv.ParseInt(seconds, 10, 64)
	if err != nil || len(zone) != 5 || zone[0] != '+' && zone[0] != '-' {
		return time.Time{}, false
	}
	digits, err := strconv.ParseUint(zone[1:], 10, 16)
	if err != nil {
		return time.Time{}, false
	}
	offset := int(digits/100*60+digits%100) * 60
	if zone[0] == '-' {
		offset = -offset
	}
	return time.Unix(when, 0).In(time.FixedZone("", offset)), true
}
