package rewrite_test

import (
	"bytes"
	"testing"

	"github.com/unleak/unleak/internal/gittest"
)

// A text at the end of a blob that is larger than any buffer is replaced, and the rest stays as it is (case 36).
func TestLargeBlob(t *testing.T) {
	r := gittest.New(t)
	line := "a line of a dump that is much longer than anything else in the history\n"
	large := bytes.Repeat([]byte(line), 24<<20/len(line))
	r.Write("dump.sql", string(large)+"the word is "+word+"\n")
	r.Commit("large")
	after := rewritten(t, r, replacing(t, word))
	_, content := after.after.Read(after.after.ID("refs/heads/main:dump.sql"))
	if want := append(large, "the word is ***REMOVED***\n"...); !bytes.Equal(content, want) {
		t.Errorf("%d bytes are left, want %d; the end is %q", len(content), len(want), content[max(len(content)-60, 0):])
	}
}
