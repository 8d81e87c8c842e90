package cli

func scanLong() string {
	return `Scan finds every secret in PATH (default: the current directory), and every
place each one lives.

A repository (work tree, bare, linked work tree or .git folder) is scanned with
everything it holds: every blob, whatever refs reach it or none do - deleted
branches, stashes, reflogs, dangling objects - and commit messages, names, tags,
ref names, path names and symlink targets. Any other folder or file is read as
it is, an https or ssh URL is cloned into a temporary folder for the time of the
scan, and - is standard input.

Nothing in the scanned repository is run or changed, and nothing is sent
anywhere. Values are redacted in every report. One finding is one secret: the
report says which commit brought it in first, whether it is still at HEAD, and
whether any ref reaches it.

If it finds a secret, revoke it at whoever issued it, before anything else:
removing it from the history does not undo that others could have read it.

A line with the comment unleak:allow is left alone, and so is the line after a
comment unleak:allow-next-line.

Exit codes:
` + exitTable()
}

const scanExample = `  # Everything the repository in the current directory holds
  unleak scan

  # Before a commit: only what is staged
  unleak scan --staged

  # A pull request: only what its commits bring in
  unleak scan --range origin/main..HEAD

  # One scan, three reports
  unleak scan --output findings.json --output findings.sarif path/to/clone

  # A repository elsewhere, before you trust it
  unleak scan https://git.example.org/group/project.git

  # A file, or the output of a command
  kubectl get secrets -o yaml | unleak scan -`
