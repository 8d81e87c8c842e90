package audit

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
)

// Alert is an alert of GitHub's secret scanning, as its REST API has it: "List secret scanning alerts for a repository"
// (https://docs.github.com/en/rest/secret-scanning/secret-scanning). Members that say nothing about where
// the secret is are left out.
type Alert struct {
	Number     int    `json:"number"`
	State      string `json:"state"`      // "open" or "resolved"
	Resolution string `json:"resolution"` // "false_positive", "wont_fix", "revoked", "used_in_tests", ...
	Type       string `json:"secret_type"`
	TypeName   string `json:"secret_type_display_name"`
	Secret     string `json:"secret"`   // empty where it was asked for with hide_secret
	Validity   string `json:"validity"` // "active", "inactive" or "unknown"
	URL        string `json:"html_url"`
	// First is where GitHub saw it first; nil where the answer does not say.
	First *AlertLocation `json:"first_location_detected"`
}

// AlertLocation is where an alert was raised. Path is empty where that was no file.
type AlertLocation struct {
	Path   string `json:"path"`
	Line   int    `json:"start_line"`
	Blob   string `json:"blob_sha"`
	Commit string `json:"commit_sha"`
}

// open reports whether somebody still has to decide about the alert.
func (a *Alert) open() bool { return a.State != "resolved" }

// Bounds of a file of alerts.
const (
	MaxAlertsFile = 64 << 20 // bytes
	maxAlerts     = 100_000
)

// ParseAlerts reads what GitHub's REST API answers: an alert, a list of alerts, and what "gh api --paginate" makes of
// several pages, with --slurp (a list of lists) or without (one list after another). No error quotes
// what was read, since it holds secrets.
func ParseAlerts(r io.Reader) ([]Alert, error) {
	data, err := io.ReadAll(io.LimitReader(r, MaxAlertsFile+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("reading alerts: %w", err)
	case len(data) > MaxAlertsFile:
		return nil, fmt.Errorf("alerts of more than %d MiB: ask for those that are open alone, with ?state=open", MaxAlertsFile>>20)
	}
	list := []Alert{}
	decoder := json.NewDecoder(bytes.NewReader(bytes.TrimPrefix(data, []byte("\ufeff"))))
	for pages := 0; ; pages++ {
		var page json.RawMessage
		err := decoder.Decode(&page)
		if errors.Is(err, io.EOF) && pages > 0 {
			return list, nil
		}
		if err != nil {
			return nil, fmt.Errorf("alerts are no JSON from byte %d on: save what `gh api --paginate --slurp repos/OWNER/NAME/secret-scanning/alerts` prints", decoder.InputOffset())
		}
		if list, err = appendAlerts(list, page, 0); err != nil {
			return nil, err
		}
	}
}

// appendAlerts adds an alert, or those of a list of alerts or lists.
func appendAlerts(list []Alert, raw json.RawMessage, depth int) ([]Alert, error) {
	raw = bytes.TrimSpace(raw)
	if len(raw) > 0 && raw[0] == '[' && depth < 2 {
		var items []json.RawMessage
		if err := json.Unmarshal(raw, &items); err != nil {
			return nil, errors.New("alerts hold a list that cannot be read")
		}
		for _, item := range items {
			var err error
			if list, err = appendAlerts(list, item, depth+1); err != nil {
				return nil, err
			}
		}
		return list, nil
	}
	if len(list) == maxAlerts {
		return nil, fmt.Errorf("more than %d alerts: ask for those that are open alone, with ?state=open", maxAlerts)
	}
	var alert struct {
		*Alert
		Number  *int    `json:"number"`
		Message *string `json:"message"`
	}
	alert.Alert = &Alert{}
	if err := json.Unmarshal(raw, &alert); err != nil {
		var mistyped *json.UnmarshalTypeError
		if errors.As(err, &mistyped) && mistyped.Field != "" {
			return nil, fmt.Errorf("alert %d of the file: its member %q is of another type than GitHub's", len(list)+1, mistyped.Field)
		}
		return nil, fmt.Errorf("entry %d of the file is no alert", len(list)+1)
	}
	switch {
	case alert.Number == nil && alert.Message != nil:
		return nil, errors.New("the file holds an error of GitHub's API and no alerts: see its \"message\", and whether the token may read secret scanning alerts")
	case alert.Number == nil:
		return nil, fmt.Errorf("entry %d of the file is no alert of secret scanning: it has no number", len(list)+1)
	}
	alert.Alert.Number = *alert.Number
	return append(list, *alert.Alert), nil
}
