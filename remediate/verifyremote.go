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
	"github.com/unleak/unleak/internal/gitstore/pack"
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
	evidence, err := v.search(ctx, mirror)
	if err != nil {
		return nil, err
	}
	evidence.Repository = v.place
	if err := v.ask(ctx, git, filepath.Join(dir, "asked.git")); err != nil {
		return nil, err
	}
	v.note("objects that the server keeps without a ref cannot be seen from outside, and neither can forks and caches: ask its support to remove them")
	v.conclude()
	return evidence, nil
}

// maxAsked is how many old tips a server is asked for.
const maxAsked = 10

// ask asks the server for what refs pointed at before: many servers hand out any object whose id one knows, whether or
// not a ref leads to it.
func (v *verification) ask(ctx context.Context, git *gitcmd.Git, folder string) error {
	tips, err := v.oldTips()
	if err != nil || len(tips) == 0 {
		return err
	}
	if _, err := git.Run(ctx, gitcmd.Command{Dir: filepath.Dir(folder)}, "init", "--quiet", "--bare", "--template=", folder); err != nil {
		return err
	}
	for _, id := range tips {
		_, err := git.Run(ctx, gitcmd.Command{Dir: folder, Remote: true}, "fetch", "--quiet", "--depth=1", "--no-tags", "--", v.options.Remote, id.String())
		if ctx.Err() != nil {
			return context.Cause(ctx)
		}
		if err != nil {
			continue // it does not hand it out
		}
		v.evidence.Holding = append(v.evidence.Holding, account.Holding{
			Object: id.String(), Where: v.place, Reached: "by its id: the server hands it out to whoever knows that",
		})
	}
	v.searched("old tips that the server was asked for", int64(len(tips)), 0)
	return nil
}

// oldTips returns removed objects that refs pointed at.
func (v *verification) oldTips() (tips []pack.ID, err error) {
	content, err := readBounded(v.state.path(refMapName))
	if errors.Is(err, os.ErrNotExist) {
		return nil, nil
	}
	if err != nil {
		return nil, err
	}
	removed, seen := newIDSearch(v.ids...), map[pack.ID]bool{}
	removed.find(content, func(id pack.ID) {
		if !seen[id] && len(tips) < maxAsked {
			seen[id] = true
			tips = append(tips, id)
		}
	})
	return tips, nil
}

// readJSON reads a file of the state folder.
func readJSON(path string, into any) error {
	content, err := readBounded(path)
	if err != nil {
		return err
	}
	return json.Unmarshal(content, into)
}
