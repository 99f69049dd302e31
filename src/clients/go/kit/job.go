package kit

import (
	"encoding/binary"
	"encoding/json"
	"fmt"
	"os"
	"strings"
	"time"
)

const (
	protocolVersion = 1
	offsetBytes     = 8
)

// Job is what the runner asks for, checked, with bodies and the schedule read.
type Job struct {
	Type             string         `json:"type"`
	Protocol         int            `json:"protocol"`
	Client           string         `json:"client"`
	Mode             string         `json:"mode"`
	Profile          string         `json:"profile"`
	Options          map[string]any `json:"options"`
	Requests         []Request      `json:"requests"`
	Concurrency      int            `json:"concurrency"`
	RampNs           int64          `json:"ramp_ns"`
	Process          Process        `json:"process"`
	HTTP             string         `json:"http"`
	TLS              Trust          `json:"tls"`
	TimeoutNs        int64          `json:"timeout_ns"`
	ConnectTimeoutNs int64          `json:"connect_timeout_ns"`
	Keepalive        bool           `json:"keepalive"`
	Schedule         *Schedule      `json:"schedule"`
	MaxRequests      int64          `json:"max_requests"`
	TickNs           int64          `json:"tick_ns"`

	offsets []int64 // of this process; nil in a closed loop
}

// Request is one entry of the job.
type Request struct {
	Method    string      `json:"method"`
	URL       string      `json:"url"`
	Headers   [][2]string `json:"headers"`
	BodyPath  *string     `json:"body_path"`
	BodyBytes int         `json:"body_bytes"`
	Body      []byte      `json:"-"` // nil: none
}

// Process is this process's number among those of the run.
type Process struct {
	Index int64 `json:"index"`
	Count int64 `json:"count"`
}

// Trust is for https URLs. No CA means the system's.
type Trust struct {
	Verify     bool    `json:"verify"`
	CA         *string `json:"ca"`
	Cert       *string `json:"cert"`
	Key        *string `json:"key"`
	ServerName *string `json:"server_name"`
}

// Schedule is a file of when requests are due.
type Schedule struct {
	Path  string `json:"path"`
	Count int64  `json:"count"`
}

// IsStock tells whether to take the library as it comes out of the box.
func (job *Job) IsStock() bool { return job.Profile == "stock" }

// Timeout is the limit for a whole request.
func (job *Job) Timeout() time.Duration { return time.Duration(job.TimeoutNs) }

// ConnectTimeout is the limit for setting up a connection.
func (job *Job) ConnectTimeout() time.Duration { return time.Duration(job.ConnectTimeoutNs) }

func parseJob(line []byte) (*Job, error) {
	job := &Job{}
	if err := json.Unmarshal(line, job); err != nil {
		return nil, fmt.Errorf("bad job: %w", err)
	}
	if err := job.check(); err != nil {
		return nil, err
	}
	for i := range job.Requests {
		if err := job.Requests[i].read(); err != nil {
			return nil, err
		}
	}
	if job.Schedule != nil {
		return job, job.readOffsets()
	}
	return job, nil
}

func (job *Job) check() error {
	rules := []struct {
		kept bool
		text string
	}{
		{job.Type == "job", "expected a job, not " + job.Type},
		{job.Protocol == protocolVersion, fmt.Sprintf("protocol %d instead of %d", job.Protocol, protocolVersion)},
		{len(job.Requests) > 0, "the job has no requests"},
		{job.Concurrency > 0, "concurrency is not at least 1"},
		{job.Process.Count > 0 && job.Process.Index >= 0, "process is not one of several"},
		{job.TimeoutNs > 0 && job.ConnectTimeoutNs > 0, "a timeout is not positive"},
		{job.RampNs >= 0 && job.MaxRequests >= 0, "a number is negative"},
	}
	for _, rule := range rules {
		if !rule.kept {
			return fmt.Errorf("bad job: %s", rule.text)
		}
	}
	return nil
}

func (request *Request) read() error {
	parts := []string{request.Method, request.URL}
	for _, header := range request.Headers {
		parts = append(parts, header[0], header[1])
	}
	for _, part := range parts {
		if strings.ContainsAny(part, "\r\n\x00") {
			return fmt.Errorf("%q would end a line of the request", part)
		}
	}
	if request.BodyPath == nil {
		return nil
	}
	body, err := os.ReadFile(*request.BodyPath)
	if err == nil && len(body) != request.BodyBytes {
		err = fmt.Errorf("%s holds %d bytes, not %d", *request.BodyPath, len(body), request.BodyBytes)
	}
	request.Body = body
	return err
}

// The due offsets of this process, which takes k ≡ index mod count.
func (job *Job) readOffsets() error {
	file, err := os.ReadFile(job.Schedule.Path)
	if err != nil {
		return err
	}
	if job.Schedule.Count < 0 || int64(len(file))/offsetBytes < job.Schedule.Count {
		return fmt.Errorf("%s is shorter than its %d offsets", job.Schedule.Path, job.Schedule.Count)
	}
	job.offsets = []int64{}
	for k := job.Process.Index; k < job.Schedule.Count; k += job.Process.Count {
		job.offsets = append(job.offsets, int64(binary.LittleEndian.Uint64(file[k*offsetBytes:])))
	}
	return nil
}
