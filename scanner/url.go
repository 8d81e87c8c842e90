package scanner

import (
	"context"
	"errors"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"runtime"
	"strings"

	"github.com/go-git/go-git/v5"

	"github.com/unleak/unleak/internal/gitstore"
)

// URL is a repository elsewhere. An https or ssh URL, also in the scp form
// user@host:path, is cloned as a bare mirror into a temporary folder, which is removed
// after the scan: so it holds what the remote's refs reach and no more. A file URL is
// opened where it is, and holds everything.
//
// User information in an https URL is used to log in and appears in no report; ssh asks the agent.
func URL(url string) Source { return urlSource{url} }

type urlSource struct{ url string }

func (u urlSource) scan(ctx context.Context, s *session) (*Result, error) {
	name := gitstore.StripUserInfo(u.url)
	if strings.HasPrefix(u.url, "file:") {
		path, err := pathOfURL(u.url)
		if err != nil {
			return nil, err
		}
		return repositorySource{path, "url", name}.scan(ctx, s)
	}
	s.phase("clone")
	dir, err := os.MkdirTemp("", "unleak-clone-")
	if err != nil {
		return nil, fmt.Errorf("making a folder to clone into: %w", err)
	}
	result, err := u.scanClone(ctx, s, dir, name)
	if rmErr := os.RemoveAll(dir); rmErr != nil {
		err = errors.Join(err, fmt.Errorf("removing the clone: %w", rmErr))
	}
	return result, err
}

func (u urlSource) scanClone(ctx context.Context, s *session, dir, name string) (*Result, error) {
	_, err := git.PlainCloneContext(ctx, dir, true, &git.CloneOptions{URL: u.url, Mirror: true, Tags: git.AllTags})
	if err != nil {
		// The error may quote the URL.
		return nil, fmt.Errorf("cloning %s: %s", name, strings.ReplaceAll(err.Error(), u.url, name))
	}
	result, err := repositorySource{dir, "url", name}.scan(ctx, s)
	if result != nil {
		result.Header.Source.Remote = name
	}
	return result, err
}

// pathOfURL returns the path of a file URL (RFC 8089).
func pathOfURL(raw string) (string, error) {
	parsed, err := url.Parse(raw)
	if err != nil || parsed.Path == "" || parsed.Host != "" && parsed.Host != "localhost" {
		return "", errors.New("the file URL names no path on this machine: write file:///folder/repository.git")
	}
	path := parsed.Path
	if runtime.GOOS == "windows" {
		path = strings.TrimPrefix(path, "/")
	}
	return filepath.FromSlash(path), nil
}
