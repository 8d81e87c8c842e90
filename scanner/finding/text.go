package finding

import (
	"maps"
	"slices"
	"strings"
	"unicode/utf8"
)

// ValidText returns s as the JSON report shows it: s itself when it is UTF-8,
// and otherwise with every byte that is not part of a UTF-8 character written as
// \xNN. Git's names and messages are bytes, JSON strings are characters; the
// form is for reading and cannot be turned back, object ids can.
func ValidText(s string) string {
	if utf8.ValidString(s) {
		return s
	}
	const hex = "0123456789abcdef"
	var b strings.Builder
	for i := 0; i < len(s); {
		r, size := utf8.DecodeRuneInString(s[i:])
		if r == utf8.RuneError && size == 1 {
			b.WriteString(`\x`)
			b.WriteByte(hex[s[i]>>4])
			b.WriteByte(hex[s[i]&15])
		} else {
			b.WriteString(s[i : i+size])
		}
		i += size
	}
	return b.String()
}

// MapText returns a copy of f in which text was applied to every string that
// may hold repository content: description, fact values, paths, members, refs,
// identities and lines around. Ids, hashes, the secret and the fixed words stay as they are. The
// copy shares nothing with f that text could change.
func (f *Finding) MapText(text func(string) string) *Finding {
	mapped := *f
	mapped.Description = text(f.Description)
	mapped.Facts = maps.Clone(f.Facts)
	for key, value := range mapped.Facts {
		mapped.Facts[key] = text(value)
	}
	mapped.Occurrences = slices.Clone(f.Occurrences)
	for i := range mapped.Occurrences {
		o := &mapped.Occurrences[i]
		o.Path = text(o.Path)
		o.Author = Identity{Name: text(o.Author.Name), Email: text(o.Author.Email)}
		o.Refs = mapStrings(o.Refs, text)
		o.Layers = slices.Clone(o.Layers)
		for j := range o.Layers {
			o.Layers[j].Member = text(o.Layers[j].Member)
		}
		o.Context = slices.Clone(o.Context)
		for j := range o.Context {
			o.Context[j].Text = text(o.Context[j].Text)
		}
	}
	return &mapped
}

// MapText returns a copy of h in which text was applied to every string that
// may hold repository or user content: the source, the paths, reasons and notes of
// the coverage, entries of ignore files, and the words of the rules. Rule ids stay, findings refer to them.
func (h Header) MapText(text func(string) string) Header {
	s := &h.Source
	s.Name, s.Range, s.Branch, s.Remote = text(s.Name), text(s.Range), text(s.Branch), text(s.Remote)
	c := &h.Coverage
	for _, gaps := range []*[]Gap{&c.Skipped, &c.Missing, &c.Corrupt} {
		*gaps = slices.Clone(*gaps)
		for i := range *gaps {
			gap := &(*gaps)[i]
			gap.Path, gap.Reason = text(gap.Path), text(gap.Reason)
		}
	}
	c.Notes = mapStrings(c.Notes, text)
	if h.Suppressed != nil {
		s := *h.Suppressed
		s.Stale, s.Expired = mapStrings(s.Stale, text), mapStrings(s.Expired, text)
		h.Suppressed = &s
	}
	h.Rules = slices.Clone(h.Rules)
	for i := range h.Rules {
		r := &h.Rules[i]
		r.Description, r.Help, r.URL = text(r.Description), text(r.Help), text(r.URL)
		r.Tags = mapStrings(r.Tags, text)
	}
	return h
}

func mapStrings(list []string, text func(string) string) []string {
	mapped := slices.Clone(list)
	for i, s := range mapped {
		mapped[i] = text(s)
	}
	return mapped
}
