// Package kit is what every Go client of http-benchmark shares: the worker protocol, pacing and recording.
//
// A client program says how to build the client, how to send one request and what each error means; the
// rest is here. A whole client, as an example:
//
//	type client struct{ requests []kit.Request }
//
//	func open(job *kit.Job, _ kit.Connected) (kit.Client, error) { return &client{job.Requests}, nil }
//
//	func (c *client) About() kit.About { return kit.About{Version: runtime.Version()} }
//
//	func (c *client) Sender(int) kit.Sender {
//		return func(entry int) (kit.Answer, error) {
//			response, err := http.Get(c.requests[entry].URL)
//			if err != nil {
//				return kit.Answer{}, err
//			}
//			defer response.Body.Close()
//			body, err := io.ReadAll(response.Body)
//			return kit.Answer{Status: response.StatusCode, Bytes: len(body)}, err
//		}
//	}
//
//	func (c *client) Classify(err error) kit.Outcome { return kit.ClientException }
//
//	func main() { kit.Run(kit.Program{Name: "mine", Protocols: []string{"1.1"}, Open: open}) }
//
// The files: job is what the runner asks for, channel its two lines each way and SIGTERM, recorder the
// samples, pace the waiting in an open loop, tasks one goroutine each, worker the order of events.
// Go 1.19 or newer, on Linux, with nothing but its standard library. Instants are nanoseconds of
// CLOCK_MONOTONIC throughout.
package kit

// Program is what a client program is, whatever the job.
type Program struct {
	Name      string
	Protocols []string // "1.1", "2"
	// Open builds the client. It may not send. An error that is a Refusal has a class of its own.
	Open func(job *Job, connected Connected) (Client, error)
}

// Client is a library, ready to send the requests of one job.
type Client interface {
	About() About
	// Sender returns the function with which a task sends; only that task calls it.
	Sender(task int) Sender
	// Classify tells what an error of Sender means.
	Classify(err error) Outcome
}

// Sender sends an entry of the job and returns once the whole body is in memory.
type Sender func(entry int) (Answer, error)

// Answer is a complete response. HeadersNs is when its headers were there; 0: not known.
type Answer struct {
	Status    int
	Bytes     int
	HeadersNs int64
}

// Connected reports the set-up of a connection (name, TCP, TLS); err is nil when it worked.
// Goroutines may call it at once.
type Connected func(startNs, endNs int64, err error)

// About is what reports say about a client.
type About struct {
	Version         string
	Libraries       map[string]string
	CannotHonour    []Flaw
	SeesConnections bool // Connected is called for each
}

// Flaw is something asked for that the library cannot obey.
type Flaw struct {
	What string `json:"what"`
	Why  string `json:"why"`
}

// Refusal says that the job cannot be done. Class is unsupported, unavailable, limit or internal.
type Refusal struct {
	Class, Message string
}

func (refusal *Refusal) Error() string { return refusal.Message }

// Outcome is what became of a request, one taxonomy for all languages (docs/worker-protocol.md).
// Status and verify are missing: judging a complete response is the runner's business.
type Outcome uint8

const (
	OK              Outcome = 0
	DNS             Outcome = 1
	Connect         Outcome = 2
	TLS             Outcome = 3
	Timeout         Outcome = 4
	Reset           Outcome = 5
	Protocol        Outcome = 6
	Length          Outcome = 8
	ClientException Outcome = 10
)
