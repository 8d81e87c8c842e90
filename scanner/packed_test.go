package scanner_test

import (
	"archive/tar"
	"archive/zip"
	"bytes"
	"compress/gzip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/klauspost/compress/zstd"
	"github.com/ulikunitz/xz"

	"github.com/unleak/unleak/internal/gittest"
	"github.com/unleak/unleak/scanner"
	"github.com/unleak/unleak/scanner/finding"
)

func gzipped(t testing.TB, content string) string {
	var b bytes.Buffer
	w := gzip.NewWriter(&b)
	_, err := w.Write([]byte(content))
	must(t, err)
	must(t, w.Close())
	return b.String()
}

func zipped(t testing.TB, members ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		f, err := w.Create(members[i])
		must(t, err)
		_, err = f.Write([]byte(members[i+1]))
		must(t, err)
	}
	must(t, w.Close())
	return b.String()
}

func tarred(t testing.TB, members ...string) string {
	var b bytes.Buffer
	w := tar.NewWriter(&b)
	for i := 0; i < len(members); i += 2 {
		must(t, w.WriteHeader(&tar.Header{Name: members[i], Mode: 0o644, Size: int64(len(members[i+1])), Typeflag: tar.TypeReg}))
		_, err := w.Write([]byte(members[i+1]))
		must(t, err)
	}
	must(t, w.Close())
	return b.String()
}

func xzed(t testing.TB, content string) string {
	var b bytes.Buffer
	w, err := xz.NewWriter(&b)
	must(t, err)
	_, err = w.Write([]byte(content))
	must(t, err)
	must(t, w.Close())
	return b.String()
}

func zstded(t testing.TB, content string) string {
	w, err := zstd.NewWriter(nil)
	must(t, err)
	return string(w.EncodeAll([]byte(content), nil))
}

func scanPacked(t testing.TB, content string, limit int64) *scanner.Result {
	t.Helper()
	set := loadRules(t, "")
	result, err := scanner.Scan(t.Context(), scanner.Reader("in", strings.NewReader(content)), scanner.Options{Rules: set, MaxObjectSize: limit})
	must(t, err)
	return result
}

func TestPacked(t *testing.T) {
	s := newValues(31).token()
	text := "first\nkey: " + s + "\n"
	for _, test := range []struct {
		name, content string
		want          []finding.Layer
	}{
		{"gzip", gzipped(t, text), []finding.Layer{{Encoding: "gzip", Line: 2}}},
		{"xz", xzed(t, text), []finding.Layer{{Encoding: "xz", Line: 2}}},
		{"zstd", zstded(t, text), []finding.Layer{{Encoding: "zstd", Line: 2}}},
		{"tar", tarred(t, "a.txt", "clean", "b.txt", gzipped(t, text)), []finding.Layer{{Encoding: "tar", Member: "b.txt"}, {Encoding: "gzip", Line: 2}}},
		{"zip", zipped(t, "a.txt", "clean", "WEB-INF/b", text), []finding.Layer{{Encoding: "zip", Member: "WEB-INF/b", Line: 2}}},
		{"gzip of tar", gzipped(t, tarred(t, "b/.env", text)), []finding.Layer{{Encoding: "gzip"}, {Encoding: "tar", Member: "b/.env", Line: 2}}},
		{"jar in zip in xz", xzed(t, zipped(t, "lib/x.jar", zipped(t, "db", text))),
			[]finding.Layer{{Encoding: "xz"}, {Encoding: "zip", Member: "lib/x.jar"}, {Encoding: "zip", Member: "db", Line: 2}}},
		{"cut off", gzipped(t, text+strings.Repeat(s[:4]+"more of it", 99))[:60], nil},
		{"zip without its directory", zipped(t, "a", strings.Repeat(text, 9), "b", "other")[:80], []finding.Layer{{Encoding: "zip", Member: "a", Line: 2}}},
	} {
		t.Run(test.name, func(t *testing.T) {
			result := scanPacked(t, test.content, 0)
			if !result.Header.Coverage.Complete {
				t.Errorf("incomplete: %+v", result.Header.Coverage.Skipped)
			}
			if test.want == nil {
				return
			}
			if len(result.Findings) != 1 {
				t.Fatalf("%d findings:\n%s", len(result.Findings), encode(t, result.Findings))
			}
			o := result.Findings[0].Occurrences[0]
			if diff := cmp.Diff(test.want, o.Layers); diff != "" || o.StartLine != 1 || result.Findings[0].Secret.Reveal() != s {
				t.Errorf("line %d, layers (-want +got):\n%s", o.StartLine, diff)
			}
		})
	}
}

