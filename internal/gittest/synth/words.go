package main

import (
	"math/rand/v2"
	"strings"
)

// vocabulary is what names and comments are made of. As in any code, some of the
// words are near to those that rules seek.
var vocabulary = strings.Fields(`
account action address adjust after agent align alloc anchor append apply archive array assert async attach attr audit auth
author backend balance base batch begin bind bitmap block bool bound branch break bridge buffer build bundle button byte cache
call cancel capture cast chain change channel check child chunk class clean client clock clone close cluster code collect
color column command commit compare compile compute config connect const context control convert copy core count create
credential cursor data date debug decode default defer delay delete delta depth derive detail device diff digest dir dispatch
display domain draw driver drop dump edge edit element emit empty enable encode end engine ensure entry env error event exact
exec exit expand expect export extend factor fail fetch field file fill filter find first fixed flag flush focus fold force
format frame free func gap gather gauge gather generic get global grant graph group guard handle hash head heap height hidden
hint hold hook host icon ident image import inbox index info init inline inner input insert inspect item iterate join journal
jump keep kernel key kind label last layer layout leaf length level limit line link list load local lock log loop lower main
manager map margin mark mask master match matrix max member memo memory merge message meta method metric middle min mode
model module monitor mount move mutex name nested network next node normal notify null number object offset open option order
origin output owner packet page panel param parent parse partial pass patch path pattern pause peer pending permit pick pipe
pixel plan player plugin point policy poll pool port position post prefix prepare print probe process profile progress prompt
proto proxy publish pull purge push query queue quick quota range rank rate raw reader record reduce ref refresh region
register relay release reload remote remove render repair repeat replace reply report request reserve reset resolve resource
response rest result resume retry return reverse review right role root rotate route row rule run safe sample save scale scan
schema scope score screen script search second secret section seed segment select send serial server service session set
setup shape shard share shift show shutdown side signal single size skip slice slot snapshot socket sort source space span
split spool stack stage start state static status step stop storage store stream string struct style submit subset suffix sum
swap switch symbol sync system table tag target task temp template test text thread ticket tile time timeout title token tool
topic total trace track transfer tree trigger trim tunnel type union unique unit unlock update upload upper user valid value
vector verify version view visit volume wait walk watch weight width window wire worker wrap write yield zone`)

// words draws names and sentences. Some names are used much more often than others.
type words struct {
	random *rand.Rand
	names  []string
}

// newWords makes up the names of a project.
func newWords(random *rand.Rand) *words {
	w := &words{random: random}
	for range 3000 {
		name := w.word()
		for random.IntN(3) > 0 && len(name) < 24 {
			if next := w.word(); random.IntN(2) == 0 {
				name += "_" + next
			} else {
				name += capital(next)
			}
		}
		w.names = append(w.names, name)
	}
	return w
}

func (w *words) word() string { return vocabulary[w.random.IntN(len(vocabulary))] }

// name draws the n-th name with a probability that falls with n.
func (w *words) name() string {
	x := w.random.Float64()
	return w.names[int(x*x*x*float64(len(w.names)))]
}

func capital(word string) string { return strings.ToUpper(word[:1]) + word[1:] }

// sentence is n words or so.
func (w *words) sentence(n int) string {
	list := make([]string, 3+w.random.IntN(n))
	for i := range list {
		list[i] = w.word()
	}
	return capital(strings.Join(list, " "))
}

