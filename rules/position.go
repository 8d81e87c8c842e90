package rules

// Position returns the file and the line in which a rule states key, of the file that states it
// last; where none does, those of its newest table. Lines count from 1.
func (r *Rule) Position(key string) (file string, line int) {
	at := r.definition.at(key)
	return at.doc.name, at.line()
}
