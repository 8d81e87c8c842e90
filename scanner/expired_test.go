package scanner_test

import (
	"encoding/base64"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/unleak/unleak/scanner"
)

// A token says when it ends; whether it has ended is for the time of the scan to say.
func TestExpired(t *testing.T) {
	part := base64.RawURLEncoding.EncodeToString
	ends := time.Date(2031, 5, 6, 7, 8, 9, 0, time.UTC)
	token := func(payload string) string {
		signature := newValues(5).pick("ABCDEFGHabcdefgh0123456789", 43)
		return part([]byte(`{"alg":"HS256","typ":"JWT"}`)) + "." + part([]byte(payload)) + "." + signature
	}
	for name, test := range map[string]struct {
		payload string
		now     time.Time
		want    string
	}{
		"still good": {fmt.Sprintf(`{"sub":"u-71","iss":"corp","exp":%d}`, ends.Unix()), ends.Add(-time.Second), "false"},
		"ended":      {fmt.Sprintf(`{"sub":"u-71","iss":"corp","exp":%d}`, ends.Unix()), ends, "true"},
		"no end":     {`{"sub":"u-71","iss":"corp"}`, ends, ""},
	} {
		t.Run(name, func(t *testing.T) {
			options := scanner.Options{Rules: loadRules(t, "[[rules]]\nid = 'jwt'\ninspect = 'jwt'\nkeywords = ['eyj']\nwindow = 4096\n"), Now: test.now}
			result, err := scanner.Scan(t.Context(), scanner.Reader("a", strings.NewReader("session: "+token(test.payload)+"\n")), options)
			if err != nil {
				t.Fatal(err)
			}
			if len(result.Findings) != 1 || result.Findings[0].Facts["expired"] != test.want {
				t.Errorf("findings %s, want one with expired %q", encode(t, result.Findings), test.want)
			}
		})
	}
}
