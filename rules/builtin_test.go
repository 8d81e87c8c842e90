package rules_test

import (
	"fmt"
	"regexp/syntax"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak"
	"github.com/unleak/unleak/internal/secrettest"
	"github.com/unleak/unleak/rules"
	"github.com/unleak/unleak/rules/example"
	"github.com/unleak/unleak/rules/inspect"
)

// builtin loads the embedded rule file.
func builtin(t testing.TB) *rules.Set {
	t.Helper()
	set, err := rules.Load(unleak.RulesName, unleak.Rules())
	if err != nil {
		t.Fatal(err)
	}
	return set
}

// TestBuiltinIsComplete checks that each rule says all that a report shows, and can be
// evaluated on windows.
func TestBuiltinIsComplete(t *testing.T) {
	for _, rule := range builtin(t).Rules {
		t.Run(rule.ID, func(t *testing.T) {
			if rule.Description == rule.ID || rule.Help == "" || rule.URL == "" || len(rule.Tags) == 0 {
				t.Error("lacks a description, help, url or tags")
			}
			if len(rule.Help) > 600 || !strings.HasSuffix(rule.Help, ".") || strings.HasSuffix(rule.Description, ".") {
				t.Error("help is not a few sentences, or description not a phrase")
			}
			if len(rule.Keywords) == 0 && (rule.Path == "" || rule.Regex != "") {
				t.Error("has no keywords and is no rule for paths")
			}
			for _, keyword := range rule.Keywords {
				if len(keyword) < 3 {
					t.Errorf("keyword %q is too common", keyword)
				}
			}
			if rule.Regex != "" {
				parsed, err := syntax.Parse(rule.Regex, syntax.Perl)
				if err != nil {
					t.Fatal(err)
				}
				if unbounded(parsed) && rule.Window == 0 {
					t.Error("regex has no bound and the rule no window")
				}
			} else if rule.Inspect != "" && rule.Window == 0 {
				t.Error("a located rule needs a window")
			}
		})
	}
}

func unbounded(re *syntax.Regexp) bool {
	return re.Op == syntax.OpStar || re.Op == syntax.OpPlus || re.Op == syntax.OpRepeat && re.Max < 0 ||
		slices.ContainsFunc(re.Sub, unbounded)
}

func TestBuiltinOtherExamples(t *testing.T) {
	g := secrettest.New(11)
	token, hex := g.Mixed(24), g.String(secrettest.Hex, 40)
	key := g.Mixed(40)
	tests := map[string]struct{ rule, text, want string }{
		"url":             {"url-password", "url = https://bot:" + token + "@" + "git.corp-internal.net/x", token},
		"stripe test":     {"stripe-test-key", "key: sk" + "_test_" + token, "sk" + "_test_" + token},
		"stripe hook":     {"stripe-webhook-secret", "key: wh" + "sec_" + token + "abc12345", "wh" + "sec_" + token + "abc12345"},
		"service account": {"google-service-account", "{\n \"type\": \"service_account\",\n \"project_id\": \"x\",\n \"private_key_id\": \"" + hex + "\",", hex},
		"moorcheh header": {"moorcheh-api-key-request", "curl https://api.moorcheh.ai/v1/search \\\n  -H 'x-api-key: " + key + "'", key},
		"moorcheh client": {"moorcheh-api-key-request", "MoorchehClient(api_key=\"" + key + "\")", key},
		"moorcheh python": {"moorcheh-api-key-bare", "os.environ['MOORCHEH_API_KEY'] = '" + key + "'", key},
		"moorcheh getenv": {"moorcheh-api-key-bare", "os.getenv('MOORCHEH_API_KEY', '" + key + "')", key},
		"aws csv":         {"aws-access-key-pair", "AK" + "IA" + g.String(secrettest.Base32, 16) + "," + g.Mixed(20) + "/" + "abcDEF123ghiJKL45+Q", ""},
	}
	set := builtin(t)
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			found := scan(t, set, "x\n"+test.text+"\ny\n")
			if !slices.ContainsFunc(found, func(h hit) bool { return h.rule == test.rule && (test.want == "" || h.secret == test.want) }) {
				t.Errorf("not found in\n%s\nbut %v", test.text, found)
			}
		})
	}
}

