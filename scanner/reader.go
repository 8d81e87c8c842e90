package scanner

import (
	"context"
	"errors"
	"fmt"
	"io"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/scanner/finding"
)

// Reader is a stream, such as standard input, under a name. It is read to its end,
// or to the limit on the size of a text.
func Reader(name string, r io.Reader) Source { return readerSource{name, r} }

type readerSource struct {
	name   string
	reader io.Reader
}

func (r readerSource) scan(ctx context.Context, s *session) (*Result, error) {
	s.phase("input")
	content, err := r.read(ctx, s.options.MaxObjectSize)
	account := newAccount()
	var tooLarge *fileTooLarge
	switch {
	case errors.As(err, &tooLarge):
		account.count("file", 1, 0, 0)
		account.failed("file", "", r.name, tooLarge.size, err)
	case ctx.Err() != nil:
		account.note("The scan was interrupted before all input was read.")
		return &Result{Header: finding.Header{Source: r.source(), Coverage: account.close()}}, ctx.Err()
	case err != nil:
		return nil, fmt.Errorf("reading %s: %w", r.name, err)
	}
	c := s.newCollector()
	if err == nil {
		if err := pack.Guard(func() error { c.scanContent(0, content, finding.KindBlob); return nil }); err != nil {
			return nil, fmt.Errorf("scanning %s: %w", r.name, err)
		}
		account.count("file", 1, 1, int64(len(content)))
		c.fileGaps(account, func(uint32) finding.Gap { return finding.Gap{Kind: "file", Path: r.name} })
	}
	return &Result{
		Header: finding.Header{Source: r.source(), Coverage: account.close()},
		Findings: s.assemble(c.hits,
			func(*hit) []finding.Occurrence { return []finding.Occurrence{{Path: r.name}} },
			func(*finding.Occurrence) ([]byte, error) { return content, nil }),
	}, nil
}

func (r readerSource) source() finding.Source { return finding.Source{Kind: "stdin", Name: r.name} }

// read returns the whole stream. A read that waits for input goes on in the background
// when the context ends: nothing can stop it.
func (r readerSource) read(ctx context.Context, limit int64) ([]byte, error) {
	type read struct {
		content []byte
		err     error
	}
	done := make(chan read, 1)
	go func() {
		content, err := readLimited(r.reader, 64<<10, limit)
		done <- read{content, err}
	}()
	select {
	case got := <-done:
		return got.content, got.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}
