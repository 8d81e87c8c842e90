package gitstore

import (
	"cmp"
	"path/filepath"
	"slices"
	"strings"

	"github.com/unleak/unleak/internal/gitstore/pack"
)

// Ref is one name that leads to an object.
type Ref struct {
	// Name is the full name as bytes of the repository, such as
	// "refs/heads/main", "HEAD" or "rebase-merge/orig-head".
	Name string
	// Target is the object it leads to, through any symbolic refs. It is zero for
	// a symbolic ref to a branch that does not exist (yet).
	Target pack.ID
	// Symbolic is the name that a symbolic ref holds, or "".
	Symbolic string
	// Peeled is what an annotated tag leads to in the end, where packed-refs
	// says so; otherwise zero, which means unknown.
	Peeled pack.ID
	// Worktree is the linked work tree that the ref belongs to, "" for the main one
	// and for refs that all share.
	Worktree string
	// Pseudo marks names such as ORIG_HEAD and FETCH_HEAD, which git keeps in
	// passing and which keep no object alive. FETCH_HEAD and MERGE_HEAD give
	// one Ref for each object they list.
	Pseudo bool
}

// maxSymbolicDepth is how many symbolic refs git follows (SYMREF_MAXDEPTH).
const maxSymbolicDepth = 5

// Refs returns every ref of every work tree: packed and loose refs (loose wins), HEADs,
// refs that belong to one work tree, and pseudo refs; sorted by name, work tree and
// target. Refs that cannot be read are problems. Nothing is cached: each
// call reads the files as they are then.
//
// Files that git does not take for refs either are left out: names that start
// with a dot or end in ".lock".
func (l *Layout) Refs() ([]Ref, []Problem) {
	table, list := l.readRefs()
	return table.resolved(), list
}

// Head returns HEAD of the work tree that the layout was located from. ok is
// false when it cannot be read; its Target is zero on an unborn branch.
func (l *Layout) Head() (head Ref, ok bool) {
	return l.ref("HEAD")
}

// ref returns what [Layout.Refs] has under a name as seen from the work tree that the layout was
// located from, which for HEAD and names below refs takes no reading of the others.
func (l *Layout) ref(name string) (ref Ref, ok bool) {
	table := &refTable{refs: map[refKey]Ref{}}
	next := name
	for range maxSymbolicDepth + 1 {
		if ref, ok = l.readRef(table, next); !ok || ref.Symbolic == "" {
			break
		}
		next = ref.Symbolic
	}
	if ref, ok = l.readRef(table, name); !ok {
		return Ref{}, false
	}
	end, _ := table.follow(ref)
	ref.Target, ref.Peeled = end.Target, end.Peeled
	return ref, true
}

// readRef reads one ref into a table, and returns it.
func (l *Layout) readRef(table *refTable, name string) (Ref, bool) {
	key, dir := refKey{name: name}, l.CommonDir
	if perWorktree(name) {
		key.worktree, dir = l.Worktree(), l.GitDir
	}
	if ref, ok := table.refs[key]; ok {
		return ref, true
	}
	if name == "HEAD" || isLooseName(dir, name) {
		reader := refReader{layout: l, worktree: Worktree{Name: key.worktree, GitDir: dir}, table: table}
		reader.readRef(name) // whoever scans refs reports the problems
	}
	if ref, ok := table.refs[key]; ok || key.worktree != "" || name == "HEAD" {
		return ref, ok
	}
	packed, _ := l.packedRefs()
	for _, ref := range packed {
		if ref.Name == name {
			table.put(ref) // of two lines the last wins
		}
	}
	ref, ok := table.refs[key]
	return ref, ok
}

func (l *Layout) readRefs() (*refTable, []Problem) {
	table := &refTable{refs: map[refKey]Ref{}}
	packed, list := l.packedRefs()
	for _, ref := range packed {
		table.put(ref)
	}
	worktrees, found := l.Worktrees()
	list = append(list, found...)
	for _, worktree := range worktrees {
		reader := refReader{layout: l, worktree: worktree, table: table}
		reader.readLoose()
		reader.readPseudo()
		list = append(list, reader.problems...)
	}
	return table, append(list, table.problems(l)...)
}

type refKey struct{ worktree, name string }

// refTable holds what the files say, before symbolic refs are followed.
type refTable struct {
	refs   map[refKey]Ref
	pseudo []Ref
}

func (t *refTable) put(ref Ref) { t.refs[refKey{ref.Worktree, ref.Name}] = ref }

// follow returns the ref at the end of a chain of symbolic ones. ok is false if
// the chain is longer than git follows, as a circle is.
func (t *refTable) follow(ref Ref) (end Ref, ok bool) {
	for range maxSymbolicDepth {
		if ref.Symbolic == "" {
			return ref, true
		}
		worktree := ""
		if perWorktree(ref.Symbolic) {
			worktree = ref.Worktree
		}
		ref = t.refs[refKey{worktree, ref.Symbolic}] // zero if it dangles
	}
	return Ref{}, ref.Symbolic == ""
}

// perWorktree reports whether each work tree has its own ref of that name
// (gitrepository-layout(5), "refs").
func perWorktree(name string) bool {
	for _, prefix := range []string{"refs/bisect/", "refs/worktree/", "refs/rewritten/"} {
		if strings.HasPrefix(name, prefix) {
			return true
		}
	}
	return !strings.HasPrefix(name, "refs/")
}

func (t *refTable) resolved() []Ref {
	list := slices.Clone(t.pseudo)
	for _, ref := range t.refs {
		end, _ := t.follow(ref)
		ref.Target, ref.Peeled = end.Target, end.Peeled
		list = append(list, ref)
	}
	slices.SortFunc(list, func(a, b Ref) int {
		return cmp.Or(
			cmp.Compare(a.Name, b.Name),
			cmp.Compare(a.Worktree, b.Worktree),
			a.Target.Compare(b.Target),
		)
	})
	return slices.Compact(list)
}

// problems reports symbolic refs that lead nowhere because they go in a circle.
// A dangling one is none: HEAD of a new repository and
// refs/remotes/origin/HEAD after a rename are in that state.
func (t *refTable) problems(l *Layout) []Problem {
	var list []Problem
	for _, ref := range t.refs {
		if _, ok := t.follow(ref); !ok {
			where := ref.Name
			if ref.Worktree != "" {
				where = "worktrees/" + ref.Worktree + "/" + ref.Name
			}
			list = append(list, Problem{printable(where), "symbolic ref leads through too many others or in a circle"})
		}
	}
	slices.SortFunc(list, func(a, b Problem) int { return cmp.Compare(a.Where, b.Where) })
	return list
}

func (l *Layout) packedRefs() ([]Ref, []Problem) {
	file := filepath.Join(l.CommonDir, "packed-refs")
	content, err := readRegular(file, maxPackedRefs)
	if err != nil {
		return nil, l.unlessMissing(file, err)
	}
	found := problems{where: l.where(file)}
	refs := parsePackedRefs(content, &found)
	return refs, found.all()
}
