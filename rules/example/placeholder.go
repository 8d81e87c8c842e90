package example

// Placeholders returns what documentation, and files that are copied and filled in, have in place
// of a secret: no rule may take one for a secret. Parts stand apart where a scanner could
// take the whole for a token.
func Placeholders() []string {
	return []string{
		// Those in the documentation of Moorcheh, and in files of its users.
		"mk_your_api_key_here", "mk_your_private_key", "mk_abc123real_key_here", "mk_your_key", "mk_...",
		"mk_test_secret_api_key_" + "12345678", "mk_instance_specific_key", "mk_configured_cloud_key",
		// Those of everybody.
		"Bearer <jwt_token_here>", "<jwt_token_here>", "eyJhbGc." + "eyJzdWI.SflKxw...",
		"your_api_key_here", "your-api-key-here", "YOUR_API_KEY_HERE", "[your token]", "xxx", "changeme", "<password>",
		"********", "XXXXXXXXXXXX", "sk" + "-xxxxxxxxxxxxxxxx", "replace_me", "insert-here", "put_your_token_here", "my_secret_token",
		"AK" + "IAIOSFODNN7" + "EXAMPLE",
		// What is filled in when the program runs.
		"${VAR}", "$VAR", "{{ value }}", "${{ secrets.TOKEN }}", "%(password)s", "$(cmd)",
		"os.environ[...]", `os.environ["API_KEY"]`, "os.getenv('X')", "process.env.X",
	}
}

// PlaceholderNames returns names that mean a secret, for placeholders to be written under.
func PlaceholderNames() []string {
	return []string{"MOORCHEH_API_KEY", "api_key", "password", "Authorization", "client_secret", "accessToken"}
}
