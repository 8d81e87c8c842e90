package report

import (
	"math"
	"regexp"
	"strconv"
	"strings"
	"testing"
)

// palette reads the colors of palette.css, light and dark.
func palette(t *testing.T) map[string][2]string {
	t.Helper()
	css, err := joinFiles([]string{"palette.css"})
	if err != nil {
		t.Fatal(err)
	}
	colors := map[string][2]string{}
	for _, m := range regexp.MustCompile(`--([a-z-]+): light-dark\((#[0-9a-f]{6}), (#[0-9a-f]{6})\);`).FindAllStringSubmatch(css, -1) {
		colors[m[1]] = [2]string{m[2], m[3]}
	}
	if n := strings.Count(css, "light-dark("); n != len(colors) || n < 15 {
		t.Fatalf("%d of %d colors were read", len(colors), n)
	}
	return colors
}

// contrast is WCAG's ratio of two colors (https://www.w3.org/TR/WCAG22/#dfn-contrast-ratio).
func contrast(t *testing.T, a, b string) float64 {
	t.Helper()
	luminance := func(color string) float64 {
		sum := 0.0
		for i, weight := range []float64{0.2126, 0.7152, 0.0722} {
			n, err := strconv.ParseUint(color[1+2*i:3+2*i], 16, 8)
			if err != nil {
				t.Fatal(err)
			}
			c := float64(n) / 255
			if c <= 0.04045 {
				c /= 12.92
			} else {
				c = math.Pow((c+0.055)/1.055, 2.4)
			}
			sum += weight * c
		}
		return sum
	}
	x, y := luminance(a), luminance(b)
	return (max(x, y) + 0.05) / (min(x, y) + 0.05)
}

// Text has a contrast of 4.5 to whatever it stands on, and what is to be seen of controls, bars and signs one
// of 3 (WCAG 2.2, 1.4.3 and 1.4.11, level AA).
func TestContrast(t *testing.T) {
	const text, graphic = 4.5, 3
	tests := []struct {
		ratio  float64
		colors string
		behind string
	}{
		{text, "ink soft accent critical high medium low pass", "paper card sunk"},
		{text, "ink soft", "mark"},
		{text, "ink critical", "critical-tint"},
		{text, "ink high", "high-tint"},
		{text, "ink medium", "medium-tint"},
		{text, "ink low", "low-tint"},
		{text, "ink pass", "pass-tint"},
		{graphic, "edge focus", "paper card sunk"},
	}
	colors := palette(t)
	used := map[string]bool{"line": true} // it parts what spacing parts as well
	for _, test := range tests {
		for _, front := range strings.Fields(test.colors) {
			for _, back := range strings.Fields(test.behind) {
				used[front], used[back] = true, true
				for i, mode := range []string{"light", "dark"} {
					if got := contrast(t, colors[front][i], colors[back][i]); got < test.ratio {
						t.Errorf("%s: %s on %s has a contrast of %.2f, want %.1f", mode, front, back, got, test.ratio)
					}
				}
			}
		}
	}
	for name := range colors {
		if !used[name] {
			t.Errorf("nothing says what %s stands on", name)
		}
	}
}
