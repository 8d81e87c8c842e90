package inspect

import (
	"bytes"
	"encoding/base64"
	"encoding/binary"
	"hash/crc32"
	"math/bits"
	"strings"
)

// Microsoft writes a signature and a checksum into the keys that its services draw, so that
// a scanner can tell them; github.com/microsoft/security-utilities has the formats.
// The checksum is Marvin32 under a seed of its own for each sort of key: eight letters.

// azureKeys has the seeds by signature.
var azureKeys = [...]struct {
	signature, service string
	seeds              []string
}{
	{"+ASt", "storage", []string{"Default0"}},
	{"ACDb", "cosmos-db", []string{"MastRW00", "MastRO00", "SystRW00", "SystRO00", "SysAll00", "Resour00", "Encryp00"}},
	{"+ABa", "batch", []string{"AbAcct00"}},
	{"AzFu", "functions", []string{"Functi00", "System00", "Master00"}},
	{"AzSe", "search", []string{"PAdmin00", "Query000"}},
	{"AzCa", "redis", []string{"Access00"}},
	{"+ACR", "container-registry", []string{"ACRDflt0"}},
	{"AIoT", "iot", []string{"IoTHub00", "DpsKey00", "Device00"}},
	{"+ASb", "service-bus", []string{"Send0000", "Manage00", "Listen00", "System00", "Unknown0"}},
	{"+AEh", "event-hubs", []string{"Send0000", "Manage00", "Listen00", "System00", "Unknown0"}},
	{"+ARm", "relay", []string{"Send0000", "Manage00", "Listen00", "System00", "Unknown0"}},
	{"APIM", "api-management", []string{"Tenant00", "IoTHub00", "Gatewy00", "GitKey00"}},
	{"+AMC", "machine-learning", []string{"Classic0"}},
}

// azureKey judges keys of Azure services in base64: 24 to 96 bytes, of which the last
// ones are signature and checksum in keys of today. Facts: service, checksum. A
// key without signature, as all were before 2022, must look drawn.
func azureKey(c Candidate) Verdict {
	text := bytes.TrimRight(c.secret(), "=")
	raw := decode64(text)
	if len(raw) < 24 || len(raw) > 96 || len(text) < 10 {
		return Verdict{Drop: true}
	}
	// Signature and checksum end it: "...SSSSCCCCCC".
	signature := string(text[len(text)-10 : len(text)-6])
	signature = strings.ReplaceAll(signature, "-", "+") // as base64url writes it
	body, sum := raw[:len(raw)-4], binary.LittleEndian.Uint32(raw[len(raw)-4:])
	for _, known := range azureKeys {
		for _, seed := range known.seeds {
			if known.signature == signature && marvin32(body, binary.BigEndian.Uint64([]byte(seed))) == sum {
				v := rightChecksum()
				v.Facts["service"] = known.service
				return v
			}
		}
	}
	s := shapeOf(text)
	if s.patterned() || s.distinct < 12 || wordBits(text) >= certainWords {
		return Verdict{Drop: true}
	}
	return Verdict{}
}

// azureClientSecret judges client secrets of Entra applications: 40 characters with "8Q~"
// at the fourth and half a checksum at the end. Those with "7Q~" have none.
func azureClientSecret(c Candidate) Verdict {
	const alphabet = "abcdefghijklmnopqrstuvwxyz" + "ABCDEFGHIJKLMNOPQRSTUVWXYZ" + "1234567890.-_~"
	text := c.secret()
	if len(text) < 36 || string(text[4:6]) != "Q~" {
		return Verdict{Drop: true}
	}
	if text[3] != '8' {
		return vendorToken(c)
	}
	sum := marvin32(text[:len(text)-3], binary.BigEndian.Uint64([]byte("AadPwd00")))
	var digits []byte
	for ; sum > 0; sum /= uint32(len(alphabet)) {
		digits = append(digits, alphabet[sum%uint32(len(alphabet))])
	}
	if n := len(digits); n >= 3 && string([]byte{digits[n-1], digits[n-2], digits[n-3]}) == string(text[len(text)-3:]) {
		return rightChecksum()
	}
	return wrongChecksum(text[6:])
}

// azureDevOpsToken judges personal access tokens of Azure DevOps: 52 characters of base32
// in lower case among whose 32 bytes a CRC-32 lies scattered, or 84 characters with
// "AZDO" at the 77th, which have no public checksum.
func azureDevOpsToken(c Candidate) Verdict {
	text := c.secret()
	if len(text) == 84 && string(text[76:80]) == "AZDO" {
		return vendorToken(c)
	}
	raw := make([]byte, 40)
	n, err := base32Raw().Decode(raw, bytes.ToUpper(text))
	if err != nil || n != 32 {
		return Verdict{Drop: true}
	}
	body := append(append(append(append([]byte{}, raw[0:2]...), raw[3:7]...), raw[9:22]...), raw[23:32]...)
	sum := uint32(raw[22]) | uint32(raw[8])<<8 | uint32(raw[7])<<16 | uint32(raw[2])<<24
	switch crc32.ChecksumIEEE(body) ^ sum {
	case 0xE0B9692D, 0x1019F92E: // tokens of users and of applications
		return rightChecksum()
	}
	return Verdict{Drop: true} // some other base32
}

// marvin32 is the hash Marvin, folded to 32 bits.
func marvin32(data []byte, seed uint64) uint32 {
	p0, p1 := uint32(seed), uint32(seed>>32)
	mix := func(word uint32) {
		p0 += word
		p1 ^= p0
		p0 = bits.RotateLeft32(p0, 20) + p1
		p1 = bits.RotateLeft32(p1, 9) ^ p0
		p0 = bits.RotateLeft32(p0, 27) + p1
		p1 = bits.RotateLeft32(p1, 19)
	}
	for len(data) >= 4 {
		mix(binary.LittleEndian.Uint32(data))
		data = data[4:]
	}
	last := uint32(0x80)
	for i := len(data) - 1; i >= 0; i-- {
		last = last<<8 | uint32(data[i])
	}
	mix(last)
	mix(0)
	return p0 ^ p1
}

// decode64 decodes base64 of either alphabet without padding, nil for what is none.
func decode64(text []byte) []byte {
	encoding := base64.RawStdEncoding
	if bytes.ContainsAny(text, "-_") {
		encoding = base64.RawURLEncoding
	}
	raw := make([]byte, encoding.DecodedLen(len(text)))
	n, err := encoding.Decode(raw, text)
	if err != nil {
		return nil
	}
	return raw[:n]
}