// lines of code by what they look like: i is a name, F a capitalised one, U one in capitals, n a
// number, s a string, w a sentence, each between braces.
var shapes = map[string][]string{
	".go": {
		"", "", "\t}", "\t\t}", "}", "\treturn {i}", "\treturn {F}({i}, {i})", "\treturn nil, fmt.Errorf(\"{w}: %w\", err)",
		"\tif err != nil {", "\tif {i} == {n} || {i}.{F} {", "\tfor _, {i} := range {i}.{F} {", "\t\t{i} = append({i}, {F}{{i}, {n}})",
		"\t{i}, err := {i}.{F}({i}, {n})", "\t{i} := make(map[string]{F})", "// {w}", "\t// {w}", "\t\tcase {F}:", "\tdefer {i}.{F}()",
		"func ({i} *{F}) {i}({i} []byte) error {", "\t{F} string `json:\"{i}\"`", "\t{i} := os.Getenv(\"{U}\")", "\tlog.Printf(\"{w} %d\", {i})",
	},
	".c": {
		"", "", "\t}", "\t\t}", "}", "{", "\treturn {i};", "\tif (!{i})", "\tif ({i} < {n} && {i}->{i})", "\t\t{i} = {i}({i}, sizeof({i}));",
		"\tfor (i = 0; i < {i}; i++) {", "\tstruct {i} *{i} = xmalloc({n});", "static int {i}(const char *{i}, size_t {i})", "#define {U} {n}",
		" * {w}", "\t/* {w} */", "#include \"{i}.h\"", "\tdie(_(\"{w} '%s'\"), {i});", "\tgoto {i};", "\tstrbuf_addf(&{i}, \"{s}\", {i});",
	},
	".py": {
		"", "", "    return self.{i}", "    def {i}(self, {i}, {i}=None):", "class {F}({F}):", "        if {i} is None:", "            raise ValueError(\"{w}\")",
		"        self.{i} = {i}[{n}]", "    # {w}", "        for {i} in self.{i}({i}):", "from {i}.{i} import {F}", "        with {i}.open(\"{s}\") as {i}:",
		"        {i} = {i}.get(\"{i}\", {n})", "    \"\"\"{w}.\"\"\"", "        return {\"{i}\": {i}, \"{i}\": {n}}", "        assert {i} == \"{s}\"",
	},
	".yml": {
		"", "{i}:", "  {i}: {n}", "  {i}: {s}", "    - name: {i}", "      {i}: true", "    # {w}", "      run: {i} --{i}={n} {s}", "  {U}: ${{{i}.{i}}}",
	},
	".md": {"", "", "{w}.", "{w}, {w}.", "- {w}", "## {w}", "    {i} --{i} {s}", "See [{w}]({s}) for {i}."},
	".js": {
		"", "", "  }", "});", "  const {i} = await {i}.{i}({i});", "  if (!{i} || {i}.{i} === {n}) {", "    return {i}.map(({i}) => {i}.{i});", "// {w}",
		"export function {i}({ {i}, {i} }) {", "    throw new Error(`{w} ${{i}}`);", "import { {F} } from '{s}';", "  {i}: '{s}',", "  it('{w}', () => {",
	},
}

var extensions = []string{".go", ".c", ".py", ".yml", ".md", ".js"}

// line draws a line of a file with an extension.
func (w *words) line(extension string) string {
	list := shapes[extension]
	shape := list[w.random.IntN(len(list))]
	var line strings.Builder
	for {
		at := strings.IndexByte(shape, '{')
		if at < 0 || at+2 >= len(shape) {
			break
		}
		if shape[at+2] != '}' {
			line.WriteString(shape[:at+1])
			shape = shape[at+1:]
			continue
		}
		line.WriteString(shape[:at])
		w.fill(&line, shape[at+1])
		shape = shape[at+3:]
	}
	line.WriteString(shape)
	return line.String()
}

func (w *words) fill(line *strings.Builder, what byte) {
	switch what {
	case 'i':
		line.WriteString(w.name())
	case 'F':
		line.WriteString(capital(w.name()))
	case 'U':
		line.WriteString(strings.ToUpper(w.word() + "_" + w.word()))
	case 'n':
		line.WriteString([]string{"0", "1", "2", "8", "16", "64", "100", "255", "1024", "4096"}[w.random.IntN(10)])
	case 's':
		line.WriteString(w.word() + "/" + w.word() + "." + w.word())
	case 'w':
		line.WriteString(w.sentence(8))
	}
}
