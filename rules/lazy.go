package rules

import (
	"fmt"
	"regexp"
	"regexp/syntax"
	"sync"
)

// lazyRegexp compiles an expression when it is first needed: most rules of a
// scan never meet their keywords. Safe for concurrent use.
type lazyRegexp struct {
	once     sync.Once
	compiled *regexp.Regexp
}

// get returns the compiled expression. It must have passed checkRegexp.
func (l *lazyRegexp) get(expr string) *regexp.Regexp {
	l.once.Do(func() { l.compiled = regexp.MustCompile(expr) })
	return l.compiled
}

// checkRegexp reports what is wrong with an expression, in a sentence, without the
// cost of compiling it, and counts its groups. [regexp.Compile] fails on
// nothing but what the parser refuses.
func checkRegexp(expr string) (groups int, err error) {
	parsed, err := syntax.Parse(expr, syntax.Perl)
	if err != nil {
		return 0, fmt.Errorf("bad regular expression (Go RE2 syntax): %w", err)
	}
	return parsed.MaxCap(), nil
}
