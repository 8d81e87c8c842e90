package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"strings"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/secrettest"
	"github.com/unleak/unleak/rules"
)

// runRules is "synth rules".
func runRules(stderr io.Writer, args []string) error {
	flags := flag.NewFlagSet("synth rules", flag.ContinueOnError)
	flags.SetOutput(stderr)
	count := flags.Int("count", 1000, "rules, `N` in all with the built-in ones")
	seed := flags.Uint64("seed", 1, "what everything random is drawn from")
	out := flags.String("out", "", "rule `file` to write")
	if err := flags.Parse(args); err != nil {
		return err
	}
	if flags.NArg() > 0 || *out == "" {
		return errors.New("say with --out where the rules go, and nothing else")
	}
	builtin, err := loadBuiltin()
	if err != nil {
		return err
	}
	more := *count - len(builtin.Rules)
	if more < 0 {
		return fmt.Errorf("--count %d: %d rules are built in already", *count, len(builtin.Rules))
	}
	if err := os.WriteFile(*out, []byte(ruleFile(vendorRules(more, *seed))), 0o644); err != nil {
		return fmt.Errorf("writing the rules: %w", err)
	}
	return nil
}

func loadBuiltin() (*rules.Set, error) { return rules.LoadBuiltin(unleak.RulesName, unleak.Rules()) }

// vendorRule is a rule for the secrets of a vendor that does not exist.
type vendorRule struct {
	id, keyword, regex string
	example            string // a line that it finds
}

// vendorRules makes up n rules of the shapes that rules for vendors have: a token with a
// prefix, a value assigned to a name with the vendor's in it, a webhook's address. The
// keywords are all different. Some of them are ordinary words, as names of vendors often are.
func vendorRules(n int, seed uint64) []vendorRule {
	random := rand.New(rand.NewPCG(seed, 0x72756c6573))
	tokens := secrettest.New(int64(seed))
	words := strings.Fields("linear square segment notion frame scope render branch sentry mode amplitude beacon heap rapid " +
		"mosaic compass anchor relay harbor pulse ledger signal canvas orbit")
	used := map[string]bool{}
	var list []vendorRule
	for len(list) < n {
		vendor := vendorName(random)
		ordinary := random.IntN(12) == 0 && len(words) > 0
		if ordinary {
			vendor, words = words[0], words[1:]
		}
		r := vendorRule{keyword: vendor}
		switch shape := random.IntN(5); {
		case shape < 2 && !ordinary:
			length := 20 + 4*random.IntN(10)
			r.keyword += []string{"_pat_", "_live_", "-", "_sk_", ".v1."}[random.IntN(5)]
			r.regex = fmt.Sprintf(`\b(%s[A-Za-z0-9]{%d})\b`, strings.ReplaceAll(r.keyword, ".", `\.`), length)
			r.example = r.keyword + tokens.Mixed(length)
		case shape == 2 && !ordinary:
			r.keyword = "hooks." + vendor
			r.regex = fmt.Sprintf(`https://(?:[a-z]{2}\.)?hooks\.%s\.(?:com|io)/[A-Za-z0-9_/-]{24,64}`, vendor)
			r.example = "https://" + r.keyword + ".io/" + tokens.Mixed(30)
		default:
			alphabet, class := secrettest.Hex, "a-f0-9"
			if random.IntN(2) == 0 {
				alphabet, class = secrettest.Lower+secrettest.Digits, "a-z0-9"
			}
			length := []int{24, 32, 40, 64}[random.IntN(4)]
			r.regex = fmt.Sprintf(`(?i)%s[\w .-]{0,20}["'\s]{0,3}(?:=|:=|=>|:|,)["'\s=]{0,5}([%s]{%d})(?:[^\w]|$)`, vendor, class, length)
			r.example = strings.ToUpper(vendor) + "_API_KEY=" + tokens.String(alphabet, length)
		}
		r.id = vendor + "-key"
		if !used[vendor] {
			used[vendor] = true
			list = append(list, r)
		}
	}
	return list
}

// vendorName is two or three syllables that no language has.
func vendorName(random *rand.Rand) string {
	var name strings.Builder
	for range 2 + random.IntN(2) {
		for _, letters := range []string{"bdfgklmnprstvz", "aeiou", "bkmnrstvxz"} {
			name.WriteByte(letters[random.IntN(len(letters))])
		}
	}
	return name.String()
}

// ruleFile writes rules as a file that adds them to the built-in ones.
func ruleFile(list []vendorRule) string {
	var b strings.Builder
	b.WriteString("title = \"rules for vendors that do not exist\"\n\n[extend]\nuseDefault = true\n")
	for _, r := range list {
		fmt.Fprintf(&b, "\n[[rules]]\nid = %q\ndescription = \"secret of a vendor that does not exist\"\nregex = '''%s'''\nkeywords = [%q]\nentropy = 3.0\n",
			r.id, r.regex, r.keyword)
	}
	return b.String()
}
