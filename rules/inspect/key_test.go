package inspect

import (
	"crypto/ed25519"
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"

	"github.com/unleak/unleak/internal/secrettest"
)

// privateKeyWords stand in two parts, so that this file holds no first line of a key.
const privateKeyWords = "PRIV" + "ATE KEY"

var keyKeywords = []string{strings.ToLower(privateKeyWords), "putty-user-key-file"}

func TestPrivateKeyFacts(t *testing.T) {
	tests := map[string]struct {
		kind, format, algorithm, bits string
	}{
		"pkcs1":   {"pem-rsa", "pkcs1", "rsa", "1024"},
		"pkcs8":   {"pem-pkcs8", "pkcs8", "rsa", "1024"},
		"sec1":    {"pem-ec", "sec1", "ecdsa", "256"},
		"openssh": {"openssh", "openssh", "ed25519", "256"},
		"pgp":     {"pgp", "pgp", "ed25519", ""},
		"putty":   {"ppk", "putty-v3", "ed25519", "256"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			text := secrettest.New(1).Value(test.kind)
			secrets, verdicts := locateAll(privateKey, "x\n"+text+"y\n", keyKeywords...)
			if len(secrets) != 1 {
				t.Fatalf("found %d keys in\n%s", len(secrets), text)
			}
			facts := verdicts[0].Facts
			if facts["format"] != test.format || facts["type"] != test.algorithm || facts["bits"] != test.bits ||
				facts["encrypted"] != "false" || facts["public_fingerprint"] == "" || verdicts[0].Confidence != High {
				t.Errorf("verdict %+v, want %+v", verdicts[0], test)
			}
			if strings.Contains(secrets[0], "-----") || strings.Contains(secrets[0], ":") || strings.TrimSpace(secrets[0]) != secrets[0] {
				t.Errorf("the secret is more than the body:\n%s", secrets[0])
			}
		})
	}
}

// TestPrivateKeyFingerprint compares fingerprints with those of x/crypto/ssh.
func TestPrivateKeyFingerprint(t *testing.T) {
	for _, kind := range []string{"pem-rsa", "pem-pkcs8", "pem-ec", "openssh"} {
		t.Run(kind, func(t *testing.T) {
			text := secrettest.New(2).Value(kind)
			signer, err := ssh.ParsePrivateKey([]byte(text))
			if err != nil {
				t.Fatal(err)
			}
			_, verdicts := locateAll(privateKey, text, keyKeywords...)
			if want := ssh.FingerprintSHA256(signer.PublicKey()); len(verdicts) != 1 || verdicts[0].Facts["public_fingerprint"] != want {
				t.Errorf("verdicts %+v, want fingerprint %s", verdicts, want)
			}
		})
	}
}

// TestPGPFingerprint compares with the key id that gpg --show-keys names for this key.
func TestPGPFingerprint(t *testing.T) {
	_, verdicts := locateAll(privateKey, secrettest.New(1).Value("pgp"), keyKeywords...)
	if len(verdicts) != 1 || !strings.HasSuffix(verdicts[0].Facts["public_fingerprint"], "1891359BE03716BF") {
		t.Errorf("verdicts %+v", verdicts)
	}
}

// TestPrivateKeyEd25519PKCS8 covers the form that newer tools write.
func TestPrivateKeyEd25519PKCS8(t *testing.T) {
	key := ed25519.NewKeyFromSeed(secrettest.New(3).Bytes(ed25519.SeedSize))
	der, err := x509.MarshalPKCS8PrivateKey(key)
	if err != nil {
		t.Fatal(err)
	}
	public, err := ssh.NewPublicKey(key.Public())
	if err != nil {
		t.Fatal(err)
	}
	text := string(pem.EncodeToMemory(&pem.Block{Type: privateKeyWords, Bytes: der}))
	_, verdicts := locateAll(privateKey, text, keyKeywords...)
	if len(verdicts) != 1 || verdicts[0].Facts["type"] != "ed25519" || verdicts[0].Facts["public_fingerprint"] != ssh.FingerprintSHA256(public) {
		t.Errorf("verdicts %+v", verdicts)
	}
}