func TestPackedGaps(t *testing.T) {
	s := newValues(31).token()
	zeros := strings.Repeat("\x00", 40<<20)
	deep := s
	for range 8 {
		deep = gzipped(t, deep)
	}
	encrypted := []byte(zipped(t, "a", s, "b", "clean"))
	encrypted[6] |= 1
	for at := bytes.Index(encrypted, []byte("PK\x01\x02")); at >= 0; at = -1 {
		encrypted[at+8] |= 1
	}
	damaged := []byte(gzipped(t, strings.Repeat(newValues(1).token()+"\n", 20000)))
	for i := range 64 {
		damaged[len(damaged)/2+i] ^= 0xff
	}
	for _, test := range []struct {
		name, content, reason string
		limit                 int64
	}{
		{"bomb", gzipped(t, zeros), "packed: expands more than 400 times", 0},
		{"bomb in a zip", zipped(t, "zeros", zeros), "packed: expands more than 400 times", 0},
		{"too large", gzipped(t, strings.Repeat(newValues(2).token(), 9000)), "packed: expands to more than the limit: raise it with --max-object-size", 300_000},
		{"too deep", deep, "packed: more than 5 formats inside one another", 0},
		{"encrypted", string(encrypted), "packed: holds encrypted members", 0},
		{"damaged", string(damaged), "packed: damaged, what follows the damage cannot be read", 0},
		{"begins like gzip", "\x1f\x8b\x08\x00 but is none of its contents", "", 0},
		{"begins like zip", "PK\x03\x04 but is none of its contents, and long enough for a header", "", 0},
		{"begins like xz", "\xfd7zXZ\x00\x00 but is none", "", 0},
		{"begins like zstd", "\x28\xb5\x2f\xfd but is none of these", "", 0},
	} {
		t.Run(test.name, func(t *testing.T) {
			c := scanPacked(t, test.content, test.limit).Header.Coverage
			var reasons []string
			for _, gap := range append(c.Skipped, c.Corrupt...) {
				reasons = append(reasons, gap.Reason)
			}
			var want []string
			if test.reason != "" {
				want = []string{test.reason}
			}
			if diff := cmp.Diff(want, reasons); diff != "" || c.Complete != (want == nil) {
				t.Errorf("complete %t, reasons (-want +got):\n%s", c.Complete, diff)
			}
		})
	}
}

// TestPackedPath: a path in an archive is one that rules know, and allowlists.
func TestPackedPath(t *testing.T) {
	r := cleanRepo(t)
	c := r.CommitFile("backup.zip", zipped(t, "keys/id_secret.bin", "\x00\x01"), "add")
	result := scanRepo(t, r)
	if len(result.Findings) != 1 {
		t.Fatalf("%d findings:\n%s", len(result.Findings), encode(t, result.Findings))
	}
	diffPlaces(t, []place{{Kind: finding.KindTreeEntry, Path: "backup.zip", Commit: c, AtHead: true}}, result.Findings[0])
	want := []finding.Layer{{Encoding: "zip", Member: "keys/id_secret.bin"}}
	if diff := cmp.Diff(want, result.Findings[0].Occurrences[0].Layers); diff != "" {
		t.Error(diff)
	}
}

var hidingInLayers = []hiding{
	{"a zip", func(t *testing.T, r *gittest.Repo, s string) []place {
		return at("x.docx", 1, r.CommitFile("x.docx", zipped(t, "word/document.xml", "<t>"+s+"</t>"), "add"))
	}},
	{"a tar in gzip", func(t *testing.T, r *gittest.Repo, s string) []place {
		return at("x", 1, r.CommitFile("x", gzipped(t, tarred(t, "etc/config", s)), "add"))
	}},
	{"the old version of an archive, as a delta", func(t *testing.T, r *gittest.Repo, s string) []place {
		filler := newValues(8).token() + strings.Repeat("\nand more text that is the same in all versions", 200)
		c := r.CommitFile("x.tar", tarred(t, "a", filler[40:], "b", gzipped(t, s)), "add")
		r.CommitFile("x.tar", tarred(t, "a", filler[40:], "b", gzipped(t, "clean")), "clean")
		r.Git("repack", "-adfq", "--depth=50")
		return was("x.tar", 1, c, "")
	}},
}

func FuzzUnpack(f *testing.F) {
	s := newValues(31).token()
	for _, content := range []string{
		gzipped(f, s), zipped(f, "a", s, "b", gzipped(f, s)), tarred(f, "a", s), xzed(f, s), zstded(f, s), gzipped(f, tarred(f, "x", s)),
	} {
		f.Add([]byte(content))
	}
	set := loadRules(f, "")
	f.Fuzz(func(t *testing.T, content []byte) {
		texts := scanner.NewTexts(scanner.Options{Rules: set, MaxObjectSize: 1 << 20})
		if _, err := texts.Scan(t.Context(), "x", content); err != nil {
			t.Fatal(err)
		}
	})
}
