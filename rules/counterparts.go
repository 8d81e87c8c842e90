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
const counterparts = `airtable-api-key airtable-token
airtable-personnal-access-token airtable-token
algolia-api-key algolia-admin-key
alibaba-secret-key alibaba-access-key-secret
anthropic-admin-api-key anthropic-api-key
asana-client-secret asana-token
atlassian-api-token atlassian-api-token-named
aws-access-token aws-access-key-id
aws-amazon-bedrock-api-key-long-lived aws-bedrock-api-key
aws-amazon-bedrock-api-key-short-lived aws-bedrock-short-term-key
azure-ad-client-secret azure-client-secret azure-client-secret-named
beamer-api-token beamer-api-key
bittrex-secret-key bittrex-api-secret
clickhouse-cloud-api-secret-key clickhouse-cloud-secret
clojars-api-token clojars-token
cloudflare-api-key cloudflare-api-token cloudflare-api-token-named
cloudflare-global-api-key cloudflare-global-api-key-named
codecov-access-token codecov-token
cohere-api-token cohere-api-key
coinbase-access-token coinbase-api-secret
confluent-access-token confluent-secret confluent-secret-named
confluent-secret-key confluent-secret confluent-secret-named
contentful-delivery-api-token contentful-delivery-token
curl-auth-header authorization-basic authorization-bearer
curl-auth-user authorization-basic generic-credential
databricks-api-token databricks-token
datadog-access-token datadog-api-key datadog-app-key datadog-scoped-token
defined-networking-api-token defined-networking-token
digitalocean-access-token digitalocean-token
digitalocean-pat digitalocean-token
digitalocean-refresh-token digitalocean-token
discord-api-token discord-bot-token
doppler-api-token doppler-token
droneci-access-token drone-token
dropbox-api-token dropbox-app-secret
dropbox-long-lived-api-token dropbox-access-token dropbox-refresh-token
dropbox-short-lived-api-token dropbox-access-token
duffel-api-token duffel-access-token
dynatrace-api-token dynatrace-token
easypost-api-token easypost-api-key
easypost-test-api-token easypost-test-key
etsy-access-token etsy-api-key
facebook-page-access-token facebook-access-token
facebook-secret facebook-app-secret
fastly-api-token fastly-token
finicity-api-token finicity-app-key
finnhub-access-token finnhub-api-key
flickr-access-token flickr-secret
flyio-access-token fly-token
frameio-api-token frameio-token
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
grafana-cloud-api-token grafana-cloud-token
hashicorp-tf-password generic-credential
heroku-api-key heroku-api-key-named
heroku-api-key-v2 heroku-api-key
hubspot-api-key hubspot-token
huggingface-access-token huggingface-token
huggingface-organization-api-token huggingface-token
infracost-api-token infracost-api-key
intercom-api-key intercom-access-token
jfrog-identity-token jfrog-reference-token jfrog-token-named
jwt json-web-token
jwt-base64 json-web-token
kraken-access-token kraken-private-key
kucoin-secret-key kucoin-api-secret
launchdarkly-access-token launchdarkly-key
linear-client-secret linear-oauth-token
mailgun-private-api-token mailgun-api-key
mapbox-api-token mapbox-secret-token
mattermost-access-token mattermost-token
messagebird-api-token messagebird-access-key
microsoft-teams-webhook teams-webhook
netlify-access-token netlify-token netlify-token-named
new-relic-browser-api-token newrelic-browser-key
new-relic-insert-key newrelic-insert-key
new-relic-user-api-key newrelic-user-key newrelic-admin-key
notion-api-token notion-token notion-token-legacy
npm-access-token npm-token
nytimes-access-token nytimes-api-key
octopus-deploy-api-key octopus-api-key
okta-access-token okta-api-token
openshift-user-token openshift-token
pkcs12-file key-store-file
plaid-api-token plaid-access-token
plaid-secret-key plaid-secret
planetscale-api-token planetscale-token
planetscale-oauth-token planetscale-token
planetscale-password planetscale-token
postman-api-token postman-api-key
prefect-api-token prefect-api-key
pulumi-api-token pulumi-token
pypi-upload-token pypi-token
rapidapi-access-token rapidapi-key
readme-api-token readme-api-key
rubygems-api-token rubygems-api-key
scalingo-api-token scalingo-token
sendbird-access-token sendbird-api-token
sendgrid-api-token sendgrid-api-key
sendinblue-api-token brevo-api-key brevo-smtp-key
sentry-access-token sentry-token-named
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
sumologic-access-token sumologic-access-key
telegram-bot-api-token telegram-bot-token
travisci-access-token travis-token
twitch-api-token twitch-client-secret
twitter-access-secret twitter-access-token-secret
typeform-api-token typeform-token
vault-service-token vault-token vault-token-named
yandex-access-token yandex-iam-token
yandex-aws-access-token yandex-static-secret
zendesk-secret-key zendesk-api-token`
