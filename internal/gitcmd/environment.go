package gitcmd

import (
	"os"
	"runtime"
	"slices"
	"strings"
)

// nowhere is a path below which there is no file. Git for Windows knows it by this name too.
const nowhere = "/dev/null"

// settings are options that come before the name of a git command. They win over every
// configuration file.
func (c Command) settings() []string {
	values := []string{
		"core.hooksPath=" + nowhere,
		"core.fsmonitor=", // not "false", which before 2.36 names a program
		"core.pager=cat",
		"core.alternateRefsCommand=:", // empty would run what comes behind it
		"core.fsync=all",              // from 2.36 on
		"core.filesRefLockTimeout=2000",
		"core.packedRefsTimeout=5000",
		"gc.auto=0",
		"maintenance.auto=false",
		"protocol.ext.allow=never",
	}
	if !c.Remote {
		values = append(values, "protocol.allow=never", "credential.helper=")
	}
	args := []string{"--no-pager"}
	for _, value := range values {
		args = append(args, "-c", value)
	}
	return args
}

// kept are variables of git that say where the user's own configuration lies.
var kept = []string{"GIT_CONFIG_GLOBAL", "GIT_CONFIG_SYSTEM", "GIT_CONFIG_NOSYSTEM"}

// keptForRemotes say how the user's git reaches other machines.
var keptForRemotes = []string{"GIT_SSH", "GIT_SSH_COMMAND", "GIT_SSH_VARIANT", "GIT_SSL_CAINFO", "GIT_SSL_CAPATH", "GIT_PROXY_SSL_CAINFO"}

func (c Command) environment() []string {
	env := slices.DeleteFunc(os.Environ(), func(variable string) bool {
		name, _, _ := strings.Cut(variable, "=")
		if runtime.GOOS == "windows" {
			name = strings.ToUpper(name)
		}
		switch {
		case slices.Contains(kept, name), c.Remote && slices.Contains(keptForRemotes, name):
			return false
		case name == "SSH_ASKPASS", name == "LANGUAGE", name == "PAGER":
			return true
		}
		return strings.HasPrefix(name, "GIT_") || strings.HasPrefix(name, "LC_")
	})
	env = append(env,
		"LC_ALL=C",
		"GIT_PAGER=cat", "GIT_EDITOR=:", "GIT_SEQUENCE_EDITOR=:",
		"GIT_TERMINAL_PROMPT=0", "GIT_ASKPASS=", "SSH_ASKPASS_REQUIRE=never",
		"GIT_OPTIONAL_LOCKS=0", "GIT_NO_LAZY_FETCH=1",
		"GIT_NO_REPLACE_OBJECTS=1", "GIT_GRAFT_FILE="+nowhere, // raw objects, as everywhere in this module
		"GIT_COMMITTER_NAME=unleak", "GIT_COMMITTER_EMAIL=unleak@localhost", // for reflogs: git may know of no one
	)
	if c.GitDir != "" {
		env = append(env, "GIT_DIR="+c.GitDir)
	}
	return append(env, c.Env...)
}
