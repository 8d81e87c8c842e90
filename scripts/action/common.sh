# shellcheck shell=bash
#
# What the steps of action.yml share. Values come by the environment, and each step says at its
# top which. Written for bash 3.2, which macOS has.

set -euo pipefail
export LC_ALL=C

# annotate LEVEL TITLE TEXT shows text on the page of the run; LEVEL is error, warning or notice.
# What is special in a workflow command is escaped, as the runner's toolkit does.
annotate() {
  local title=${2//'%'/%25} text=${3//'%'/%25}
  title=${title//$'\r'/%0D} title=${title//$'\n'/%0A} title=${title//:/%3A} title=${title//,/%2C}
  text=${text//$'\r'/%0D} text=${text//$'\n'/%0A}
  printf '::%s title=%s::%s\n' "$1" "$title" "$text"
}

# fail TITLE TEXT ends the step, and says why on the page of the run and in the job summary.
fail() {
  annotate error "unleak: $1" "$2"
  printf '### unleak: %s\n\n%s\n' "$1" "$2" >>"$GITHUB_STEP_SUMMARY"
  exit 2
}

# output NAME VALUE is for later steps. A line break in a value would begin another output.
output() {
  [[ $2 != *[$'\n\r']* ]] || fail "wrong value" "The value of $1 holds a line break."
  printf '%s=%s\n' "$1" "$2" >>"$GITHUB_OUTPUT"
}

# one_of NAME VALUE CHOICE... refuses any other value of an input.
one_of() {
  local name=$1 value=$2 choice
  shift 2
  for choice in "$@"; do
    [[ $value != "$choice" ]] || return 0
  done
  fail "wrong input" "The input $name is not one of: $*."
}

# single_line NAME VALUE refuses control characters, which no name or range needs.
single_line() {
  [[ $2 != *[[:cntrl:]]* ]] || fail "wrong input" "The input $1 holds a line break or another control character."
}

# a_file NAME VALUE refuses an input that names no file; none is fine.
a_file() {
  single_line "$1" "$2"
  [[ -z $2 || -f $2 ]] || fail "wrong input" "The input $1 names no file of the workspace. Is the checkout before this step, and the name right?"
}
