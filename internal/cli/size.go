package cli

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// byteSize is a flag value in bytes.
type byteSize int64

// A unit with K, M, G or T alone or with "iB" is a power of 1024, as Git's
// own configuration has it; with "B" it is the power of 1000 that SI says.
const unitLetters = "KMGT"

// Set parses forms such as 1048576, 256M, 1GiB and 1.5GB, in any case.
func (s *byteSize) Set(text string) error {
	digits := strings.TrimRight(text, "KMGTIBkmgtib")
	factor, ok := unitFactor(strings.ToUpper(text[len(digits):]))
	number, err := strconv.ParseFloat(strings.TrimSpace(digits), 64)
	if err != nil || !ok || strings.ContainsAny(digits, "xXpPeE_+") {
		return fmt.Errorf("%q is no size: write bytes, or a number with K, M, G or T such as 256M or 1GiB", text)
	}
	bytes := number * factor
	if !(bytes >= 1 && bytes < math.MaxInt64) { // so that NaN is refused too
		return fmt.Errorf("size %q is out of range: at least one byte and below 8 EiB", text)
	}
	*s = byteSize(bytes)
	return nil
}

// unitFactor is the number of bytes in a unit, given in upper case.
func unitFactor(unit string) (float64, bool) {
	if unit == "" || unit == "B" {
		return 1, true
	}
	power := strings.IndexByte(unitLetters, unit[0]) + 1
	switch {
	case power == 0:
		return 0, false
	case len(unit) == 1 || unit[1:] == "IB":
		return math.Pow(1024, float64(power)), true
	case unit[1:] == "B":
		return math.Pow(1000, float64(power)), true
	}
	return 0, false
}

// String writes the largest binary unit that is exact.
func (s *byteSize) String() string {
	value, unit := int64(*s), ""
	for _, letter := range unitLetters {
		if value == 0 || value%1024 != 0 {
			break
		}
		value, unit = value/1024, string(letter)+"iB"
	}
	return strconv.FormatInt(value, 10) + unit
}

// Type is the word that help shows for the value.
func (s *byteSize) Type() string { return "SIZE" }
