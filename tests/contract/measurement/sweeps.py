"""Sweeps of the real program, and what they left in the database; origins that are slow on purpose.

Python's standard library only. A sweep lasts a second or two, and waits while another holds the machine.
"""
import contextlib
import json
import os
import signal
import socketserver
import sqlite3
import subprocess
import sys
import tempfile
import threading
import time
import zlib
from dataclasses import dataclass, field

FLAGS = ("errors too_few_samples client_saturated server_limited generator_late not_steady count_mismatch "
         "connection_churn littles_law host_contended varying_length server_degraded").split()
MACHINE_IS_TAKEN = "runs a benchmark on this machine"


@dataclass
class Run:
    row: dict
    flags: set
    hists: dict = field(repr=False)

    def __getattr__(self, name):
        return self.row[name]

    @property
    def window_s(self):
        return (self.row["window_end_ns"] - self.row["window_start_ns"]) / 1e9

    def response(self, quantile):
        return self.hists["response"].quantile(quantile)

    def service(self, quantile):
        """A service time that is the response time is not stored twice."""
        return self.hists.get("service", self.hists["response"]).quantile(quantile)


class Histogram:
    """The V2 encoding of HdrHistogram, three digits: enough of it to read quantiles."""

    def __init__(self, blob):
        data = zlib.decompress(blob[8:])
        assert int.from_bytes(data[0:4], "big") & ~0xF0 == 0x1C849303, "not a V2 histogram"
        self.counts = []
        at, end = 40, 40 + int.from_bytes(data[4:8], "big")
        while at < end:
            value, at = self._zigzag(data, at)
            self.counts += [value] if value >= 0 else [0] * -value

    @staticmethod
    def _zigzag(data, at):
        value = 0
        for i in range(9):
            byte = data[at + i]
            value |= (byte & (0x7F if i < 8 else 0xFF)) << 7 * i
            if i == 8 or byte < 0x80:
                break
        return (value >> 1) ^ -(value & 1), at + i + 1

    @staticmethod
    def _value(index):
        """The middle of what a count of three digits (2,048 sub-buckets) stands for."""
        bucket = max((index >> 10) - 1, 0)
        low = index if index < 2048 else (index % 1024 + 1024) << bucket
        return low + (1 << bucket) / 2

    def quantile(self, quantile):
        """In seconds."""
        left = quantile * sum(self.counts)
        for index, count in enumerate(self.counts):
            left -= count
            if left <= 0 and count:
                return self._value(index) / 1e9
        raise ValueError("empty")


class Program:
    def __init__(self, path):
        self.path = path

    def sweep(self, scenario, *arguments, beside=()):
        """Run a scenario (a mapping); `beside` are context managers for the time of the sweep."""
        with tempfile.TemporaryDirectory(prefix="hb-sweep-") as folder:
            path = os.path.join(folder, "scenario.yaml")
            with open(path, "w", encoding="utf-8") as file:
                json.dump({"name": "test"} | scenario, file)  # JSON is YAML
            command = [self.path, "run", path, "--db", os.path.join(folder, "db"), "--out", folder, "--quiet", *arguments]
            with contextlib.ExitStack() as stack:
                for manager in beside:
                    stack.enter_context(manager)
                self._run(command)
            return self._runs(os.path.join(folder, "db"))

    @staticmethod
    def _run(command):
        deadline = time.monotonic() + 120
        while True:
            done = subprocess.run(command, capture_output=True, text=True, timeout=100, check=False)
            if MACHINE_IS_TAKEN not in done.stderr or time.monotonic() > deadline:
                break
            time.sleep(0.2)
        if done.returncode not in (0, 6):
            sys.exit(f"{done.stderr}\nexit code {done.returncode}")

    @staticmethod
    def _runs(database):
        with contextlib.closing(sqlite3.connect(database)) as connection:
            connection.row_factory = sqlite3.Row
            query = "SELECT c.*, r.* FROM runs r JOIN cells c ON c.id = r.cell_id ORDER BY position"
            runs = [dict(row) for row in connection.execute(query)]
            return [Run(row, {name for i, name in enumerate(FLAGS) if (row["flags"] or 0) >> i & 1},
                        {kind: Histogram(blob) for kind, blob in connection.execute(
                            "SELECT kind, hdr FROM histograms WHERE run_id = ?", (row["id"],))})
                    for row in runs]


def measured(runs):
    return [run for run in runs if run.purpose == "measured"]


class BuiltinServer:
    """The embedded server as an origin of the user's own, so that it can be stopped behind the program's back."""

    def __init__(self, program):
        self.process = subprocess.Popen([program], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        ready = json.loads(self.process.stdout.readline())
        self.url = f"http://{ready['host']}:{ready['port']}"
        self.asking = threading.Lock()

    def requests(self):
        with self.asking:
            self.process.stdin.write("counts\n")
            self.process.stdin.flush()
            return json.loads(self.process.stdout.readline())["requests"]

    def await_load(self):
        seen = self.requests()
        while self.requests() == seen:
            time.sleep(0.005)

    def stall(self, seconds):
        """How long it took in truth."""
        began = time.monotonic()
        self.process.send_signal(signal.SIGSTOP)
        time.sleep(seconds)
        self.process.send_signal(signal.SIGCONT)
        return time.monotonic() - began

    def close(self):
        self.process.send_signal(signal.SIGCONT)
        self.process.stdin.close()
        self.process.wait(timeout=10)
        self.process.stdout.close()


class Origin(socketserver.ThreadingTCPServer):
    """An HTTP origin whose answers a function makes: answer(number of the request) is (status, body, headers)."""

    allow_reuse_address = True
    daemon_threads = True
    request_queue_size = 128

    def __init__(self, answer):
        super().__init__(("127.0.0.1", 0), _Connection)
        self.answer = answer
        self.count = 0
        self.counting = threading.Lock()
        self.url = f"http://127.0.0.1:{self.server_address[1]}"

    def __enter__(self):
        threading.Thread(target=self.serve_forever, args=(0.05,), daemon=True).start()
        return self

    def __exit__(self, *_):
        self.shutdown()
        self.server_close()

    def next(self):
        with self.counting:
            self.count += 1
            return self.count - 1


class _Connection(socketserver.StreamRequestHandler):
    disable_nagle_algorithm = True

    def handle(self):
        with contextlib.suppress(OSError):
            while self.rfile.readline():
                while self.rfile.readline().strip():
                    pass
                status, body, headers = self.server.answer(self.server.next())
                self.wfile.write(f"HTTP/1.1 {status} X\r\nContent-Length: {len(body)}\r\n{headers}\r\n".encode() + body)
                if "close" in headers:
                    return


@contextlib.contextmanager
def background(function):
    """Run a function in a thread beside a sweep; what it returned is in the list."""
    results = []
    thread = threading.Thread(target=lambda: results.append(function()))
    thread.start()
    yield results
    thread.join()
