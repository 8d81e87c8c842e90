package audit

import (
	"path"
	"strings"

	"github.com/unleak/unleak/rules/inspect"
)

// fileKind is what the name of a file says of what it holds.
type fileKind int

const (
	ordinary       fileKind = iota
	envFile                 // the environment of a deployment
	envSample               // its form, without values
	keyFile                 // a private key, or a store of them
	credentialFile          // what a tool signs in with
)

// kindOf judges a slash path by its name. Names that say too little, such as server.pem, .npmrc or main.tfvars, are
// ordinary: what such files hold is found by the rules.
func kindOf(name string) fileKind {
	lower := strings.ToLower(name)
	base := path.Base(lower)
	switch {
	case isEnvName(base):
		return envKind(base)
	case isSampleName(base):
		return ordinary
	case isKeyName(base):
		return keyFile
	case isCredentialName(base, lower):
		return credentialFile
	}
	return ordinary
}

// isEnvName reports whether a name, in lower case, is one that tools load an environment from: .env, .env.local,
// prod.env, .envrc, env.production.
func isEnvName(base string) bool {
	if rest, ok := strings.CutPrefix(base, "env."); ok {
		first, _, _ := strings.Cut(rest, ".")
		switch first {
		case "local", "dev", "development", "stage", "staging", "prod", "production", "live", "example", "sample", "template", "dist":
			return true
		}
		return false
	}
	at := strings.LastIndex(base, ".env")
	if at < 0 {
		return false
	}
	rest := strings.TrimPrefix(base[at+len(".env"):], "rc")
	return rest == "" || rest[0] == '.' || at == 0 && (rest[0] == '_' || rest[0] == '-')
}

// envKind tells environments from their forms, and from code about them: .env.d.ts, env.example.
func envKind(base string) fileKind {
	words := strings.FieldsFunc(base, func(r rune) bool { return r == '.' || r == '_' || r == '-' })
	for _, word := range words {
		switch word {
		case "example", "examples", "sample", "samples", "template", "templates", "tpl", "tmpl", "dist", "default", "defaults", "schema", "skeleton", "placeholder", "in":
			return envSample
		}
	}
	switch words[len(words)-1] {
	case "test", "tests", "testing", "spec", "ci", // values for tests
		"vault", "enc", "encrypted", "gpg", "age", "asc", "sops", // encrypted on purpose
		"md", "txt", "rst", "html", "htm", "js", "mjs", "cjs", "ts", "tsx", "py", "rb", "go", "php", "java", "rs", "cs", "sh", "j2", "erb", "json", "yaml", "yml":
		return ordinary
	}
	return envFile
}

// isSampleName reports whether a name says that the file is an example.
func isSampleName(base string) bool {
	for _, word := range []string{"example", "sample", "template", ".dist", ".tmpl", ".tpl"} {
		if strings.Contains(base, word) {
			return true
		}
	}
	return false
}

// keyExtensions are of private keys and of stores of them, whatever their name.
var keyExtensions = []string{".p12", ".pfx", ".pkcs12", ".jks", ".jceks", ".keystore", ".bks", ".kdb", ".kdbx", ".ppk", ".agilekeychain"}

func isKeyName(base string) bool {
	switch base {
	case "id_rsa", "id_dsa", "id_ecdsa", "id_ecdsa_sk", "id_ed25519", "id_ed25519_sk", "id_xmss", "secring.gpg", "privkey.pem":
		return true
	case "debug.keystore", "cacerts.jks": // the same everywhere
		return false
	}
	if strings.Contains(base, "truststore") || strings.Contains(base, "trust-store") {
		return false
	}
	extension := path.Ext(base)
	for _, known := range keyExtensions {
		if extension == known && base != known {
			return true
		}
	}
	return false
}

