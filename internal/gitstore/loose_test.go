package gitstore

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/internal/gittest"
)

func parseID(t testing.TB, hex string) pack.ID {
	t.Helper()
	id, err := pack.ParseID(hex)
	if err != nil {
		t.Fatal(err)
	}
	return id
}

// looseRepo holds loose objects of every kind and of sizes around the buffers'.
func looseRepo(t *testing.T) *gittest.Repo {
	repo := gittest.New(t)
	for _, size := range []int{0, 1, looseHeaderSize - 8, looseHeaderSize, minGrowth, minGrowth + 1, 300_000} {
		repo.Write(fmt.Sprint("file", size), strings.Repeat("some text\n", size/10)+strings.Repeat("x", size%10))
	}
	repo.Commit("first")
	repo.Tag("v1", "HEAD", "a tag")
	return repo
}

func TestLooseObjectsAreWhatGitSays(t *testing.T) {
	repo := looseRepo(t)
	write(t, filepath.Join(repo.ObjectDir(), "aa", "tmp_obj_x"), "left over")
	write(t, filepath.Join(repo.ObjectDir(), "zz", strings.Repeat("0", 38)), "no object")
	write(t, filepath.Join(repo.ObjectDir(), "AB", strings.Repeat("0", 38)), "no object")
	var listed, want []gittest.Object
	prefix := []byte("kept")
	err := ListLoose(repo.ObjectDir(), func(id pack.ID) error {
		kind, content, err := ReadLoose(repo.ObjectDir(), id, prefix, 1<<20)
		if err != nil {
			return err
		}
		_, wanted := repo.Read(id.String())
		if !bytes.Equal(content, append([]byte("kept"), wanted...)) {
			t.Errorf("%s %s: content differs", kind, id)
		}
		statKind, size, err := StatLoose(repo.ObjectDir(), id)
		if err != nil || statKind != kind {
			t.Errorf("%s: kind %s and %s, error %v", id, kind, statKind, err)
		}
		listed = append(listed, gittest.Object{ID: id.String(), Kind: kind.String(), Size: size})
		return VerifyLoose(repo.ObjectDir(), id, 1<<20)
	})
	if err != nil {
		t.Fatal(err)
	}
	want = repo.Objects()
	if diff := cmp.Diff(want, listed); diff != "" {
		t.Error(diff)
	}
}

func TestListLooseStopsAtError(t *testing.T) {
	stop := errors.New("stop")
	calls := 0
	err := ListLoose(looseRepo(t).ObjectDir(), func(pack.ID) error { calls++; return stop })
	if err != stop || calls != 1 {
		t.Errorf("got %v after %d calls", err, calls)
	}
}

func TestReadLooseLimit(t *testing.T) {
	repo := gittest.New(t)
	id := parseID(t, repo.Blob(strings.Repeat("a", 1000)))
	if _, content, err := ReadLoose(repo.ObjectDir(), id, nil, 1000); err != nil || len(content) != 1000 {
		t.Errorf("at the limit: %d bytes, %v", len(content), err)
	}
	_, content, err := ReadLoose(repo.ObjectDir(), id, nil, 999)
	var tooLarge *TooLargeError
	if !errors.As(err, &tooLarge) || !errors.Is(err, pack.ErrTooLarge) || tooLarge.Size != 1000 || cap(content) > 0 {
		t.Errorf("over the limit: %d bytes, %v", cap(content), err)
	}
}

func TestReadLooseDamage(t *testing.T) {
	repo := gittest.New(t)
	dir := repo.ObjectDir()
	good := gittest.Deflate([]byte("blob 4\x00text"))
	id := HashObject(pack.Blob, []byte("text"))
	path := filepath.Join(dir, filepath.FromSlash(loosePath(id)))
	broken := bytes.Clone(good)
	broken[len(broken)-1] ^= 1
	deflate := func(s string) []byte { return gittest.Deflate([]byte(s)) }
	for name, test := range map[string]struct {
		file []byte
		want string
	}{
		"empty file":              {nil, "unexpected EOF"},
		"not zlib":                {[]byte("blob 4\x00text"), "invalid header"},
		"wrong checksum":          {broken, "invalid checksum"},
		"cut off":                 {good[:len(good)-6], "unexpected EOF"},
		"trailing garbage":        {append(bytes.Clone(good), 0), "something follows"},
		"content too short":       {deflate("blob 5\x00text"), "ends before"},
		"content too long":        {deflate("blob 3\x00text"), "goes on behind"},
		"empty stream":            {deflate(""), "header"},
		"no size":                 {deflate("blob \x00text"), "header"},
		"size with zero in front": {deflate("blob 04\x00text"), "header"},
		"signed size":             {deflate("blob +4\x00text"), "header"},
		"negative size":           {deflate("blob -4\x00text"), "header"},
		"size beyond 64 bits":     {deflate("blob 99999999999999999999\x00"), "header"},
		"size beyond the file":    {deflate("blob 1000000000000\x00text"), "more bytes than its file"},
		"unknown kind":            {deflate("blab 4\x00text"), "header"},
		"no end of header":        {deflate("blob 4" + strings.Repeat(" ", 100)), "header"},
	} {
		t.Run(name, func(t *testing.T) {
			write(t, path, string(test.file))
			_, _, err := ReadLoose(dir, id, nil, 1<<50)
			var damage *DamageError
			if !errors.As(err, &damage) || damage.Object != id || !strings.Contains(err.Error(), test.want) {
				t.Errorf("got %v, want a DamageError with %q", err, test.want)
			}
		})
	}
	write(t, path, string(deflate("blob 4\x00tex_")))
	if _, _, err := ReadLoose(dir, id, nil, 100); err != nil {
		t.Errorf("an object under a wrong name can be read, got %v", err)
	}
	if err := VerifyLoose(dir, id, 100); err == nil || !strings.Contains(err.Error(), "content is that of") {
		t.Errorf("wrong name: got %v", err)
	}
	os.Remove(path)
	if _, _, err := ReadLoose(dir, id, nil, 100); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("missing: got %v", err)
	}
	os.MkdirAll(path, 0o755)
	var damage *DamageError
	if _, _, err := ReadLoose(dir, id, nil, 100); !errors.As(err, &damage) {
		t.Errorf("folder: got %v", err)
	}
}

func TestReadLooseIsSafeForConcurrentUse(t *testing.T) {
	repo := looseRepo(t)
	var ids []pack.ID
	if err := ListLoose(repo.ObjectDir(), func(id pack.ID) error { ids = append(ids, id); return nil }); err != nil {
		t.Fatal(err)
	}
	var group sync.WaitGroup
	for range 4 {
		group.Go(func() {
			var buf []byte
			for _, id := range ids {
				kind, content, err := ReadLoose(repo.ObjectDir(), id, buf[:0], 1<<20)
				if err != nil || HashObject(kind, content) != id {
					t.Errorf("%s: wrong content, error %v", id, err)
				}
				buf = content
			}
		})
	}
	group.Wait()
}

func FuzzLooseHeader(f *testing.F) {
	f.Add([]byte("blob 4\x00text"))
	f.Add([]byte("commit 18446744073709551616\x00"))
	f.Fuzz(func(t *testing.T, head []byte) {
		kind, size, length, err := parseLooseHeader(head)
		if err != nil {
			return
		}
		if want := fmt.Sprintf("%s %d\x00", kind, size); string(head[:length]) != want {
			t.Errorf("%q parsed as %q", head[:length], want)
		}
	})
}
