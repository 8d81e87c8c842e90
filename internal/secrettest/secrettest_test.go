package secrettest

import (
	"crypto/x509"
	"encoding/pem"
	"strings"
	"testing"

	"golang.org/x/crypto/ssh"
)

func TestSameSeedSameValues(t *testing.T) {
	for _, kind := range Kinds() {
		t.Run(kind, func(t *testing.T) {
			a, b := New(7), New(7)
			first, second := a.Value(kind), b.Value(kind)
			if first != second {
				t.Errorf("one seed gave two values:\n%s\n%s", first, second)
			}
			if again := a.Value(kind); again == first {
				t.Errorf("a second call gave the value again: %s", again)
			}
			line, value := New(8).Line(kind)
			if !strings.Contains(line, value) {
				t.Errorf("line %q does not hold %q", line, value)
			}
		})
	}
}

func TestKeysParse(t *testing.T) {
	block, _ := pem.Decode([]byte(New(1).Value("pem-rsa")))
	key, err := x509.ParsePKCS1PrivateKey(block.Bytes)
	if err != nil {
		t.Fatal(err)
	}
	if err := key.Validate(); err != nil {
		t.Error(err)
	}
	if block, _ = pem.Decode([]byte(New(1).Value("pem-pkcs8"))); block == nil {
		t.Error("PKCS #8 key is not PEM")
	} else if _, err := x509.ParsePKCS8PrivateKey(block.Bytes); err != nil {
		t.Error(err)
	}
	if block, _ = pem.Decode([]byte(New(1).Value("pem-ec"))); block == nil {
		t.Error("EC key is not PEM")
	} else if _, err := x509.ParseECPrivateKey(block.Bytes); err != nil {
		t.Error(err)
	}
	if _, err := ssh.ParseRawPrivateKey([]byte(New(1).Value("openssh"))); err != nil {
		t.Error(err)
	}
}
