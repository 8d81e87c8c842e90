package rules_test

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/unleak/unleak/rules"
)

// A rule file that comes with what is scanned must not have other files read: the
// message about what is wrong with them would quote them.
func TestLoadFileInStaysInside(t *testing.T) {
	outside := filepath.Join(t.TempDir(), "private")
	if err := os.WriteFile(outside, []byte("hidden-content = hidden-value"), 0o600); err != nil {
		t.Fatal(err)
	}
	root := t.TempDir()
	if err := os.Symlink(outside, filepath.Join(root, "link.toml")); err != nil {
		t.Skip("no symbolic links here: ", err)
	}
	relative, err := filepath.Rel(root, outside)
	if err != nil {
		t.Fatal(err)
	}
	for name, target := range map[string]string{"absolute": outside, "relative": relative, "link": "link.toml"} {
		t.Run(name, func(t *testing.T) {
			config := "[extend]\npath = '" + filepath.ToSlash(target) + "'\n"
			if err := os.WriteFile(filepath.Join(root, "rules.toml"), []byte(config), 0o600); err != nil {
				t.Fatal(err)
			}
			_, err := rules.LoadFileIn(root, "rules.toml", nil)
			if err == nil || strings.Contains(err.Error(), "hidden") {
				t.Errorf("LoadFileIn: %v, want an error that quotes nothing of the other file", err)
			}
			if _, err := rules.LoadFile(filepath.Join(root, "rules.toml"), nil); err == nil || !strings.Contains(err.Error(), "hidden") {
				t.Errorf("LoadFile: %v, want the other file's own mistake", err)
			}
		})
	}
}

func TestLoadFileInExtendsItsNeighbour(t *testing.T) {
	root := t.TempDir()
	for name, content := range map[string]string{
		"rules.toml": "[extend]\npath = 'more/base.toml'\n",
		"more":       "",
	} {
		path := filepath.Join(root, name)
		if content == "" {
			if err := os.Mkdir(path, 0o700); err != nil {
				t.Fatal(err)
			}
			continue
		}
		if err := os.WriteFile(path, []byte(content), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	base := "[[rules]]\nid = 'one'\ndescription = 'one'\nregex = 'abcd[0-9]{4}'\nkeywords = ['abcd']\n"
	if err := os.WriteFile(filepath.Join(root, "more", "base.toml"), []byte(base), 0o600); err != nil {
		t.Fatal(err)
	}
	set, err := rules.LoadFileIn(root, "rules.toml", nil)
	if err != nil {
		t.Fatal(err)
	}
	if _, ok := set.Lookup("one"); !ok {
		t.Error("the rule of the extended file is missing")
	}
}
