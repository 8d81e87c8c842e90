package browsertest

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"sync"
)

// connection speaks the DevTools protocol over a pair of pipes: JSON messages, each ended by a zero byte
// (https://chromedevtools.github.io/devtools-protocol/). It is safe for concurrent use.
type connection struct {
	mu      sync.Mutex
	w       io.Writer
	last    int
	waiting map[int]chan message
	events  map[string]func(message) // by session
	err     error                    // why the browser is gone
}

// message is a command, its answer, or an event.
type message struct {
	ID      int             `json:"id,omitempty"`
	Session string          `json:"sessionId,omitempty"`
	Method  string          `json:"method,omitempty"`
	Params  any             `json:"params,omitempty"`
	Raw     json.RawMessage `json:"-"` // of Params, of what was read
	Result  json.RawMessage `json:"result,omitempty"`
	Error   *struct {
		Message string `json:"message"`
	} `json:"error,omitempty"`
}

func newConnection(w io.Writer) *connection {
	return &connection{w: w, waiting: map[int]chan message{}, events: map[string]func(message){}}
}

// read takes in messages until the browser closes its end.
func (c *connection) read(r io.Reader) {
	in := bufio.NewReaderSize(r, 1<<16)
	for {
		line, err := in.ReadBytes(0)
		if err != nil {
			c.close(fmt.Errorf("the browser has ended: %w", err))
			return
		}
		var m struct {
			message
			Params json.RawMessage `json:"params"`
		}
		if err := json.Unmarshal(bytes.TrimSuffix(line, []byte{0}), &m); err != nil {
			c.close(fmt.Errorf("the browser says what is no JSON: %w", err))
			return
		}
		m.Raw = m.Params
		c.mu.Lock()
		answer, event := c.waiting[m.ID], c.events[m.Session]
		delete(c.waiting, m.ID)
		c.mu.Unlock()
		switch {
		case m.ID != 0 && answer != nil:
			answer <- m.message
		case m.Method != "" && event != nil:
			event(m.message)
		}
	}
}

func (c *connection) close(err error) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.err = err
	for id, answer := range c.waiting {
		close(answer)
		delete(c.waiting, id)
	}
}

// listen has the events of a session given to handle, in the order in which they come.
func (c *connection) listen(session string, handle func(message)) {
	c.mu.Lock()
	defer c.mu.Unlock()
	c.events[session] = handle
}

// call sends a command and puts its answer into result, unless that is nil.
func (c *connection) call(session, method string, params, result any) error {
	answer := make(chan message, 1)
	c.mu.Lock()
	if c.err != nil {
		c.mu.Unlock()
		return c.err
	}
	c.last++
	c.waiting[c.last] = answer
	encoded, err := json.Marshal(message{ID: c.last, Session: session, Method: method, Params: params})
	if err == nil {
		_, err = c.w.Write(append(encoded, 0))
	}
	c.mu.Unlock()
	if err != nil {
		return fmt.Errorf("%s: %w", method, err)
	}
	m, ok := <-answer
	switch {
	case !ok:
		return fmt.Errorf("%s: %w", method, c.err)
	case m.Error != nil:
		return fmt.Errorf("%s: %s", method, m.Error.Message)
	case result == nil:
		return nil
	}
	return json.Unmarshal(m.Result, result)
}
