package account

import (
	"bytes"
	"os/exec"
	"reflect"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// fill sets every string, number and list that a value has.
func fill(v reflect.Value) {
	switch v.Kind() {
	case reflect.String:
		v.SetString("text")
	case reflect.Int, reflect.Int64:
		v.SetInt(7)
	case reflect.Float64:
		v.SetFloat(7)
	case reflect.Bool:
		v.SetBool(true)
	case reflect.Slice:
		v.Set(reflect.MakeSlice(v.Type(), 1, 1))
		fill(v.Index(0))
	case reflect.Pointer:
		v.Set(reflect.New(v.Type().Elem()))
		fill(v.Elem())
	case reflect.Struct:
		if v.Type() == reflect.TypeFor[time.Time]() {
			v.Set(reflect.ValueOf(time.Unix(1, 0)))
			return
		}
		for i := range v.NumField() {
			fill(v.Field(i))
		}
	}
}

// A copy is equal where the text stays, shares nothing, and loses ids and fixed words to no function.
func TestMapText(t *testing.T) {
	var a Account
	fill(reflect.ValueOf(&a).Elem())
	same := a.MapText(func(s string) string { return s })
	if diff := cmp.Diff(&a, same); diff != "" {
		t.Errorf("a copy differs:\n%s", diff)
	}
	loud := a.MapText(strings.ToUpper)
	if a.Plan.Paths[0].Path != "text" || a.Plan.Command[0] != "text" {
		t.Error("the original changed")
	}
	for name, got := range map[string]string{
		"path": loud.Plan.Paths[0].Path, "place": loud.Plan.Secrets[0].Places[0].Path, "ref": loud.Plan.Refs[0].Name,
		"check": loud.Plan.Checks[0].Detail, "command": loud.Plan.Command[0], "holding": loud.Evidence.Holding[0].Where,
		"kept": loud.Kept[0], "task": loud.Remaining[0].Text,
	} {
		if got != "TEXT" {
			t.Errorf("%s is %q", name, got)
		}
	}
	for name, got := range map[string]string{
		"id": loud.Plan.ID, "blob": loud.Plan.OtherPaths[0].Blob, "fingerprint": loud.Plan.Secrets[0].Fingerprint,
		"verdict": string(loud.Plan.Checks[0].Verdict), "old": loud.Plan.Refs[0].Old, "first": loud.Plan.Commits.FirstChanged[0],
	} {
		if got != "text" {
			t.Errorf("%s is %q", name, got)
		}
	}
	if empty := new(Plan).MapText(strings.ToUpper); empty.Paths == nil || empty.Commits.FirstChanged == nil {
		t.Error("an empty list is none")
	}
	if none := (*Evidence)(nil).MapText(strings.ToUpper); none != nil {
		t.Error("something was made of nothing")
	}
}

// What Shell writes, a shell reads back; and nothing in it is invisible.
func TestShell(t *testing.T) {
	words := []string{"plain", "", "a b", "it's", `back\slash`, "new\nline", "\x1b[2J", "caf\xe9", "\u202egnp", "$HOME", "`id`", "=ls", "~", "ü", "*", "a;b",
		"\x07" + "f0", "--force-with-lease=refs/heads/main:0123", "'\x01'"}
	line := Shell(words...)
	for _, c := range line {
		if isInvisible(c) {
			t.Errorf("%q stands in %q", c, line)
		}
	}
	bash, err := exec.LookPath("bash")
	if err != nil {
		t.Skip("this needs bash")
	}
	out, err := exec.Command(bash, "-c", `printf '%s\0' `+line).Output()
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for word := range bytes.SplitSeq(bytes.TrimSuffix(out, []byte{0}), []byte{0}) {
		got = append(got, string(word))
	}
	if diff := cmp.Diff(words, got); diff != "" {
		t.Errorf("(-words +bash):\n%s", diff)
	}
}

func TestPushedRefs(t *testing.T) {
	refs := []Ref{
		{Name: "HEAD", Old: "1", New: "2"},
		{Name: "refs/heads/gone", Old: "3"},
		{Name: "refs/heads/main", Old: "4", New: "5"},
		{Name: "refs/heads/mine", Old: "6", New: "7"},
		{Name: "refs/notes/commits", Old: "8", New: "9"},
		{Name: "refs/pull/1/head", Old: "a", New: "b"},
		{Name: "refs/remotes/origin/HEAD", Old: "c", New: "d"},
		{Name: "refs/remotes/origin/gone", Old: "3"},
		{Name: "refs/remotes/origin/main", Old: "e", New: "f"},
		{Name: "refs/remotes/origin/other", Old: "10", New: "11"},
		{Name: "refs/stash", Old: "12", New: "13"},
		{Name: "refs/tags/v1", Old: "14", New: "15"},
		{Name: "refs/worktree/x", Old: "16", New: "17", Worktree: "w"},
	}
	tests := []struct {
		name, remote string
		refs         []Ref
		want, notes  []pushed
	}{
		{"a clone", "origin", refs, []pushed{
			{"", "refs/heads/gone", "3"}, {"refs/heads/main", "refs/heads/main", "e"},
			{"refs/tags/v1", "refs/tags/v1", "14"}, {"refs/remotes/origin/other", "refs/heads/other", "10"},
		}, []pushed{{"refs/notes/commits", "refs/notes/commits", "8"}}},
		{"a mirror", "origin", []Ref{refs[2], refs[3], refs[4], refs[5], refs[11]}, []pushed{
			{"refs/heads/main", "refs/heads/main", "4"}, {"refs/heads/mine", "refs/heads/mine", "6"},
			{"refs/notes/commits", "refs/notes/commits", "8"}, {"refs/tags/v1", "refs/tags/v1", "14"}}, nil},
		{"nothing that others have", "origin", []Ref{refs[0], refs[10]}, nil, nil},
	}
	for _, test := range tests {
		t.Run(test.name, func(t *testing.T) {
			got, notes := pushedRefs(&Plan{Refs: test.refs}, test.remote)
			if diff := cmp.Diff([][]pushed{test.want, test.notes}, [][]pushed{got, notes}, cmp.AllowUnexported(pushed{})); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// A clone made by git clone --mirror pushes single refs only when it is told to.
func TestPushCommandOfAMirror(t *testing.T) {
	got := pushCommands([]pushed{{"refs/heads/main", "refs/heads/main", "4"}}, Remote{Name: "origin", Mirror: true})
	want := []string{"git -c remote.origin.mirror=false push --force-with-lease=refs/heads/main:4 origin refs/heads/main:refs/heads/main"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

func TestOnGitHub(t *testing.T) {
	for url, want := range map[string]string{
		"git@github.com:acme/payments.git": "acme/payments", "https://github.com/acme/payments": "acme/payments",
		"ssh://git@GitHub.com/acme/payments.git/": "acme/payments", "github.com:acme/payments": "acme/payments",
		"https://github.com.example.org/acme/payments": "", "/srv/github.com/a.git": "", "https://gitlab.com/a/b": "", "": "",
	} {
		if got, ok := onGitHub([]Remote{{URL: url}}); got != want || ok != (want != "") {
			t.Errorf("%q: got %q, %v, want %q", url, got, ok, want)
		}
	}
}

// Rotating comes first, whatever else there is; nothing is pushed where nothing changed.
func TestByHand(t *testing.T) {
	plan := &Plan{Repository: Repository{Name: "payments", Remotes: []Remote{{Name: "origin", URL: "https://github.com/acme/payments"}}}}
	names := func(a *Account) (names []string) {
		for _, task := range ByHand(a) {
			names = append(names, task.Name)
		}
		return names
	}
	if diff := cmp.Diff([]string{"rotate", "freeze", "forks", "collaborators", "copies", "protect"}, names(&Account{Plan: plan})); diff != "" {
		t.Errorf("nothing changed (-want +got):\n%s", diff)
	}
	plan.Refs = []Ref{{Name: "refs/heads/main", Old: "1", New: "2"}}
	plan.Commits.FirstChanged = []string{"1"}
	want := []string{"rotate", "freeze", "push", "support", "forks", "collaborators", "copies", "backup", "protect"}
	if diff := cmp.Diff(want, names(&Account{Plan: plan, Backup: &Backup{Path: "b"}})); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := ByHand(&Account{}); len(got) != 0 {
		t.Errorf("without a plan: %v", got)
	}
}
