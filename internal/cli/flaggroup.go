package cli

import (
	"fmt"

	"github.com/spf13/pflag"
)

// groupNote is the annotation of a flag that says its group and its place: manual pages keep both.
const groupNote = "unleak-group"

// noteGroups has flags know the groups they are shown in.
func noteGroups(groups []flagGroup) {
	place := 0
	for _, group := range groups {
		group.flags.VisitAll(func(flag *pflag.Flag) {
			place++
			if flag.Annotations == nil {
				flag.Annotations = map[string][]string{}
			}
			flag.Annotations[groupNote] = []string{group.title, fmt.Sprintf("%03d", place)}
		})
	}
}

// groupOf is the heading that a flag is shown under; empty where it has none.
func groupOf(flag *pflag.Flag) string {
	if note := flag.Annotations[groupNote]; len(note) > 0 {
		return note[0]
	}
	return ""
}

// placeOf orders flags as their groups have them, and those of no group behind.
func placeOf(flag *pflag.Flag) string {
	if note := flag.Annotations[groupNote]; len(note) > 1 {
		return note[1]
	}
	return "~"
}
