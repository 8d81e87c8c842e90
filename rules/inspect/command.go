package inspect

import "bytes"

// commandReach is how far behind its command an option is looked for, in bytes.
const commandReach = 256

// command says by which options a command is given a password.
type command struct {
	name    string    // with its subcommand
	options [4]string // a letter stands for a short option, anything longer for a long one
	form    commandForm
}

// commandForm is how the password stands behind its option.
type commandForm uint8

const (
	wordOrJoined commandForm = iota // -p secret, -psecret
	joined                          // -psecret: a word of its own is something else
	userAndWord                     // -u user:secret
	argument                        // the first argument, quoted, with the option or without
)

// commands are those that history and documentation show with a password most often. Long options that name
// what they take ("--password x") are assignments already.
var commands = [...]command{
	{"curl", [4]string{"u", "U", "--user", "--proxy-user"}, userAndWord},
	{"mysql", [4]string{"p"}, joined},
	{"mysqldump", [4]string{"p"}, joined},
	{"mysqladmin", [4]string{"p"}, joined},
	{"mariadb", [4]string{"p"}, joined},
	{"sshpass", [4]string{"p"}, wordOrJoined},
	{"docker login", [4]string{"p"}, wordOrJoined},
	{"podman login", [4]string{"p"}, wordOrJoined},
	{"az login", [4]string{"p"}, wordOrJoined},
	{"oc login", [4]string{"p"}, wordOrJoined},
	{"cf login", [4]string{"p"}, wordOrJoined},
	{"redis-cli", [4]string{"a"}, wordOrJoined},
	{"sqlcmd", [4]string{"P"}, wordOrJoined},
	{"ldapsearch", [4]string{"w"}, wordOrJoined},
	{"ldapadd", [4]string{"w"}, wordOrJoined},
	{"ldapmodify", [4]string{"w"}, wordOrJoined},
	{"mongo", [4]string{"p"}, wordOrJoined},
	{"mongosh", [4]string{"p"}, wordOrJoined},
	{"mongodump", [4]string{"p"}, wordOrJoined},
	{"mongorestore", [4]string{"p"}, wordOrJoined},
	{"convertto-securestring", [4]string{"-string"}, argument},
}

// commandPassword locates a password among the arguments of a command that takes it there: curl -u user:...,
// mysql -p..., sshpass -p ..., docker login -p ..., ConvertTo-SecureString '...'. The hit is in the name of the
// command. It does not allocate.
func commandPassword(window []byte, hit Span) (Span, Verdict, bool) {
	if !hit.within(len(window)) || hit.Len() == 0 {
		return Span{}, Verdict{}, false
	}
	start := hit.Start
	for start > 0 && hit.Start-start < maxKeyPart && (isWord(window[start-1]) || window[start-1] == '-') {
		start--
	}
	for i := range commands {
		c := &commands[i]
		end := start + len(c.name)
		if end >= len(window) || window[end] != ' ' || !equalFold(window[start:end], c.name) {
			continue
		}
		value, quoted, ok := c.value(window, end)
		if !ok {
			return Span{}, Verdict{}, false
		}
		if v := weighArgument(window[value.Start:value.End], quoted); !v.Drop {
			v.Secret = value
			return Span{start, max(value.End, hit.End)}, v, true
		}
		return Span{}, Verdict{}, false
	}
	return Span{}, Verdict{}, false
}

// value returns the password among the arguments that begin at pos. It reads words as a shell does, to the end of the
// command.
func (c *command) value(window []byte, pos int) (value Span, quoted, ok bool) {
	limit := min(len(window), pos+commandReach)
	due := c.form == argument
	for pos < limit {
		var word Span
		word, pos, quoted = nextArgument(window, pos, limit)
		if pos == 0 {
			return Span{}, false, false
		}
		text := window[word.Start:word.End]
		switch {
		case due && c.form == argument && !quoted && len(text) > 1 && text[0] == '-':
			due = equalFold(text, c.options[0]) || equalFold(text, "-asplaintext") || equalFold(text, "-force")
		case due && c.form == argument:
			return word, quoted, quoted
		case due && c.form == userAndWord:
			i := bytes.IndexByte(text, ':')
			return Span{word.Start + i + 1, word.End}, quoted, i > 0 && isLiteralUser(text[:i])
		case due:
			return word, quoted, len(text) > 0 && (quoted || text[0] != '-')
		case quoted || len(text) < 2 || text[0] != '-':
		default:
			var at int
			if at, due = c.option(text); at > 0 {
				if c.form == userAndWord {
					i := bytes.IndexByte(text, ':')
					return Span{word.Start + i + 1, word.End}, false, i > at && isLiteralUser(text[at:i])
				}
				if isQuote(text[at]) {
					return Span{word.Start + at + 1, word.End - 1}, true, word.Len() > at+2 && text[word.Len()-1] == text[at]
				}
				return Span{word.Start + at, word.End}, false, true
			}
		}
	}
	return Span{}, false, false
}

