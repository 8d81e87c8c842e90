package cli

import "testing"

func TestByteSize(t *testing.T) {
	for _, test := range []struct {
		text string
		want int64 // 0 for an error
		show string
	}{
		{"1", 1, "1"},
		{"1048576", 1 << 20, "1MiB"},
		{"256M", 256 << 20, "256MiB"},
		{"256m", 256 << 20, "256MiB"},
		{"1GiB", 1 << 30, "1GiB"},
		{"1gib", 1 << 30, "1GiB"},
		{"1.5G", 3 << 29, "1536MiB"},
		{"2 GiB", 2 << 30, "2GiB"},
		{"1kB", 1000, "1000"},
		{"3MB", 3_000_000, "3000000"},
		{"12B", 12, "12"},
		{"1T", 1 << 40, "1TiB"},
		{"", 0, ""},
		{"M", 0, ""},
		{"0", 0, ""},
		{"0.5", 0, ""},
		{"-1M", 0, ""},
		{"9999999T", 0, ""},
		{"1e3", 0, ""},
		{"0x10", 0, ""},
		{"NaN", 0, ""},
		{"inf", 0, ""},
		{"1MM", 0, ""},
		{"1IB", 0, ""},
		{"1X", 0, ""},
		{"1_000", 0, ""},
	} {
		t.Run(test.text, func(t *testing.T) {
			var size byteSize
			err := size.Set(test.text)
			if test.want == 0 {
				if err == nil {
					t.Fatalf("got %d, want an error", size)
				}
				return
			}
			if err != nil || int64(size) != test.want {
				t.Fatalf("got %d, %v; want %d", size, err, test.want)
			}
			if size.String() != test.show {
				t.Errorf("shows as %q, want %q", size.String(), test.show)
			}
		})
	}
}
