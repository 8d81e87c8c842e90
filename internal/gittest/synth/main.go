// Command synth writes large synthetic repositories, so that everyone can measure a scan on
// the same history, and rule files of any length.
//
//	go run ./internal/gittest/synth --commits 20000 --files 2000 --secrets 200 --seed 1 --out big.git
//	go run ./internal/gittest/synth rules --count 1000 --out rules.toml
//
// The first writes a bare repository, packed as git gc packs it, and beside it
// big.git.truth.json with every planted secret: its rule and value, and the commit,
// path, blob and line that have it first. Secrets are made up when the command runs. The same
// options give the same objects and the same truth on every machine; which deltas the
// pack has is up to git. It needs the git program.
package main

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
)

func main() {
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt)
	defer stop()
	if err := run(ctx, os.Stderr, os.Args[1:]); err != nil {
		if !errors.Is(err, flag.ErrHelp) {
			fmt.Fprintf(os.Stderr, "error: %v\n", err)
		}
		os.Exit(2)
	}
}

// run is the command as a function of its arguments.
func run(ctx context.Context, stderr io.Writer, args []string) error {
	if len(args) > 0 && args[0] == "rules" {
		return runRules(stderr, args[1:])
	}
	flags := flag.NewFlagSet("synth", flag.ContinueOnError)
	flags.SetOutput(stderr)
	var o options
	flags.IntVar(&o.commits, "commits", 2000, "about how many commits, `N` with those of topics and deleted branches")
	flags.IntVar(&o.files, "files", 200, "files at the end; their number grows evenly up to `N`")
	flags.IntVar(&o.secrets, "secrets", 50, "secrets to plant, `N` in all")
	flags.Uint64Var(&o.seed, "seed", 1, "what everything random is drawn from")
	flags.StringVar(&o.out, "out", "", "repository to make, a `folder` that does not exist")
	flags.StringVar(&o.truth, "truth", "", "`file` for the truth; by default the repository's name with .truth.json")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 {
		return fmt.Errorf("unexpected argument %q: see --help", flags.Arg(0))
	}
	if err := o.check(); err != nil {
		return err
	}
	return write(ctx, o)
}

// options say what repository to make.
type options struct {
	commits, files, secrets int
	seed                    uint64
	out, truth              string
}

func (o *options) check() error {
	switch {
	case o.out == "":
		return errors.New("say with --out where the repository goes")
	case o.commits < 1 || o.files < 1 || o.secrets < 0:
		return errors.New("a history needs at least one commit and one file, and no fewer than 0 secrets")
	}
	if _, err := os.Lstat(o.out); err == nil {
		return fmt.Errorf("%s exists: remove it, or choose another --out", o.out)
	}
	if o.truth == "" {
		o.truth = o.out + ".truth.json"
	}
	return nil
}
