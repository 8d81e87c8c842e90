package scanner

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"runtime/debug"
	"sync/atomic"

	"github.com/sourcegraph/conc/pool"
	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/scanner/finding"
)

// Path is a file, or a folder with all files below it, as plain files: no history, and
// nothing is left out. Symbolic links are not followed; their targets are scanned as
// text. Git repositories inside are not looked into, and are named in the
// coverage account.
func Path(path string) Source { return pathSource{path} }

type pathSource struct{ path string }

func (p pathSource) scan(ctx context.Context, s *session) (*Result, error) {
	s.phase("files")
	info, err := os.Lstat(p.path)
	if err != nil {
		return nil, fmt.Errorf("scanning a path: %w", err)
	}
	f := newFileScan(s)
	source := finding.Source{Kind: "folder", Name: p.path}
	if info.IsDir() {
		f.root = p.path
		f.listFolder()
	} else {
		source.Kind = "file"
		f.root = filepath.Dir(p.path)
		f.list(filepath.Base(p.path), info.Mode())
	}
	return f.result(ctx, source)
}

// file is one file to scan.
type file struct {
	path string // relative to the root, with slashes
	mode fs.FileMode
}

// fileScan is a scan of files under way. Hits number files by their place in the list.
type fileScan struct {
	*session
	root    string
	files   []file
	folders []string // those of the files, once run has begun; hits number them after the files
	account *account
	hits    []hit
}

func newFileScan(s *session) *fileScan { return &fileScan{session: s, account: newAccount()} }

func (f *fileScan) list(name string, mode fs.FileMode) {
	f.files = append(f.files, file{filepath.ToSlash(name), mode})
}

// listFolder lists what lies below the root, in the order of names.
func (f *fileScan) listFolder() {
	f.walkFolder(func(name string, entry fs.DirEntry) error {
		if entry.Name() == ".git" || isGitDir(filepath.Join(f.root, filepath.FromSlash(name)), entry) {
			f.account.skipped(finding.Gap{Kind: "file", Path: name, Reason: "a Git repository inside the folder: scan it by itself"})
			return skip(entry)
		}
		if !entry.IsDir() {
			f.list(name, entry.Type())
		}
		return nil
	})
}

// walkFolder calls visit for everything below the root with its slash path. Folders that cannot
// be read are gaps.
func (f *fileScan) walkFolder(visit func(name string, entry fs.DirEntry) error) {
	// The function below hands no error on, so that the walk gives none.
	_ = filepath.WalkDir(f.root, func(at string, entry fs.DirEntry, err error) error {
		name, relErr := filepath.Rel(f.root, at)
		if relErr != nil || name == "." && err == nil {
			return nil
		}
		name = filepath.ToSlash(name)
		if err != nil {
			f.account.skipped(finding.Gap{Kind: "file", Path: name, Reason: unreadable(err)})
			return nil
		}
		return visit(name, entry)
	})
}

func skip(entry fs.DirEntry) error {
	if entry.IsDir() {
		return fs.SkipDir
	}
	return nil
}

// isGitDir recognises a bare repository by what git demands of one.
func isGitDir(dir string, entry fs.DirEntry) bool {
	if !entry.IsDir() {
		return false
	}
	for _, name := range []string{"objects", "refs", "HEAD"} {
		if _, err := os.Lstat(filepath.Join(dir, name)); err != nil {
			return false
		}
	}
	return true
}

// unreadable says why a file cannot be read, without its full name.
func unreadable(err error) string {
	var pathErr *fs.PathError
	if errors.As(err, &pathErr) {
		err = pathErr.Err
	}
	return "cannot be read: " + err.Error()
}

func (f *fileScan) result(ctx context.Context, source finding.Source) (*Result, error) {
	interrupted := f.run(ctx)
	if interrupted != nil {
		f.account.note("The scan was interrupted before all files were read.")
	}
	return &Result{
		Header:   finding.Header{Source: source, Coverage: f.account.close()},
		Findings: f.assemble(f.hits, f.where, f.content),
	}, interrupted
}

// run scans the files listed, several at a time.
func (f *fileScan) run(ctx context.Context) error {
	f.progress.Total.Store(int64(len(f.files)))
	var next atomic.Int64
	workers := pool.New().WithContext(ctx)
	collectors := make([]*collector, f.options.Jobs)
	for i := range collectors {
		c := f.newCollector()
		collectors[i] = c
		workers.Go(func(ctx context.Context) error {
			defer debug.SetPanicOnFault(debug.SetPanicOnFault(true))
			for n := int(next.Add(1)) - 1; n < len(f.files) && ctx.Err() == nil; n = int(next.Add(1)) - 1 {
				f.scanFile(c, uint32(n))
				f.progress.Done.Add(1)
			}
			return ctx.Err()
		})
	}
	folders := f.newCollector()
	f.scanFolders(folders)
	err := workers.Wait()
	for _, c := range append(collectors, folders) {
		f.hits = append(f.hits, c.hits...)
	}
	if ctx.Err() != nil {
		return ctx.Err()
	}
	return err
}

// scanFolders looks into the names of the folders that files are in.
func (f *fileScan) scanFolders(c *collector) {
	known := map[string]bool{}
	for _, file := range f.files {
		for n := folderLen(file.path); n > 0 && !known[file.path[:n-1]]; n = folderLen(file.path[:n-1]) {
			folder := file.path[:n-1]
			known[folder] = true
			c.scanPath(uint32(len(f.files)+len(f.folders)), folder)
			f.folders = append(f.folders, folder)
		}
	}
}

func (f *fileScan) scanFile(c *collector, n uint32) {
	name := f.files[n].path
	c.scanPath(n, name)
	c.hits = append(c.hits, flaggedFile(f.pathRules, n, name)...)
	kind := finding.KindBlob
	if f.files[n].mode&fs.ModeSymlink != 0 {
		kind = finding.KindSymlink
	}
	content, err := f.read(n)
	if err == nil {
		err = pack.Guard(func() error { c.scan(n, content, kind); return nil })
	}
	if err == nil && kind == finding.KindBlob {
		c.scanPacked(n, content)
		c.fileGaps(f.account, func(uint32) finding.Gap { return finding.Gap{Kind: "file", Path: name} })
	}
	if err != nil {
		f.account.count("file", 1, 0, 0)
		var tooLarge *fileTooLarge
		if errors.As(err, &tooLarge) {
			f.account.failed("file", "", name, tooLarge.size, err)
			return
		}
		f.account.skipped(finding.Gap{Kind: "file", Path: name, Reason: unreadable(err)})
		return
	}
	f.account.count("file", 1, 1, int64(len(content)))
}
