package inspect

import "slices"

// Lookup returns the inspector of a name.
func Lookup(name string) (Func, bool) {
	switch name {
	}
	return nil, false
}

// LookupLocator returns the locator of a name.
func LookupLocator(name string) (Locator, bool) {
	switch name {
	}
	return nil, false
}

// Names returns the names of all inspectors and locators, sorted.
func Names() []string {
	names := []string{}
	slices.Sort(names)
	return names
}
