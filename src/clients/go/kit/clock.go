package kit

import (
	"math"
	"syscall"
	"time"
	"unsafe"
)

// The runtime reads CLOCK_MONOTONIC without a system call, but only tells differences. Their zero is found
// between two such readings around a system call, as the tightest of several.
const (
	clockMonotonic    = 1
	calibrationRounds = 64
)

var (
	epoch   = time.Now()
	epochNs = calibrate()
)

// Now is CLOCK_MONOTONIC.
func Now() int64 {
	return epochNs + int64(time.Since(epoch))
}

func calibrate() int64 {
	least, most := int64(math.MinInt64), int64(math.MaxInt64)
	for i := 0; i < calibrationRounds; i++ {
		before := int64(time.Since(epoch))
		reading := monotonicNs()
		after := int64(time.Since(epoch))
		least = max64(least, reading-after)
		most = min64(most, reading-before)
	}
	return least + (most-least)/2
}

func monotonicNs() int64 {
	var reading syscall.Timespec
	_, _, errno := syscall.RawSyscall(syscall.SYS_CLOCK_GETTIME, clockMonotonic, uintptr(unsafe.Pointer(&reading)), 0)
	if errno != 0 {
		panic(errno)
	}
	return reading.Nano()
}

func min64(a, b int64) int64 {
	if a < b {
		return a
	}
	return b
}

func max64(a, b int64) int64 {
	if a > b {
		return a
	}
	return b
}
