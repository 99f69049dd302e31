package kit

import (
	"encoding/binary"
	"math"
	"sync"
	"sync/atomic"
	"syscall"
)

const (
	recordBytes = 32
	batchBytes  = 4096 // PIPE_BUF: a pipe keeps a write of this size whole
)

type kind uint8

const (
	kindRequest kind = 0
	kindConnect kind = 1
)

// sample is a record of 32 bytes, as docs/worker-protocol.md lays it out.
type sample struct {
	startNs, endNs      int64
	lagUs, ttfbUs, size int64
	status              int
	kind                kind
	outcome             Outcome
}

// totals are those of the records written.
type totals struct {
	requests, connections, size, started int64
}

// recorder collects samples of a few tasks and writes them 128 at a time. A buffer for each of 10,000
// goroutines would show as the client's memory; one for all would make them wait for each other.
type recorder struct {
	started atomic.Int64 // requests begun: a task adds one before each

	mutex  sync.Mutex
	fd     int
	closed bool
	used   int
	totals totals
	batch  [batchBytes]byte
}

func (r *recorder) add(s sample) {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if r.closed {
		return // after the drain: not part of the run
	}
	size := clampU32(s.size)
	record := r.batch[r.used : r.used+recordBytes]
	binary.LittleEndian.PutUint64(record, uint64(s.startNs))
	binary.LittleEndian.PutUint64(record[8:], uint64(s.endNs))
	binary.LittleEndian.PutUint32(record[16:], clampU32(s.lagUs))
	binary.LittleEndian.PutUint32(record[20:], clampU32(s.ttfbUs))
	binary.LittleEndian.PutUint32(record[24:], size)
	binary.LittleEndian.PutUint16(record[28:], uint16(s.status))
	record[30], record[31] = byte(s.kind), byte(s.outcome)
	r.used += recordBytes
	r.count(s, size)
	if r.used == batchBytes {
		r.write()
	}
}

func (r *recorder) count(s sample, size uint32) {
	switch {
	case s.kind == kindRequest:
		r.totals.requests++
		r.totals.size += int64(size)
	case s.outcome == OK:
		r.totals.connections++
	}
}

// Write what has been collected; with the mutex held.
func (r *recorder) write() {
	for rest := r.batch[:r.used]; len(rest) > 0; {
		n, err := syscall.Write(r.fd, rest)
		if err != nil && err != syscall.EINTR {
			panic(err) // the runner is gone
		}
		rest = rest[max64(0, int64(n)):]
	}
	r.used = 0
}

func (r *recorder) flush() {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	if !r.closed {
		r.write()
	}
}

// Write the rest. What tasks record from now on is not part of the run.
func (r *recorder) close() totals {
	r.mutex.Lock()
	defer r.mutex.Unlock()
	r.write()
	r.closed = true
	r.totals.started = r.started.Load()
	return r.totals
}

func clampU32(value int64) uint32 {
	return uint32(min64(max64(value, 0), math.MaxUint32))
}
