package remediate

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"github.com/unleak/unleak/internal/gitcmd"
	"github.com/unleak/unleak/internal/gitstore"
	"github.com/unleak/unleak/remediate/account"
)

// remote searches a mirror of another repository, which is removed afterwards.
func (v *verification) remote(ctx context.Context) (_ *account.Evidence, err error) {
	git, err := gitcmd.Find(ctx)
	if err != nil {
		return nil, err
	}
	url := v.options.Remote
	v.place = gitstore.StripUserInfo(url)
	dir, err := os.MkdirTemp("", "unleak-verify-")
	if err != nil {
		return nil, err
	}
	defer func() { err = errors.Join(err, os.RemoveAll(dir)) }()
	if v.options.Progress != nil {
		v.options.Progress("clone")
	}
	mirror := filepath.Join(dir, "mirror.git")
	if _, err := git.Run(ctx, gitcmd.Command{Dir: dir, Remote: true}, "clone", "--quiet", "--mirror", "--template=", "--", url, mirror); err != nil {
		return nil, fmt.Errorf("%s cannot be cloned: %w", printable(v.place), err)
	}
	if _, err := v.search(ctx, mirror); err != nil {
		return nil, err
	}
	if v.options.Progress != nil {
		v.options.Progress("ask by id")
	}
	if err := v.ask(ctx, git, dir); err != nil {
		return nil, err
	}
	v.note("objects that the server keeps and does not hand out cannot be seen from outside, and neither can forks and caches: ask its support to remove them")
	return v.conclude(), nil
}

// readJSON reads a file of the state folder.
func readJSON(path string, into any) error {
	content, err := readBounded(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(content, into)
}
