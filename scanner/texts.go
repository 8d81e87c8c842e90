package scanner

import (
	"context"
	"fmt"

	"github.com/unleak/unleak/internal/gitstore/pack"
	"github.com/unleak/unleak/scanner/finding"
)

// Texts scans one text after another with the same rules, each by itself: for callers that have texts at hand, and
// thousands of them. It is for one goroutine.
type Texts struct {
	s *session
	c *collector
}

// NewTexts returns a scanner of texts. Of the options it needs Rules.
func NewTexts(options Options) *Texts {
	s := newSession(options)
	return &Texts{s, s.newCollector()}
}

// Scan returns what a text holds, with name as path of every occurrence. The content is not kept.
func (t *Texts) Scan(ctx context.Context, name string, content []byte) ([]*finding.Finding, error) {
	if err := ctx.Err(); err != nil {
		return nil, err
	}
	t.c.hits, t.c.gaps = nil, nil
	if err := pack.Guard(func() error { t.c.scanContent(0, content, finding.KindBlob); return nil }); err != nil {
		return nil, fmt.Errorf("scanning %s: %w", name, err)
	}
	findings := t.s.assemble(t.c.hits,
		func(*hit) []finding.Occurrence { return []finding.Occurrence{{Path: name}} },
		func(*finding.Occurrence) ([]byte, error) { return content, nil })
	finding.Sort(findings)
	return findings, nil
}