func TestPrivateKeyEncrypted(t *testing.T) {
	g := secrettest.New(4)
	legacy := pem.EncodeToMemory(&pem.Block{
		Type:    "RSA " + privateKeyWords,
		Headers: map[string]string{"Proc-Type": "4,ENCRYPTED", "DEK-Info": "AES-128-CBC," + strings.ToUpper(g.String(secrettest.Hex, 32))},
		Bytes:   g.Bytes(608),
	})
	signer := ed25519.NewKeyFromSeed(g.Bytes(32))
	block, err := ssh.MarshalPrivateKeyWithPassphrase(signer, "x", g.Bytes(16))
	if err != nil {
		t.Fatal(err)
	}
	// EncryptedPrivateKeyInfo: an algorithm without parameters, then the data.
	info := append([]byte{0x30, 0x81, 0x95, 0x30, 0x0b, 0x06, 0x09, 0x2a, 0x86, 0x48, 0x86, 0xf7, 0x0d, 0x01, 0x05, 0x0d, 0x04, 0x81, 0x85}, g.Bytes(0x85)...)
	tests := map[string]struct {
		text, format string
	}{
		"legacy":  {string(legacy), "pkcs1"},
		"openssh": {string(pem.EncodeToMemory(block)), "openssh"},
		"pkcs8":   {string(pem.EncodeToMemory(&pem.Block{Type: "ENCRYPTED " + privateKeyWords, Bytes: info})), "pkcs8"},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, verdicts := locateAll(privateKey, test.text, keyKeywords...)
			if len(verdicts) != 1 {
				t.Fatalf("verdicts %+v of\n%s", verdicts, test.text)
			}
			if v := verdicts[0]; v.Facts["encrypted"] != "true" || v.Facts["format"] != test.format || v.Severity != Medium {
				t.Errorf("verdict %+v, want an encrypted key of format %s", v, test.format)
			}
		})
	}
}

// TestPrivateKeyAnywhere finds one key in the clothes that code and configuration
// put on it.
func TestPrivateKeyAnywhere(t *testing.T) {
	for _, kind := range []string{"pem-rsa", "pem-ec", "openssh", "pgp"} {
		key := secrettest.New(5).Value(kind)
		lines := strings.Split(strings.TrimSpace(key), "\n")
		forms := map[string]string{
			"plain":        key,
			"crlf":         strings.ReplaceAll(key, "\n", "\r\n"),
			"indented":     "key: |\n    " + strings.Join(lines, "\n    ") + "\nnext: 1\n",
			"tabs":         "\t" + strings.Join(lines, "\n\t"),
			"json":         `{"private_key": "` + strings.Join(lines, `\n`) + `\n", "x": 1}`,
			"json crlf":    `{"private_key": "` + strings.Join(lines, `\r\n`) + `"}`,
			"json twice":   `"{\"private_key\": \"` + strings.Join(lines, `\\n`) + `\\n\"}"`,
			"joined +":     `key = "` + strings.Join(lines, "\\n\" +\n      \"") + `";`,
			"joined .":     `$key = '` + strings.Join(lines, "' .\n  '") + `';`,
			"adjacent":     `"` + strings.Join(lines, "\\n\"\n\"") + `"`,
			"array":        `["` + strings.Join(lines, "\",\n \"") + `"]`,
			"hash comment": "# " + strings.Join(lines, "\n# "),
			"line comment": "// " + strings.Join(lines, "\n// "),
			"star comment": " * " + strings.Join(lines, "\n * "),
			"continued":    strings.Join(lines, "\\n\\\n"),
			"quoted mail":  "> " + strings.Join(lines, "\n> "),
			"spaces":       "KEY=" + strings.Join(lines, " ") + "\n",
			"one line":     "KEY=" + strings.Join(lines, "") + "\n",
			"entities":     "<key>" + strings.Join(lines, "&#10;") + "</key>",
			"hex entities": "<key v=\"" + strings.Join(lines, "&#xA;") + "\"/>",
			"backtick n":   "$key = \"" + strings.Join(lines, "`n") + "\"",
			"basic":        "k = \"" + strings.Join(lines, "\" & vbCrLf & _\n    \"") + "\"",
			"python":       "KEY = (\n    '" + strings.Join(lines, "\\n'\n    '") + "\\n'\n)",
			"heredoc":      "cat > key <<-EOF\n\t" + strings.Join(lines, "\n\t") + "\n\tEOF\n",
			"with comment": `key = "` + strings.Join(lines, "\\n\" + // next\n      \"") + `";`,
			"define":       "#define KEY \\\n\"" + strings.Join(lines, "\\n\" \\\n\"") + "\\n\"\n",
			"concat":       `$k .= "` + strings.Join(lines, "\\n\";\n$k .= \"") + `";`,
			"append":       `k += '` + strings.Join(lines, "\\n';\nk += '") + `';`,
			"no end":       strings.Join(lines[:len(lines)-1], "\n") + "\n",
		}
		if kind == "pgp" { // blanks would run the checksum into the body
			delete(forms, "spaces")
			delete(forms, "one line")
		}
		for name, text := range forms {
			t.Run(kind+"/"+name, func(t *testing.T) {
				secrets, verdicts := locateAll(privateKey, text, keyKeywords...)
				if len(secrets) != 1 || verdicts[0].Facts["public_fingerprint"] == "" {
					t.Errorf("found %d keys, facts %v, in\n%s", len(secrets), verdicts, text)
				}
			})
		}
	}
}

