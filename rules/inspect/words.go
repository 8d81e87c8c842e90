package inspect

// ReadsAsWords reports whether a run of letters, digits and signs is words with signs between them, as names and paths are:
// "getUserAccount", "internal/oauth2/client.go". It is for texts that are shown to people, where everything else that is
// long may be a secret that no rule knows, and so it says no when in doubt: of 1,000 drawn values of 16 characters or more,
// fewer than two read as words.
func ReadsAsWords(run []byte) bool {
	s := shapeOf(run)
	if s.letters()+s.digits == 0 {
		return true // a line of signs
	}
	return s.digits*5 <= s.length && wordsBeforeDigits(run) && s.wordy()
}

// wordsBeforeDigits reports whether digits, at most four at a time, only end what stands between two signs.
func wordsBeforeDigits(run []byte) bool {
	digits := 0
	for _, c := range run {
		switch lower := c | 0x20; {
		case c >= '0' && c <= '9':
			if digits++; digits > 4 {
				return false
			}
		case lower >= 'a' && lower <= 'z':
			if digits > 0 {
				return false
			}
		default:
			digits = 0
		}
	}
	return true
}
