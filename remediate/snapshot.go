package remediate

import (
	"crypto/sha256"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/internal/gitstore/pack"
)

// snapshot is the state of what a plan relies on: refs, indexes, the stash, and which files hold the objects. It
// is taken before anything is read for the plan, and compared before anything is changed.
type snapshot struct {
	refs    []gitstore.Ref
	sums    map[string][sha256.Size]byte // of small files, by path; those that are missing are not in it
	objects []string                     // files of the object store, relative to it, sorted
	bytes   int64                        // that they take
}

// takeSnapshot notes the state of a repository. Refs that cannot be read are left out: whoever plans reports
// them.
func takeSnapshot(layout *gitstore.Layout) (*snapshot, error) {
	s := &snapshot{sums: map[string][sha256.Size]byte{}}
	refs, _ := layout.Refs()
	for _, ref := range refs {
		if !ref.Pseudo {
			ref.Peeled = pack.ID{} // known or not, by how refs are stored
			s.refs = append(s.refs, ref)
		}
	}
	worktrees, problems := layout.Worktrees()
	if len(problems) > 0 {
		return nil, fmt.Errorf("%s: the work trees cannot be listed", problems[0])
	}
	common := layout.CommonDir
	paths := []string{
		filepath.Join(common, "logs", "refs", "stash"), filepath.Join(common, "shallow"),
		filepath.Join(common, "info", "grafts"), filepath.Join(common, "config"),
	}
	for _, worktree := range worktrees {
		paths = append(paths, filepath.Join(worktree.GitDir, "index"))
	}
	for _, path := range paths {
		content, err := os.ReadFile(path)
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		if filepath.Base(path) == "index" {
			content = staged(content)
		}
		s.sums[path] = sha256.Sum256(content)
	}
	var err error
	s.objects, s.bytes, err = listStore(filesOf(layout).objects)
	return s, err
}

// staged is what an index says, without the dates of files: git status brings these up to date whenever somebody
// looks. An index that cannot be read stands for itself.
func staged(content []byte) []byte {
	x, err := parseIndex(content)
	if err != nil {
		return content
	}
	var says []byte
	for _, r := range x.records {
		says = append(append(append(says, r.Head[recordMode:recordMode+4]...), r.Head[recordID:]...), r.Path...)
		says = append(says, 0)
	}
	return says
}

// compare says what differs in a later snapshot, in an error that wraps [ErrMoved].
func (s *snapshot) compare(now *snapshot) error {
	moved := func(format string, args ...any) error {
		return fmt.Errorf("%w: %s; nothing was changed, plan anew", ErrMoved, fmt.Sprintf(format, args...))
	}
	refs := map[gitstore.Ref]bool{}
	for _, ref := range now.refs {
		refs[ref] = true
	}
	for _, ref := range s.refs {
		if !refs[ref] {
			return moved("%s is not what it was", printable(gitName(ref)))
		}
	}
	if len(now.refs) != len(s.refs) {
		return moved("a ref came in")
	}
	for path, sum := range s.sums {
		if now.sums[path] != sum {
			return moved("%s is not what it was", printable(path))
		}
	}
	for path := range now.sums {
		if _, ok := s.sums[path]; !ok {
			return moved("%s came in", printable(path))
		}
	}
	packs := func(objects []string) []string {
		return slices.DeleteFunc(slices.Clone(objects), func(name string) bool {
			return !strings.HasSuffix(name, ".pack") && !strings.HasSuffix(name, ".idx") && !strings.HasSuffix(name, "alternates")
		})
	}
	if !slices.Equal(packs(s.objects), packs(now.objects)) {
		return moved("its objects were packed anew, or new ones were fetched")
	}
	return nil
}

// gitName is the name by which git knows a ref from the main work tree (gitglossary(7), "per-worktree ref").
func gitName(ref gitstore.Ref) string {
	if ref.Worktree != "" {
		return "worktrees/" + ref.Worktree + "/" + ref.Name
	}
	return ref.Name
}
