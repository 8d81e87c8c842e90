package redact

import (
	"encoding/base64"
	"strings"
	"testing"
)

// Nothing of a text, of texts that overlap and of encoded ones is left in a name.
func TestHide(t *testing.T) {
	key := []byte("key")
	value, word := "v4-"+strings.Repeat("xyz", 4), "database"
	rules, err := ForValues([]Value{{Text: value, Label: "a"}, {Text: "xyz-other", Label: "b"}, {Text: word, Label: "c"}})
	if err != nil {
		t.Fatal(err)
	}
	probe, err := NewProbe(key, rules.Digests(key))
	if err != nil {
		t.Fatal(err)
	}
	spare := func(found string) bool { return found == word }
	for _, test := range []struct{ name, text, want string }{
		{"nothing", "refs/heads/main", "refs/heads/main"},
		{"empty", "", ""},
		{"all of it", value, "..."},
		{"in the middle", "refs/heads/b-" + value + "/x", "refs/heads/b-.../x"},
		{"twice", value + "/" + value, ".../..."},
		{"overlapping", "a/" + value + "-other/b", "a/.../b"},
		{"spared", word + "/" + value, word + "/..."},
	} {
		got, any := probe.Hide(test.text, spare)
		if got != test.want || any != (test.want != test.text) {
			t.Errorf("%s: %q, %v", test.name, got, any)
		}
	}
	if got, _ := probe.Hide(word, nil); got != "..." {
		t.Errorf("without an exception: %q", got)
	}
	coded := base64.RawURLEncoding.EncodeToString([]byte(value))
	if got, any := probe.Hide("refs/heads/"+coded, nil); !any || strings.Contains(got, coded[2:len(coded)-2]) {
		t.Errorf("in base64: %q", got)
	}
}
