// Package rules reads rule files: which texts are secrets, and which of those
// are none after all.
//
// A rule file is TOML in the schema that gitleaks made common (title, extend,
// [[rules]] with id, description, regex, path, secretGroup, entropy, keywords, tags,
// skipReport, required and allowlists; global [[allowlists]]), so that existing files can be
// brought along, with keys of our own for a rule:
//
//	severity    critical, high (default), medium or low
//	confidence  high, medium (default) or low: before an inspector weighs the value
//	inspect     the inspector that judges a match; without regex, the locator that
//	            finds it (see package inspect)
//	key         what the name must match that a value is assigned to; regex then is what
//	            the whole value must match, and any syntax of assignments counts
//	examples    patterns of values that the rule finds, to draw tests from (see package
//	            example, and "unleak rules test")
//	counterexamples
//	            patterns of values that the rule must not find
//	exampleKeys names that such values are given
//	help        what to do about a finding, in plain sentences
//	url         the vendor's page on revoking such a secret
//	prefixes    what every secret of the kind starts with; redaction may show it
//	window      width of a match in bytes, for a regex that has no bound itself
//
// Reading is strict: an unknown key, a regex that does not parse, a second rule of
// the same id, an allowlist without criteria and the like are errors with file and
// line ([Error]), all reported together.
//
// # Files of gitleaks
//
// A file is taken for one of gitleaks if its name has "gitleaks" in it, or else if no
// rule has a key of ours and its name has no "unleak" in it. Such a file is read as gitleaks
// reads it, so that what works there works here unchanged:
//
//   - keys may be written in any case, and numbers and booleans in quotes;
//   - of rules with the same id the last is it, and ids may be anything;
//   - unknown keys, and what else does no harm, are [Set.Warnings] and no errors;
//   - a rule that has "generic" in its id gives way to others;
//   - a path in [extend] that is not beside the file is taken from the current folder;
//   - files may extend one another two deep, and what is beyond is left out.
//
// There useDefault asks for the built-in rules, which stand for gitleaks' own: where the file
// disables, changes or targets one of these by its id, that goes for the built-in rules that
// find the same. One that it gives a new regex replaces them. A file without any
// rules gets the built-in ones.
//
// # How a rule matches
//
// The engine looks for the rule's keywords, case-insensitively. At each hit it
// evaluates the regex on a bounded window round the hit and counts only matches
// that cover the hit. A regex must therefore hold one of the keywords in each
// of its matches, best near its start, and bound its repetitions. A rule without
// keywords is evaluated everywhere. A rule without regex but with inspect asks
// [inspect.LookupLocator] for the function to call at each hit.
//
// The tag "generic" marks rules that know a secret by its surroundings alone. Where
// a rule without that tag finds the same bytes, theirs is a duplicate.
package rules
