package inspect

import (
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/unleak/unleak/internal/secrettest"
)

// locateAll calls a locator at each of the keywords in a text.
func locateAll(locate Locator, text string, keywords ...string) (secrets []string, verdicts []Verdict) {
	lower := bytes.ToLower([]byte(text))
	for _, keyword := range keywords {
		for at := 0; ; {
			i := bytes.Index(lower[at:], []byte(keyword))
			if i < 0 {
				break
			}
			hit := Span{at + i, at + i + len(keyword)}
			at += i + 1
			match, v, ok := locate([]byte(text), hit)
			if !ok {
				continue
			}
			if match.Start > hit.Start || match.End < hit.End {
				panic(fmt.Sprintf("match %v does not cover the hit %v in %q", match, hit, text))
			}
			secrets = append(secrets, text[v.Secret.Start:v.Secret.End])
			verdicts = append(verdicts, v)
		}
	}
	return secrets, verdicts
}

var assignmentKeywords = []string{"pass", "pwd", "secret", "token", "api_key", "apikey", "api-key", "access_key", "api key", "auth", "identified"}

func TestAssignmentFinds(t *testing.T) {
	typed := secrettest.New(1).Value("password")
	drawn := secrettest.New(2).Value("bearer")
	tests := map[string]struct{ text, want string }{
		"env":               {"DB_PASS=" + typed, typed},
		"env export":        {"export DB_PASSWORD='" + typed + "'", typed},
		"env comment":       {"DB_PASSWORD=" + typed + "   # do not share", typed},
		"make":              {"TOKEN ?= " + drawn, drawn},
		"csharp property":   {"public string ApiToken { get; private set; } = \"" + drawn + "\";", drawn},
		"yaml":              {"  password: " + typed + "\n  user: x", typed},
		"yaml list":         {"- secret: \"" + drawn + "\"", drawn},
		"properties":        {"spring.datasource.password=" + typed, typed},
		"json":              {`{"clientSecret":"` + drawn + `","x":1}`, drawn},
		"python":            {"password: str = '" + typed + "'", typed},
		"python bytes":      {"SECRET_KEY = b'" + drawn + "'", drawn},
		"python dict":       {"conf['api_key'] = '" + drawn + "'", drawn},
		"python keyword":    {"connect(user='x', password='" + typed + "')", typed},
		"go":                {"	secretKey := \"" + drawn + "\"", drawn},
		"go const":          {"const token string = `" + drawn + "`", drawn},
		"rust":              {"let password: &'static str = \"" + typed + "\";", typed},
		"swift":             {"let apiKey: String = \"" + drawn + "\"", drawn},
		"c array":           {"char password[32] = \"" + typed + "\";", typed},
		"c define":          {"#define WIFI_PASSWORD \"" + typed + "\"", typed},
		"java setter":       {"ds.setPassword(\"" + typed + "\");", typed},
		"java properties":   {"props.put(\"password\", \"" + typed + "\");", typed},
		"ruby hash":         {":password => '" + typed + "',", typed},
		"php":               {"$db['password'] = '" + typed + "';", typed},
		"xml element":       {"<password>" + typed + "</password>", typed},
		"xml attribute":     {"<user name='x' password='" + typed + "'/>", typed},
		"xml pair":          {"<property name=\"password\" value=\"" + typed + "\"/>", typed},
		"kubernetes":        {"- name: APP_TOKEN\n  value: \"" + drawn + "\"", drawn},
		"flag":              {"mysql --user root --password " + typed + " shop", typed},
		"flag equals":       {"mysql --password=" + typed + " shop", typed},
		"sql":               {"CREATE USER x WITH PASSWORD '" + typed + "';", typed},
		"next line":         {"\"password\":\n      \"" + typed + "\"", typed},
		"next line paren":   {"PASSWORD = (\n    '" + typed + "')", typed},
		"escaped json":      {`"{\"token\":\"` + drawn + `\"}"`, drawn},
		"camel":             {"dbPass = \"" + typed + "\"", typed},
		"short owner":       {"dbpass = \"" + typed + "\"", typed},
		"suffix env":        {"PASSWORD_PROD=" + typed, typed},
		"suffix number":     {"password2 = \"" + typed + "\"", typed},
		"end of text":       {"token=" + drawn, drawn},
		"end of line cr":    {"token=" + drawn + "\r\nx=1", drawn},
		"npm config":        {"//npm.example.com/:_authToken=" + drawn, drawn},
		"compare":           {"if token == \"" + drawn + "\" {", drawn},
		"go bytes":          {"token := []byte(\"" + drawn + "\")", drawn},
		"java bytes":        {"String secret = new String(\"" + drawn + "\");", drawn},
		"env default":       {"SECRET = os.getenv('SECRET', '" + drawn + "')", drawn},
		"env or":            {"const token = process.env.TOKEN || '" + drawn + "'", drawn},
		"env index or":      {"secret = ENV['SECRET'] || '" + drawn + "'", drawn},
		"shell default":     {"TOKEN=${TOKEN:-" + drawn + "}", drawn},
		"spring default":    {"@Value(\"x\") api-key: \"${API_KEY:" + drawn + "}\"", drawn},
		"dockerfile":        {"ENV API_TOKEN " + drawn + "\n", drawn},
		"docker run":        {"docker run -e DB_PASSWORD=" + typed + " -e X=y image", typed},
		"settings":          {"- DB_USER=root DB_PASSWORD=" + typed + " DB_HOST=h", typed},
		"gradle":            {"    storePassword '" + typed + "'", typed},
		"sql identified":    {"CREATE USER a IDENTIFIED BY '" + typed + "'", typed},
		"netrc":             {"machine h.corp login me password " + typed + "\n", typed},
		"yaml next line":    {"password:\n  " + typed + "\n", typed},
		"yaml scalar":       {"  token: >-\n    " + drawn + "\n", drawn},
		"yaml flow":         {"{user: admin, password: " + typed + "}", typed},
		"property list":     {"<key>apiToken</key>\n  <string>" + drawn + "</string>", drawn},
		"xml entry":         {"<entry key=\"password\">" + typed + "</entry>", typed},
		"xml spaced":        {"<password>\n  " + typed + "\n</password>", typed},
		"terraform default": {"variable \"db_password\" {\n  type = string\n  default = \"" + typed + "\"\n}", typed},
		"markdown":          {"**API key:** " + drawn + "\n", drawn},
		"markdown cell":     {"| api key | " + drawn + " |\n", drawn},
		"row":               {"x,1\nAPI_TOKEN," + drawn + "\n", drawn},
		"auth header":       {"headers = {'Authorization': 'Token " + drawn + "'}", drawn},
		"object inside":     {"\"apitoken\": \"{\\\"name\\\": \\\"root\\\", \\\"sig\\\": \\\"" + drawn + "\\\"}\"", drawn},
		"query":             {"curl 'https://h.corp/x?a=1&api_key=" + drawn + "&b=2'", drawn},
		"option in call":    {"easy_setopt(handle, OPT_PASSWORD, \"" + typed + "\");", typed},
		"ruby bytes":        {"token = Buffer.from('" + drawn + "', 'utf8')", drawn},
		"typed secret":      {"$this->secret = 'AmAz" + "0n+SqSsEc" + "ReT+aLp4';", "AmAz" + "0n+SqSsEc" + "ReT+aLp4"},
		"word in compose":   {"    - DB_PASSWD=gi" + "tea\n", "gi" + "tea"},
		"word in yaml env":  {"  MYSQL_ROOT_PASSWORD: whale" + "hello\n", "whale" + "hello"},
		"word in yaml":      {"  password: pet" + "clinic\n", "pet" + "clinic"},
		"word in ini":       {"password = pet" + "clinic\n", "pet" + "clinic"},
		"word in option":    {"app --password pet" + "clinic --x", "pet" + "clinic"},
		"word in shell":     {"docker run -e MYSQL_PASSWORD=vaul" + "tpw -d image", "vaul" + "tpw"},
		"default in string": {"curl -d 'password=" + typed + "' x", typed},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			secrets, _ := locateAll(assignment, test.text, assignmentKeywords...)
			if len(secrets) == 0 {
				t.Fatalf("nothing found in %q", test.text)
			}
			for _, secret := range secrets {
				if secret != test.want {
					t.Errorf("found %q, want %q, in %q", secret, test.want, test.text)
				}
			}
		})
	}
}

