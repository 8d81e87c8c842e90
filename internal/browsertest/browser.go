// Package browsertest opens pages in headless Chromium, for tests. It speaks the DevTools protocol over
// pipes, so it needs no port and no module.
package browsertest

import (
	"os"
	"os/exec"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"
)

// Browser is a running Chromium with a profile of its own, which ends with the test.
type Browser struct {
	t    testing.TB
	conn *connection
}

// Start starts Chromium. Where there is none, the test is skipped, or fails if the
// variable UNLEAK_TEST_REQUIRE names chromium. Short tests do without.
func Start(t testing.TB) *Browser {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes long")
	}
	program := find()
	if program == "" || runtime.GOOS == "windows" { // which has no pipes to inherit by number
		if slices.Contains(strings.Split(os.Getenv("UNLEAK_TEST_REQUIRE"), ","), "chromium") {
			t.Fatal("UNLEAK_TEST_REQUIRE asks for chromium, and none of its names is on the PATH")
		}
		t.Skip("no chromium on the PATH: pages are not opened")
	}
	fromUs, toBrowser := pipe(t)
	fromBrowser, toUs := pipe(t)
	cmd := exec.Command(program, "--headless", "--remote-debugging-pipe", "--user-data-dir="+t.TempDir(),
		"--no-sandbox", "--disable-gpu", "--disable-dev-shm-usage", "--no-first-run", "--disable-background-networking", "--disable-component-update",
		"--disable-sync", "--disable-quic", "--disable-extensions", "--disable-background-timer-throttling", "--disable-renderer-backgrounding", "--disable-backgrounding-occluded-windows", "--hide-scrollbars", "--force-color-profile=srgb", "--lang=en-US", "about:blank")
	cmd.ExtraFiles = []*os.File{fromUs, toUs} // 3 and 4
	if err := cmd.Start(); err != nil {
		t.Fatal(err)
	}
	fromUs.Close()
	toUs.Close()
	b := &Browser{t, newConnection(toBrowser)}
	done := make(chan struct{})
	go func() {
		b.conn.read(fromBrowser)
		close(done)
	}()
	t.Cleanup(func() {
		b.conn.call("", "Browser.close", nil, nil) // it may be gone already
		late := time.AfterFunc(10*time.Second, func() { cmd.Process.Kill() })
		cmd.Wait()
		late.Stop()
		toBrowser.Close()
		<-done
	})
	return b
}

func find() string {
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "google-chrome-stable", "chrome"} {
		if path, err := exec.LookPath(name); err == nil {
			return path
		}
	}
	return ""
}

func pipe(t testing.TB) (r, w *os.File) {
	t.Helper()
	r, w, err := os.Pipe()
	if err != nil {
		t.Fatal(err)
	}
	return r, w
}
