package audit

import (
	"regexp"
	"strings"
	"testing"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/secrettest"
)

func TestKindOf(t *testing.T) {
	traced := regexp.MustCompile(filePattern)
	for kind, names := range map[fileKind][]string{
		envFile: {
			".env", "a/.env", ".env.local", ".env.production", ".env-prod", ".env_prod", "prod.env", "a/b.env.local", ".envrc", "env.local", "env.production",
			".ENV", ".env.prod.local", ".env.bak", "docker.env", ".env.old",
		},
		envSample: {".env.example", ".env.sample", ".env.template", ".env.dist", ".env.defaults", "example.env", "env.example", ".env.local.example", ".env-sample", ".envrc.template", "sample.env.local", ".env.tpl"},
		keyFile: {
			"id_rsa", ".ssh/id_ed25519", "id_ecdsa_sk", "app.p12", "a/b.PFX", "release.keystore", "my.jks", "vault.kdbx", "putty.ppk", "secring.gpg", "live/privkey.pem",
		},
		credentialFile: {
			".netrc", "_netrc", ".pgpass", ".my.cnf", ".git-credentials", "web/.htpasswd", ".docker/config.json", "home/.aws/credentials", ".kube/config", "kubeconfig",
			"credentials.json", "service-account.json", "gcp/service_account-prod.json", "client_secret_1.json", "terraform.tfstate", "prod.tfstate", "terraform.tfstate.backup",
			"office.ovpn", "wallet.dat", "keystore/UTC--2020-01-01T00-00-00--abc", "config/master.key", "config/credentials/production.key", ".cargo/credentials.toml",
		},
		ordinary: {
			"env", "src/env.go", "environment.ts", ".environment", "a.envelope", ".env.d.ts", ".env.md", "next-env.d.ts", "env.d.ts", ".env.test", ".env.vault", ".env.gpg", ".env/lib/a.py",
			"id_rsa.pub", "server.pem", "tls.key", "cacerts.jks", "debug.keystore", "truststore.p12", "p12", ".npmrc", ".pypirc", "config.json", "credentials.json.example",
			"master.key", "aws/credentials.md", "notes.txt", "jks", "identity.go", "idea_rsa", "maketpf.env_curl",
		},
	} {
		for _, name := range names {
			if got := kindOf(name); got != kind {
				t.Errorf("%s is of kind %d, want %d", name, got, kind)
			}
			if kind != ordinary && !traced.MatchString(name) {
				t.Errorf("%s is not among what the scan looks for", name)
			}
		}
	}
}

// Whatever is of a kind is traced by the scan.
func FuzzKindOf(f *testing.F) {
	traced := regexp.MustCompile(filePattern)
	for _, name := range []string{".env", "a/.env.x", "prod.env", ".envrc-1", "b.p12", "service-account-1.json", "keystore/utc--1", "config/credentials/x.key", "env.local.x"} {
		f.Add(name)
	}
	f.Fuzz(func(t *testing.T, name string) {
		if strings.ContainsAny(name, "\n\x00") || strings.ContainsFunc(name, func(r rune) bool { return r > unicode.MaxASCII }) || strings.HasSuffix(name, "/") || strings.Contains(name, "//") {
			return
		}
		if kindOf(name) != ordinary && !traced.MatchString(name) {
			t.Errorf("%q is of kind %d, and the scan does not look for it", name, kindOf(name))
		}
	})
}

func TestPlaces(t *testing.T) {
	for name, want := range map[string]bool{
		".github/workflows/ci.yml": true, ".gitlab-ci.yml": true, "Jenkinsfile": true, ".circleci/config.yml": true, "azure-pipelines.yml": true, "bitbucket-pipelines.yml": true,
		".travis.yml": true, ".drone.yml": true, ".buildkite/pipeline.yml": true, "Dockerfile": true, "web/Dockerfile.prod": true, "docker-compose.yml": true, "compose.yaml": true,
		"ci.py": false, "workflows/a.yml": false, "composer.json": false,
	} {
		if isCI(name) != want {
			t.Errorf("isCI(%q) is %v", name, !want)
		}
	}
	for name, want := range map[string]bool{
		"README": true, "README.md": true, "docs/a.yml": true, "a/examples/b.go": true, "notes.txt": true, "a.rst": true, "config.example.yml": true, "main.go": false, "a/b.yml": false,
	} {
		if isDocs(name) != want {
			t.Errorf("isDocs(%q) is %v", name, !want)
		}
	}
}

