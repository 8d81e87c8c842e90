package gitstore

import (
	"bufio"
	"bytes"
	"errors"
	"fmt"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
)

func reflogsOf(t *testing.T, path string) []ReflogEntry {
	t.Helper()
	var entries []ReflogEntry
	found, err := locate(t, path).Reflogs(func(entry ReflogEntry) error {
		entries = append(entries, entry)
		return nil
	})
	if err != nil || len(found) > 0 {
		t.Fatalf("error %v, problems %v", err, found)
	}
	return entries
}

// gitReflog lists what git says of one reflog, newest first: name, who, date, message.
func gitReflog(repo *gittest.Repo, ref string) []string {
	out := repo.Git("log", "-g", "--date=raw", "--format=%H|%gn <%ge>|%gd|%gs", ref)
	if out == "" {
		return nil
	}
	return strings.Split(out, "\n")
}

func TestReflogsAreWhatGitSays(t *testing.T) {
	repo := gittest.New(t)
	repo.CommitFile("file", "1", "first")
	repo.CommitFile("file", "2", "second")
	repo.CheckoutNew("topic/a")
	repo.CommitFile("file", "3", "third")
	repo.Git("reset", "-q", "--hard", "HEAD~2")
	repo.Write("file", "4")
	repo.Stash("one")
	repo.Write("file", "5")
	repo.Stash("two")
	linked := filepath.Join(t.TempDir(), "side")
	repo.Git("worktree", "add", "-q", "-b", "side", linked)
	side := gittest.Open(t, linked)
	side.CommitFile("file", "6", "on the side")

	got := map[string][]string{}
	for _, entry := range reflogsOf(t, repo.Dir) {
		key := entry.Worktree + ":" + entry.Ref
		date := fmt.Sprintf("%d %s", entry.Time.Unix(), entry.Time.Format("-0700"))
		line := strings.Join([]string{entry.New.String(), entry.Who, date, entry.Message}, "|")
		got[key] = append([]string{line}, got[key]...)
	}
	want := map[string][]string{}
	for key, from := range map[string]*gittest.Repo{
		":HEAD": repo, ":refs/heads/main": repo, ":refs/heads/topic/a": repo, ":refs/stash": repo,
		":refs/heads/side": repo, "side:HEAD": side,
	} {
		_, ref, _ := strings.Cut(key, ":")
		for _, line := range gitReflog(from, ref) {
			before, after, _ := strings.Cut(line, "@{")
			id, who, _ := strings.Cut(before, "|")
			who, _, _ = strings.Cut(who, "|")
			date, message, _ := strings.Cut(after, "}|")
			want[key] = append(want[key], strings.Join([]string{id, who, date, message}, "|"))
		}
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	if len(got[":refs/stash"]) != 2 {
		t.Errorf("stash entries %q", got[":refs/stash"])
	}
}

func TestReflogStopsAtError(t *testing.T) {
	repo := gittest.New(t)
	repo.CommitFile("file", "1", "first")
	stop := errors.New("stop")
	calls := 0
	_, err := locate(t, repo.Dir).Reflogs(func(ReflogEntry) error { calls++; return stop })
	if !errors.Is(err, stop) || calls != 1 {
		t.Errorf("got %v after %d calls", err, calls)
	}
}

func TestBrokenReflogLinesAreProblems(t *testing.T) {
	repo := gittest.New(t)
	id := repo.CommitFile("file", "1", "first")
	ids := gittest.NullID + " " + id
	log := strings.Join([]string{
		ids + " A <a@b> 1600000000 -0130\tgood",
		ids + " A <a@b> 1600000000 -0130\t" + strings.Repeat("x", maxReflogLine),
		"",
		ids + " A <a@b> 1600000000",
		ids + " A a@b 1600000000 +0000\tno mail",
		ids[:50],
		ids + "  <> 1 +0000",
		ids + " A <a@b> 1600000000 +0000\tno end of line",
	}, "\n")
	write(t, filepath.Join(repo.Dir, ".git/logs/refs/heads/odd"), log)
	write(t, filepath.Join(repo.Dir, ".git/logs/refs/heads/odd.lock"), "not looked at")
	var messages []string
	var first ReflogEntry
	found, err := locate(t, repo.Dir).Reflogs(func(entry ReflogEntry) error {
		if entry.Ref == "refs/heads/odd" {
			messages = append(messages, entry.Message)
			if len(messages) == 1 {
				first = entry
			}
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"good", "", "no end of line"}, messages); diff != "" {
		t.Error(diff)
	}
	if want := time.Unix(1600000000, 0); !first.Time.Equal(want) || first.Time.Format("-0700") != "-0130" || first.Who != "A <a@b>" || !first.Old.IsZero() {
		t.Errorf("first entry is %+v", first)
	}
	var what []string
	for _, p := range found {
		what = append(what, p.What)
	}
	want := []string{"line 2 is longer than 1048576 bytes", "line 3 is malformed", "line 4 is malformed", "line 5 is malformed", "line 6 is malformed"}
	if diff := cmp.Diff(want, what); diff != "" {
		t.Error(diff)
	}
}

func TestReflogOfDeletedBranchIsStillRead(t *testing.T) {
	repo := gittest.New(t)
	repo.CommitFile("file", "1", "first")
	id := repo.ID("HEAD")
	write(t, filepath.Join(repo.Dir, ".git/logs/refs/heads/gone"), gittest.NullID+" "+id+" A <a@b> 1 +0000\tmade\n")
	if !slices.ContainsFunc(reflogsOf(t, repo.Dir), func(e ReflogEntry) bool { return e.Ref == "refs/heads/gone" }) {
		t.Error("reflog without its ref was not read")
	}
}

func FuzzReflog(f *testing.F) {
	id := strings.Repeat("0123456789", 4)
	f.Add([]byte(id + " " + id + " A <a@b> 1600000000 +0100\tmessage\nnonsense\n"))
	f.Add([]byte(strings.Repeat("x", 5000)))
	f.Fuzz(func(t *testing.T, content []byte) {
		found := problems{where: "log"}
		entries := 0
		err := parseReflog(bufio.NewReader(bytes.NewReader(content)), &found, func(entry ReflogEntry) error {
			entries++
			if strings.Contains(entry.Message, "\n") || strings.Contains(entry.Who, "\n") {
				t.Errorf("entry over two lines: %+v", entry)
			}
			return nil
		})
		if whole := bytes.Count(content, []byte("\n")) + 1; err != nil || entries+len(found.list)+found.more > whole {
			t.Errorf("%d entries, %d problems, error %v", entries, len(found.list)+found.more, err)
		}
	})
}
