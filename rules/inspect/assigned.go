package inspect

// Assignment is a value that is given to a name, in any format of configuration and in most languages.
type Assignment struct {
	// Name is the name as it is written. Where the value stands in a section ("acme:" over
	// "api_key: ..."), it reaches from the section's name to that of the value.
	Name Span
	// Value is the value without quotes. It is a literal, but is not otherwise judged.
	Value Span
	// Form says whether the value stands without quotes.
	Form Form
}

// Assigned calls yield for the assignments whose name holds the bytes at hit, until it returns
// false: the one that the name there is given a value by, or those in the section
// that it opens, of which the first sectionLines lines are looked at. It does not allocate.
func Assigned(window []byte, hit Span, yield func(Assignment) bool) {
	if !hit.within(len(window)) || hit.Len() == 0 {
		return
	}
	end, ok := suffixEnd(window, hit.End)
	for ok && end+1 < len(window) && window[end] == '.' && isLetter(window[end+1]) && end-hit.End < maxKeyPart { // acme.api-key
		end, ok = suffixEnd(window, end+1)
	}
	if !ok {
		return
	}
	name := Span{keyStart(window, hit.Start), end}
	if a, ok := assigned(window, name, end); ok {
		yield(a)
		return
	}
	line, ok := sectionStart(window, end)
	for n := 0; ok && n < sectionLines && line < len(window); n++ {
		at := line
		for at < len(window) && isLineLead(window[at]) {
			at++
		}
		inner := at
		for inner < len(window) && inner-at < maxKeyPart && (isWord(window[inner]) || window[inner] == '-' || window[inner] == '.') {
			inner++
		}
		if inner > at {
			if a, ok := assigned(window, Span{at, inner}, inner); ok {
				a.Name.Start = name.Start
				if !yield(a) {
					return
				}
			}
		}
		for inner < len(window) && window[inner] != '\n' {
			inner++
		}
		line = inner + 1
	}
}

// sectionLines is how many lines of a section are looked at.
const sectionLines = 5

// assigned reads the assignment to a name.
func assigned(window []byte, name Span, end int) (Assignment, bool) {
	p := parser{window: window, pos: end, key: name}
	value, ok := p.value()
	if !ok || value.Len() <= 0 {
		return Assignment{}, false
	}
	a := Assignment{Name: name, Value: value}
	if !p.quoted && p.sign != signElement {
		a.Form = Bare
	}
	return a, true
}

// sectionStart returns where the first line of the section begins whose name ends at end:
// behind "acme:", "[acme]", "acme {", "\"acme\": {", "acme = {" or "<acme>".
func sectionStart(window []byte, end int) (int, bool) {
	opened := false
	for i := end; i < len(window) && i-end < maxKeyPart; i++ {
		switch c := window[i]; c {
		case ':', ']', '{', '>':
			opened = true
		case '\n':
			return i + 1, opened
		case '"', '\'', ' ', '\t', '\r', '=', '[', '(':
		default:
			return 0, false
		}
	}
	return 0, false
}

// isLineLead reports whether c stands before a name at the start of a line.
func isLineLead(c byte) bool {
	return c == ' ' || c == '\t' || c == '"' || c == '\'' || c == '<' || c == '-' || c == ':' || c == '$'
}
