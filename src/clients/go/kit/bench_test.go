package kit

import (
	"os"
	"testing"
)

// What the kit adds to a request: `go test -bench . ./kit`, with and without recording, of calls that
// answer at once. Samples go to /dev/null, or down a pipe to a goroutine that waits for them.

type instant struct{}

func (instant) About() About           { return About{} }
func (instant) Classify(error) Outcome { return ClientException }
func (instant) Sender(int) Sender {
	return func(int) (Answer, error) { return Answer{Status: 200, Bytes: 1024}, nil }
}

func BenchmarkBareCalls(b *testing.B) {
	send := instant{}.Sender(0)
	for i := 0; i < b.N; i++ {
		if _, err := send(0); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkTaskToNowhere(b *testing.B) {
	nowhere, err := os.OpenFile(os.DevNull, os.O_WRONLY, 0)
	if err != nil {
		b.Fatal(err)
	}
	defer nowhere.Close()
	runTask(b, nowhere)
}

func BenchmarkTaskToReader(b *testing.B) {
	reader, writer, err := os.Pipe()
	if err != nil {
		b.Fatal(err)
	}
	defer writer.Close()
	go func() {
		for buffer := make([]byte, 1<<16); err == nil; _, err = reader.Read(buffer) {
		}
	}()
	runTask(b, writer)
}

func runTask(b *testing.B, to *os.File) {
	job := &Job{Requests: make([]Request, 1), Concurrency: 1, Process: Process{Count: 1}, MaxRequests: int64(b.N)}
	tasks, err := newTasks(job, int(to.Fd()))
	if err != nil {
		b.Fatal(err)
	}
	tasks.open(instant{})
	tasks.pace.stopNs = 1<<63 - 1
	b.ResetTimer()
	tasks.task(0)
	if sum := tasks.close(); sum.requests != int64(b.N) {
		b.Fatalf("%d records of %d requests", sum.requests, b.N)
	}
}
