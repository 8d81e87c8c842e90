package remediate

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/remediate/account"
)

// served makes a repository with a server, remediates it by path, and pushes what is left.
func served(t *testing.T) (r *gittest.Repo, server, old string) {
	t.Helper()
	r = gittest.Open(t, operatingRoom(t))
	r.Git("init", "-q", "-b", "main")
	r.CommitFile("README", "hello\n", "one")
	r.CommitFile(removedPath, "A=1\n", "two")
	r.CommitFile("README", "hello again\n", "three")
	server = filepath.Join(t.TempDir(), "server.git")
	r.Git("clone", "-q", "--mirror", "file://"+r.Dir, server)
	old = r.ID("main")
	p, err := NewPlan(t.Context(), r.Dir, Request{Paths: []string{removedPath}, Force: true})
	must(t, err)
	a, err := p.Apply(t.Context(), ApplyOptions{})
	must(t, err)
	if !a.Evidence.Proved {
		t.Fatalf("%+v", a.Evidence)
	}
	r.Git("push", "-q", "--force", "file://"+server, "main")
	return r, server, old
}

// What no ref of a server leads to and what it hands out all the same is found, the old tips first.
func TestVerifyAsksTheServer(t *testing.T) {
	r, server, old := served(t)
	gittest.Open(t, server).Git("config", "uploadpack.allowAnySHA1InWant", "true")
	e := verify(t, r, VerifyOptions{Remote: "file://" + server})
	if e.Proved || !slices.ContainsFunc(e.Holding, func(h account.Holding) bool {
		return h.Object == old && strings.HasPrefix(h.Reached, "its id") && strings.Contains(h.Reached, "ask the host to purge")
	}) {
		t.Errorf("%+v", e)
	}
	gittest.Open(t, server).Git("gc", "-q", "--prune=now")
	e = verify(t, r, VerifyOptions{Remote: "file://" + server})
	if notes := strings.Join(e.Notes, "\n"); !e.Proved || !strings.Contains(notes, "handed out none of") {
		t.Errorf("without the old objects: %+v", e)
	}
}

// A server that does not answer any more has not refused.
func TestSilenceIsNoRefusal(t *testing.T) {
	r, server, _ := served(t)
	evidence := verify(t, r, VerifyOptions{Remote: "file://" + server})
	if len(evidence.Unread) > 0 {
		t.Fatal(evidence.Unread)
	}
	e, err := Verify(t.Context(), r.Dir, VerifyOptions{Remote: "file://" + server, Progress: func(step string) {
		if step == "ask by id" {
			must(t, os.Rename(server, server+".away"))
		}
	}})
	must(t, err)
	if e.Proved || len(e.Unread) != 1 || !strings.Contains(e.Unread[0], "could not be asked") {
		t.Errorf("%+v", e)
	}
}

// Asking is bounded, and says so.
func TestOldObjectsAreBounded(t *testing.T) {
	dir := t.TempDir()
	lines := "old new\n"
	for i := range maxAsked + 7 {
		lines += strings.Repeat("0", 36) + string([]byte{'a' + byte(i>>8), hexDigit(i >> 4), hexDigit(i), '1'}) + " " + strings.Repeat("0", 40) + "\n"
	}
	must(t, os.WriteFile(filepath.Join(dir, commitMapName), []byte(lines), 0o600))
	v := &verification{state: files{dir: dir}, evidence: &account.Evidence{}}
	ids, all, err := v.oldObjects()
	must(t, err)
	if len(ids) != maxAsked || all != maxAsked+7 {
		t.Errorf("%d of %d", len(ids), all)
	}
}

func hexDigit(i int) byte { return "0123456789abcdef"[i&15] }
