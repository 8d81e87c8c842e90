package scanner_test

import (
	"context"
	"fmt"
	"maps"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

// scanDamaged scans a damaged repository. The scan may fail to open it, when it says
// so; what it may not do is panic, hang, find what is not there, or call
// itself complete when a secret of clean is not found.
func scanDamaged(t *testing.T, dir string, clean map[string]bool) *scanner.Result {
	t.Helper()
	type outcome struct {
		result *scanner.Result
		err    error
	}
	done := make(chan outcome, 1)
	go func() {
		ctx, cancel := context.WithTimeout(t.Context(), deadline)
		defer cancel()
		result, err := scanner.Scan(ctx, scanner.Repository(dir), scanner.Options{Rules: loadRules(t, ""), Jobs: 2})
		done <- outcome{result, err}
	}()
	select {
	case o := <-done:
		if o.err != nil {
			if o.result != nil {
				t.Fatalf("an error other than of the context comes with a result: %v", o.err)
			}
			t.Logf("not scanned: %v", o.err)
			return nil
		}
		checkHonest(t, o.result, clean)
		return o.result
	case <-time.After(deadline + 10*time.Second):
		t.Fatal("the scan hangs")
		return nil
	}
}

// checkHonest fails the test when a result claims more than is true.
func checkHonest(t *testing.T, result *scanner.Result, clean map[string]bool) {
	t.Helper()
	got := found(result)
	for value := range got {
		if !clean[value] {
			t.Errorf("found %q, which the undamaged repository does not hold", value)
		}
	}
	if coverage := result.Header.Coverage; coverage.Complete && len(got) < len(clean) {
		t.Errorf("finds %d of %d values and calls that complete", len(got), len(clean))
	}
}

func gapped(gaps []finding.Gap) []string {
	var ids []string
	for _, g := range gaps {
		ids = append(ids, g.Object)
	}
	slices.Sort(ids)
	return slices.Compact(ids)
}

// Packs that lie: what they hold besides is found, and every object that cannot be
// rebuilt is in the account by its name.
func TestHostilePacks(t *testing.T) {
	s := newValues(30).token()
	clean := map[string]bool{"token " + s: true}
	for _, hostile := range gittest.HostilePacks("a sound blob with " + s) {
		for _, indexed := range []bool{true, false} {
			t.Run(fmt.Sprintf("%s/indexed %t", hostile.Name, indexed), func(t *testing.T) {
				t.Parallel()
				r := gittest.New(t, gittest.Bare())
				pack := r.WritePack(slices.Clone(hostile.Entries))
				if !indexed {
					must(t, os.Remove(strings.TrimSuffix(pack, ".pack")+".idx"))
				}
				result := scanDamaged(t, r.Dir, clean)
				if result == nil {
					t.Fatal("one damaged object stops the scan")
				}
				coverage := result.Header.Coverage
				if coverage.Complete {
					t.Error("the scan calls itself complete")
				}
				if !indexed {
					return // what follows a broken entry cannot be told without an index
				}
				if len(found(result)) != 1 || len(result.Findings[0].Occurrences) != 2 {
					t.Errorf("the sound blobs hold the secret twice; found %s", encode(t, result.Findings))
				}
				for _, id := range hostile.Bad { // a size beyond all limits may be a lie or not
					if !slices.Contains(gapped(slices.Concat(coverage.Corrupt, coverage.Skipped)), id) {
						t.Errorf("%s is not in the account: %s", id, encode(t, coverage))
					}
				}
			})
		}
	}
}

func TestDamagedIndexes(t *testing.T) {
	h := randomHistory(t, 31, 80)
	packed := gittest.Open(t, gittest.Variant(t, h.Repo, "packed"))
	clean := found(scanRepo(t, packed))
	for _, damage := range gittest.IndexDamages() {
		t.Run(damage.Name, func(t *testing.T) {
			t.Parallel()
			r := gittest.Open(t, packed.Dir).Copy()
			gittest.EditIndex(t, r.Packs()[0], damage.Edit)
			scanDamaged(t, r.Dir, clean)
		})
	}
}

func TestDamagedPackFiles(t *testing.T) {
	h := randomHistory(t, 32, 80)
	packed := gittest.Open(t, gittest.Variant(t, h.Repo, "packed"))
	clean := found(scanRepo(t, packed))
	pack := packed.Packs()[0]
	info, err := os.Stat(pack)
	must(t, err)
	damages := map[string]func(r *gittest.Repo, pack, index string){
		"empty pack":          func(r *gittest.Repo, pack, _ string) { r.Truncate(pack, 0) },
		"header alone":        func(r *gittest.Repo, pack, _ string) { r.Truncate(pack, 12) },
		"half a header":       func(r *gittest.Repo, pack, _ string) { r.Truncate(pack, 6) },
		"half a pack":         func(r *gittest.Repo, pack, _ string) { r.Truncate(pack, info.Size()/2) },
		"a pack but its end":  func(r *gittest.Repo, pack, _ string) { r.Truncate(pack, -21) },
		"empty index":         func(r *gittest.Repo, _, index string) { r.Truncate(index, 0) },
		"half an index":       func(r *gittest.Repo, _, index string) { r.Truncate(index, 2000) },
		"index without pack":  func(r *gittest.Repo, pack, _ string) { must(t, os.Remove(pack)) },
		"wrong magic":         func(r *gittest.Repo, pack, _ string) { r.FlipByte(pack, 0) },
		"wrong version":       func(r *gittest.Repo, pack, _ string) { r.FlipByte(pack, 7) },
		"wrong count":         func(r *gittest.Repo, pack, _ string) { r.FlipByte(pack, 8) },
		"pack without index":  func(r *gittest.Repo, _, index string) { must(t, os.Remove(index)) },
		"half, without index": func(r *gittest.Repo, pack, index string) { r.Truncate(pack, info.Size()/2); must(t, os.Remove(index)) },
		"pack is a folder":    func(r *gittest.Repo, pack, _ string) { must(t, os.Remove(pack)); must(t, os.Mkdir(pack, 0o755)) },
	}
	random := rand.New(rand.NewPCG(32, 0))
	for i := range 24 {
		offset := 12 + random.Int64N(info.Size()-32)
		damages[fmt.Sprintf("byte %d", offset)] = func(r *gittest.Repo, pack, index string) {
			r.FlipByte(pack, offset)
			if i%4 == 0 {
				must(t, os.Remove(index))
			}
		}
	}
	for _, name := range slices.Sorted(maps.Keys(damages)) {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := gittest.Open(t, packed.Dir).Copy()
			pack := r.Packs()[0]
			damages[name](r, pack, strings.TrimSuffix(pack, ".pack")+".idx")
			result := scanDamaged(t, r.Dir, clean)
			if result != nil && result.Header.Coverage.Complete && name != "pack without index" {
				// A flipped byte that changes nothing that is scanned, such as one in a gap of the index.
				t.Logf("complete in spite of the damage, with %d findings", len(result.Findings))
			}
		})
	}
}