func TestBuiltinPaths(t *testing.T) {
	tests := map[string]string{
		".env": "dotenv-file", "a/b/.env": "dotenv-file", ".env.production": "dotenv-file", "config/prod.env": "dotenv-file",
		".env.local": "dotenv-file", ".env.production.local": "dotenv-file", ".ENV": "dotenv-file",
		".env.example": "", ".env.sample": "", ".env.template": "", ".env.dist": "", "example.env": "", "sample.env": "", ".env.local.example": "",
		".env-example": "", ".env.EXAMPLE": "", "env": "", "my.environment": "", "a.env/x": "", ".envrc": "", ".env.test": "", "process.env.js": "",
		".ssh/id_rsa": "ssh-key-file", "id_ed25519": "ssh-key-file", "id_rsa.pub": "", "my_id_rsa": "",
		"a/x.p12": "key-store-file", "x.PFX": "key-store-file", "release.keystore": "key-store-file", "debug.keystore": "", "p12": "",
		".netrc": "credential-file", "home/.aws/credentials": "credential-file", ".pgpass": "credential-file", ".git-credentials": "credential-file",
		"config/master.key": "credential-file", "credentials": "", "aws/credentials": "", "main.go": "", "docs/netrc.md": "",
	}
	set := builtin(t)
	for path, want := range tests {
		got := ""
		for _, rule := range set.Rules {
			if re := rule.PathRegexp(); re != nil && re.MatchString(path) && !rule.AllowPlace(path, commitA, 0) {
				got += rule.ID
			}
		}
		if got != want {
			t.Errorf("%s is found by %q, want %q", path, got, want)
		}
	}
}

// TestOrdinaryTextIsQuiet runs the whole set over text that speaks of secrets and holds none.
func TestOrdinaryTextIsQuiet(t *testing.T) {
	g := secrettest.New(12)
	commit := g.String(secrettest.Hex, 40)
	texts := []string{
		"func login(password string) error { return check(password, token) }",
		"commit " + commit + "\nAuthor: A <a@b.c>\n\n    Add the token parser",
		"\"integrity\": \"sha512-" + g.Value("azure-storage") + "\"",
		"uses: actions/checkout@" + commit,
		"sha256:" + g.String(secrettest.Hex, 64),
		"The password must have 8 characters, e.g. a mix of a-z, 0-9.",
		"const TOKEN_TYPES = ['access', 'refresh'];\ntoken_type: 'Bearer'",
		"<input type=\"password\" name=\"password\" placeholder=\"Password1\">",
		"Authorization: Bearer $TOKEN\nAuthorization: Basic <base64>\n",
		"https://github.com/owner/repo.git and ssh://git@" + "github.com/owner/repo",
		"git clone https://user@" + "example.com/x.git",
		"-----BEGIN CERTIFICATE-----\nMIIB" + g.Mixed(60) + "\n-----END CERTIFICATE-----",
		"ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQ" + g.Mixed(200) + " me@host",
		"mk_" + "mutex_lock_init_something_long(mk_value_of_thing);",
		"task-proj-" + strings.Repeat("a", 20) + " and Asia/Tokyo, AKIA is a prefix",
		"moorcheh commit " + commit,
		"msg.text = args.body; SG.x",
		"x-api-key: {{api_key}}",
	}
	set := builtin(t)
	for _, text := range texts {
		if found := scan(t, set, text); len(found) > 0 {
			t.Errorf("found %v in %q", found, text)
		}
	}
}

// TestPrefixesAreOfTheSecret: a known prefix is one that secrets of the rule have. Some vendors have
// tokens without one too.
func TestPrefixesAreOfTheSecret(t *testing.T) {
	for _, rule := range builtin(t).Rules {
		known := len(rule.Prefixes) == 0
		for _, pattern := range rule.Examples {
			for seed := range int64(5) {
				value, err := example.DrawValue(pattern, seed)
				if err != nil {
					t.Fatal(err)
				}
				known = known || rule.KnownPrefix(value.Secret) != ""
			}
		}
		if !known {
			t.Errorf("rule %s: no example starts with one of %v", rule.ID, rule.Prefixes)
		}
	}
}

func ExampleSet_Lookup() {
	set, err := rules.Load(unleak.RulesName, unleak.Rules())
	if err != nil {
		fmt.Println(err)
		return
	}
	rule, _ := set.Lookup("json-web-token")
	_, ok := inspect.LookupLocator(rule.Inspect)
	fmt.Println(rule.Severity, rule.Keywords[0], ok)
	// Output: high eyj true
}
