package cli

import "testing"

func TestIsURL(t *testing.T) {
	for argument, want := range map[string]bool{
		"https://git.example.org/a/b.git": true,
		"HTTP://git.example.org/a":        true,
		"ssh://git@git.example.org:22/a":  true,
		"git://git.example.org/a":         true,
		"file:///srv/a.git":               true,
		"git@git.example.org:group/a.git": true,
		".":                               false,
		"-":                               false,
		"/srv/a.git":                      false,
		`C:\work\a`:                       false,
		"C:/work/a":                       false,
		"./me@there:a":                    false,
		"ftp://git.example.org/a":         false,
		"https:/a":                        false,
		"a b@c:d":                         false,
		"":                                false,
	} {
		if got := isURL(argument); got != want {
			t.Errorf("%q: got %v, want %v", argument, got, want)
		}
	}
}

func TestWithoutUser(t *testing.T) {
	for url, want := range map[string]string{
		"https://me:" + "word" + "@git.example.org/a":  "https://git.example.org/a",
		"https://me@git.example.org/a@b":               "https://git.example.org/a@b",
		"https://me:w" + "o@r" + "d@git.example.org/a": "https://git.example.org/a",
		"https://git.example.org/a@b":                  "https://git.example.org/a@b",
		"git@git.example.org:a":                        "git@git.example.org:a",
	} {
		if got := withoutUser(url); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
}