func TestAssignmentIgnores(t *testing.T) {
	drawn := secrettest.New(3).Value("bearer")
	texts := map[string]string{
		"variable":         "password = user_password1",
		"member":           "password = config.db.password2",
		"call":             "token = getToken1()",
		"call with text":   "password = decrypt('" + drawn + "')",
		"shell variable":   "PASSWORD=$DB_PASSWORD1",
		"shell braces":     "PASSWORD=\"${DB_PASSWORD1:-x}\"",
		"shell command":    "TOKEN=$(vault read -f t0ken)",
		"github template":  "token: ${{ secrets.TOKEN1 }}",
		"jinja":            "password: '{{ db_password1 }}'",
		"erb":              "password: <%= ENV['PASS1'] %>",
		"angle":            "password: <your-password-1>",
		"format":           "password = 'pass%s1'",
		"ruby inside":      "password: \"x1#{y}\"",
		"env lookup":       "SECRET = os.environ['SECRET1']",
		"env lookup js":    "secret: process.env.SECRET1,",
		"path":             "password: /run/secrets/db1",
		"path key":         "password_file: " + drawn,
		"url":              "token_url: https://x.y/1",
		"url value":        "secret = \"https://vault.corp/v1/a\"",
		"type":             "password: string1,",
		"sentence":         "password: 'Enter the 1 password'",
		"words":            "secret: 'correct-horse-battery'",
		"identifier":       "token = 'auth_token_name'",
		"identifier 2":     "password = 'UserPasswordFieldName2'",
		"list":             "['password', 'NextItem2', 'token']",
		"key again":        "password = 'passwords'",
		"constant":         "API_KEY = 'API_KEY_1'",
		"number":           "pass = 12345678",
		"pass test":        "PASS: t0001-init 42 tests a1b2c3d4",
		"list of names":    "keys = [\"API_TOKEN\", \"" + drawn + "\"]",
		"compare typed":    "if password == \"" + secrettest.New(1).Value("password") + "\"",
		"crypt hash":       "password: '$argon2id$v=19$m=65536,t=3,p=2$" + drawn + "'",
		"service action":   "\"ChangePassword\": \"iam:ChangePassword2x\"",
		"checked":          "ok := CheckPassword(\"password\", \"" + drawn + "\")",
		"yaml sequence":    "passwords:\n- a1b2x9d4e5",
		"next key":         "password:\nuser: a1b2x9d4e5",
		"prose cell":       "password, a1b2x9d4e5",
		"compare not":      "if token != \"" + drawn + "\"",
		"match":            "password =~ /a1b2c3d4e5/",
		"namespace":        "token::" + drawn,
		"tokenizer":        "tokenizer = \"" + drawn + "\"",
		"secretary":        "secretary = \"" + drawn + "\"",
		"compass":          "compass = \"" + drawn + "\"",
		"plural":           "tokens: \"" + drawn + "\"",
		"csrf":             "csrf_token = \"" + drawn + "\"",
		"page":             "nextPageToken: \"" + drawn + "\"",
		"public":           "publicKeyToken=\"b77a5c561934e089\"",
		"concatenation":    "token = \"" + drawn + "\" + suffix",
		"bcrypt":           "password: '$2b$12$" + drawn + "'",
		"masked":           "password: '********'",
		"repeated":         "password: 'aaaaaaaaaaaa1'",
		"counting":         "api_key: 'abcdefgh" + "12345678'",
		"prose":            "the token is " + drawn,
		"html label":       "<label for=\"password\">Password 1</label>",
		"yaml tag":         "password: !vault1",
		"yaml block":       "password: |\n  a1b2c3d4e5",
		"long line":        "password = '" + strings.Repeat("aB3$x", 100) + "'",
		"non ascii":        "password: 'Contraseña1'",
		"escape":           "password: 'a1\\d+b2c3'",
		"annotation":       "password = '@string/pass1'",
		"file name":        "secret: 'server1.key.pem'",
		"empty":            "password = ''",
		"comment":          "password: # set in vault1",
		"shell assignment": "PASSWORD= run1 --x",
		"lone operator":    "password =",
		"condition":        "password ? 'a1b2c3d4e5' : 'b'",
		"digest":           "client_token: \"hmac-sha256:" + secrettest.New(6).String(secrettest.Hex, 64) + "\"",
		"digest 2":         "token = 'sha256:" + secrettest.New(6).String(secrettest.Hex, 64) + "'",
		"coordinate":       "oauth2-secret-sdk = \"com.acme:oauth2-sdk4:11.38.2\"",
		"chain address":    "privateKey: '0x" + secrettest.New(7).String(secrettest.Hex, 40) + "'",
		"scope":            "Credential=xxx7/19700101/eu-1/s3/aws4_request",
		"encoded":          "String encodedPassword = \"" + secrettest.New(6).String(secrettest.Hex, 64) + "\";",
		"server's answer":  "rspauth=" + secrettest.New(6).String(secrettest.Hex, 32),
		"digest header":    "Authorization: Digest username=\"" + drawn + "\", realm=\"x\"",
		"cookie":           "oauth2_authentication_csrf=" + drawn,
		"signature":        "oauth_signature=" + drawn,
		"other argument":   "my $userpass = encode(\"UTF-16BE\", $pass);",
		"piece":            "sharedKey = \"fccdf579-707c-" + "46bc-9ed1-\".draw(12)",
		"preference":       "const PREFERENCE_PASSCODE_D1 = \"PrefPinCode1\"",
		"validation":       "'password' => 'max:10',",
		"jwt":              "token = '" + "eyJhbGciOiJub25lIn0" + "." + "eyJzdWIiOiJ4In0" + "." + drawn + "'",
		"crypt hash user":  "htpasswdSecret: \"user:$apr1$FfVI2PRr$" + drawn + "\"",
		"header alone":     "token = \"" + "eyJhbGciOiJIUzI1NiIs" + "InR5cCI6IkpXVCJ9" + "\"",
		"serialized":       "token = \"" + "rO0AB" + drawn + "\"",
		"key's hash":       "\"encryption_secret_sha256\": \"" + drawn + "\"",
		"algorithm":        "secretKey(\"PBKDF2WithHmacSHA1\")",
		"prose in quotes":  "For example, the password \"a1b2x9d4e5\" would do",
		"word type":        "password: string\n",
		"word state":       "  password: required\n",
		"word label":       "\"password\": \"wachtwoord\"",
		"word in list":     "'password' => 'penguins',",
		"word of code":     "password = get_user",
		"camel word":       "password = userInput",
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			if secrets, _ := locateAll(assignment, text, assignmentKeywords...); len(secrets) > 0 {
				t.Errorf("found %q in %q", secrets, text)
			}
		})
	}
}

