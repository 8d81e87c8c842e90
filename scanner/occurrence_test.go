package scanner_test

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/scanner/finding"
)

// introduction is a blob at a path in a commit of which no parent has it there.
type introduction struct{ blob, path, commit string }

func (i introduction) String() string {
	return fmt.Sprintf("%s in %s at %q", i.blob, i.commit, i.path)
}

// Occurrences in blobs must be those that git finds, asked in two ways, in every commit
// of a history, reachable or not.
func TestOccurrences(t *testing.T) {
	for seed := range uint64(3) {
		t.Run(fmt.Sprint("seed ", seed), func(t *testing.T) {
			t.Parallel()
			h := randomHistory(t, 20+seed, 120)
			result := scanRepo(t, h.Repo)
			got := make(map[introduction]finding.Occurrence)
			blobs := make(map[string]bool)
			for _, f := range result.Findings {
				for _, o := range f.Occurrences {
					if o.Blob != "" && o.Commit != "" && o.StartLine > 0 {
						got[introduction{o.Blob, o.Path, o.Commit}] = o
						blobs[o.Blob] = true
					}
				}
			}
			flagged := slices.Sorted(maps.Keys(blobs))
			byTrees := introducedByTrees(t, h, blobs)
			if diff := cmp.Diff(byTrees, introducedByLog(h, flagged)); diff != "" {
				t.Fatalf("the test contradicts itself: trees (-) and log (+):\n%s", diff)
			}
			if len(byTrees) < 50 {
				t.Fatalf("only %d occurrences to compare", len(byTrees))
			}
			if diff := cmp.Diff(byTrees, sortedTexts(slices.Collect(maps.Keys(got)))); diff != "" {
				t.Errorf("git (-) and scan (+) differ:\n%s", diff)
			}
			checkWhereabouts(t, h.Repo, got)
		})
	}
}

// introducedByTrees lists the whole tree of every commit and compares it with its parents'.
func introducedByTrees(t *testing.T, h *gittest.History, blobs map[string]bool) []string {
	t.Helper()
	trees := make(map[string]map[introduction]bool)
	for _, commit := range h.Commits {
		trees[commit] = make(map[introduction]bool)
		for entry := range strings.SplitSeq(h.Repo.Git("ls-tree", "-r", "-z", "--full-tree", commit), "\x00") {
			if head, path, ok := strings.Cut(entry, "\t"); ok {
				trees[commit][introduction{blob: strings.Fields(head)[2], path: path}] = true
			}
		}
	}
	var introduced []introduction
	for _, commit := range h.Commits {
		parents := strings.Fields(h.Repo.Git("log", "-1", "--format=%P", commit))
		for entry := range trees[commit] {
			if blobs[entry.blob] && !slices.ContainsFunc(parents, func(p string) bool { return trees[p][entry] }) {
				introduced = append(introduced, introduction{entry.blob, entry.path, commit})
			}
		}
	}
	return sortedTexts(introduced)
}

// introducedByLog asks git log, which shows a merge once for each parent.
func introducedByLog(h *gittest.History, blobs []string) []string {
	var introduced []introduction
	for _, blob := range blobs {
		log := h.Repo.GitInput([]byte(strings.Join(h.Commits, "\n")), "log", "--stdin", "-m", "--root", "-z", "--raw",
			"--no-abbrev", "--no-renames", "--no-show-signature", "--find-object="+blob, "--format=commit %H %P")
		parents, brought := 0, make(map[introduction]int)
		commit := ""
		fields := strings.Split(string(log), "\x00")
		for i := 0; i < len(fields); i++ {
			field := strings.TrimLeft(fields[i], "\n")
			if head, ok := strings.CutPrefix(field, "commit "); ok {
				head, raw, both := strings.Cut(head, "\n")
				names := strings.Fields(head)
				commit, parents = names[0], max(1, len(names)-1)
				if !both {
					continue
				}
				field = strings.TrimLeft(raw, "\n")
			}
			// ":oldmode newmode oldid newid status", then the path.
			if !strings.HasPrefix(field, ":") {
				continue
			}
			i++
			if change := strings.Fields(field); change[3] == blob && change[2] != blob {
				found := introduction{blob, fields[i], commit}
				if brought[found]++; brought[found] == parents {
					introduced = append(introduced, found)
				}
			}
		}
	}
	return sortedTexts(introduced)
}

// checkWhereabouts compares what occurrences say of HEAD and refs with git.
func checkWhereabouts(t *testing.T, r *gittest.Repo, occurrences map[introduction]finding.Occurrence) {
	t.Helper()
	atHead := make(map[string]bool)
	for entry := range strings.SplitSeq(r.Git("ls-tree", "-r", "-z", "--full-tree", "HEAD"), "\x00") {
		if head, path, ok := strings.Cut(entry, "\t"); ok {
			atHead[strings.Fields(head)[2]+path] = true
		}
	}
	containing := make(map[string][]string)
	for place, o := range occurrences {
		if _, asked := containing[o.Commit]; !asked {
			containing[o.Commit] = strings.Fields(r.Git("for-each-ref", "--contains", o.Commit, "--format=%(refname)"))
		}
		refs := containing[o.Commit]
		if want := atHead[o.Blob+o.Path]; o.AtHead != want {
			t.Errorf("%s: at head %t, want %t", place, o.AtHead, want)
		}
		if want := len(refs) > 0; o.Reachable != want {
			t.Errorf("%s: reachable %t, want %t", place, o.Reachable, want)
		}
		if o.RefCount != len(refs) {
			t.Errorf("%s: %d refs, git has %d: %q", place, o.RefCount, len(refs), refs)
		}
		for _, ref := range o.Refs {
			if !slices.Contains(refs, ref) {
				t.Errorf("%s: is not reached from %s", place, ref)
			}
		}
		if len(o.Refs) == 0 && len(refs) > 0 {
			t.Errorf("%s: names no ref of %q", place, refs)
		}
		who, date, _ := strings.Cut(r.Git("log", "-1", "--format=%an <%ae>%n%ad", "--date=iso-strict", o.Commit), "\n")
		if got := fmt.Sprintf("%s <%s>", o.Author.Name, o.Author.Email); got != who {
			t.Errorf("%s: author %q, want %q", place, got, who)
		}
		if got := strings.Replace(o.Date.Format("2006-01-02T15:04:05-07:00"), "+00:00", "Z", 1); got != strings.Replace(date, "+00:00", "Z", 1) {
			t.Errorf("%s: date %s, want %s", place, got, date)
		}
	}
}

func sortedTexts(introduced []introduction) []string {
	var texts []string
	for _, i := range introduced {
		texts = append(texts, i.String())
	}
	slices.Sort(texts)
	return texts
}
