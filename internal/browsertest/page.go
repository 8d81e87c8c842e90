package browsertest

import (
	"encoding/json"
	"fmt"
	"net/url"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"
)

// Page is a tab. Its methods end the test if the browser refuses.
type Page struct {
	t       testing.TB
	conn    *connection
	session string

	mu       sync.Mutex
	messages []string
	requests []string
	loaded   chan struct{}
}

// View is how a page is looked at. The zero value is a light desktop.
type View struct {
	Width, Height int  // CSS pixels; 1280 by 900 when 0
	Dark          bool // prefers-color-scheme
	NoScript      bool
	Today         time.Time // what the page takes for now; zero leaves it
}

// Open opens a file and waits until it is loaded. fragment is what follows the #, escaped as in
// an address; none if empty.
func (b *Browser) Open(t testing.TB, file, fragment string, view View) *Page {
	t.Helper()
	p := &Page{t: t, conn: b.conn, loaded: make(chan struct{}, 16)}
	var target struct {
		TargetID string `json:"targetId"`
	}
	p.must(b.conn.call("", "Target.createTarget", object{"url": "about:blank"}, &target))
	var attached struct {
		SessionID string `json:"sessionId"`
	}
	p.must(b.conn.call("", "Target.attachToTarget", object{"targetId": target.TargetID, "flatten": true}, &attached))
	p.session = attached.SessionID
	b.conn.listen(p.session, p.event)
	t.Cleanup(func() { b.conn.call("", "Target.closeTarget", object{"targetId": target.TargetID}, nil) })
	for _, domain := range []string{"Page", "Runtime", "Log", "Network", "Accessibility"} {
		p.Call(domain+".enable", nil, nil)
	}
	p.Look(view)
	if !view.Today.IsZero() {
		p.Call("Page.addScriptToEvaluateOnNewDocument", object{"source": fmt.Sprintf("Date.now = () => %d", view.Today.UnixMilli())}, nil)
	}
	path, err := filepath.Abs(file)
	p.must(err)
	address := (&url.URL{Scheme: "file", Path: path}).String()
	if fragment != "" {
		address += "#" + fragment
	}
	p.Call("Page.navigate", object{"url": address}, nil)
	p.Wait()
	return p
}

type object = map[string]any

// Look changes how the page is looked at.
func (p *Page) Look(view View) {
	p.t.Helper()
	if view.Width == 0 {
		view.Width, view.Height = 1280, 900
	}
	scheme := "light"
	if view.Dark {
		scheme = "dark"
	}
	p.Call("Emulation.setDeviceMetricsOverride", object{"width": view.Width, "height": view.Height, "deviceScaleFactor": 1, "mobile": false}, nil)
	p.Call("Emulation.setEmulatedMedia", object{"features": []object{
		{"name": "prefers-color-scheme", "value": scheme}, {"name": "prefers-reduced-motion", "value": "reduce"}}}, nil)
	p.Call("Emulation.setScriptExecutionDisabled", object{"value": view.NoScript}, nil)
}

// Wait waits for the next load.
func (p *Page) Wait() {
	p.t.Helper()
	select {
	case <-p.loaded:
	case <-time.After(60 * time.Second):
		p.t.Fatal("the page has not loaded within a minute")
	}
}

// event keeps what a page should not do: messages on the console, among them those of its security policy, dialogs,
// exceptions, and requests.
func (p *Page) event(m message) {
	p.mu.Lock()
	defer p.mu.Unlock()
	switch m.Method {
	case "Runtime.consoleAPICalled", "Runtime.exceptionThrown", "Log.entryAdded", "Page.javascriptDialogOpening":
		p.messages = append(p.messages, m.Method+" "+string(m.Raw))
	case "Network.requestWillBeSent":
		var sent struct {
			Request struct {
				URL string `json:"url"`
			} `json:"request"`
		}
		json.Unmarshal(m.Raw, &sent) // without an address it is reported as an empty one
		p.requests = append(p.requests, sent.Request.URL)
	case "Page.loadEventFired":
		p.loaded <- struct{}{}
	}
}

// Messages returns what the console, the log and dialogs said so far.
func (p *Page) Messages() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	return append([]string{}, p.messages...)
}

// Requests returns the addresses of all that was asked for beside the page itself and what stands in it (data:).
func (p *Page) Requests() []string {
	p.mu.Lock()
	defer p.mu.Unlock()
	var sent []string
	for i, address := range p.requests {
		if i > 0 && !strings.HasPrefix(address, "data:") {
			sent = append(sent, address)
		}
	}
	return sent
}

