package gitstore

import (
	"bytes"
	"slices"
	"sort"
	"strconv"
	"strings"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// indexFolder is a folder of which an index keeps the tree (extension TREE): a tree of exactly
// the entries below it.
type indexFolder struct {
	tree    pack.ID
	entries int // that are below it
}

// Holds tells whether the index says that all it has below a folder ("" for the root) is a
// certain tree, and if so which entries those are: from first up to but not including
// end.
//
// It relies on the extension TREE, as git does: where the extension names a tree for a
// folder, git commit takes that tree as it is, whatever the entries say. So what the next
// commit brings in is what the answer tells. Where the number of entries does not fit, or one
// of them can be in no tree, it is not relied on.
func (x *Index) Holds(folder string, tree pack.ID) (first, end int, ok bool) {
	known, ok := x.folders[folder]
	if !ok || known.tree != tree {
		return 0, 0, false
	}
	first, end = 0, len(x.Entries)
	if folder != "" {
		first = x.search(folder + "/")
		end = x.search(folder + "0") // the byte that follows the slash
	}
	i, _ := slices.BinarySearch(x.special, first)
	unusual := i < len(x.special) && x.special[i] < end
	return first, end, end-first == known.entries && !unusual
}

// search returns the first entry at a path or beyond.
func (x *Index) search(path string) int {
	return sort.Search(len(x.Entries), func(i int) bool { return x.Entries[i].Path >= path })
}

// Bounds beyond which cached trees are not used.
const (
	maxFolderDepth = 2048     // folders in one another
	maxFolderNames = 64 << 20 // bytes of all paths together
)

// cachedTrees reads the extension TREE: for each folder, in depth-first order, its name and a NUL, the number of
// entries below, a space, the number of folders in it, a line feed, and its tree; a number of
// entries below zero stands for no tree. It returns the folders that have a
// tree by path, or nil for an extension that is malformed: nothing depends on it.
func cachedTrees(data []byte) map[string]indexFolder {
	folders := map[string]indexFolder{}
	r := indexTreeReader{rest: data, folders: folders}
	if !r.folder("", 0) || len(r.rest) > 0 {
		return nil
	}
	return folders
}

type indexTreeReader struct {
	rest    []byte
	names   int // bytes of all paths so far
	folders map[string]indexFolder
}

func (r *indexTreeReader) folder(parent string, depth int) bool {
	name, rest, ok := bytes.Cut(r.rest, []byte{0})
	line, rest, more := bytes.Cut(rest, []byte{'\n'})
	entries, subfolders, both := strings.Cut(string(line), " ")
	count, err := strconv.Atoi(entries)
	inside, insideErr := strconv.Atoi(subfolders)
	if !ok || !more || !both || err != nil || insideErr != nil || inside < 0 || depth > maxFolderDepth {
		return false
	}
	path := string(name)
	if parent != "" {
		path = parent + "/" + path
	}
	if (depth == 0) != (len(name) == 0) || bytes.IndexByte(name, '/') >= 0 {
		return false
	}
	if r.names += len(path); r.names > maxFolderNames {
		return false
	}
	if count >= 0 {
		if len(rest) < len(pack.ID{}) {
			return false
		}
		r.folders[path] = indexFolder{tree: pack.ID(rest), entries: count}
		rest = rest[len(pack.ID{}):]
	}
	r.rest = rest
	for range inside {
		if !r.folder(path, depth+1) {
			return false
		}
	}
	return true
}
