package gittest

import (
	"fmt"
	"maps"
	"slices"
	"strings"
	"time"
)

// step makes one commit.
func (g *generator) step() {
	g.date = g.date.Add(time.Duration(g.random.IntN(4000)-800) * time.Second)
	names := slices.Sorted(maps.Keys(g.branches))
	if len(names) == 0 || g.random.IntN(50) == 0 {
		g.root(fmt.Sprintf("refs/heads/root-%d", len(g.commits)))
		return
	}
	name := names[g.random.IntN(len(names))]
	tip := g.branches[name]
	parents := []commit{tip}
	files := maps.Clone(tip.files)
	switch g.random.IntN(10) {
	case 0, 1: // fork, from any commit
		tip = g.commits[g.random.IntN(len(g.commits))]
		parents, files = []commit{tip}, maps.Clone(tip.files)
		name = fmt.Sprintf("refs/heads/%s-%d", []string{"topic", "topic", "gone", "deep/er"}[g.random.IntN(4)], len(g.commits))
	case 2, 3: // merge, sometimes of many
		for range 1 + g.random.IntN(2)*g.random.IntN(3) {
			other := g.branches[names[g.random.IntN(len(names))]]
			if !slices.ContainsFunc(parents, func(p commit) bool { return p.mark == other.mark }) {
				parents = append(parents, other)
			}
		}
		files = g.merge(parents)
	}
	if len(parents) == 1 || g.random.IntN(2) == 0 { // a merge that changes more is evil
		for range 1 + g.random.IntN(4) {
			g.change(files)
		}
	}
	g.commit(name, files, parents)
}

// root starts a history of its own.
func (g *generator) root(name string) {
	files := make(map[string]StreamFile)
	for range 8 {
		g.place(files, g.path(), g.file(randomText(g.random, 30)))
	}
	g.place(files, "data/large.txt", g.file(randomText(g.random, 600)))
	g.commit(name, files, nil)
}

// merge takes every path from one of the parents that have it, or leaves it out.
func (g *generator) merge(parents []commit) map[string]StreamFile {
	files := make(map[string]StreamFile)
	for _, parent := range parents {
		for path, file := range sorted(parent.files) {
			if _, taken := files[path]; !taken || g.random.IntN(2) == 0 {
				g.place(files, path, file)
			}
		}
	}
	return files
}

// commit records files on a branch. Now and then a secret goes into the message or
// the author's name, and the branch gets a tag.
func (g *generator) commit(branch string, files map[string]StreamFile, parents []commit) {
	c := StreamCommit{Ref: branch, Files: files, Message: sentence(g.random) + "\n"}
	c.Date = g.date.In(time.FixedZone("", 1800*(g.random.IntN(40)-20)))
	for _, parent := range parents {
		c.Parents = append(c.Parents, parent.mark)
	}
	mark := g.stream.marks + 1 // the commit's
	switch g.random.IntN(12) {
	case 0:
		c.Message += "\n" + g.plant("commit", mark).Line + "\n\nSigned-off-by: nobody\n"
	case 1:
		c.Author = fmt.Sprintf("Zoë %s <zoe@tests.invalid>", strings.Map(nameable, g.plant("commit", mark).Line))
	}
	made := commit{g.stream.Commit(c), files}
	g.commits = append(g.commits, made)
	g.branches[branch] = made
	if g.random.IntN(15) == 0 {
		g.stream.Tag(fmt.Sprintf("v%d", mark), mark, sentence(g.random)+"\n", g.date)
	}
}

// nameable drops what may not stand in the name of a person.
func nameable(c rune) rune {
	if c < ' ' || c == '<' || c == '>' {
		return -1
	}
	return c
}

