package inspect

import (
	"testing"

	"github.com/unleak/unleak/internal/secrettest"
)

var commandKeywords = []string{
	"curl ", "mysql ", "mysqldump ", "sshpass ", "docker login", "redis-cli ", "sqlcmd ", "ldapsearch ", "mongo ", "securestring ",
}

func TestCommandPasswordFinds(t *testing.T) {
	typed := secrettest.New(1).Value("password")
	drawn := secrettest.New(2).Mixed(20)
	tests := map[string]struct{ text, want string }{
		"curl":              {"curl -s -" + "u bot:" + drawn + " https://h.corp/x", drawn},
		"curl joined":       {"curl -" + "ubot:" + drawn + " https://h.corp/x", drawn},
		"curl long":         {"curl --us" + "er 'bot:" + typed + "' https://h.corp/x", typed},
		"curl equals":       {"curl --us" + "er=bot:" + drawn + " https://h.corp/x", drawn},
		"curl proxy":        {"curl -L --proxy-user bot:" + drawn + " https://h.corp/x", drawn},
		"curl after url":    {"curl https://h.corp/x \\\n  -u \"bot:" + typed + "\"", typed},
		"mysql":             {"mysql -uroot -p" + drawn + " shop", drawn},
		"mysql quoted":      {"mysql -u root -p'" + typed + "' << EOF", typed},
		"mysqldump":         {"mysqldump -h db -p" + drawn + " shop > x.sql", drawn},
		"sshpass":           {"sshpass -p " + drawn + " ssh root@h", drawn},
		"sshpass quoted":    {"sshpass -p '" + typed + "' ssh root@h", typed},
		"docker login":      {"docker login -u ci -p " + drawn + " registry.corp", drawn},
		"redis":             {"redis-cli -h cache -a " + drawn + " ping", drawn},
		"sqlcmd":            {"/opt/mssql-tools/bin/sqlcmd -S localhost -U sa -P " + drawn + " -i x.sql", drawn},
		"ldap":              {"ldapsearch -x -D cn=admin -w " + drawn + " -b dc=corp", drawn},
		"mongo":             {"mongo db -u app -p " + drawn, drawn},
		"powershell":        {"$p = ConvertTo-SecureString '" + typed + "' -AsPlainText -Force", typed},
		"powershell string": {"ConvertTo-SecureString -AsPlainText -Force -String \"" + typed + "\"", typed},
		"in json":           {`{"run": "sshpass -p ` + drawn + `"}`, drawn},
		"in element":        {"<run>sshpass -p " + drawn + "</run>", drawn},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			secrets, _ := locateAll(commandPassword, test.text, commandKeywords...)
			if len(secrets) != 1 || secrets[0] != test.want {
				t.Errorf("found %q, want %q, in %q", secrets, test.want, test.text)
			}
		})
	}
}

func TestCommandPasswordIgnores(t *testing.T) {
	drawn := secrettest.New(3).Mixed(20)
	texts := map[string]string{
		"variable":          "curl -u \"$USER:$PASSWORD\" https://h.corp",
		"variable password": "docker login -u ci -p $REGISTRY_TOKEN",
		"variable element":  "<run>docker login -u ci -p $REGISTRY_TOKEN</run>",
		"template":          "sshpass -p {{ password1 }} ssh h",
		"substitution":      "sshpass -p $(cat pw1) ssh h",
		"angle":             "curl -u user:<password1> https://h.corp",
		"stock":             "curl -u user:password https://h.corp",
		"no password":       "curl -u " + drawn + " https://h.corp",
		"url":               "curl -u bot https://h.corp:" + drawn,
		"prompt":            "mysql -u root -p " + drawn,
		"database":          "mysql -h db " + drawn,
		"next command":      "curl https://h.corp | sudo -u bot:" + drawn,
		"next line":         "mysql -u root\nfoo -p" + drawn,
		"port":              "mysql -P 3306 shop",
		"prose":             "use curl and the option -x for " + drawn,
		"other command":     "mycurl -u bot:" + drawn,
		"secure variable":   "ConvertTo-SecureString $password -AsPlainText",
		"secure pipe":       "$x | ConvertTo-SecureString -Key $key1",
		"file":              "curl -u bot: -T server1.key https://h.corp",
		"end":               "sshpass -p ",
		"open quote":        "sshpass -p 'abc1defgh",
	}
	for name, text := range texts {
		t.Run(name, func(t *testing.T) {
			if secrets, _ := locateAll(commandPassword, text, commandKeywords...); len(secrets) > 0 {
				t.Errorf("found %q in %q", secrets, text)
			}
		})
	}
}

func TestCommandPasswordDoesNotAllocate(t *testing.T) {
	text := []byte("curl -s --user bot:" + secrettest.New(5).Value("password") + " https://h.corp")
	if n := testing.AllocsPerRun(100, func() { commandPassword(text, Span{0, 5}) }); n != 0 {
		t.Errorf("%v allocations a call, want none", n)
	}
}

func FuzzCommandPassword(f *testing.F) {
	f.Add("curl -u a:b x", 0)
	f.Add("sshpass -p '", 0)
	f.Add("ConvertTo-SecureString -String \"x\" ", 10)
	f.Fuzz(func(t *testing.T, text string, at int) {
		window := []byte(text)
		if at < 0 || at+4 > len(window) {
			return
		}
		match, v, ok := commandPassword(window, Span{at, at + 4})
		if ok && (!match.within(len(window)) || !v.Secret.within(len(window)) || match.Start > at || match.End < at+4) {
			t.Errorf("match %v, secret %v in a text of %d bytes", match, v.Secret, len(window))
		}
	})
}
