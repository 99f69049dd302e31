// Go's net/http as a worker: https://pkg.go.dev/net/http
//
// At its best under equal conditions: a Transport that keeps a connection for each task, without
// compression, redirects, cookies and proxies, and `Client.Do`, which is what its users call. Requests are
// built once; each time a shallow copy is sent, since the library may still hold the last one after a failure.
package main

import (
	"bytes"
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"runtime"
	"strings"
	"time"

	"http-benchmark/clients/kit"
)

const (
	keepAlive           = time.Hour
	stockConnectTimeout = 30 * time.Second // of http.DefaultTransport
)

var errNotHTTP2 = errors.New("the server does not speak HTTP/2")

func main() {
	kit.Run(kit.Program{Name: "nethttp", Protocols: []string{"1.1", "2"}, Open: open})
}

type client struct {
	job       *kit.Job
	connected kit.Connected
	trust     *tls.Config
	http      *http.Client
	templates []*http.Request
}

func open(job *kit.Job, connected kit.Connected) (kit.Client, error) {
	c := &client{job: job, connected: connected}
	for _, request := range job.Requests {
		template, err := newRequest(request, job.IsStock())
		if err != nil {
			return nil, err
		}
		if job.HTTP == "2" && template.URL.Scheme != "https" {
			return nil, &kit.Refusal{Class: "unsupported", Message: "speaks HTTP/2 over TLS only"}
		}
		c.templates = append(c.templates, template)
	}
	var err error
	if c.trust, err = trust(job); err != nil {
		return nil, err
	}
	c.http = c.newClient()
	return c, nil
}

// Tuned or stock, connections are set up here, so that they can be told of and have the job's trust.
func (c *client) newClient() *http.Client {
	transport := http.DefaultTransport.(*http.Transport).Clone()
	if !c.job.IsStock() {
		transport = &http.Transport{
			MaxIdleConnsPerHost: c.job.Concurrency, IdleConnTimeout: keepAlive,
			DisableCompression: true, ForceAttemptHTTP2: c.job.HTTP == "2",
		}
	}
	transport.DialContext, transport.DialTLSContext = c.dial, c.dialTLS
	transport.DisableKeepAlives = !c.job.Keepalive
	if c.job.IsStock() {
		return &http.Client{Transport: transport}
	}
	if c.job.HTTP == "1.1" { // over HTTP/2 all share a connection until it is full
		transport.MaxConnsPerHost = c.job.Concurrency
	}
	asIs := func(*http.Request, []*http.Request) error { return http.ErrUseLastResponse }
	return &http.Client{Transport: transport, CheckRedirect: asIs, Timeout: c.job.Timeout()}
}

func newRequest(request kit.Request, stock bool) (*http.Request, error) {
	template, err := http.NewRequest(request.Method, request.URL, nil)
	if err != nil {
		return nil, err
	}
	if !stock {
		template.Header.Set("User-Agent", "") // else it adds its own
	}
	for _, header := range request.Headers {
		switch name := http.CanonicalHeaderKey(header[0]); name {
		case "Host":
			template.Host = header[1]
		case "User-Agent":
			template.Header.Set(name, header[1])
		default:
			template.Header.Add(name, header[1])
		}
	}
	template.ContentLength = int64(len(request.Body))
	return template, nil
}

func (c *client) Sender(int) kit.Sender {
	readBody := c.bodyReader()
	return func(entry int) (kit.Answer, error) {
		request := c.templates[entry].WithContext(context.Background())
		if content := c.job.Requests[entry].Body; content != nil {
			request.Body = io.NopCloser(bytes.NewReader(content))
		}
		response, err := c.http.Do(request)
		if err != nil {
			return kit.Answer{}, err
		}
		headersNs := kit.Now()
		size, err := readBody(response.Body)
		if err != nil {
			return kit.Answer{}, &inBody{err}
		}
		return kit.Answer{Status: response.StatusCode, Bytes: int(size), HeadersNs: headersNs}, nil
	}
}

// The whole body in memory, which is used again for the next; with the option `stream` a piece at a time.
func (c *client) bodyReader() func(body io.ReadCloser) (int64, error) {
	if c.job.Options["stream"] == true {
		return func(body io.ReadCloser) (int64, error) {
			defer body.Close()
			return io.Copy(io.Discard, body)
		}
	}
	var whole bytes.Buffer
	return func(body io.ReadCloser) (int64, error) {
		defer body.Close()
		whole.Reset()
		return whole.ReadFrom(body)
	}
}

func (c *client) About() kit.About {
	flaws := []kit.Flaw{
		{What: "headers", Why: "sends them sorted by name, in canonical spelling"},
		{What: "retries", Why: "sends GET, HEAD and OPTIONS again when a kept connection turns out to have ended"},
	}
	if c.job.HTTP == "2" {
		why := "tasks share a connection until it has as many requests as the server allows"
		flaws = append(flaws, kit.Flaw{What: "concurrency", Why: why})
	}
	if c.job.IsStock() {
		flaws = append(flaws, kit.Flaw{What: "timeout_ns", Why: "has no time limit unless it is given one"})
	}
	version := strings.TrimPrefix(runtime.Version(), "go")
	return kit.About{Version: version, CannotHonour: flaws, SeesConnections: true}
}

func (c *client) dial(ctx context.Context, network, address string) (net.Conn, error) {
	startNs := kit.Now()
	connection, err := c.dialer().DialContext(ctx, network, address)
	c.connected(startNs, kit.Now(), err)
	return connection, err
}

func (c *client) dialTLS(ctx context.Context, network, address string) (net.Conn, error) {
	startNs := kit.Now()
	dialer := &tls.Dialer{NetDialer: c.dialer(), Config: c.trust}
	connection, err := dialer.DialContext(ctx, network, address)
	if err == nil && c.job.HTTP == "2" && connection.(*tls.Conn).ConnectionState().NegotiatedProtocol != "h2" {
		connection.Close()
		connection, err = nil, errNotHTTP2
	}
	c.connected(startNs, kit.Now(), err)
	return connection, err
}

func (c *client) dialer() *net.Dialer {
	if c.job.IsStock() {
		return &net.Dialer{Timeout: stockConnectTimeout}
	}
	return &net.Dialer{Timeout: c.job.ConnectTimeout()}
}

func trust(job *kit.Job) (*tls.Config, error) {
	config := &tls.Config{InsecureSkipVerify: !job.TLS.Verify, NextProtos: []string{"http/1.1"}}
	if job.HTTP == "2" {
		config.NextProtos = []string{"h2"}
	}
	if job.TLS.ServerName != nil {
		config.ServerName = *job.TLS.ServerName
	}
	if job.TLS.CA != nil {
		text, err := os.ReadFile(*job.TLS.CA)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(text) {
			return nil, fmt.Errorf("%s holds no certificate", *job.TLS.CA)
		}
	}
	if job.TLS.Cert == nil {
		return config, nil
	}
	key := job.TLS.Key
	if key == nil {
		key = job.TLS.Cert
	}
	pair, err := tls.LoadX509KeyPair(*job.TLS.Cert, *key)
	config.Certificates = []tls.Certificate{pair}
	return config, err
}
