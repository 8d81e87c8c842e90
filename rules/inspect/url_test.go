package inspect

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/unleak/unleak/internal/secrettest"
)

// at joins user information to a host: whole URLs with passwords stand in no file.
const at = "@"

func TestDatabaseURL(t *testing.T) {
	p := secrettest.New(1).Value("password")
	const host = "db.corp-internal.net"
	tests := map[string]struct {
		text, want, confidence string
		facts                  map[string]string
	}{
		"postgres": {"postgres://app:" + p + at + host + ":5432/x", p, High, map[string]string{"scheme": "postgres", "host": host, "user": "app"}},
		"driver":   {"postgresql+psycopg2://app:" + p + at + host, p, High, map[string]string{"scheme": "postgresql+psycopg2", "host": host, "user": "app"}},
		"mongo":    {"'mongodb+srv://app:" + p + at + host + "/?w=1'", p, High, map[string]string{"scheme": "mongodb+srv", "host": host, "user": "app"}},
		"no user":  {"redis://:" + p + at + host + ":6379/0", p, High, map[string]string{"scheme": "redis", "host": host}},
		"jdbc":     {"jdbc:mysql://" + host + "/x?user=app&password=" + p + "&ssl=1", p, High, map[string]string{"scheme": "jdbc:mysql", "host": host}},
		"sqlserver": {"\"jdbc:sqlserver://" + host + ":1433;user=sa;password=" + p + ";\"", p, High,
			map[string]string{"scheme": "jdbc:sqlserver", "host": host + ""}},
		"at in password": {"mysql://app:a@" + p + at + host, "a@" + p, High, map[string]string{"scheme": "mysql", "host": host, "user": "app"}},
		"local":          {"postgres://app:" + p + at + "localhost/x", p, Medium, map[string]string{"scheme": "postgres", "host": "localhost", "user": "app"}},
		"local, simple":  {"postgres://app:" + "blauwal" + at + "localhost/x", "blauwal", Low, map[string]string{"scheme": "postgres", "host": "localhost", "user": "app"}},
		"service":        {"amqp://app:" + p + at + "rabbit:5672", p, Medium, map[string]string{"scheme": "amqp", "host": "rabbit", "user": "app"}},
		"example":        {"postgres://app:" + p + at + "db.example.com/x", p, Low, map[string]string{"scheme": "postgres", "host": "db.example.com", "user": "app"}},
		"weak":           {"postgres://app:" + "postgres" + at + host, "postgres", Low, map[string]string{"scheme": "postgres", "host": host, "user": "app"}},
		"weak and local": {"postgres://postgres:" + "postgres" + at + "localhost:5432/x", "", "", nil},
		"user again":     {"postgres://" + "billing:billing" + at + "localhost:5432/x", "", "", nil},
		"variable":       {"postgres://app:$PASS" + at + host, "", "", nil},
		"braces":         {"postgres://app:${DB_PASS}" + at + host, "", "", nil},
		"template":       {"postgres://{{user}}:{{pass}}" + at + host, "", "", nil},
		"angle":          {"postgres://app:<password>" + at + host, "", "", nil},
		"format":         {"postgres://%s:%s" + at + "%s/x", "", "", nil},
		"masked":         {"postgres://app:****" + at + host, "", "", nil},
		"dots":           {"postgres://app:..." + at + host, "", "", nil},
		"no password":    {"postgres://app" + at + host, "", "", nil},
		"no user info":   {"postgres://" + host + ":5432/x", "", "", nil},
		"mail behind":    {"postgres://" + host + "/x?mail=a:b" + at + "c.d", "", "", nil},
		"other scheme":   {"https://app:" + p + at + host, "", "", nil},
		"no scheme":      {"://app:" + p + at + host, "", "", nil},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			secrets, verdicts := locateAll(databaseURL, "x = "+test.text+"\n", "://")
			if test.want == "" {
				if len(secrets) > 0 {
					t.Errorf("found %q in %s", secrets, test.text)
				}
				return
			}
			if len(secrets) != 1 || secrets[0] != test.want {
				t.Fatalf("found %q in %s, want %q", secrets, test.text, test.want)
			}
			if verdicts[0].Confidence != test.confidence {
				t.Errorf("confidence %s, want %s", verdicts[0].Confidence, test.confidence)
			}
			if diff := cmp.Diff(test.facts, verdicts[0].Facts); diff != "" {
				t.Errorf("facts (-want +got):\n%s", diff)
			}
		})
	}
}

