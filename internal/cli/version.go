package cli

import (
	"fmt"
	"runtime"

	"github.com/spf13/cobra"

	"github.com/unleak/unleak"
)

func (a *app) versionCommand() *cobra.Command {
	return &cobra.Command{
		Use:   "version",
		Short: "Show the version of unleak, and of what it was built with",
		Args:  noArguments,
		RunE: func(*cobra.Command, []string) error {
			_, err := fmt.Fprintf(a.Stdout, "unleak %s\n%s %s/%s\n", unleak.Version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
			return err
		},
	}
}

func noArguments(cmd *cobra.Command, args []string) error {
	if len(args) > 0 {
		return usagef(fmt.Sprintf("see %q", cmd.CommandPath()+" --help"), "%q takes no arguments, but got %q", cmd.CommandPath(), args[0])
	}
	return nil
}
