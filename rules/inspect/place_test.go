package inspect

import "testing"

func TestPlaceOf(t *testing.T) {
	tests := map[string]Place{
		"":                                 {Other, false},
		"config/database.yml":              {Config, false},
		".env":                             {Config, false},
		"deploy/.env.production":           {Config, false},
		".env.example":                     {Config, true},
		"Dockerfile":                       {Config, false},
		"src/main/java/App.java":           {Code, false},
		"src/test/java/AppTest.java":       {Code, true},
		"pkg/x/x_test.go":                  {Code, true},
		"web/login.spec.ts":                {Code, true},
		"test_login.py":                    {Code, true},
		"latest.py":                        {Code, false},
		"README.md":                        {Docs, true},
		"docs/config.yml":                  {Config, true},
		"spec/fixtures/users.yml":          {Config, true},
		"vendor/github.com/a/b/c.go":       {Code, true},
		"some/unknown":                     {Other, false},
		"Testing/INI/settings.INI":         {Config, true},
		"terraform/prod/terraform.tfstate": {Config, false},
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
		{Weak, "main.go", Medium, Low},
		{Weak, "test/prod.yml", Medium, Low},
		{Weak, "", Medium, Low},
		{Bare | Weak, "a.go", Low, Low},
	}
	for _, test := range tests {
		if got := test.form.At(test.path, test.confidence); got != test.want {
			t.Errorf("Form(%d).At(%q, %s) = %s, want %s", test.form, test.path, test.confidence, got, test.want)
		}
	}
}
