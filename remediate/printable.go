package remediate

import "strconv"

// printable returns s quoted where it holds anything that a terminal could take for a command: names
// of the repository are hostile text.
func printable(s string) string {
	quoted := strconv.Quote(s)
	if quoted[1:len(quoted)-1] == s {
		return s
	}
	return quoted
}
