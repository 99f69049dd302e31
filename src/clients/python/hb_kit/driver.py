"""What driving a client takes whatever its mode: the work, the senders, and who records.

Only the loops over requests are written twice, once with threads.py's calls and once with loop.py's
awaits: a function that both called would cost more than everything else that is done for a request.
"""

from __future__ import annotations

from hb_kit import clock
from hb_kit.channel import Channel
from hb_kit.client import Client
from hb_kit.failures import Failures
from hb_kit.job import Job
from hb_kit.recorder import Recorder


class Driver:
    may_stall = False  # what a library does may keep it from seeing that the drain has come

    def __init__(self, job: Job, channel: Channel, fd: int, recorders: int) -> None:
        self.job = job
        self._channel = channel
        self.recorders = [Recorder(fd) for _ in range(recorders)]

    def connected(self, start_ns: int, end_ns: int, outcome: int) -> None:
        """For the task that sets up a connection: it has one, or failed to."""
        raise NotImplementedError

    def open(self, client: Client) -> None:
        """Everything that must be there before *ready*."""
        self.counts_connections = client.sees_connections
        self._failures = Failures(client)
        self._work = self.job.share([client.prepare(request) for request in self.job.requests])
        self._senders = [client.sender(index) for index in range(self.job.concurrency)]
        clock.wake_precisely()

    def run(self, start_ns: int, stop_ns: int, drain_ns: int) -> None:
        """Return when all tasks have ended, at the drain, or at SIGTERM."""
        self._start_ns, self._stop_ns = start_ns, stop_ns
        self._drive(drain_ns)

    def _drive(self, drain_ns: int) -> None:
        raise NotImplementedError
