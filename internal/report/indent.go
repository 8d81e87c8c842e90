package report

import "strings"

// indentation is what one level of a report is indented by.
const indentation = "  "

// appendIndented appends compact JSON laid out as [json.Indent] does, from depth levels down.
// It is for what encoding/json has just written, and so has nothing to check.
func appendIndented(to, compact []byte, depth int) []byte {
	line := func() {
		to = append(append(to, '\n'), strings.Repeat(indentation, depth)...)
	}
	for i := 0; i < len(compact); i++ {
		c := compact[i]
		switch c {
		case '{', '[':
			to = append(to, c)
			if i+1 < len(compact) && compact[i+1] == c+2 { // "{}" and "[]" stay as they are
				i++
				to = append(to, c+2)
				break
			}
			depth++
			line()
		case '}', ']':
			depth--
			line()
			to = append(to, c)
		case ',':
			to = append(to, c)
			line()
		case ':':
			to = append(to, ": "...)
		case '"':
			end := stringEnd(compact, i)
			to = append(to, compact[i:end]...)
			i = end - 1
		default:
			to = append(to, c)
		}
	}
	return to
}

// stringEnd returns the end of the JSON string that begins at from.
func stringEnd(text []byte, from int) int {
	for i := from + 1; i < len(text); i++ {
		switch text[i] {
		case '\\':
			i++
		case '"':
			return i + 1
		}
	}
	return len(text)
}
