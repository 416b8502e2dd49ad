// What a device does when NDES fails, with Go's standard library alone.
package device

import (
	"bufio"
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"syscall"
	"testing"
)

type object = map[string]any

var control string // the URL of the control API

func TestMain(m *testing.M) {
	server := exec.Command("mock-ndes", "serve", "--listen", "127.0.0.1:0", "--quiet")
	server.Stderr = os.Stderr
	output, err := server.StdoutPipe()
	if err == nil {
		err = server.Start()
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	var ready struct{ Control string }
	line, _ := bufio.NewReader(output).ReadBytes('\n')
	if err := json.Unmarshal(line, &ready); err != nil {
		fmt.Fprintln(os.Stderr, "the server did not get ready:", err)
		os.Exit(1)
	}
	control = ready.Control
	status := m.Run()
	server.Process.Signal(syscall.SIGTERM)
	if err := server.Wait(); err != nil {
		fmt.Fprintln(os.Stderr, "the server did not end well:", err)
		status = 1
	}
	os.Exit(status)
}

// call is a call of the control API; what is refused ends the test with the server's words.
func call(t *testing.T, path string, body object) object {
	t.Helper()
	sent, _ := json.Marshal(body)
	answer, err := http.Post(control+path, "application/json", bytes.NewReader(sent))
	if err != nil {
		t.Fatal(err)
	}
	defer answer.Body.Close()
	text, _ := io.ReadAll(answer.Body)
	if answer.StatusCode >= 300 {
		t.Fatalf("%s: %s", path, text)
	}
	var found object
	if err := json.Unmarshal(text, &found); err != nil {
		t.Fatal(err)
	}
	return found
}

func verify(t *testing.T, expectations ...object) {
	t.Helper()
	if verdict := call(t, "/v1/verify", object{"expectations": expectations}); verdict["passed"] != true {
		words, _ := json.MarshalIndent(verdict["expectations"], "", "  ")
		t.Fatalf("%s", words)
	}
}

// newSite is an NDES for this test alone: its name and the URL for devices.
func newSite(t *testing.T, profile any) (name, scep string) {
	t.Helper()
	body := object{"settings": object{"challenge": "secret"}}
	if profile != nil {
		body["profile"] = profile
	}
	site := call(t, "/v1/sites", body)
	return site["name"].(string), site["scep"].(string)
}

// enrol is the device under test: yours would stand here.
func enrol(scep, directory string, options ...string) (err error) {
	words := append([]string{"enroll", scep, "--challenge", "secret", "--subject", "CN=device", "--out", directory},
		options...)
	for tries := 0; tries < 3; tries++ {
		if err = exec.Command("mock-ndes", words...).Run(); err == nil {
			return nil
		}
	}
	return err
}

func TestComesBackAfter503(t *testing.T) {
	t.Parallel()
	site, scep := newSite(t, nil)
	directory := t.TempDir()
	call(t, "/v1/sites/"+site+"/faults", object{
		"match": object{"operation": "PKIOperation"}, "when": object{"times": 2}, "do": object{"status": 503}})
	device := make(chan error, 1)
	go func() { device <- enrol(scep, directory) }()
	success := object{"site": site, "outcome": "SUCCESS"}
	call(t, "/v1/wait", object{"match": success, "timeout": "30s"})
	if err := <-device; err != nil {
		t.Fatal(err)
	}
	if _, err := os.Stat(filepath.Join(directory, "certificate.pem")); err != nil {
		t.Fatal(err)
	}
	refused := object{"site": site, "status": "503"}
	verify(t, object{"order": []object{refused, refused, success}},
		object{"match": object{"site": site, "operation": "PKIOperation"}, "count": 3})
}

func TestEnrolsWhenThePoolIsStartedAgain(t *testing.T) {
	t.Parallel()
	site, scep := newSite(t, "app-pool-stopped")
	answer, err := http.Get(scep + "?operation=GetCACert")
	if err != nil {
		t.Fatal(err)
	}
	answer.Body.Close()
	if answer.StatusCode != http.StatusServiceUnavailable {
		t.Fatal(answer.Status)
	}
	if enrol(scep, t.TempDir()) == nil {
		t.Fatal("it enrolled with a server whose pool is stopped")
	}
	verify(t, object{"match": object{"site": site, "status": "200"}, "none": true})
	call(t, "/v1/sites/"+site+"/app-pool/start", object{})
	if err := enrol(scep, t.TempDir()); err != nil {
		t.Fatal(err)
	}
}

func TestRenewsBeforeTheEnd(t *testing.T) {
	t.Parallel()
	site, scep := newSite(t, nil)
	first, second := t.TempDir(), t.TempDir()
	if err := enrol(scep, first); err != nil {
		t.Fatal(err)
	}
	call(t, "/v1/sites/"+site+"/clock/advance", object{"by": "360d"})
	if err := enrol(scep, second, "--renew", first, "--clock-offset", "360d"); err != nil {
		t.Fatal(err)
	}
	verify(t, object{"order": []object{{"site": site, "challenge": "fixed", "outcome": "SUCCESS"},
		{"site": site, "challenge": "not-needed", "outcome": "SUCCESS"}}})
}
