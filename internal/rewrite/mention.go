package rewrite

import "github.com/unleak/unleak/internal/gitstore/pack"

// mention is the name of a commit, or the beginning of one, in a message.
type mention struct {
	offset, length int    // in the message
	commit         uint32 // number
}

// shortestID is how many digits a word must have to be taken for the name of a commit.
const shortestID = 7

// mentionsIn finds words of 7 to 40 lower-case hexadecimal digits that name just one commit.
func (r *Rewrite) mentionsIn(message []byte) []mention {
	var found []mention
	for at := 0; at < len(message); at++ {
		start, digits := at, true
		for ; at < len(message) && isWord(message[at]); at++ {
			digits = digits && isDigit(message[at])
		}
		if length := at - start; digits && length >= shortestID && length <= 2*len(pack.ID{}) {
			if commit, ok := r.commitNamed(message[start:at]); ok {
				found = append(found, mention{start, length, commit})
			}
		}
	}
	return found
}

func isDigit(c byte) bool { return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' }

func isWord(c byte) bool {
	return 'a' <= c && c <= 'z' || '0' <= c && c <= '9' || 'A' <= c && c <= 'Z' || c == '_'
}

// commitNamed returns the one commit whose name begins with some digits.
func (r *Rewrite) commitNamed(digits []byte) (commit uint32, ok bool) {
	first, end, _ := r.table.WithDigits(digits)
	for object := first; object < end; object++ {
		number, isCommit := r.graph.CommitNumber(object)
		switch {
		case !isCommit:
		case ok:
			return 0, false
		default:
			commit, ok = number, true
		}
	}
	return commit, ok
}