func TestDamagedLooseObjects(t *testing.T) {
	s := newValues(33).token()
	content := "content with " + s
	deflated := gittest.Deflate([]byte(fmt.Sprintf("blob %d\x00%s", len(content), content)))
	giant := strings.Repeat("9", 30)
	for name, file := range map[string][]byte{
		"empty":               {},
		"no zlib stream":      []byte("neither this nor that"),
		"stream cut off":      deflated[:len(deflated)/2],
		"wrong checksum":      append(deflated[:len(deflated)-1:len(deflated)-1], deflated[len(deflated)-1]^1),
		"no header":           gittest.Deflate([]byte(content)),
		"size too small":      gittest.Deflate([]byte("blob 3\x00" + content)),
		"size too large":      gittest.Deflate([]byte("blob 9999\x00" + content)),
		"size of 30 digits":   gittest.Deflate([]byte("blob " + giant + "\x00" + content)),
		"size of 2^62":        gittest.Deflate([]byte("blob 4611686018427387904\x00" + content)),
		"negative size":       gittest.Deflate([]byte("blob -5\x00" + content)),
		"unknown kind":        gittest.Deflate([]byte(fmt.Sprintf("blub %d\x00%s", len(content), content))),
		"header without end":  gittest.Deflate([]byte("blob " + strings.Repeat(" ", 5000))),
		"junk after the data": append(deflated[:len(deflated):len(deflated)], "junk"...),
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := cleanRepo(t)
			other := newValues(34).token()
			r.Blob(other)
			id := gittest.ObjectID("blob", []byte("damaged "+name))
			writeFile(t, r.LoosePath(id), string(file))
			result := scanDamaged(t, r.Dir, map[string]bool{"token " + other: true, "token " + s: true})
			if result == nil {
				t.Fatal("one damaged object stops the scan")
			}
			if !found(result)["token "+other] {
				t.Error("the sound blob is not found")
			}
			if coverage := result.Header.Coverage; coverage.Complete || !slices.Contains(gapped(coverage.Corrupt), id) {
				t.Errorf("%s is not named as corrupt: %s", id, encode(t, coverage))
			}
		})
	}
}

