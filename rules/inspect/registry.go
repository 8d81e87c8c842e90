package inspect

import "slices"

// named is an inspector with the name that a rule file calls it by.
type named[F Func | Locator] struct {
	name string
	call F
}

// inspectors and locators name what a rule file may ask for. They are never
// changed.
var (
	inspectors = [...]named[Func]{
		{"age", ageKey},
		{"aws-bedrock-key", awsBedrockKey},
		{"aws-key-id", awsKeyID},
		{"aws-secret", awsSecret},
		{"azure-client-secret", azureClientSecret},
		{"azure-devops-token", azureDevOpsToken},
		{"azure-key", azureKey},
		{"base64-json", base64JSON},
		{"basic-auth", basicAuth},
		{"bearer", bearer},
		{"discord", discordToken},
		{"ethereum-key", ethereumKey},
		{"fly", flyToken},
		{"github-checksum", crc32Token},
		{"gitlab", gitlabToken},
		{"grafana", grafanaToken},
		{"macaroon", macaroon},
		{"moorcheh", moorchehKey},
		{"nkey", nkey},
		{"nostr", nostrKey},
		{"npm-checksum", crc32Token},
		{"openai", openAIKey},
		{"pypi", pypi},
		{"random", token},
		{"ripple-seed", rippleSeed},
		{"slack-webhook", slackWebhook},
		{"solana-key", solanaKey},
		{"stellar-seed", stellarSeed},
		{"stripe", stripeKey},
		{"telegram", telegramToken},
		{"twilio", twilioKey},
		{"uuid", uuidKey},
		{"vault", vaultToken},
		{"vendor-token", vendorToken},
		{"wallet-key", walletPrivateKey},
	}
	locators = [...]named[Locator]{
		{"assignment", assignment},
		{"command-password", commandPassword},
		{"connection-string", connectionString},
		{"database-url", databaseURL},
		{"jwk", jwk},
		{"jwt", jwt},
		{"key-body", keyBodyAlone},
		{"nkey-near", nkeyNear},
		{"private-key", privateKey},
		{"url-password", urlPassword},
	}
)

// Lookup returns the inspector of a name: the one for a rule with a regex.
func Lookup(name string) (Func, bool) { return lookup(inspectors[:], name) }

// LookupLocator returns the locator of a name: the one for a rule without a regex.
func LookupLocator(name string) (Locator, bool) { return lookup(locators[:], name) }

func lookup[F Func | Locator](table []named[F], name string) (F, bool) {
	for _, known := range table {
		if known.name == name {
			return known.call, true
		}
	}
	return nil, false
}

// Names returns the names of all inspectors and locators, sorted.
func Names() []string {
	names := make([]string, 0, len(inspectors)+len(locators))
	for _, known := range inspectors {
		names = append(names, known.name)
	}
	for _, known := range locators {
		names = append(names, known.name)
	}
	slices.Sort(names)
	return names
}
