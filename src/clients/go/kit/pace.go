package kit

import (
	"os"
	"sync"
	"syscall"
	"unsafe"
)

const (
	timerAbsolute = 1 // TFD_TIMER_ABSTIME
	anInstant     = 8 // bytes that a timer tells when it fires
)

// pace hands out the requests of this process, one after another, each when it is due.
//
// The runtime's own timers have whole milliseconds when it is idle, so a timerfd wakes the tasks. One of
// them waits at a time, the one with the lowest index; the next index is due later anyway.
type pace struct {
	mutex   sync.Mutex
	taken   int64
	last    int64 // how many there are
	offsets []int64
	startNs int64
	stopNs  int64
	timer   *os.File
	fd      uintptr
}

func newPace(job *Job) (*pace, error) {
	p := &pace{last: job.MaxRequests, offsets: job.offsets}
	if p.last == 0 {
		p.last = 1<<63 - 1
	}
	if job.offsets == nil {
		return p, nil
	}
	p.last = min64(p.last, int64(len(p.offsets)))
	fd, _, errno := syscall.Syscall(syscall.SYS_TIMERFD_CREATE, clockMonotonic, syscall.O_NONBLOCK|syscall.O_CLOEXEC, 0)
	if errno != 0 {
		return nil, os.NewSyscallError("timerfd_create", errno)
	}
	p.fd, p.timer = fd, os.NewFile(fd, "timer")
	return p, nil
}

// next is the place of the next request among those of this process and when it is due (0: at once),
// once it is; false: there are no more.
func (p *pace) next() (place, dueNs int64, more bool) {
	p.mutex.Lock()
	defer p.mutex.Unlock()
	place = p.taken
	if place >= p.last {
		return 0, 0, false
	}
	p.taken++
	if p.offsets == nil {
		return place, 0, true
	}
	dueNs = p.startNs + p.offsets[place]
	return place, dueNs, dueNs < p.stopNs && p.sleepUntil(dueNs) == nil
}

func (p *pace) sleepUntil(instantNs int64) error {
	if instantNs <= Now() {
		return nil
	}
	setting := [2]syscall.Timespec{1: syscall.NsecToTimespec(instantNs)} // the first is the interval
	_, _, errno := syscall.Syscall6(syscall.SYS_TIMERFD_SETTIME, p.fd, timerAbsolute,
		uintptr(unsafe.Pointer(&setting)), 0, 0, 0)
	if errno != 0 {
		return errno
	}
	var fired [anInstant]byte
	_, err := p.timer.Read(fired[:])
	return err
}