func TestParseSettings(t *testing.T) {
	text := "\ufeff; comment\n[core]\n\tbare = true # yes\n[Remote \"a b\\\"c\"] url = \"x # y\" z\n\tFetch = +refs/*:\\\n  refs/*\n[old.Name]\n\tkey\n[broken\n[http \"https://h/\"]\n\textraHeader = A: b \\\"c\\\"\n\tk=v"
	want := []setting{
		{"core", "", "bare", "true", 3},
		{"remote", `a b"c`, "url", "x # y z", 4},
		{"remote", `a b"c`, "fetch", "+refs/*:  refs/*", 5},
		{"old", "name", "key", "", 8},
		{"http", "https://h/", "extraheader", `A: b "c"`, 11},
		{"http", "https://h/", "k", "v", 12},
	}
	got := parseSettings(text)
	if diff := cmp.Diff(want, got, cmp.AllowUnexported(setting{})); diff != "" {
		t.Error(diff)
	}
}

func FuzzParseSettings(f *testing.F) {
	for _, seed := range []string{"[a]\nb=c", "[a \"b\"] c = \"d\\n\" ; e", "[", "=", "[a]\nb = \\", "\\\r\n[a.b]"} {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, text string) {
		lines := strings.Count(text, "\n") + 1
		for _, s := range parseSettings(text) {
			if s.line < 1 || s.line > lines {
				t.Errorf("line %d of %d", s.line, lines)
			}
		}
	})
}

func TestURLSecret(t *testing.T) {
	token := secrettest.New(9).Mixed(30)
	for url, want := range map[string]string{
		"https://host/a.git":                             "",
		"https://user@host/a.git":                        "",
		"https://user:hunter2x@host/a.git":               "hunter2x",
		"https://user:p@ss@host/a.git":                   "p@ss",
		"https://user:a/b@host/a.git":                    "a/b",
		"https://" + token + "@host/a.git":               token,
		"https://" + token + ":x-oauth-basic@host/a.git": token,
		"https://user:${TOKEN}@host/a.git":               "",
		"https://user:<token>@host/a.git":                "",
		"ssh://git@host/a.git":                           "",
		"git@host:a.git":                                 "",
		"../a.git":                                       "",
		"https://host/a@b.git":                           "",
	} {
		got, ok := urlSecret(url)
		if ok != (want != "") || ok && got != want {
			t.Errorf("%s: %q, %v, want %q", url, got, ok, want)
		}
	}
}

func TestVariable(t *testing.T) {
	for line, want := range map[string][2]string{
		"A=b":                 {"A", "b"},
		"export A=b # c":      {"A", "b"},
		"# A = 'b c' # d":     {"A", "b c"},
		`A="b`:                {"A", `"b`},
		"A=":                  {"A", ""},
		"no assignment":       {},
		"a sentence = nobody": {},
	} {
		name, value, _ := variable(line)
		if want != [2]string{name, value} {
			t.Errorf("%q: %q, %q", line, name, value)
		}
	}
	for name, want := range map[string]bool{
		"API_KEY": true, "DB_PASSWORD": true, "SECRET": true, "GITHUB_TOKEN": true, "KEY": false, "PUBLIC_KEY": false, "TOKEN_TTL": false, "SECRET_FILE": false, "APIKEY": true, "PORT": false,
	} {
		if namesSecret(name) != want {
			t.Errorf("namesSecret(%s) is %v", name, !want)
		}
	}
}

// A line for .gitignore names the file and nothing else.
func TestIgnoreLine(t *testing.T) {
	for name, want := range map[string]string{
		".env": ".env", "a/.env": ".env", "a/b.env": "/a/b.env", "a*[b].env": `/a\*\[b].env`, "!a.env": "/!a.env", "a.env ": `/a.env\ `, "a\nb.env": "",
	} {
		if got, _ := ignoreLine(name); got != want {
			t.Errorf("%q: %q, want %q", name, got, want)
		}
	}
}
