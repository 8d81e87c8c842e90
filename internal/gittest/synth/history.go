package main

import (
	"fmt"
	"maps"
	"math/rand/v2"
	"slices"
	"time"

	"github.com/unleak/unleak/internal/secrettest"
)

// history makes up a project: a main line of commits with topics that fork and are merged,
// files that come at an even pace, most edits to what was edited lately.
type history struct {
	options options
	random  *rand.Rand
	words   *words
	secrets *secrettest.Generator
	stream  *stream

	files   []*file // that exist
	recent  []*file // edited lately, the last one last
	folders []string
	taken   map[string]int // paths ever used: files have 1, folders the number of their files
	people  []string
	date    time.Time

	made   int // commits
	tip    mark
	topics []*topic
	plan   []*secret // those not planted yet, the next one last
	doomed []*secret // planted, to be removed later
	truth  []*secret
}

// topic is a branch that is not merged yet.
type topic struct {
	ref     string
	tip     mark
	changes map[string]mark // against the main line: path to blob, 0 for none
	left    int             // commits until it is merged
}

const mainLine = "refs/heads/main"

func newHistory(o options) *history {
	random := rand.New(rand.NewPCG(o.seed, 0x73796e7468))
	h := &history{
		options: o, random: random, words: newWords(random), secrets: secrettest.New(int64(o.seed)),
		folders: []string{"", "src/", "lib/", "docs/"}, taken: map[string]int{},
		date: time.Date(2012, 3, 1, 9, 0, 0, 0, time.UTC),
	}
	for range 30 {
		first, last := capital(h.words.word()), capital(h.words.word())
		h.people = append(h.people, fmt.Sprintf("%s %s <%s.%s@synth.invalid>", first, last, first, last))
	}
	return h
}

// generate writes the whole history. It has a few commits more than it was asked for, to bring
// everything to its end.
func (h *history) generate(s *stream) {
	h.stream = s
	h.commitMain(h.grow(min(h.options.files, 20), nil))
	for h.made < h.options.commits {
		switch {
		case len(h.plan) > 0 && h.plan[len(h.plan)-1].at <= h.made:
			h.plantNext()
		case len(h.doomed) > 0 && h.doomed[0].until <= h.made:
			h.removeNext()
		case len(h.topics) > 0 && h.random.IntN(3) > 0:
			h.advance(h.topics[h.random.IntN(len(h.topics))])
		case len(h.topics) < 5 && h.random.IntN(4) == 0:
			h.fork()
		default:
			h.commitMain(h.work(nil))
		}
		if h.made%500 == 0 {
			h.stream.tag(fmt.Sprintf("v%d", h.made), h.person(), h.words.sentence(6)+"\n", h.date, h.tip)
		}
	}
	for len(h.plan) > 0 {
		h.plantNext()
	}
	for len(h.topics) > 0 {
		h.merge(h.topics[0])
	}
	for len(h.doomed) > 0 {
		h.removeNext()
	}
}

// work is what one commit changes: a few edits, sometimes a new, renamed or deleted file.
func (h *history) work(on *topic) []change {
	var changes []change
	var edited []*file
	if due := int(int64(h.options.files) * int64(h.made) / int64(h.options.commits)); len(h.files) < due {
		before := len(h.files)
		changes = h.grow(min(due-before, 5), on)
		edited = append(edited, h.files[before:]...)
	}
	for range 1 + h.random.IntN(3) {
		f := h.pick(on)
		if f == nil || slices.Contains(edited, f) {
			continue
		}
		edited = append(edited, f)
		before := f.path
		switch h.random.IntN(80) {
		case 0: // rename
			f.path = h.newPath(f.extension)
			changes = append(changes, change{before, 0})
		case 1: // delete
			if len(f.planted) == 0 && len(h.files) > 10 {
				changes = append(changes, change{before, 0})
				h.forget(f)
				continue
			}
		}
		h.edit(f)
		changes = append(changes, h.store(f, on))
	}
	return changes
}

// grow adds n files.
func (h *history) grow(n int, on *topic) []change {
	var changes []change
	for range n {
		f := h.newFile()
		h.files = append(h.files, f)
		changes = append(changes, h.store(f, on))
	}
	return changes
}

// pick draws a file that no other topic works on, most often one that was edited lately.
func (h *history) pick(on *topic) *file {
	for range 20 {
		from := h.files
		if len(h.recent) > 0 && h.random.IntN(3) > 0 {
			from = h.recent
		}
		if f := from[h.random.IntN(len(from))]; f.topic == nil || f.topic == on {
			return f
		}
	}
	return nil
}

// store writes a file as it is now.
func (h *history) store(f *file, on *topic) change {
	f.topic = on
	h.recent = append(h.recent, f)
	if len(h.recent) > 40 {
		h.recent = h.recent[1:]
	}
	return change{f.path, h.stream.blob(f.content())}
}

func (h *history) forget(f *file) {
	same := func(other *file) bool { return other == f }
	h.files = slices.DeleteFunc(h.files, same)
	h.recent = slices.DeleteFunc(h.recent, same)
}

func (h *history) person() string { return h.people[h.random.IntN(len(h.people))] }

func (h *history) commit(ref, message string, parents []mark, changes []change) mark {
	h.made++
	h.date = h.date.Add(time.Duration(1+h.random.IntN(7200)) * time.Second)
	if message == "" {
		message = h.words.sentence(6) + "\n"
		for range h.random.IntN(4) {
			message += "\n" + h.words.sentence(12) + "."
		}
	}
	return h.stream.commit(ref, h.person(), message, h.date, parents, changes)
}

func (h *history) commitMain(changes []change) {
	var parents []mark
	if h.tip != 0 {
		parents = []mark{h.tip}
	}
	h.tip = h.commit(mainLine, "", parents, changes)
}

// fork begins a topic at the main line.
func (h *history) fork() {
	t := &topic{ref: fmt.Sprintf("refs/heads/topic-%d", h.made), tip: h.tip, changes: map[string]mark{}, left: 1 + h.random.IntN(5)}
	h.topics = append(h.topics, t)
	h.advance(t)
}

// advance puts a commit on a topic, or merges it at its end.
func (h *history) advance(t *topic) {
	if t.left == 0 {
		h.merge(t)
		return
	}
	t.left--
	changes := h.work(t)
	for _, c := range changes {
		t.changes[c.path] = c.blob
	}
	t.tip = h.commit(t.ref, "", []mark{t.tip}, changes)
}

// merge brings what a topic changed into the main line, where nobody else has touched it.
func (h *history) merge(t *topic) {
	var changes []change
	for _, path := range slices.Sorted(maps.Keys(t.changes)) {
		changes = append(changes, change{path, t.changes[path]})
	}
	h.tip = h.commit(mainLine, fmt.Sprintf("Merge branch '%s'\n", t.ref[len("refs/heads/"):]), []mark{h.tip, t.tip}, changes)
	for _, f := range h.files {
		if f.topic == t {
			f.topic = nil
		}
	}
	h.stream.drop(t.ref)
	h.topics = slices.DeleteFunc(h.topics, func(other *topic) bool { return other == t })
}
