package account

import (
	"reflect"
	"time"
)

// MapText returns a copy of p in which text was applied to every string that may hold
// what the repository or the user wrote: paths, ref names, details, the command. Ids,
// fingerprints and the fixed words stay as they are. Every list of the copy is one, if
// an empty one, and the copy shares nothing with p.
//
// It is how found values are kept out of a plan, and bytes that are no text out of JSON.
func (p *Plan) MapText(text func(string) string) *Plan { return mapped(p, text) }

// MapText is [Plan.MapText] for an account.
func (a *Account) MapText(text func(string) string) *Account { return mapped(a, text) }

// MapText is [Plan.MapText] for evidence.
func (e *Evidence) MapText(text func(string) string) *Evidence { return mapped(e, text) }

// fixed are the fields that name something by id or by a word of ours.
var fixed = map[string]bool{
	"SchemaVersion": true, "Version": true, "ID": true, "Fingerprint": true, "RuleID": true, "Severity": true,
	"Kind": true, "Object": true, "Blob": true, "Commit": true, "Head": true, "Old": true, "New": true,
	"OID": true, "FirstChanged": true, "SHA256": true, "Findings": true, "Binary": true, "Action": true,
}

func mapped[T any](from *T, text func(string) string) *T {
	if from == nil {
		return nil
	}
	to := new(T)
	copyValue(reflect.ValueOf(to).Elem(), reflect.ValueOf(from).Elem(), text)
	return to
}

// copyValue copies from deeply to to, strings through text.
func copyValue(to, from reflect.Value, text func(string) string) {
	switch from.Kind() {
	case reflect.String:
		if from.Type() == reflect.TypeFor[string]() { // the named types have words of ours
			to.SetString(text(from.String()))
			return
		}
		to.Set(from)
	case reflect.Slice:
		to.Set(reflect.MakeSlice(from.Type(), from.Len(), from.Len()))
		for i := range from.Len() {
			copyValue(to.Index(i), from.Index(i), text)
		}
	case reflect.Pointer:
		if !from.IsNil() {
			to.Set(reflect.New(from.Type().Elem()))
			copyValue(to.Elem(), from.Elem(), text)
		}
	case reflect.Struct:
		if from.Type() == reflect.TypeFor[time.Time]() {
			to.Set(from)
			return
		}
		for i := range from.NumField() {
			through := text
			if fixed[from.Type().Field(i).Name] {
				through = func(s string) string { return s }
			}
			copyValue(to.Field(i), from.Field(i), through)
		}
	default:
		to.Set(from)
	}
}
