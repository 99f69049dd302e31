package main

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/http"
	"strings"
	"syscall"

	"http-benchmark/clients/kit"
)

// inBody is an error after the headers.
type inBody struct{ error }

func (failure *inBody) Unwrap() error { return failure.error }

// Tells what an error means: the first row that knows it wins.
var meanings = []struct {
	outcome kit.Outcome
	knows   func(err error) bool
}{
	{kit.DNS, is[*net.DNSError]},
	{kit.Timeout, isTimeout},
	{kit.Protocol, isNotHTTP2},
	{kit.TLS, isTLS},
	{kit.Connect, isDial},
	{kit.Length, endsInBody},
	{kit.Reset, isReset},
	{kit.Protocol, isProtocol},
}

func (c *client) Classify(err error) kit.Outcome {
	for _, row := range meanings {
		if row.knows(err) {
			return row.outcome
		}
	}
	return kit.ClientException
}

func is[Type error](err error) bool {
	var wanted Type
	return errors.As(err, &wanted)
}

func isTimeout(err error) bool {
	var timed net.Error
	return errors.As(err, &timed) && timed.Timeout()
}

func isTLS(err error) bool {
	return is[tls.RecordHeaderError](err) || is[x509.UnknownAuthorityError](err) || is[x509.HostnameError](err) ||
		is[x509.CertificateInvalidError](err) || strings.Contains(err.Error(), "tls: ")
}

func isNotHTTP2(err error) bool {
	return errors.Is(err, errNotHTTP2) || strings.Contains(err.Error(), "no application protocol")
}

func isDial(err error) bool {
	var operation *net.OpError
	return errors.As(err, &operation) && operation.Op == "dial"
}

func endsInBody(err error) bool {
	return is[*inBody](err) && errors.Is(err, io.ErrUnexpectedEOF)
}

func isReset(err error) bool {
	return errors.Is(err, syscall.ECONNRESET) || errors.Is(err, syscall.EPIPE) || errors.Is(err, io.EOF) ||
		errors.Is(err, io.ErrUnexpectedEOF) || strings.Contains(err.Error(), "server closed idle connection")
}

// net/http has no types for these.
func isProtocol(err error) bool {
	text := err.Error()
	return is[*http.ProtocolError](err) || strings.Contains(text, "malformed") || strings.Contains(text, "http2: ")
}
