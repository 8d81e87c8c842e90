package inspect

import "testing"

func TestPlaceOf(t *testing.T) {
	tests := map[string]Place{
		"":                                 {Sort: Other},
		"config/database.yml":              {Sort: Config},
		".env":                             {Sort: Config},
		"deploy/.env.production":           {Sort: Config},
		".env.example":                     {Sort: Config, Sample: true},
		"Dockerfile":                       {Sort: Config},
		"src/main/java/App.java":           {Sort: Code},
		"src/test/java/AppTest.java":       {Sort: Code, Sample: true},
		"pkg/x/x_test.go":                  {Sort: Code, Sample: true},
		"web/login.spec.ts":                {Sort: Code, Sample: true},
		"test_login.py":                    {Sort: Code, Sample: true},
		"latest.py":                        {Sort: Code},
		"README.md":                        {Sort: Docs, Sample: true},
		"docs/config.yml":                  {Sort: Config, Sample: true},
		"spec/fixtures/users.yml":          {Sort: Config, Sample: true},
		"vendor/github.com/a/b/c.go":       {Sort: Code, Sample: true, Foreign: true},
		"some/unknown":                     {Sort: Other},
		"Testing/INI/settings.INI":         {Sort: Config, Sample: true},
		"terraform/prod/terraform.tfstate": {Sort: Config},
	}
	for name, want := range tests {
		if got := PlaceOf(name); got != want {
			t.Errorf("PlaceOf(%q) = %v, want %v", name, got, want)
		}
	}
}

func TestFormAt(t *testing.T) {
	tests := []struct {
		form             Form
		path, confidence string
		want             string
	}{
		{0, "a_test.go", High, High},
		{Bare, "a.go", High, Medium},
		{Bare, "a.go", Medium, Low},
		{Bare, "a.yml", Medium, Medium},
		{Bare, "", Medium, Medium},
		{Weak, "prod.yml", Medium, Medium},
		{Weak, "main.go", Medium, Medium},
		{Weak, "test/prod.yml", Medium, Medium},
		{Weak, "vendor/x/prod.yml", Medium, Low},
		{Weak, "", Medium, Low},
		{Weak | Bare, "README.md", Medium, Low},
		{Weak | Bare, "compose.yml", Medium, Medium},
		{Word, "prod.yml", Medium, Medium},
		{Word, "test/prod.yml", Medium, Low},
		{Word, "main.go", Medium, Low},
		{Word, "", Medium, Low},
		{Bare | Weak, "a.go", Low, Low},
	}
	for _, test := range tests {
		if got := test.form.At(test.path, test.confidence); got != test.want {
			t.Errorf("Form(%d).At(%q, %s) = %s, want %s", test.form, test.path, test.confidence, got, test.want)
		}
	}
}

func TestFormCountsAt(t *testing.T) {
	tests := []struct {
		form Form
		path string
		want bool
	}{
		{0, "a.go", true},
		{Bare, "a.go", true},
		{Bare | Word, "a.go", false},
		{Bare | Weak, "src/a.py", false},
		{Word, "a.go", true},
		{Bare | Word, "prod.yml", true},
		{Bare | Weak, "README.md", true},
		{Bare | Weak, "", true},
	}
	for _, test := range tests {
		if got := test.form.CountsAt(test.path); got != test.want {
			t.Errorf("Form(%d).CountsAt(%q) = %v", test.form, test.path, got)
		}
	}
}
