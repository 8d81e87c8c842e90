package example

import (
	"fmt"
	"strings"
)

// Syntax is a way in which files write a name and its value down.
type Syntax struct {
	Name string
	// File is a path that a file of this syntax has.
	File string

	text   string // with <name> and <value>, among a few lines of what stands around such a line
	rename func(name string) string
	escape func(value string) string
}

// Write returns a text of a few lines that gives name the value. Name and value are written as
// the syntax needs it: signs that a name cannot have there become others, signs that
// a value cannot have are escaped.
func (s Syntax) Write(name, value string) string {
	return strings.NewReplacer("<name>", s.rename(name), "<value>", s.escape(value)).Replace(s.text)
}

// Escape returns a value as it stands in what Write returns.
func (s Syntax) Escape(value string) string { return s.escape(value) }

// Syntaxes returns all syntaxes, always in the same order.
func Syntaxes() []Syntax {
	return []Syntax{
		{"env", "deploy/service.env", "LOG_LEVEL=info\n<name>=<value>\nPORT=8080\n", identifier, shellValue},
		{"json", "config/settings.json", "{\n  \"region\": \"eu-west-1\",\n  \"<name>\": \"<value>\",\n  \"retries\": 3\n}\n", quoted, quoted},
		{"yaml", "config/settings.yaml", "service:\n  replicas: 2\n  <name>: \"<value>\"\n  region: eu-west-1\n", plain, quoted},
		{"toml", "config/settings.toml", "[service]\nreplicas = 2\n<name> = \"<value>\"\nregion = \"eu-west-1\"\n", tomlKey, quoted},
		{"ini", "config/settings.ini", "[service]\nreplicas = 2\n<name> = <value>\nregion = eu-west-1\n", plain, oneLine},
		{"xml-element", "config/settings.xml", "<settings>\n  <region>eu-west-1</region>\n  <<name>><value></<name>>\n</settings>\n", xmlName, xmlText},
		{"xml-attribute", "config/app.config", "<settings>\n  <add key=\"region\" value=\"eu-west-1\" />\n  <add key=\"<name>\" value=\"<value>\" />\n</settings>\n", xmlText, xmlText},
		{"go", "internal/client/client.go", "package client\n\nconst timeout = 30\n\nvar <name> = \"<value>\"\n", identifier, quoted},
		{"javascript", "src/client.js", "import { connect } from './net.js';\n\nconst <name> = '<value>';\n\nexport default connect();\n", identifier, apostrophed},
		{"python", "src/client.py", "import requests\n\n<name> = \"<value>\"\nTIMEOUT = 30\n", identifier, quoted},
		{"ruby", "config/initializers/client.rb", "Client.configure do |config|\n  config.timeout = 30\n  config.options = { '<name>' => '<value>' }\nend\n", apostrophed, apostrophed},
		{"php", "src/config.php", "<?php\n\n$config['timeout'] = 30;\n$config['<name>'] = '<value>';\n", apostrophed, apostrophed},
		{"java", "src/main/java/net/corp/Client.java", "public class Client {\n    private static final int TIMEOUT = 30;\n    private static final String <name> = \"<value>\";\n}\n", identifier, quoted},
		{"csharp", "src/Client.cs", "public class Client\n{\n    public int Timeout { get; set; } = 30;\n    public string <name> { get; set; } = \"<value>\";\n}\n", identifier, quoted},
		{"shell", "scripts/deploy.sh", "#!/bin/sh\nset -e\nexport <name>='<value>'\n./deploy --verbose\n", identifier, shellQuoted},
		{"url", "docs/requests.txt", "# every item, the newest first\nGET https://api.corp-internal.net/v1/items?limit=10&<name>=<value>&order=newest\nAccept: application/json\n", queryText, queryText},
		{"sql", "db/seed.sql", "BEGIN;\nUPDATE settings SET <name> = '<value>' WHERE id = 7;\nCOMMIT;\n", identifier, sqlText},
		{"csv", "data/settings.csv", "name,value,updated\nregion,eu-west-1,2024-03-01\n<name>,<value>,2024-03-02\n", csvText, csvText},
		{"header", "docs/requests.http", "GET /v1/items HTTP/1.1\nHost: api.corp-internal.net\n<name>: <value>\nAccept: application/json\n", headerName, oneLine},
	}
}

func plain(text string) string { return text }

// replaceRunes replaces what keep does not keep.
func replaceRunes(text string, with rune, keep string) string {
	return strings.Map(func(r rune) rune {
		if 'a' <= r && r <= 'z' || 'A' <= r && r <= 'Z' || '0' <= r && r <= '9' || strings.ContainsRune(keep, r) {
			return r
		}
		return with
	}, text)
}

// identifier makes a name that programs can have.
func identifier(name string) string { return replaceRunes(name, '_', "_") }

// headerName makes a name of a header field (RFC 9110, section 5.1) as they are usual.
func headerName(name string) string { return replaceRunes(name, '-', "-") }

func xmlName(name string) string { return replaceRunes(name, '-', "_.-") }

// tomlKey quotes a key that cannot stand bare, and one whose dots would make tables of it.
func tomlKey(name string) string {
	if headerName(identifier(name)) == headerName(name) && !strings.ContainsAny(name, ". ") {
		return name
	}
	return `"` + quoted(name) + `"`
}

// quoted escapes what cannot stand between double quotes in JSON, and in most languages.
func quoted(text string) string {
	return strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(text)
}

// apostrophed escapes what cannot stand between single quotes in most languages.
func apostrophed(text string) string {
	return strings.NewReplacer(`\`, `\\`, `'`, `\'`, "\n", `\n`, "\r", `\r`).Replace(text)
}

// oneLine escapes what ends a line.
func oneLine(text string) string {
	return strings.NewReplacer("\n", `\n`, "\r", `\r`).Replace(text)
}

// shellQuoted escapes what cannot stand between single quotes in a shell. Lines may end there.
func shellQuoted(text string) string { return strings.ReplaceAll(text, `'`, `'\''`) }

// shellValue is a value of an env file: bare where it can be.
func shellValue(text string) string {
	if strings.ContainsAny(text, " \t\r\n\"'`$\\#&;()<>|*?[]{}!~") {
		return `"` + quoted(text) + `"`
	}
	return text
}

func xmlText(text string) string {
	return strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;").Replace(text)
}

// queryText escapes what would end a parameter of a query, or mean something else there (RFC 3986,
// section 3.4). What else the RFC wants escaped, people write as it is.
func queryText(text string) string {
	var b strings.Builder
	for _, c := range []byte(text) {
		if c <= ' ' || c > '~' || strings.IndexByte("\"#%&+;", c) >= 0 {
			fmt.Fprintf(&b, "%%%02X", c)
		} else {
			b.WriteByte(c)
		}
	}
	return b.String()
}

func sqlText(text string) string { return strings.ReplaceAll(text, `'`, `''`) }

// csvText is a field of RFC 4180: in quotes where it must be.
func csvText(text string) string {
	if strings.ContainsAny(text, ",\"\r\n") {
		return `"` + strings.ReplaceAll(text, `"`, `""`) + `"`
	}
	return text
}
