package guard

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"
)

// Kept is what the name of a hook that was there before ends in while a guard stands in its place.
const Kept = ".before-unleak"

// shimMark begins the line of a shim that holds the checksum of all other lines, so that one that was edited is
// told from one of another version.
const shimMark = "# unleak-guard "

// Shim returns the script that git runs as a hook. It calls program (an absolute path), or, when that is gone, unleak from
// the PATH; where there is neither it fails, for a guard that lets everything pass is none.
//
// A hook that was there before runs too, if it is executable, as it would by git: with the same
// arguments and the same input, and its failure is a failure. Before a commit it runs first, as it may change
// what is staged; before a push it runs last, as it may send something.
func Shim(hook, program string) []byte {
	var b strings.Builder
	fmt.Fprintf(&b, `# Has unleak look for secrets before git goes on. To take it out: unleak hook uninstall %[1]s
unleak=%[2]s
[ -x "$unleak" ] || unleak=$(command -v unleak) || {
	echo "unleak: blocked, as the program that looks for secrets is gone from" %[2]s "and from the PATH." >&2
	echo %[3]s >&2
	exit 1
}
before=$(dirname "$0")/%[1]s%[4]s
before() {
	if [ -n "$PRE_COMMIT_RUNNING_LEGACY" ] && grep -q "%[5]s" "$before" 2>/dev/null; then
		return 0 # it is the pre-commit framework, which runs this
	elif [ -x "$before" ]; then
		"$before" "$@"
	elif [ -e "$before" ]; then
		echo "unleak: $before is not executable, so it is not run, as by git." >&2
	fi
}
`, hook, quoted(program), quoted(wayOut(hook)), Kept, frameworkMark)
	if hook == PreCommit {
		b.WriteString(`before "$@" || exit
exec "$unleak" hook run pre-commit -- "$@"
`)
	} else {
		fmt.Fprintf(&b, `input=$(cat && echo .) # the dot keeps the last line ends
printf %%s "${input%%.}" | "$unleak" hook run %s -- "$@" || exit
printf %%s "${input%%.}" | before "$@"
`, hook)
	}
	return seal(b.String())
}

// wayOut says what to do where the program is gone.
func wayOut(hook string) string {
	switch hook {
	case PreCommit:
		return "unleak: Install it again, or commit unchecked this once: git commit --no-verify"
	case PrePush:
		return "unleak: Install it again, or push unchecked this once: git push --no-verify"
	}
	return "unleak: Whoever runs this server has to install it again."
}

// quoted is text as one word of a POSIX shell.
func quoted(text string) string { return "'" + strings.ReplaceAll(text, "'", `'\''`) + "'" }

// seal completes a shim.
func seal(body string) []byte {
	return []byte("#!/bin/sh\n" + shimMark + checksum([]byte(body)) + "\n" + body)
}

func checksum(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:8])
}

// IsShim reports whether a hook is a shim, edited or not.
func IsShim(content []byte) bool { return bytes.HasPrefix(content, []byte("#!/bin/sh\n"+shimMark)) }

// isIntact reports whether a shim, of whatever version, is as it was written.
func isIntact(content []byte) bool {
	rest, ok := bytes.CutPrefix(content, []byte("#!/bin/sh\n"+shimMark))
	if !ok {
		return false
	}
	sum, body, _ := bytes.Cut(rest, []byte("\n"))
	return string(sum) == checksum(body)
}
