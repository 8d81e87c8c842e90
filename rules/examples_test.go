package rules_test

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/secrettest"
)

// syntaxes are the ways in which a value is written down. %s is the name, then the value.
var syntaxes = map[string]string{
	"env":         "export %s=%s\n",
	"env crlf":    "%s=%s\r\n",
	"ini":         "[main]\n%s = %s\n",
	"yaml":        "main:\n  %s: %s\n",
	"yaml quoted": "main:\n  %s: '%s' # by hand\n",
	"json":        "{\"id\": 7, \"%s\": \"%s\", \"on\": true}\n",
	"json escape": `{"body": "{\"%s\": \"%s\"}"}`,
	"go":          "\t%s := \"%s\"\n",
	"go typed":    "var %s string = \"%s\"\n",
	"typescript":  "const %s: string = '%s';\n",
	"ruby":        "config[:x] = { '%s' => '%s' }\n",
	"php":         "$config['%s'] = '%s';\n",
	"xml":         "<settings><%[1]s>%[2]s</%[1]s></settings>\n",
	"xml pair":    "<add key=\"%s\" value=\"%s\" />\n",
	"define":      "#define %s \"%s\"\n",
	"next line":   "\"%s\":\n    \"%s\",\n",
	"kubernetes":  "- name: %s\n  value: %s\n",
	"shell":       "./deploy --%s=%s --verbose\n",
	"call":        "client.%s(\"%s\");\n",
}

// examples lists for each rule the kinds of secret it finds, and the name they are
// given in the syntaxes; with no name, their own line is used.
var examples = []struct {
	rule, kind, name string
	not              []string // syntaxes that give the rule too little
}{
	{rule: "moorcheh-api-key", kind: "moorcheh", name: "MOORCHEH_API_KEY"},
	{rule: "moorcheh-api-key", kind: "moorcheh", name: "key"},
	{rule: "moorcheh-api-key-bare", kind: "moorcheh-bare", name: "MOORCHEH_API_KEY",
		not: []string{"go typed", "typescript", "xml pair", "define", "kubernetes", "call", "json escape"}},
	{rule: "json-web-token", kind: "jwt", name: "session"},
	{rule: "private-key", kind: "pem-rsa"},
	{rule: "private-key", kind: "pem-pkcs8"},
	{rule: "private-key", kind: "pem-ec"},
	{rule: "private-key", kind: "openssh"},
	{rule: "private-key", kind: "pgp"},
	{rule: "private-key", kind: "ppk"},
	{rule: "generic-credential", kind: "password", name: "db_password"},
	{rule: "generic-credential", kind: "password", name: "smtpPassword"},
	{rule: "generic-credential", kind: "password", name: "MYSQL_PWD"},
	{rule: "generic-credential", kind: "bearer", name: "client_secret"},
	{rule: "generic-credential", kind: "bearer", name: "authToken"},
	{rule: "generic-credential", kind: "bearer", name: "API_KEY"},
	{rule: "authorization-basic", kind: "basic-auth"},
	{rule: "authorization-bearer", kind: "bearer"},
	{rule: "aws-access-key-id", kind: "aws-id", name: "key"},
	{rule: "aws-secret-access-key", kind: "aws-secret", name: "aws_secret_access_key",
		not: []string{"go typed", "typescript", "xml pair", "define", "kubernetes", "call", "json escape"}},
	{rule: "azure-storage-key", kind: "azure-storage"},
	{rule: "google-api-key", kind: "google-api", name: "key"},
	{rule: "google-oauth-client-secret", kind: "google-oauth", name: "key"},
	{rule: "github-token", kind: "github", name: "key"},
	{rule: "github-token", kind: "github-app", name: "key"},
	{rule: "github-fine-grained-token", kind: "github-fine", name: "key"},
	{rule: "gitlab-token", kind: "gitlab", name: "key"},
	{rule: "npm-token", kind: "npm", name: "key"},
	{rule: "pypi-token", kind: "pypi", name: "key"},
	{rule: "openai-api-key", kind: "openai", name: "key"},
	{rule: "openai-api-key", kind: "openai-legacy", name: "key"},
	{rule: "anthropic-api-key", kind: "anthropic", name: "key"},
	{rule: "huggingface-token", kind: "huggingface", name: "key"},
	{rule: "slack-token", kind: "slack", name: "key"},
	{rule: "slack-webhook", kind: "slack-webhook", name: "key"},
	{rule: "stripe-key", kind: "stripe", name: "key"},
	{rule: "sendgrid-api-key", kind: "sendgrid", name: "key"},
	{rule: "twilio-api-key", kind: "twilio", name: "TWILIO_API_KEY"},
	{rule: "twilio-auth-token", kind: "twilio-auth", name: "TWILIO_AUTH_TOKEN",
		not: []string{"go typed", "typescript", "xml pair", "define", "kubernetes", "call", "json escape"}},
	{rule: "database-url", kind: "database-url", name: "DATABASE_URL"},
	{rule: "connection-string", kind: "connection-net"},
}

func TestExamples(t *testing.T) {
	set := builtin(t)
	for _, example := range examples {
		texts := map[string]string{"line": "%[2]s"}
		if example.name != "" {
			texts = syntaxes
		}
		for syntax, format := range texts {
			if slices.Contains(example.not, syntax) {
				continue
			}
			t.Run(strings.Join([]string{example.rule, example.kind, example.name, syntax}, "/"), func(t *testing.T) {
				for seed := range int64(8) {
					line, value := secrettest.New(seed).Line(example.kind)
					text := line
					if example.name != "" {
						text = fmt.Sprintf(format, example.name, value)
					}
					found := scan(set, []byte("first line\n"+text+"\nlast line\n"))
					if !slices.ContainsFunc(found, func(h hit) bool {
						return h.rule == example.rule && strings.Contains(value, h.secret)
					}) {
						t.Errorf("seed %d: not found in\n%s\nbut %v", seed, text, found)
					}
				}
			})
		}
	}
}

// TestEveryRuleHasAnExample keeps the table above complete.
func TestEveryRuleHasAnExample(t *testing.T) {
	elsewhere := []string{"url-password", "stripe-test-key", "stripe-webhook-secret", "google-service-account"}
	for _, rule := range builtin(t).Rules {
		if len(rule.Keywords) == 0 || slices.Contains(elsewhere, rule.ID) {
			continue
		}
		if !slices.ContainsFunc(examples, func(e struct {
			rule, kind, name string
			not              []string
		}) bool {
			return e.rule == rule.ID
		}) {
			t.Errorf("rule %s has no example", rule.ID)
		}
	}
}
