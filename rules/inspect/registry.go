package inspect

import "slices"

// inspectors and locators name what a rule file may ask for. They are never
// changed.
var (
	inspectors = map[string]Func{
		"age":                 ageKey,
		"aws-bedrock-key":     awsBedrockKey,
		"aws-key-id":          awsKeyID,
		"aws-secret":          awsSecret,
		"azure-client-secret": azureClientSecret,
		"azure-devops-token":  azureDevOpsToken,
		"azure-key":           azureKey,
		"base64-json":         base64JSON,
		"basic-auth":          basicAuth,
		"bearer":              bearer,
		"discord":             discordToken,
		"ethereum-key":        ethereumKey,
		"fly":                 flyToken,
		"github-checksum":     crc32Token,
		"gitlab":              gitlabToken,
		"grafana":             grafanaToken,
		"macaroon":            macaroon,
		"moorcheh":            moorchehKey,
		"nkey":                nkey,
		"nostr":               nostrKey,
		"npm-checksum":        crc32Token,
		"openai":              openAIKey,
		"pypi":                pypi,
		"random":              token,
		"ripple-seed":         rippleSeed,
		"slack-webhook":       slackWebhook,
		"solana-key":          solanaKey,
		"stellar-seed":        stellarSeed,
		"stripe":              stripeKey,
		"telegram":            telegramToken,
		"twilio":              twilioKey,
		"uuid":                uuidKey,
		"vault":               vaultToken,
		"vendor-token":        vendorToken,
		"wallet-key":          walletPrivateKey,
	}
	locators = map[string]Locator{
		"assignment":        assignment,
		"connection-string": connectionString,
		"database-url":      databaseURL,
		"jwk":               jwk,
		"jwt":               jwt,
		"private-key":       privateKey,
		"url-password":      urlPassword,
	}
)

// Lookup returns the inspector of a name: the one for a rule with a regex.
func Lookup(name string) (Func, bool) {
	f, ok := inspectors[name]
	return f, ok
}

// LookupLocator returns the locator of a name: the one for a rule without a regex.
func LookupLocator(name string) (Locator, bool) {
	l, ok := locators[name]
	return l, ok
}

// Names returns the names of all inspectors and locators, sorted.
func Names() []string {
	names := make([]string, 0, len(inspectors)+len(locators))
	for name := range inspectors {
		names = append(names, name)
	}
	for name := range locators {
		names = append(names, name)
	}
	slices.Sort(names)
	return names
}
