package kit

import (
	"fmt"
	"os"
	"sync"
	"time"
)

const (
	flushPeriod  = 250 * time.Millisecond
	recordersMax = 64
	textMax      = 500
)

// tasks drives a client: one goroutine each.
type tasks struct {
	job       *Job
	client    Client
	senders   []Sender
	recorders []*recorder
	pace      *pace
	told      sync.Map // outcomes of which one was told
}

func newTasks(job *Job, fd int) (*tasks, error) {
	t := &tasks{job: job}
	for i := 0; i < job.Concurrency && i < recordersMax; i++ {
		t.recorders = append(t.recorders, &recorder{fd: fd})
	}
	var err error
	t.pace, err = newPace(job)
	return t, err
}

func (t *tasks) open(client Client) {
	t.client = client
	for i := 0; i < t.job.Concurrency; i++ {
		t.senders = append(t.senders, client.Sender(i))
	}
}

func (t *tasks) connected(startNs, endNs int64, err error) {
	t.recorders[0].add(sample{startNs: startNs, endNs: endNs, kind: kindConnect, outcome: t.outcome(err)})
}

// Returns when all tasks have ended, at the drain, or at SIGTERM.
func (t *tasks) run(message goMessage, terminated <-chan os.Signal) {
	t.pace.startNs, t.pace.stopNs = message.StartNs, message.StopNs
	var all sync.WaitGroup
	all.Add(len(t.senders))
	for i := range t.senders {
		go func(i int) {
			defer all.Done()
			t.task(i)
		}(i)
	}
	ended := make(chan struct{})
	go func() {
		all.Wait()
		close(ended)
	}()
	drain := time.After(time.Duration(message.DrainNs - Now()))
	flush := time.NewTicker(flushPeriod)
	for {
		select {
		case <-ended:
			return
		case <-drain:
			return
		case <-terminated:
			return
		case <-flush.C:
			for _, one := range t.recorders {
				one.flush()
			}
		}
	}
}

func (t *tasks) task(index int) {
	send, recorder := t.senders[index], t.recorders[index%len(t.recorders)]
	time.Sleep(time.Duration(t.pace.startNs + int64(index)*t.job.RampNs - Now()))
	for {
		place, dueNs, more := t.pace.next()
		if !more {
			return
		}
		entry := (t.job.Process.Index + place*t.job.Process.Count) % int64(len(t.job.Requests))
		beginNs := Now()
		if beginNs >= t.pace.stopNs {
			return
		}
		recorder.started.Add(1)
		answer, err := send(int(entry))
		s := sample{startNs: beginNs, endNs: Now()}
		if dueNs != 0 {
			s.lagUs = (beginNs - dueNs) / 1000
		}
		t.judge(&s, answer, err)
		recorder.add(s)
	}
}

func (t *tasks) judge(s *sample, answer Answer, err error) {
	if err != nil {
		s.outcome = t.outcome(err)
		return
	}
	s.status, s.size = answer.Status, int64(answer.Bytes)
	if answer.HeadersNs != 0 {
		s.ttfbUs = (answer.HeadersNs - s.startNs) / 1000
	}
}

// The outcome of an error, with the first of each kind told on standard error.
func (t *tasks) outcome(err error) Outcome {
	if err == nil {
		return OK
	}
	outcome := t.client.Classify(err)
	if _, before := t.told.LoadOrStore(outcome, true); !before {
		fmt.Fprintf(os.Stderr, "first of outcome %d: %.*s\n", outcome, textMax, err.Error())
	}
	return outcome
}

func (t *tasks) close() totals {
	var sum totals
	for _, one := range t.recorders {
		of := one.close()
		sum.requests += of.requests
		sum.connections += of.connections
		sum.size += of.size
		sum.started += of.started
	}
	return sum
}