func TestURLPassword(t *testing.T) {
	token := secrettest.New(2).Mixed(24)
	finds := []string{
		"https://oauth2:" + token + at + "git.corp-internal.net/x.git",
		"[remote]\n\turl = ssh://bot:" + token + at + "git.corp-internal.net/x",
		"smtp://mail:" + token + at + "smtp.corp-internal.net:587",
	}
	for _, text := range finds {
		if secrets, _ := locateAll(urlPassword, text, "://"); len(secrets) != 1 || secrets[0] != token {
			t.Errorf("found %q in %s", secrets, text)
		}
	}
	ignores := []string{
		"http://user:password" + at + "example.com/", "https://user:pass" + at + "host.com", "ssh://git" + at + "github.com:22/x",
		"http://user%40x:pass%40y" + at + "host", "https://a.b/c?d=e:f" + at + "g", "https://x:x" + at + "y.z",
		"https://$USER:$TOKEN" + at + "github.com/x", "https://github.com/a" + at + "v1:2", "mysql://a:" + token + at + "b.c",
		"https://me:secretword" + at + "corp-internal.net",
	}
	for _, text := range ignores {
		if secrets, _ := locateAll(urlPassword, text, "://"); len(secrets) > 0 {
			t.Errorf("found %q in %s", secrets, text)
		}
	}
}

func TestConnectionString(t *testing.T) {
	p := secrettest.New(3).Value("password")
	word := "Pass" + "word="
	finds := map[string]string{
		"ado":     `"Server=db7.corp-internal.net,1433;Database=x;User Id=app;` + word + p + `;Encrypt=true"`,
		"first":   `"` + word + p + `;Server=db7.corp-internal.net;Uid=app"`,
		"odbc":    "DRIVER={x};SERVER=db7.corp-internal.net;UID=app;PWD=" + p,
		"libpq":   "host=db7.corp-internal.net user=app " + "pass" + "word=" + p,
		"azure":   "Server=tcp:x.database.windows.net;Initial Catalog=y;User ID=z;" + word + p + ";",
		"xml":     `<add connectionString="Data Source=x.corp.net;User ID=sa;` + word + p + `" />`,
		"in json": `"ConnectionStrings": {"x": "Host=h.corp.net;Database=d;Username=u;` + word + p + `"}`,
	}
	for name, text := range finds {
		t.Run(name, func(t *testing.T) {
			secrets, _ := locateAll(connectionString, text, "password=", "pwd=")
			if len(secrets) != 1 || secrets[0] != p {
				t.Errorf("found %q in %s, want %q", secrets, text, p)
			}
		})
	}
	ignores := map[string]string{
		"alone":        word + p,
		"query":        "https://x.y/?user=a&" + strings.ToLower(word) + p,
		"variable":     "Server=x;User Id=a;" + word + "$PASS;",
		"template":     "Server=x;User Id=a;" + word + "{0};",
		"angle":        "Server=x;User Id=a;" + word + "<password>;",
		"masked":       "Server=x;User Id=a;" + word + "******;",
		"weak, local":  "Server=localhost;User Id=a;" + word + "password;",
		"longer word":  "Server=x;User Id=a;reset" + word + p + ";",
		"empty":        "Server=x;User Id=a;" + word + ";",
		"your":         "Server=localhost;Database=d;User Id=a;" + word + "your_password;",
		"sentence end": "Server=x;User Id=a;" + word + "is what you set;",
	}
	for name, text := range ignores {
		t.Run("ignores "+name, func(t *testing.T) {
			if secrets, _ := locateAll(connectionString, text, "password=", "pwd="); len(secrets) > 0 {
				t.Errorf("found %q in %s", secrets, text)
			}
		})
	}
}
