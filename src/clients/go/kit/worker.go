package kit

import (
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"runtime"
	"strings"
	"syscall"
)

const sampleFD = 3

type goMessage struct {
	StartNs int64 `json:"start_ns"`
	StopNs  int64 `json:"stop_ns"`
	DrainNs int64 `json:"drain_ns"`
}

// Run is a worker for this program's client. It ends the process.
func Run(program Program) {
	if len(os.Args) > 1 && os.Args[1] == "--version" {
		fmt.Println(strings.TrimPrefix(runtime.Version(), "go"))
		os.Exit(0)
	}
	var facts syscall.Stat_t
	if syscall.Fstat(sampleFD, &facts) != nil {
		fmt.Fprintf(os.Stderr, "descriptor %d is not open: this program is a worker (docs/worker-protocol.md)\n", sampleFD)
		os.Exit(1)
	}
	syscall.CloseOnExec(sampleFD)
	channel, err := newChannel()
	if err == nil {
		err = work(channel, program)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
	os.Exit(0)
}

// The whole conversation.
func work(channel *channel, program Program) error {
	line := channel.read()
	if line == nil {
		return nil
	}
	tasks, about, err := prepare(line, channel, program)
	if err != nil {
		return err
	}
	line = channel.read()
	if line == nil {
		return nil
	}
	var message goMessage
	if err := json.Unmarshal(line, &message); err != nil {
		return err
	}
	tasks.run(message, channel.terminated)
	sum := tasks.close()
	if err := syscall.Close(sampleFD); err != nil {
		return err
	}
	return channel.say(done(tasks.job, about, sum))
}

// Answers the job with *ready*, or with *error*, which is the error returned.
func prepare(line []byte, channel *channel, program Program) (*tasks, About, error) {
	tasks, client, err := open(line, program)
	if err != nil {
		class := "internal"
		var refusal *Refusal
		if errors.As(err, &refusal) {
			class = refusal.Class
		}
		_ = channel.sayError(class, err.Error()) // it is told on standard error as well
		return nil, About{}, err
	}
	about := client.About()
	return tasks, about, channel.say(ready(tasks.job, program, about))
}

func open(line []byte, program Program) (*tasks, Client, error) {
	job, err := parseJob(line)
	if err != nil {
		return nil, nil, err
	}
	if job.Mode != "sync" {
		return nil, nil, &Refusal{"unsupported", program.Name + " has no mode " + job.Mode}
	}
	if !contains(program.Protocols, job.HTTP) {
		return nil, nil, &Refusal{"unsupported", program.Name + " does not speak HTTP/" + job.HTTP}
	}
	tasks, err := newTasks(job, sampleFD)
	if err != nil {
		return nil, nil, err
	}
	client, err := program.Open(job, tasks.connected)
	if err != nil {
		return nil, nil, err
	}
	tasks.open(client)
	return tasks, client, nil
}

func ready(job *Job, program Program, about About) map[string]any {
	flaws := about.CannotHonour
	if flaws == nil {
		flaws = []Flaw{}
	}
	libraries := about.Libraries
	if libraries == nil {
		libraries = map[string]string{}
	}
	return map[string]any{
		"type": "ready", "protocol": protocolVersion,
		"client":  map[string]string{"name": program.Name, "version": about.Version},
		"runtime": map[string]string{"name": "Go", "version": strings.TrimPrefix(runtime.Version(), "go")},
		"http":    job.HTTP, "clock_ns": Now(), "pid": os.Getpid(),
		"cannot_honour": flaws, "libraries": libraries,
	}
}

func done(job *Job, about About, sum totals) map[string]any {
	message := map[string]any{
		"type": "done", "requests": sum.requests, "unsent": 0, "unfinished": sum.started - sum.requests,
		"connections": nil, "bytes": sum.size,
	}
	if job.offsets != nil {
		message["unsent"] = int64(len(job.offsets)) - sum.started
	}
	if about.SeesConnections {
		message["connections"] = sum.connections
	}
	return message
}

func contains(list []string, wanted string) bool {
	for _, one := range list {
		if one == wanted {
			return true
		}
	}
	return false
}