func isCredentialName(base, whole string) bool {
	switch base {
	case ".netrc", "_netrc", ".pgpass", ".my.cnf", ".git-credentials", ".htpasswd", ".dockercfg", ".s3cfg", ".boto", ".vault-token", ".vault_pass",
		"credentials.json", "wallet.dat", "terraform.tfstate", "terraform.tfstate.backup", "kubeconfig", "master.key":
		return base != "master.key" || isBelow(whole, "config/master.key")
	}
	for _, end := range []string{".docker/config.json", ".aws/credentials", ".kube/config", ".cargo/credentials", ".cargo/credentials.toml", ".gem/credentials"} {
		if isBelow(whole, end) {
			return true
		}
	}
	switch path.Ext(base) {
	case ".json":
		return strings.HasPrefix(base, "service-account") || strings.HasPrefix(base, "service_account") || strings.HasPrefix(base, "serviceaccount") ||
			strings.HasPrefix(base, "client_secret")
	case ".tfstate", ".ovpn", ".publishsettings":
		return true
	case ".key":
		return strings.Contains("/"+path.Dir(whole), "/config/credentials")
	}
	return strings.HasPrefix(base, "utc--") && strings.Contains(whole, "keystore/") // wallets of Ethereum clients
}

// isBelow reports whether a path is end, or ends in it from a folder on.
func isBelow(whole, end string) bool { return whole == end || strings.HasSuffix(whole, "/"+end) }

// filePattern matches every path of which [kindOf] says that it is not ordinary, and more: the scan asks it which paths
// to trace.
const filePattern = `(?i)(?:^|/)(?:` +
	`[^/]*\.env(?:rc)?(?:[._-][^/]*)?|env\.[^/]+|` +
	`id_[a-z0-9_]+|secring\.gpg|privkey\.pem|[^/]+\.(?:p12|pfx|pkcs12|jks|jceks|keystore|bks|kdbx?|ppk|agilekeychain|tfstate|ovpn|publishsettings)|` +
	`[._]netrc|\.pgpass|\.my\.cnf|\.git-credentials|\.htpasswd|\.dockercfg|\.s3cfg|\.boto|\.vault-token|\.vault_pass|` +
	`credentials\.json|wallet\.dat|terraform\.tfstate\.backup|kubeconfig|config/master\.key|config/credentials(?:[^/]*/)+[^/]*\.key|` +
	`\.docker/config\.json|\.aws/credentials|\.kube/config|\.cargo/credentials(?:\.toml)?|\.gem/credentials|` +
	`service[-_]?account[^/]*\.json|client_secret[^/]*\.json|utc--[^/]*` +
	`)$`

// isCI reports whether a path is one that a service builds from.
func isCI(name string) bool {
	lower := strings.ToLower(name)
	base := path.Base(lower)
	for _, folder := range []string{".github/workflows/", ".github/actions/", ".circleci/", ".buildkite/", ".teamcity/", ".woodpecker/", ".gitea/workflows/", ".forgejo/workflows/", ".azure-pipelines/", ".semaphore/"} {
		if strings.HasPrefix(lower, folder) {
			return true
		}
	}
	switch base {
	case ".gitlab-ci.yml", ".gitlab-ci.yaml", ".travis.yml", ".drone.yml", ".drone.yaml", ".woodpecker.yml", "appveyor.yml", ".appveyor.yml", "bitbucket-pipelines.yml",
		"cloudbuild.yaml", "cloudbuild.yml", "buildspec.yml", "buildspec.yaml", "codemagic.yaml", "bitrise.yml", ".cirrus.yml", "action.yml", "action.yaml":
		return true
	}
	for _, begin := range []string{"jenkinsfile", "azure-pipelines", "dockerfile", "containerfile", "docker-compose", "compose.y"} {
		if strings.HasPrefix(base, begin) {
			return true
		}
	}
	return strings.HasSuffix(base, ".dockerfile") || strings.HasSuffix(base, ".gitlab-ci.yml") || strings.HasSuffix(base, ".jenkinsfile")
}

// isDocs reports whether a path is text for people, or an example for them.
func isDocs(name string) bool {
	if inspect.PlaceOf(name).Sort == inspect.Docs {
		return true
	}
	for dir := range strings.SplitSeq(path.Dir(strings.ToLower(name)), "/") {
		switch dir {
		case "doc", "docs", "documentation", "example", "examples", "sample", "samples", "demo", "demos", "tutorial", "tutorials":
			return true
		}
	}
	return isSampleName(strings.ToLower(path.Base(name)))
}

// isSample reports whether a path lies among tests, examples or copies of other projects.
func isSample(name string) bool {
	place := inspect.PlaceOf(name)
	return place.Sample || place.Foreign
}
