"""Plays the runner's part: starts a worker, sends job and go, collects samples and totals."""

import json
import os
import signal
import struct
import subprocess
import threading
import time
from collections import namedtuple

Sample = namedtuple("Sample", "start_ns end_ns lag_us ttfb_us bytes status kind outcome")
RECORD = struct.Struct("<QQIIIHBB")
REQUEST, CONNECT, TICK = 0, 1, 2
SECOND = 1_000_000_000
PATIENCE_S = 30


def job(url, **changes):
    """A complete job for one GET; keyword arguments replace its keys."""
    message = {
        "type": "job", "protocol": 1, "client": "toy", "mode": "sync", "options": {},
        "requests": [{"method": "GET", "url": url, "headers": [["Accept", "*/*"]]}],
        "concurrency": 1, "ramp_ns": 0, "process": {"index": 0, "count": 1}, "http": "1.1",
        "tls": {"verify": True, "ca": None, "cert": None, "key": None, "server_name": None},
        "timeout_ns": 5 * SECOND, "connect_timeout_ns": 2 * SECOND, "keepalive": True,
        "schedule": None, "max_requests": 0, "tick_ns": 0,
    }
    message.update(changes)
    return message


def write_schedule(path, offsets):
    with open(path, "wb") as file:
        file.write(struct.pack(f"<{len(offsets)}Q", *offsets))
    return {"path": str(path), "count": len(offsets)}


class Worker:
    """A worker process; a context manager that ends it whatever happens."""

    def __init__(self, command):
        reader, writer = os.pipe()
        self.messages = []
        self.writes = []
        self._process = subprocess.Popen(
            _with_samples_at_3(command, writer), stdin=subprocess.PIPE, stdout=subprocess.PIPE,
            stderr=subprocess.PIPE, pass_fds=(writer,), start_new_session=True)
        os.close(writer)
        self._collector = threading.Thread(target=self._collect, args=(reader,), daemon=True)
        self._collector.start()
        self._watchdog = threading.Timer(PATIENCE_S, self._process.kill)
        self._watchdog.start()

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self._watchdog.cancel()
        self._process.kill()
        self._process.wait()
        for stream in (self._process.stdin, self._process.stdout, self._process.stderr):
            stream.close()

    @property
    def pid(self):
        return self._process.pid

    def send(self, message):
        line = message if isinstance(message, bytes) else json.dumps(message).encode()
        self._process.stdin.write(line + b"\n")
        self._process.stdin.flush()

    def receive(self):
        """The worker's next message, or None at the end of its output."""
        line = self._process.stdout.readline()
        if not line:
            return None
        message = json.loads(line)
        self.messages.append(message)
        return message

    def go(self, run_ns, drain_ns=SECOND, lead_ns=50_000_000):
        start = time.monotonic_ns() + lead_ns
        message = {"type": "go", "start_ns": start, "stop_ns": start + run_ns,
                   "drain_ns": start + run_ns + drain_ns}
        self.send(message)
        return message

    def close_input(self):
        self._process.stdin.close()

    def terminate(self):
        self._process.send_signal(signal.SIGTERM)

    def finish(self):
        """Wait for the end; returns (exit code, standard error)."""
        rest = self._process.stdout.read()
        assert rest == b"", f"more than the protocol's lines on standard output: {rest[:200]!r}"
        errors = self._process.stderr.read().decode()
        code = self._process.wait()
        self._collector.join()
        return code, errors

    def samples(self, kind=REQUEST):
        every = [Sample(*record) for record in RECORD.iter_unpack(b"".join(self.writes))]
        return [sample for sample in every if sample.kind == kind]

    def _collect(self, reader):
        while True:
            data = os.read(reader, 1 << 20)
            if not data:
                break
            self.writes.append(data)
        os.close(reader)


def _with_samples_at_3(command, writer):
    """The command with descriptor `writer` moved to 3, as the runner starts it."""
    script = 'exec 3>&"$1" ; [ "$1" = 3 ] || eval "exec $1>&-" ; shift ; exec "$@"'
    return ["/bin/sh", "-c", script, "sh", str(writer), *command]


def play(command, message, run_ns=300_000_000, drain_ns=SECOND):
    """A whole run: (worker, done message, standard error). Fails unless it ends as it should."""
    with Worker(command) as worker:
        worker.send(message)
        ready = worker.receive()
        assert ready and ready["type"] == "ready", (ready, worker.finish())
        worker.go(run_ns, drain_ns)
        done = worker.receive()
        code, errors = worker.finish()
        assert code == 0, (code, errors)
        return worker, done, errors