func TestPrivateKeyIgnores(t *testing.T) {
	key := secrettest.New(6).Value("pem-rsa")
	lines := strings.Split(strings.TrimSpace(key), "\n")
	frame := func(body string) string { return lines[0] + "\n" + body + "\n" + lines[len(lines)-1] + "\n" }
	public := strings.ReplaceAll(key, privateKeyWords, "PUBLIC KEY")
	texts := map[string]string{
		"dots":            frame("..."),
		"dots after body": frame(lines[1] + "\n..."),
		"dots in body":    frame(strings.Join(lines[1:len(lines)-2], "\n") + "\n..."),
		"words in body":   frame(strings.Join(lines[1:len(lines)-2], "\n") + "\n<and so on>"),
		"placeholder":     frame("<your key here>"),
		"words":           frame("YOUR KEY HERE"),
		"template":        frame("{{ .key }}"),
		"empty":           frame(""),
		"repeated":        frame(strings.Repeat("x", 64)),
		"other bytes":     frame("SGVsbG8gd29y" + "bGQsIHRoaXMgaXMgbm8ga2V5IGF0IGFsbA=="),
		"public":          public,
		"prose":           "Put your private key into the file ~/.ssh/id_rsa.",
		"first line only": lines[0],
		"in code":         "if strings.HasPrefix(s, \"" + lines[0] + "\") {",
		"grep":            "grep -r '" + lines[0] + "' .",
		"lower case":      strings.ToLower(key),
		"putty cut off":   "PuTTY-User" + "-Key-File-3: ssh-ed25519\nEncryption: none\n",
		"putty no base64": "PuTTY-User" + "-Key-File-3: ssh-ed25519\nPublic-Lines: 1\n<key>\nPrivate-Lines: 1\n<key>\n",
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			if secrets, _ := locateAll(privateKey, text, keyKeywords...); len(secrets) > 0 {
				t.Errorf("found %q in\n%s", secrets, text)
			}
		})
	}
}

// TestPrivateKeyBodyDecides keeps the secret apart from its first and last line: two keys in
// the same frame are two secrets, one key in two frames is one.
func TestPrivateKeyBodyDecides(t *testing.T) {
	g := secrettest.New(7)
	a, _ := locateAll(privateKey, g.Value("pem-rsa"), keyKeywords...)
	b, _ := locateAll(privateKey, g.Value("pem-rsa"), keyKeywords...)
	if len(a) != 1 || len(b) != 1 || a[0] == b[0] {
		t.Errorf("two keys gave %q and %q", a, b)
	}
}

// TestKeyBody finds keys that stand without their first and last line.
func TestKeyBody(t *testing.T) {
	keywords := []string{"ibadanbgkqhkig9w0baqefaas", "ibaakca", "ibaakbg", "mhccaqee", "b3blbnnzac1rzxktdje"}
	for kind, format := range map[string]string{"pem-rsa": "pkcs1", "pem-pkcs8": "pkcs8", "pem-ec": "sec1", "openssh": "openssh"} {
		key := secrettest.New(8).Value(kind)
		lines := strings.Split(strings.TrimSpace(key), "\n")
		body := strings.Join(lines[1:len(lines)-1], "")
		for name, text := range map[string]string{
			"env":  "PRIVATE_KEY=" + body + "\nPORT=80\n",
			"json": `{"key": "` + body + `", "x": 1}`,
		} {
			secrets, verdicts := locateAll(keyBodyAlone, text, keywords...)
			if len(secrets) != 1 || secrets[0] != body || verdicts[0].Facts["format"] != format || verdicts[0].Facts["public_fingerprint"] == "" {
				t.Errorf("%s in %s: found %d, verdicts %+v", kind, name, len(secrets), verdicts)
			}
		}
		for name, text := range map[string]string{
			"whole":   key,
			"escaped": strings.Join(lines, `\n`),
			"joined":  `"` + strings.Join(lines, "\\n\" +\n \"") + `"`,
			"cut off": body[:len(body)/2],
			"inside":  strings.Repeat("A", 64) + body,
		} {
			if secrets, _ := locateAll(keyBodyAlone, text, keywords...); len(secrets) > 0 {
				t.Errorf("%s %s: found %q", kind, name, secrets)
			}
		}
	}
}

func TestServiceAccount(t *testing.T) {
	key := strings.ReplaceAll(secrettest.New(9).Value("pem-pkcs8"), "\n", `\n`)
	text := "{\n  \"type\": \"service_account\",\n  \"private_key\": \"" + key + "\",\n  \"client_email\": \"bot@acme.iam.gserviceaccount.com\"\n}\n"
	_, verdicts := locateAll(privateKey, text, keyKeywords...)
	if len(verdicts) != 1 || verdicts[0].Facts["account"] != "bot@acme.iam.gserviceaccount.com" {
		t.Errorf("verdicts %+v", verdicts)
	}
}