// Call sends a command of the protocol to the page. Result may be nil.
func (p *Page) Call(method string, params, result any) {
	p.t.Helper()
	p.must(p.conn.call(p.session, method, params, result))
}

// Eval runs an expression in the page, waits for it if it is a promise, and puts what it gives into result,
// which may be nil.
func (p *Page) Eval(expression string, result any) {
	p.t.Helper()
	var answer struct {
		Result struct {
			Value json.RawMessage `json:"value"`
		} `json:"result"`
		Exception *struct {
			Text      string          `json:"text"`
			Exception json.RawMessage `json:"exception"`
		} `json:"exceptionDetails"`
	}
	p.Call("Runtime.evaluate", object{"expression": expression, "returnByValue": true, "awaitPromise": true, "userGesture": true}, &answer)
	if answer.Exception != nil {
		p.t.Fatalf("%s: %s %s", expression, answer.Exception.Text, answer.Exception.Exception)
	}
	if result != nil {
		p.must(json.Unmarshal(answer.Result.Value, result))
	}
}

// Text is what an expression gives, as a string.
func (p *Page) Text(expression string) string {
	p.t.Helper()
	var text string
	p.Eval("String("+expression+")", &text)
	return text
}

// Until waits until an expression is true in the page, and fails after ten seconds.
func (p *Page) Until(expression string) {
	p.t.Helper()
	for begin := time.Now(); ; time.Sleep(10 * time.Millisecond) {
		var done bool
		if p.Eval("Boolean("+expression+")", &done); done {
			return
		}
		if time.Since(begin) > 10*time.Second {
			p.t.Fatalf("after ten seconds this is not true in the page: %s", expression)
		}
	}
}

// Press presses and releases a key: Tab, Enter, Space, or one character.
func (p *Page) Press(key string) {
	p.t.Helper()
	k := object{"key": key, "code": key, "text": key}
	switch key {
	case "Tab":
		k = object{"key": "Tab", "code": "Tab", "windowsVirtualKeyCode": 9}
	case "Enter":
		k = object{"key": "Enter", "code": "Enter", "windowsVirtualKeyCode": 13, "text": "\r"}
	case "Space":
		k = object{"key": " ", "code": "Space", "windowsVirtualKeyCode": 32, "text": " "}
	}
	for _, kind := range []string{"keyDown", "keyUp"} {
		k["type"] = kind
		if kind == "keyUp" {
			delete(k, "text")
		}
		p.Call("Input.dispatchKeyEvent", k, nil)
	}
}

// Type types text where the focus is.
func (p *Page) Type(text string) {
	p.t.Helper()
	for _, r := range text {
		p.Press(string(r))
	}
}

// Node is a node of the accessibility tree.
type Node struct {
	Role, Name string
	Level      int // of a heading
}

// Tree returns the nodes that assistive programs see, in order.
func (p *Page) Tree() []Node {
	p.t.Helper()
	type value struct {
		Value any `json:"value"`
	}
	var tree struct {
		Nodes []struct {
			ID         string   `json:"nodeId"`
			Children   []string `json:"childIds"`
			Ignored    bool     `json:"ignored"`
			Role, Name value
			Properties []struct {
				Name  string `json:"name"`
				Value value  `json:"value"`
			} `json:"properties"`
		} `json:"nodes"`
	}
	p.Call("Accessibility.getFullAXTree", nil, &tree)
	index := map[string]int{}
	for i, n := range tree.Nodes {
		index[n.ID] = i
	}
	var nodes []Node
	var walk func(i int)
	walk = func(i int) {
		n := tree.Nodes[i]
		if !n.Ignored {
			node := Node{Role: fmt.Sprint(n.Role.Value), Name: fmt.Sprint(n.Name.Value)}
			for _, property := range n.Properties {
				if level, ok := property.Value.Value.(float64); ok && property.Name == "level" {
					node.Level = int(level)
				}
			}
			nodes = append(nodes, node)
		}
		for _, child := range n.Children {
			if at, ok := index[child]; ok {
				walk(at)
			}
		}
	}
	if len(tree.Nodes) > 0 {
		walk(0)
	}
	return nodes
}

// Screenshot writes what is seen to file, as PNG; all of the page, or what fits into the view.
func (p *Page) Screenshot(file string, whole bool) {
	p.t.Helper()
	var shot struct {
		Data []byte `json:"data"`
	}
	p.Call("Page.captureScreenshot", object{"format": "png", "captureBeyondViewport": whole}, &shot)
	p.must(os.WriteFile(file, shot.Data, 0o644))
}

func (p *Page) must(err error) {
	p.t.Helper()
	if err != nil {
		p.t.Fatal(err)
	}
}