// Objects that do not parse: what is not in them is found.
func TestMalformedObjects(t *testing.T) {
	for name, object := range map[string]struct{ kind, content string }{
		"commit without anything":   {"commit", ""},
		"commit without tree":       {"commit", "author nobody\n\nmessage\n"},
		"commit with half a tree":   {"commit", "tree 0123\nauthor nobody\n\nmessage\n"},
		"commit of one long line":   {"commit", strings.Repeat("x", 100_000)},
		"tree that ends in a name":  {"tree", "100644 name"},
		"tree that ends in an id":   {"tree", "100644 name\x00short"},
		"tree with an odd mode":     {"tree", "1z0644 name\x00" + strings.Repeat("i", 20)},
		"tree with an empty name":   {"tree", "100644 \x00" + strings.Repeat("i", 20)},
		"tree that is binary":       {"tree", strings.Repeat("\xff\x00", 500)},
		"tag without anything":      {"tag", ""},
		"tag without type":          {"tag", "object 0123\n\nmessage\n"},
		"tag of an unknown type":    {"tag", "object " + gittest.NullID + "\ntype blub\ntag x\n\nmessage\n"},
		"tag that names no object":  {"tag", "object zzzz\ntype commit\ntag x\n\nmessage\n"},
		"commit with its own child": {"commit", "tree " + gittest.NullID + "\nparent " + gittest.NullID + "\n\nm"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := cleanRepo(t)
			s := newValues(35).token()
			r.CommitFile("config.yml", s, "add")
			id := r.HashObject(object.kind, []byte(object.content))
			result := scanDamaged(t, r.Dir, map[string]bool{"token " + s: true})
			if result == nil {
				t.Fatal("one malformed object stops the scan")
			}
			if !found(result)["token "+s] {
				t.Error("the secret elsewhere is not found")
			}
			coverage := result.Header.Coverage
			if coverage.Complete {
				t.Errorf("%s is malformed and the scan complete", id)
			}
		})
	}
}

// What surrounds the objects may be damaged too.
func TestDamagedSurroundings(t *testing.T) {
	s := newValues(37).token()
	for name, damage := range map[string]func(t *testing.T, r *gittest.Repo){
		"a ref of garbage": func(t *testing.T, r *gittest.Repo) { writeFile(t, r.GitDir()+"/refs/heads/broken", "garbage\n") },
		"an empty ref":     func(t *testing.T, r *gittest.Repo) { writeFile(t, r.GitDir()+"/refs/heads/broken", "") },
		"a ref to nothing": func(t *testing.T, r *gittest.Repo) {
			writeFile(t, r.GitDir()+"/refs/heads/broken", strings.Repeat("12", 20)+"\n")
		},
		"refs in a circle": func(t *testing.T, r *gittest.Repo) {
			writeFile(t, r.GitDir()+"/refs/heads/one", "ref: refs/heads/two\n")
			writeFile(t, r.GitDir()+"/refs/heads/two", "ref: refs/heads/one\n")
		},
		"packed refs of garbage": func(t *testing.T, r *gittest.Repo) {
			writeFile(t, r.GitDir()+"/packed-refs", "# pack-refs with: peeled\n\x00\xff garbage\nzz refs/heads/x\n^abc\n")
		},
		"a reflog of garbage": func(t *testing.T, r *gittest.Repo) {
			writeFile(t, r.GitDir()+"/logs/refs/heads/main", "garbage\n\n\x00\xff\n"+strings.Repeat("long ", 50_000))
		},
		"an index of garbage": func(t *testing.T, r *gittest.Repo) { writeFile(t, r.GitDir()+"/index", "DIRC garbage") },
		"an index cut off":    func(t *testing.T, r *gittest.Repo) { r.Truncate(r.GitDir()+"/index", -25) },
		"an alternate that is gone": func(t *testing.T, r *gittest.Repo) {
			writeFile(t, r.ObjectDir()+"/info/alternates", filepath.Join(t.TempDir(), "gone")+"\n")
		},
		"shallow file of garbage": func(t *testing.T, r *gittest.Repo) { writeFile(t, r.GitDir()+"/shallow", "garbage\n") },
	} {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			r := cleanRepo(t)
			r.CommitFile("config.yml", s, "add")
			damage(t, r)
			result := scanDamaged(t, r.Dir, map[string]bool{"token " + s: true})
			if result == nil {
				t.Fatal("the damage stops the scan")
			}
			if !found(result)["token "+s] {
				t.Error("the secret is not found")
			}
			if result.Header.Coverage.Complete {
				t.Error("the scan calls itself complete")
			}
		})
	}
}

// An alternate that leads back is no damage: every object is met once.
func TestAlternatesInACircle(t *testing.T) {
	s := newValues(38).token()
	r, far := cleanRepo(t), cleanRepo(t)
	far.Blob(s)
	writeFile(t, r.ObjectDir()+"/info/alternates", "# comment\n"+far.ObjectDir()+"\n"+r.ObjectDir()+"\n")
	writeFile(t, far.ObjectDir()+"/info/alternates", r.ObjectDir()+"\n")
	result := scanRepo(t, r)
	if len(result.Findings) != 1 || len(result.Findings[0].Occurrences) != 1 {
		t.Errorf("findings: %s", encode(t, result.Findings))
	}
}

// A text of nothing but keywords costs time in proportion to its length: a window is
// not searched to its end for each.
func TestTextFullOfKeywords(t *testing.T) {
	r := cleanRepo(t)
	s := newValues(39).token()
	r.Blob(strings.Repeat("passphrase or no passphrase\n", 30_000) + s)
	start := time.Now()
	if len(scanRepo(t, r).Findings) != 1 {
		t.Error("the secret at the end is not found")
	}
	if took := time.Since(start); took > 10*patience {
		t.Errorf("a text of less than a MB takes %v", took)
	}
}
