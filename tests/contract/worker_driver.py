"""Speaks the worker protocol (docs/worker-protocol.md) as the runner does, in Python's standard library only.

Used by the contract test of the workers and by the benchmarks under tests/bench.
"""
import array
import json
import os
import signal
import subprocess
import tempfile
import threading
import time
from dataclasses import dataclass, field

RECORD_BYTES = 32
OUTCOMES = ["ok", "dns", "connect", "tls", "timeout", "reset", "protocol", "status", "length", "verify",
            "client_exception"]
KINDS = ["request", "connect", "tick"]


@dataclass(frozen=True)
class Sample:
    start_ns: int
    end_ns: int
    lag_us: int
    ttfb_us: int
    bytes: int
    status: int
    kind: str
    outcome: str


def decode(data):
    """The records of a sample stream. Raises when it is not a whole number of them."""
    import struct
    if len(data) % RECORD_BYTES:
        raise ValueError(f"the sample stream ends within a record: {len(data)} bytes")
    return [Sample(*fields[:6], KINDS[fields[6]], OUTCOMES[fields[7]])
            for fields in struct.iter_unpack("<QQIIIHBB", data)]


@dataclass
class Result:
    """What a worker said and wrote."""
    returncode: int = None
    ready: dict = None
    ready_before_ns: int = 0
    ready_after_ns: int = 0
    done: dict = None
    rest: str = ""
    stderr: str = ""
    raw: bytes = b""
    writes: list = field(default_factory=list)  # sizes of what was read at a time
    start_ns: int = 0
    stop_ns: int = 0
    drain_ns: int = 0
    ended_ns: int = 0

    @property
    def samples(self):
        return decode(self.raw)

    @property
    def requests(self):
        return [s for s in self.samples if s.kind == "request"]

    @property
    def connects(self):
        return [s for s in self.samples if s.kind == "connect"]

    @property
    def ticks(self):
        return [s for s in self.samples if s.kind == "tick"]

    def outcomes(self):
        counts = {}
        for sample in self.requests:
            counts[sample.outcome] = counts.get(sample.outcome, 0) + 1
        return counts


class Worker:
    """One worker process; use as a context manager, which ends the process whatever happens."""

    def __init__(self, command, prefix=(), preexec=None):
        read_end, write_end = os.pipe()
        self.result = Result()
        self.folder = tempfile.TemporaryDirectory(prefix="worker-")

        def set_up():
            os.dup2(write_end, 3)
            if preexec is not None:
                preexec()

        self.process = subprocess.Popen([*prefix, *command], stdin=subprocess.PIPE, stdout=subprocess.PIPE,
                                        stderr=subprocess.PIPE, pass_fds=[3], preexec_fn=set_up,
                                        cwd=self.folder.name)
        os.close(write_end)
        self.sample_fd = read_end
        self.readers = [threading.Thread(target=self._read_samples, daemon=True),
                        threading.Thread(target=self._read_stderr, daemon=True)]
        for reader in self.readers:
            reader.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        if self.process.poll() is None:
            self.process.kill()
        self.process.wait()
        for stream in (self.process.stdin, self.process.stdout):
            try:
                stream.close()
            except BrokenPipeError:
                pass
        for reader in self.readers:
            reader.join(5)
        self.folder.cleanup()

    def _read_samples(self):
        chunks = []
        while chunk := os.read(self.sample_fd, 1 << 20):
            chunks.append(chunk)
            self.result.writes.append(len(chunk))
        os.close(self.sample_fd)
        self.result.raw = b"".join(chunks)

    def _read_stderr(self):
        self.result.stderr = self.process.stderr.read().decode("utf-8", "replace")
        self.process.stderr.close()

    def body_file(self, content):
        handle, path = tempfile.mkstemp(dir=self.folder.name, prefix="body-")
        with os.fdopen(handle, "wb") as file:
            file.write(content)
        return path

    def schedule_file(self, offsets_ns):
        path = os.path.join(self.folder.name, "schedule")
        with open(path, "wb") as file:
            file.write(array.array("Q", offsets_ns).tobytes())
        return {"path": path, "count": len(offsets_ns)}

    def send(self, message):
        self.process.stdin.write(json.dumps(message).encode() + b"\n" if isinstance(message, dict) else message)
        self.process.stdin.flush()

    def receive(self):
        line = self.process.stdout.readline()
        return json.loads(line) if line else None

    def job(self, job):
        """Sends the job and returns the answer, ready or error."""
        self.result.ready_before_ns = time.monotonic_ns()
        self.send(job)
        self.result.ready = self.receive()
        self.result.ready_after_ns = time.monotonic_ns()
        return self.result.ready

    def go(self, duration_s, drain_s=2.0, delay_s=0.02):
        result = self.result
        result.start_ns = time.monotonic_ns() + int(delay_s * 1e9)
        result.stop_ns = result.start_ns + int(duration_s * 1e9)
        result.drain_ns = result.stop_ns + int(drain_s * 1e9)
        self.send({"type": "go", "start_ns": result.start_ns, "stop_ns": result.stop_ns,
                   "drain_ns": result.drain_ns})

    def terminate(self):
        self.process.send_signal(signal.SIGTERM)

    def finish(self, timeout_s=30):
        """Reads done and waits for the end."""
        result = self.result
        timer = threading.Timer(timeout_s, self.process.kill)
        timer.start()
        result.done = self.receive()
        result.ended_ns = time.monotonic_ns()
        result.rest = self.process.stdout.read().decode("utf-8", "replace")
        result.returncode = self.process.wait()
        timer.cancel()
        for reader in self.readers:
            reader.join(5)
        return result


def make_job(client, mode, url, **changes):
    """A job with the protocol page's defaults; `changes` replace its keys."""
    job = {"type": "job", "protocol": 1, "client": client, "mode": mode, "options": {},
           "requests": [{"method": "GET", "url": url, "headers": [["Accept", "*/*"]]}],
           "concurrency": 4, "ramp_ns": 0, "process": {"index": 0, "count": 1}, "http": "1.1",
           "tls": {"verify": True, "ca": None, "cert": None, "key": None, "server_name": None},
           "timeout_ns": 5_000_000_000, "connect_timeout_ns": 2_000_000_000, "keepalive": True,
           "schedule": None, "max_requests": 0, "tick_ns": 10_000_000}
    job.update(changes)
    return job


def run_job(command, job, duration_s=0.3, drain_s=2.0, prepare=None, **options):
    """A whole conversation. `prepare(worker, job)` may add files to the job."""
    with Worker(command, **options) as worker:
        if prepare is not None:
            prepare(worker, job)
        answer = worker.job(job)
        if answer is None or answer.get("type") != "ready":
            worker.process.stdin.close()
            worker.result.rest = worker.process.stdout.read().decode()
            worker.result.returncode = worker.process.wait(timeout=10)
            worker.readers[1].join(5)
            return worker.result
        worker.go(duration_s, drain_s)
        return worker.finish()
