// Package inspect judges candidates by their structure, offline: it decodes
// tokens and keys, checks checksums and weighs randomness.
//
// A rule file names an inspector in the key "inspect". There are two sorts:
//
//   - A [Func] judges what the rule's regex matched. It can drop the candidate,
//     narrow the secret, set severity and confidence, and state facts.
//   - A [Locator] stands in for the regex: at each keyword it finds the candidate
//     and judges it in one step. It is for shapes that a regex describes badly
//     or slowly, such as assignments in any language.
//
// The inspectors of tokens with a checksum or a structure of their own; they state
// the facts in brackets, and "checksum" where there is one:
//
//   - age: identities of age (type, public_fingerprint)
//   - aws-bedrock-key, aws-key-id (account, key_type), aws-secret
//   - azure-key: keys in base64 of storage, Cosmos DB, Functions and others (service)
//   - azure-client-secret, azure-devops-token
//   - base64-json: any token that holds JSON, of 1Password, Grafana Cloud, Sentry, Mapbox and
//     others (account, host)
//   - discord, telegram (account); twilio (account, where one stands near)
//   - github-checksum, npm-checksum, grafana; gitlab (account, of routable tokens)
//   - macaroon, fly, pypi (location, identifier; pypi: host)
//   - nkey, stellar-seed, solana-key (type, public_fingerprint)
//   - wallet-key: WIF, BIP 38, xprv and the like, Tezos (type, network, encrypted);
//     ripple-seed (type), nostr (encrypted), ethereum-key
//   - openai, stripe (mode), vault, slack-webhook, moorcheh
//
// And those of values with less structure:
//
//   - vendor-token: a token whose prefix and length say what it is. Drops patterns,
//     stand-ins and plain words, and 1 drawn value in 10,000 at most.
//   - random: must look drawn by a machine. Loses 1 drawn value in 100 of 20
//     characters and 1 in 1000 from 32 on.
//   - uuid: a UUID that was drawn
//   - basic-auth (user), bearer: what the header Authorization holds
//
// The locators are assignment, connection-string (host, user, database), database-url
// and url-password (scheme, host, user), jwk (type, bits, kid, public_fingerprint), jwt
// (alg, issuer, expires), private-key (format, type, bits, encrypted, public_fingerprint,
// account), key-body, which finds the same keys without their first line, and nkey-near, which
// finds what nkey judges by a word near it.
//
// Both depend on the bytes of the window and nothing else: no clock, no network,
// no state. The same window gives the same verdict on any day, which carrying
// verdicts over from a delta's base relies on. They are safe for concurrent use
// and keep no reference to the window.
package inspect

// Span is a half-open range of byte offsets into a window.
type Span struct{ Start, End int }

// Len returns the length of the range in bytes.
func (s Span) Len() int { return s.End - s.Start }

// within reports whether the range is a valid one of a window of n bytes.
func (s Span) within(n int) bool { return 0 <= s.Start && s.Start <= s.End && s.End <= n }

// Candidate is a match of a rule in its window.
type Candidate struct {
	Window []byte
	Match  Span
	Secret Span // lies within Match
}

// secret returns the secret's bytes, nil for spans outside the window.
func (c Candidate) secret() []byte {
	if !c.Secret.within(len(c.Window)) {
		return nil
	}
	return c.Window[c.Secret.Start:c.Secret.End]
}

// The values of Verdict.Confidence and Verdict.Severity.
const (
	Critical = "critical" // severity only
	High     = "high"
	Medium   = "medium"
	Low      = "low"
)

// Verdict is what an inspector says of a candidate. The zero value leaves it as
// the rule describes it.
type Verdict struct {
	Drop       bool              // it is no secret of this kind
	Secret     Span              // the secret's range in the window; zero: unchanged
	Confidence string            // empty: unchanged
	Severity   string            // empty: unchanged
	Facts      map[string]string // nil for none; keys in snake_case
	Form       Form              // what the place of the value has a say in
	Whole      bool              // its place is that of the match: a key with its first and last line
}

// Func judges a candidate.
type Func func(Candidate) Verdict

// Locator finds and judges the candidate whose keyword is at hit in the window.
// ok is false where there is none. match covers hit, and Verdict.Secret, always set,
// lies within match. Drop is never set.
type Locator func(window []byte, hit Span) (match Span, v Verdict, ok bool)