// change does one random thing to the files of a commit.
func (g *generator) change(files map[string]StreamFile) {
	paths := slices.Sorted(maps.Keys(files))
	if len(paths) < 4 || g.random.IntN(6) == 0 {
		g.place(files, g.path(), g.file(randomText(g.random, 40)))
		return
	}
	path := paths[g.random.IntN(len(paths))]
	if large, ok := files["data/large.txt"]; ok && g.random.IntN(3) == 0 {
		files["data/large.txt"] = g.edited(large)
	}
	switch g.random.IntN(16) {
	case 0: // rename, out of a folder that tools ignore or into one
		file := files[path]
		delete(files, path)
		g.place(files, g.path(), file)
	case 1: // copy
		g.place(files, g.path(), files[path])
	case 2:
		delete(files, path)
	case 3: // mode
		file := files[path]
		if flipped, ok := map[string]string{"100644": "100755", "100755": "100644"}[file.Mode]; ok {
			file.Mode = flipped
			files[path] = file
		}
	case 4: // type: a link where a file was, with a secret as its target
		mark := g.stream.marks + 1
		g.stream.Blob([]byte("../" + g.plant("blob", mark).Line))
		files[path] = StreamFile{Mode: "120000", Blob: mark}
	case 5: // type: a submodule
		files[path] = StreamFile{Mode: "160000", ID: fmt.Sprintf("%040x", g.random.Uint64()|1)}
	case 6: // type: a folder
		g.place(files, path+"/inner.txt", g.file(randomText(g.random, 10)))
	case 7: // type: a file where a folder was
		if folder, _, ok := strings.Cut(path, "/"); ok {
			g.place(files, folder, g.file(randomText(g.random, 10)))
		}
	case 8: // back to an old version of any file
		old := g.commits[g.random.IntN(len(g.commits))]
		if file, ok := old.files[path]; ok {
			files[path] = file
		}
	case 9: // what link, submodule or binary stood here becomes text
		files[path] = g.file(randomText(g.random, 20))
	case 10: // a secret in the name of a file
		value := strings.Map(nameable, strings.ReplaceAll(g.plant("path", 0).Line, "/", ":"))
		g.place(files, "names/"+value+".txt", files[path])
	default:
		files[path] = g.edited(files[path])
	}
}

// edited stores a new version of a file, every other time with a secret more.
func (g *generator) edited(old StreamFile) StreamFile {
	content, ok := g.texts[old.Blob]
	if !ok { // a link or a submodule
		return old
	}
	content = content.edit(g.random, 1+g.random.IntN(5))
	if g.random.IntN(2) == 0 {
		content = content.insert(g.random, g.plant("blob", g.stream.marks+1).Line)
	}
	file := g.file(content)
	file.Mode = old.Mode
	return file
}

// file stores a text.
func (g *generator) file(content text) StreamFile {
	if g.narrow && (content.form == formUTF16LE || content.form == formUTF16BE) {
		content.form = formLF
	}
	mark := g.stream.Blob(content.bytes())
	g.texts[mark] = content
	return StreamFile{Mode: "100644", Blob: mark}
}

// place puts a file at a path and takes away what cannot stand beside it: a file
// where a folder is needed, and the files of a folder that a file replaces.
func (g *generator) place(files map[string]StreamFile, path string, file StreamFile) {
	maps.DeleteFunc(files, func(other string, _ StreamFile) bool {
		return strings.HasPrefix(path, other+"/") || strings.HasPrefix(other, path+"/")
	})
	files[path] = file
}

// path makes up a name for a file: few folders, so that names meet again.
func (g *generator) path() string {
	folders := []string{"", "", "src/", "src/lib/", "src/lib.d/", "vendor/", "node_modules/pkg/", "docs/", strings.Repeat("deep/", 12)}
	names := []string{"a.txt", "b.go", "config.yml", "lib", "lib.c", "lib-x", ".env.example", "settings.ini", "notes.md", "z"}
	if !g.plain {
		names = append(names, "tab\there", "quote\"s", "two\nlines", `back\slash`, "caf\xe9", "ünïcode", " spaces ", "-dash",
			"\x01control\x1b[31m", "100%.txt", ":colon", "Lib")
	}
	return folders[g.random.IntN(len(folders))] + names[g.random.IntN(len(names))]
}
