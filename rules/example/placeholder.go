package example

// Placeholders returns what documentation, and files that are copied and filled in, have in place
// of a secret: no rule may take one for a secret. Where a name means a secret, PlaceholderNames
// has some that they are written under.
func Placeholders() []string {
	return []string{
		// Those that the documentation of Moorcheh has, and files of its users.
		"mk_your_api_key_here", "mk_your_private_key", "mk_abc123real_key_here", "mk_your_key", "mk_...",
		"mk_test_secret_api_key" + "_12345678", "mk_instance_specific_key", "mk_configured_cloud_key",
		// Those of everybody.
		"Bearer <jwt_token_here>", "eyJhbGc.eyJzdWI.SflKxw...",
		"your_api_key_here", "your-api-key-here", "YOUR_API_KEY_HERE", "xxx", "changeme", "<password>",
		// What is filled in when the program runs.
		"${VAR}", "{{ value }}", "$(cmd)", `os.environ["API_KEY"]`, "process.env.API_KEY",
	}
}

// PlaceholderNames returns names that mean a secret.
func PlaceholderNames() []string {
	return []string{"MOORCHEH_API_KEY", "api_key", "password", "Authorization", "client_secret", "accessToken"}
}