func TestAssignmentConfidence(t *testing.T) {
	g := secrettest.New(4)
	tests := map[string]struct{ text, want string }{
		"drawn, long":  {"token=" + g.Mixed(40), High},
		"drawn, short": {"token=" + g.Mixed(11), Medium},
		"hex digest":   {"token=" + g.String(secrettest.Hex, 40), Medium},
		"uuid": {"secret=" + fmt.Sprintf("%s-%s-4%s-a%s-%s", g.String(secrettest.Hex, 8), g.String(secrettest.Hex, 4),
			g.String(secrettest.Hex, 3), g.String(secrettest.Hex, 3), g.String(secrettest.Hex, 12)), Low},
		"typed":      {"password='" + "Sommer" + "2019!'", Medium},
		"typed weak": {"password='" + "winter" + "99'", Medium}, // and less where [Form.At] says so
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			_, verdicts := locateAll(assignment, test.text, "token", "secret", "pass")
			if len(verdicts) != 1 || verdicts[0].Confidence != test.want {
				t.Errorf("verdicts %v, want one of confidence %s, on %q", verdicts, test.want, test.text)
			}
		})
	}
}

func TestAssignmentDoesNotAllocate(t *testing.T) {
	text := []byte("db_password: \"" + secrettest.New(5).Value("password") + "\"")
	hit := Span{3, 7}
	if n := testing.AllocsPerRun(100, func() { assignment(text, hit) }); n != 0 {
		t.Errorf("%v allocations a call, want none", n)
	}
}
