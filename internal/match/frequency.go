package match

import "math"

// frequencies say how often the five bits of bytes are met in source code.
type frequencies struct {
	pair   [32][32]float64
	single [32]float64
}

func newFrequencies() *frequencies {
	f := new(frequencies)
	for i := range pairs {
		often := math.Ldexp(1, -int(pairs[i]-'a'))
		f.pair[i/32][i%32] = often
		f.single[i/32] += often
	}
	return f
}

// of is how often a text is met, more or less: as if a byte told nothing of the one after
// the next. What stands beside it can be anything.
func (f *frequencies) of(text string) float64 {
	often := f.single[text[0]&31]
	for i := 1; i < len(text); i++ {
		a, b := text[i-1]&31, text[i]&31
		often *= f.pair[a][b] / f.single[a]
	}
	return often
}

// pairs has for each pair of bytes a letter, by minus the logarithm of how often it is met. It
// was counted in the files of git, go-git, trufflehog, restic, rails, huginn, CTFd
// and prometheus, as much of each. What it says decides how fast a search is, not what
// it finds.
const pairs = "" +
	"cggghgghhghjhghggiggfhihkjhgiglk" +
	"ijhhhmkhkilkggglhlggfijkkjkmnjol" +
	"ihijjhjjjhhlgiiiikiiihkkliglljkk" +
	"hhljlhkngjlhijkfklikgilmllmlompl" +
	"ghjljglljhimjkiikmjikjlmlkjlnkmi" +
	"fhhggihjhiilghfjiiffgjiihjikmilh" +
	"hiklliiljglnikkhlmijjhmmmkmnomql" +
	"hkklmglkjhknjkiilniikkmnonlkmknk" +
	"ihijkfjkjgjmkjjhjjjjhillmmkkmlmj" +
	"hiihhhgikeglghfgimhgflikjnjhlhol" +
	"fkljlijllegmlklhkmljjlmmnnolmjpn" +
	"jlkmmhlkkjllllklmmmklknmnnmmolol" +
	"fhhligkligglgkjgklkhihkmnikknknk" +
	"igijjgkklhkmjgjhhiiiijkkkkkmnlkk" +
	"ggigggigihhjiihhhjigfhiikjklklki" +
	"gjhihjiikiijhgfhhlfhhhiilmlmmllk" +
	"igjlkglljiklhkihhjhihikkjjkkmknj" +
	"jmkmmmmnmjlnjljmijjjjhjkkjlmnkon" +
	"ggiiiejiigjjiiggikghhhjkkhjkmknj" +
	"fiiikfklhgjkijghijjhfhkjkjijmkni" +
	"fghikfjjffjmhihghkghhhjjjhjjmklh" +
	"iiiijhjkmilnhigmikghhkklkkmnnmro" +
	"jhklmhmmmilnkkjkkjkkjkklkkmnnmnn" +
	"jillmjmniilnllijkljjkkkklklnnnql" +
	"ikkkmklnljlnkkjmikkkilklkklmnlql" +
	"hljlmlmmkkknjkjjhjkjikjkjikmmlok" +
	"gkhlmjkmkljnmkjjkllkklmmmmkjniso" +
	"jlilmlllmkgnmllmklkklmlnoollmioo" +
	"jmlnmmmmmmlonmjjmnmllmponqqnjmop" +
	"gmimmllmljhnhmjmlmmklnmooonjlhko" +
	"jnmnoonnnmkqnnmmmmmmnnppqqonkmlo" +
	"kjjjjjjkjjlljjjjjliiiklknononnrk"
