package match

import "math"

// frequencies say how often the five bits of bytes are met in source code.
type frequencies struct {
	pair   [32][32]float64
	single [32]float64
	rank   map[uint32]int // of the groups that are met most, from 0 on
}

func newFrequencies() *frequencies {
	f := &frequencies{rank: make(map[uint32]int, len(commonGroups)/5)}
	for at := 1; at < len(commonGroups); at += groupLen + 1 {
		f.rank[firstGroup(commonGroups[at:])] = len(f.rank)
	}
	for i := range pairs {
		often := math.Ldexp(1, -int(pairs[i]-'a'))
		f.pair[i/32][i%32] = often
		f.single[i/32] += often
	}
	return f
}

// group is how often a text of at most a group is met, more or less, where what stands beside it can be anything. A
// common one is met about as often as its rank commonly is. Any other is not, and at most as often
// as [frequencies.of] says, which takes parts of words for rarer than they are.
func (f *frequencies) group(text string) float64 {
	if len(text) < groupLen {
		return f.of(text)
	}
	rank, common := f.rank[firstGroup(text)]
	if common {
		return ofRank(rank)
	}
	return min(ofRank(len(f.rank)), f.of(text))
}

// ofRank is how often the group of a rank is met in source code.
func ofRank(rank int) float64 { return 0.16 / float64(rank+100) }

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
