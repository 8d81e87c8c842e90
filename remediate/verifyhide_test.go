package remediate

import (
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/internal/redact"
	"github.com/unleak/unleak/remediate/account"
)

// wordValue is a value that could be a word of ours.
const wordValue = "elephants"

// named returns a repository with a value in a file, and one in the names of a branch, a tag, a linked work tree and a file.
func named(t *testing.T) (r *gittest.Repo, value string) {
	t.Helper()
	value = "v" + strings.Repeat("4c7", 8)
	r = gittest.Open(t, operatingRoom(t))
	r.Git("init", "-q", "-b", "main")
	r.CommitFile("conf", "a="+value+" "+wordValue+"\n", "one")
	r.CommitFile("dir/"+value+".txt", "in the name of a file\n", "two")
	r.Git("branch", "b-"+value)
	r.Git("update-ref", "--create-reflog", "-m", "made", "refs/heads/b-"+value, "HEAD~1")
	r.Git("tag", "t-"+value)
	r.Git("pack-refs", "--all")
	return r, value
}

func mustNotTell(t *testing.T, value, what string, v any) {
	t.Helper()
	content, err := json.Marshal(v)
	must(t, err)
	if strings.Contains(string(content), value) {
		t.Errorf("%s tells the value:\n%s", what, content)
	}
}

// A value leaves through no name: not of a ref, a reflog or a path, in no account and no evidence. What the names
// of refs hold is held.
func TestNamesTellNoValue(t *testing.T) {
	r, value := named(t)
	p, err := NewPlan(t.Context(), r.Dir, Request{ReplaceText: []byte(value + "\n" + wordValue + "\n"), ReplaceTextName: "rules", Force: true})
	must(t, err)
	a, err := p.Apply(t.Context(), ApplyOptions{})
	must(t, err)
	mustNotTell(t, value, "the account", a)
	kept, err := os.ReadFile(filepath.Join(r.Dir, ".git/unleak", accountName))
	must(t, err)
	mustNotTell(t, value, "its file", string(kept))

	r.CommitFile("x/"+value+"/"+wordValue, "a="+value+"\n", "again")
	r.Git("branch", wordValue, "HEAD")
	r.Git("branch", "c-"+value)
	for i, e := range []*account.Evidence{verify(t, r, VerifyOptions{}), verify(t, r, VerifyOptions{Remote: "file://" + r.Dir})} {
		mustNotTell(t, value, "the evidence", e)
		mustNotTell(t, wordValue, "the evidence", e)
		branch := "refs/heads/b-... (at " + r.ID("b-" + value)[:12] + ")"
		want := []account.Holding{
			{Fingerprint: "rules:1", Where: branch, Reached: "the name of a ref holds it: delete or rename the ref"},
			{Fingerprint: "rules:1", Where: "packed-refs", Reached: "the name of a ref in it holds it: delete or rename the ref"},
		}
		if i == 0 {
			want = append(want, account.Holding{Fingerprint: "rules:1", Where: "reflog of refs/heads/c-...", Reached: "the name of a ref holds it: delete or rename the ref"})
		}
		for _, h := range want {
			if !slices.Contains(e.Holding, h) {
				t.Errorf("%d: %+v is not among\n%+v", i, h, e.Holding)
			}
		}
		if !slices.ContainsFunc(e.Holding, func(h account.Holding) bool { return h.Path == "x/.../..." && strings.Contains(h.Reached, "c-...") }) {
			t.Errorf("%d: the path is not among\n%+v", i, e.Holding)
		}
	}
}

// When the refs are gone, absence is proved, and the record that names them is told of.
func TestRefsWithValuesDeleted(t *testing.T) {
	r, value := named(t)
	r.Git("mv", "dir/"+value+".txt", "file")
	r.Commit("a better name")
	p, err := NewPlan(t.Context(), r.Dir, Request{Paths: []string{"dir"}, ReplaceText: []byte(value + "\n"), ReplaceTextName: "rules", Force: true})
	must(t, err)
	a, err := p.Apply(t.Context(), ApplyOptions{})
	must(t, err)
	if a.Evidence.Proved {
		t.Error("the name of a ref holds nothing")
	}
	r.Git("branch", "-D", "b-"+value)
	r.Git("tag", "-d", "t-"+value)
	e := verify(t, r, VerifyOptions{})
	if notes := strings.Join(e.Notes, "\n"); !e.Proved || !strings.Contains(notes, "ref-map names a ref") {
		t.Errorf("%+v", e)
	}
}

// Words of ours are not taken for values that are words.
func TestHiderSparesSentences(t *testing.T) {
	key := []byte("key")
	h, err := newHider(files{}, key, []redact.Digest{redact.NewDigest(key, []byte("deleted"), "a")})
	must(t, err)
	if got := h.sentence("it was deleted"); got != "it was deleted" {
		t.Error(got)
	}
	if got := h.name("refs/heads/deleted"); got != "refs/heads/..." {
		t.Error(got)
	}
}

// Values are counted by what they are, not by their labels.
func TestKeptDigestsCountValues(t *testing.T) {
	key := []byte("key")
	digests := func(values ...redact.Value) []redact.Digest {
		rules, err := redact.ForValues(values)
		must(t, err)
		return rules.Digests(key)
	}
	a, b, c := "first/value", "second/value", "third/value"
	kept := keptDigests{Complete: true}
	var counts []int
	for _, list := range [][]redact.Digest{
		digests(redact.Value{Text: a, Label: "rules:1"}, redact.Value{Text: b, Label: "rules:2"}),
		digests(redact.Value{Text: a, Label: "fingerprint"}), // known by another name
		digests(redact.Value{Text: c, Label: "rules:1"}),     // another file of that name
		digests(redact.Value{Text: "fourth/value", Label: "x"}, redact.Value{Text: "fourth/value", Label: "y"}),
	} {
		kept.add(list, true)
		counts = append(counts, kept.Values)
	}
	if diff := cmp.Diff([]int{2, 2, 3, 4}, counts); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}