// option returns where the value begins that is joined to an option, 0 for none, and whether the next word is it.
func (c *command) option(text []byte) (at int, due bool) {
	for _, option := range c.options {
		switch {
		case option == "":
		case len(option) == 1 && text[1] == option[0]:
			if len(text) == 2 {
				return 0, c.form != joined
			}
			if text[2] != '=' && text[2] != '-' {
				return 2, false
			}
		case len(option) > 1 && string(text) == option:
			return 0, true
		case len(option) > 1 && len(text) > len(option)+1 && string(text[:len(option)]) == option && text[len(option)] == '=':
			return len(option) + 1, false
		}
	}
	return 0, false
}

// nextArgument returns the next word of a command, without its quotes, and where it ends. The end is 0 where the
// command ends before. A line that ends in a backslash goes on.
func nextArgument(window []byte, pos, limit int) (word Span, end int, quoted bool) {
	for pos < limit {
		switch c := window[pos]; {
		case c == ' ' || c == '\t' || c == '\r':
			pos++
		case c == '\\' && pos+1 < limit && (window[pos+1] == '\n' || window[pos+1] == '\r'):
			pos += 2
		case c == '\n' || c == '|' || c == ';' || c == '&' || c == '#' || c == '`' || c == '>' || c == '<' || c == ')':
			return Span{}, 0, false
		case c == '"' || c == '\'':
			i := bytes.IndexByte(window[pos+1:limit], c)
			if i < 0 || bytes.IndexByte(window[pos+1:pos+1+i], '\n') >= 0 {
				return Span{}, 0, false
			}
			return Span{pos + 1, pos + 1 + i}, pos + i + 2, true
		default:
			start := pos
			quote := byte(0)
			for pos < limit && (quote != 0 && window[pos] != '\n' || window[pos] > ' ' && bytes.IndexByte([]byte("|;&`)<>"), window[pos]) < 0) {
				if c := window[pos]; c == quote {
					quote = 0
				} else if quote == 0 && (c == '"' || c == '\'') {
					if pos > start && window[start] != '-' { // the end of a string that holds the command
						break
					}
					quote = c
				}
				pos++
			}
			if pos == start || quote != 0 {
				return Span{}, 0, false
			}
			return Span{start, pos}, pos, false
		}
	}
	return Span{}, 0, false
}

// isLiteralUser reports whether a user is named as such, by no variable or template.
func isLiteralUser(user []byte) bool {
	return !isTemplate(user) && !bytes.ContainsAny(user, "/%$<{[\"' ")
}

// weighArgument judges the password that a command is given.
func weighArgument(text []byte, quoted bool) Verdict {
	if len(text) < 5 || !quoted && text[0] == '$' && isLetter(text[1]) || !isLiteral(text) || isStockPassword(text, nil) || isPlaceholder(text) || isPublic(text) {
		return Verdict{Drop: true}
	}
	s := shapeOf(text)
	if s.distinct < 4 || s.patterned() && !isGuessable(text) || s.letters() == 0 || isFileName(text, &s) {
		return Verdict{Drop: true}
	}
	if v := weighPassword(text, &s, true); !v.Drop {
		return v
	}
	if s.separators == 0 && s.signs == 0 && s.upper <= 1 && !isSettingWord(text) {
		return Verdict{Confidence: Medium, Form: Word}
	}
	return Verdict{Drop: true}
}
