package kit

import (
	"bufio"
	"encoding/json"
	"os"
	"os/signal"
	"syscall"
)

const lineMax = 16 << 20

// channel is standard input and output as the protocol uses them, and the signal that ends a run. Made
// first: it moves standard output aside, so that whatever a library prints ends up on standard error.
type channel struct {
	out        *os.File
	lines      chan []byte // closed at the end of input
	terminated chan os.Signal
}

func newChannel() (*channel, error) {
	out, err := syscall.Dup(1)
	if err != nil {
		return nil, err
	}
	syscall.CloseOnExec(out)
	if err := syscall.Dup3(2, 1, 0); err != nil {
		return nil, err
	}
	c := &channel{out: os.NewFile(uintptr(out), "standard output"), lines: make(chan []byte),
		terminated: make(chan os.Signal, 1)}
	signal.Notify(c.terminated, syscall.SIGTERM, syscall.SIGINT)
	go c.readLines()
	return c, nil
}

func (c *channel) readLines() {
	defer close(c.lines)
	scanner := bufio.NewScanner(os.Stdin)
	scanner.Buffer(nil, lineMax)
	for scanner.Scan() {
		c.lines <- append([]byte(nil), scanner.Bytes()...)
	}
}

// The next line; nil at the end of input and at SIGTERM.
func (c *channel) read() []byte {
	select {
	case line := <-c.lines:
		return line
	case <-c.terminated:
		return nil
	}
}

func (c *channel) say(message any) error {
	return json.NewEncoder(c.out).Encode(message)
}

func (c *channel) sayError(class, text string) error {
	return c.say(map[string]string{"type": "error", "class": class, "message": text})
}
