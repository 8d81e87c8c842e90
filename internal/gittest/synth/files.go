package main

import (
	"bytes"
	"slices"
	"strings"
)

// file is a file as the newest commit that touched it left it.
type file struct {
	path      string
	extension string
	lines     []string // a planted secret of several lines is one of them
	planted   []string // those of lines that hold a secret
	topic     *topic   // that works on it until it is merged; nil for none
}

func (f *file) content() string { return strings.Join(f.lines, "\n") + "\n" }

// newFile makes a file at a path that no other has had. Most are short and a few are long.
func (h *history) newFile() *file {
	f := &file{extension: ".bin"}
	if h.random.IntN(60) > 0 {
		f.extension = extensions[h.random.IntN(len(extensions))]
	}
	f.path = h.newPath(f.extension)
	count := 40 + h.random.IntN(120)
	for h.random.IntN(5) < 2 && count < 3000 {
		count *= 3
	}
	if f.extension == ".bin" {
		noise := make([]byte, count*20)
		for i := range noise {
			noise[i] = byte(h.random.Uint32())
		}
		f.lines = []string{string(bytes.ReplaceAll(noise, []byte("\n"), nil))}
		return f
	}
	f.lines = append(f.lines, "// "+h.words.sentence(6), "")
	for range count {
		f.lines = append(f.lines, h.words.line(f.extension))
	}
	return f
}

// newPath makes up a name in a folder, and now and then a folder. No folder gets so large
// that the trees of a longer history would differ in kind from those of a shorter.
func (h *history) newPath(extension string) string {
	for {
		folder := h.folders[h.random.IntN(len(h.folders))]
		path := folder + h.words.word() + "_" + h.words.word() + extension
		if full := h.taken[folder] >= 40; full || h.random.IntN(14) == 0 {
			h.newFolder(folder)
		} else if h.taken[path] == 0 {
			h.taken[folder]++
			h.taken[path]++
			return path
		}
	}
}

func (h *history) newFolder(parent string) {
	folder := parent + h.words.word() + "/"
	if _, ok := h.taken[folder]; !ok && strings.Count(folder, "/") <= 8 {
		h.taken[folder] = 0
		h.folders = append(h.folders, folder)
	}
}

// edit changes a few places of a file, and leaves it about as long as it was. Secrets stay.
func (h *history) edit(f *file) {
	if f.extension == ".bin" {
		middle := len(f.lines[0]) / 2
		f.lines[0] = f.lines[0][:middle] + h.words.name() + f.lines[0][middle+h.random.IntN(20):]
		return
	}
	for range 1 + h.random.IntN(3) {
		at := h.random.IntN(len(f.lines))
		end := min(len(f.lines), at+1+h.random.IntN(6))
		if f.plantedIn(at, end) {
			continue
		}
		fresh := make([]string, h.random.IntN(7))
		for i := range fresh {
			fresh[i] = h.words.line(f.extension)
		}
		switch {
		case h.random.IntN(5) == 0: // move
			fresh = slices.Clone(f.lines[at:end])
			f.lines = slices.Delete(f.lines, at, end)
			at = h.random.IntN(len(f.lines) + 1)
			end = at
		case len(f.lines) < 20: // put in
			end = at
		}
		f.lines = slices.Replace(f.lines, at, end, fresh...)
	}
}

// plantedIn reports whether some of the lines hold a secret.
func (f *file) plantedIn(from, to int) bool {
	return slices.ContainsFunc(f.planted, func(line string) bool { return slices.Contains(f.lines[from:to], line) })
}

// plant puts a line with a secret, or several in one, somewhere into a file, and returns
// the number of the first, from 1.
func (h *history) plant(f *file, line string) int {
	at := h.random.IntN(len(f.lines) + 1)
	f.lines = slices.Insert(f.lines, at, line)
	f.planted = append(f.planted, line)
	return 1 + strings.Count(strings.Join(f.lines[:at+1], "\n"), "\n") - strings.Count(line, "\n")
}

// uproot takes a line with a secret out of a file again.
func (f *file) uproot(line string) {
	same := func(other string) bool { return other == line }
	f.lines = slices.DeleteFunc(f.lines, same)
	f.planted = slices.DeleteFunc(f.planted, same)
}
