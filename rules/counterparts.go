package rules

import "strings"

// counterpartsOf returns for an id of gitleaks' default rules those of the built-in rules that find the same,
// where these have other names or there are more of them.
func counterpartsOf(gitleaksID string) []string {
	for line := range strings.Lines(counterparts) {
		if ids := strings.Fields(line); ids[0] == gitleaksID {
			return ids[1:]
		}
	}
	return nil
}

// counterparts has a line for each id of gitleaks.
const counterparts = `alibaba-secret-key alibaba-access-key-secret
anthropic-admin-api-key anthropic-api-key
atlassian-api-token atlassian-api-token-named
aws-access-token aws-access-key-id
aws-amazon-bedrock-api-key-long-lived aws-bedrock-api-key
aws-amazon-bedrock-api-key-short-lived aws-bedrock-short-term-key
azure-ad-client-secret azure-client-secret azure-client-secret-named
bittrex-secret-key bittrex-api-secret
cloudflare-api-key cloudflare-api-token cloudflare-api-token-named
cloudflare-global-api-key cloudflare-global-api-key-named
codecov-access-token codecov-token
cohere-api-token cohere-api-key
coinbase-access-token coinbase-api-secret
curl-auth-header authorization-basic authorization-bearer
curl-auth-user authorization-basic generic-credential
digitalocean-access-token digitalocean-token
digitalocean-pat digitalocean-token
digitalocean-refresh-token digitalocean-token
discord-api-token discord-bot-token
droneci-access-token drone-token
duffel-api-token duffel-access-token
easypost-api-token easypost-api-key
easypost-test-api-token easypost-test-key
etsy-access-token etsy-api-key
facebook-page-access-token facebook-access-token
facebook-secret facebook-app-secret
fastly-api-token fastly-token
finicity-api-token finicity-app-key
flyio-access-token fly-token
gcp-api-key google-api-key
generic-api-key generic-credential
github-app-token github-token
github-fine-grained-pat github-fine-grained-token
github-oauth github-token
github-pat github-token github-token-named
github-refresh-token github-token
gitlab-cicd-job-token gitlab-token
gitlab-deploy-token gitlab-token
gitlab-feature-flag-client-token gitlab-token
gitlab-feed-token gitlab-token
gitlab-incoming-mail-token gitlab-token
gitlab-kubernetes-agent-token gitlab-token
gitlab-oauth-app-secret gitlab-token
gitlab-pat gitlab-token
gitlab-pat-routable gitlab-token
gitlab-ptt gitlab-token
gitlab-rrt gitlab-runner-registration-token
gitlab-runner-authentication-token gitlab-token
gitlab-runner-authentication-token-routable gitlab-token
gitlab-scim-token gitlab-token
gocardless-api-token gocardless-access-token
hashicorp-tf-password generic-credential
heroku-api-key heroku-api-key-named
heroku-api-key-v2 heroku-api-key
huggingface-access-token huggingface-token
huggingface-organization-api-token huggingface-token
jwt json-web-token
jwt-base64 json-web-token
kraken-access-token kraken-private-key
kucoin-secret-key kucoin-api-secret
mailgun-private-api-token mailgun-api-key
mattermost-access-token mattermost-token
messagebird-api-token messagebird-access-key
microsoft-teams-webhook teams-webhook
netlify-access-token netlify-token netlify-token-named
npm-access-token npm-token
octopus-deploy-api-key octopus-api-key
okta-access-token okta-api-token
pkcs12-file key-store-file
plaid-api-token plaid-access-token
plaid-secret-key plaid-secret
pypi-upload-token pypi-token
scalingo-api-token scalingo-token
sendbird-access-token sendbird-api-token
sendgrid-api-token sendgrid-api-key
sendinblue-api-token brevo-api-key brevo-smtp-key
shopify-custom-access-token shopify-access-token
shopify-private-app-access-token shopify-access-token
shopify-shared-secret shopify-app-secret
slack-app-token slack-token
slack-bot-token slack-token
slack-config-access-token slack-token
slack-config-refresh-token slack-token
slack-legacy-bot-token slack-token
slack-legacy-token slack-token
slack-legacy-workspace-token slack-token
slack-user-token slack-token
slack-webhook-url slack-webhook
snyk-api-token snyk-token snyk-token-named
sonar-api-token sonar-token sonar-token-named
sourcegraph-access-token sourcegraph-token
square-access-token square-token
stripe-access-token stripe-key stripe-test-key
telegram-bot-api-token telegram-bot-token
travisci-access-token travis-token
twitter-access-secret twitter-access-token-secret
yandex-access-token yandex-iam-token
yandex-aws-access-token yandex-static-secret`
