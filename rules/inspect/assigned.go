package inspect

// Assignment is a value that is given to a name, in any format of configuration and in most languages.
type Assignment struct {
	Name, Value Span
}

// Assigned reads the assignment whose name holds the bytes at hit.
func Assigned(window []byte, hit Span) (Assignment, bool) {
	if !hit.within(len(window)) || hit.Len() == 0 {
		return Assignment{}, false
	}
	end, ok := suffixEnd(window, hit.End)
	if !ok {
		return Assignment{}, false
	}
	name := Span{keyStart(window, hit.Start), end}
	p := parser{window: window, pos: end, key: name}
	value, ok := p.value()
	return Assignment{name, value}, ok && value.Len() > 0
}
