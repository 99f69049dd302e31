"""Samples: 32 bytes a record, collected in a buffer and written 128 at a time.

One recorder belongs to one thread (or event loop), which alone adds records. Others may flush it
while its owner is busy, and the main thread closes it at the drain while its owner may be stuck in
a request. So writing, which is rare, takes a lock, and recording, which is not, takes none: adding
a whole record to the buffer, and copying the buffer, are each one step under the interpreter lock.

The cost is what counts here, so the loops add their records themselves, without a Python call:
    add(pack(begin_ns, end_ns, lag_us, ttfb_us, size, status, REQUEST, outcome))
tests/bench/python_recording_cost.py measures it.
"""

from __future__ import annotations

import os
import struct
import threading
from dataclasses import dataclass

from hb_kit.outcome import OK

REQUEST = 0
CONNECT = 1
TICK = 2

RECORD = struct.Struct("<QQIIIHBB")
BATCH_BYTES = 4096  # PIPE_BUF: a pipe keeps a write of this size whole
FLUSH_NS = 250_000_000

pack = RECORD.pack

_KIND, _OUTCOME = 30, 31
_BYTES_WORD, _WORDS = 24 // 4, RECORD.size // 4
_U32_MAX = 0xFFFFFFFF
_U16_MAX = 0xFFFF


@dataclass
class Totals:
    requests: int = 0
    connections: int = 0
    bytes: int = 0
    started: int = 0

    @property
    def unfinished(self) -> int:
        return self.started - self.requests

    def add(self, other: Totals) -> None:
        self.requests += other.requests
        self.connections += other.connections
        self.bytes += other.bytes
        self.started += other.started


class Recorder:
    __slots__ = ("_fd", "_lock", "_closed", "_totals", "buffer", "started")

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._lock = threading.Lock()
        self._closed = False
        self._totals = Totals()
        self.buffer = bytearray()  # the owner adds records, and flushes when BATCH_BYTES are full
        self.started = 0  # requests begun: the owner adds one before each call

    def connect(self, start_ns: int, end_ns: int, outcome: int) -> None:
        self._add(pack(start_ns, end_ns, 0, 0, 0, 0, CONNECT, outcome))

    def tick(self, due_ns: int, fired_ns: int) -> None:
        self._add(pack(due_ns, fired_ns, 0, 0, 0, 0, TICK, OK))

    def flush(self) -> None:
        """Write what has been collected; for any thread."""
        if self.buffer:
            with self._lock:
                self._write()

    def close(self) -> Totals:
        """Write the rest; for any thread. What the owner records from now on is not part of the run."""
        with self._lock:
            started = self.started
            self._write()
            self._closed = True
        # The owner may have ended and begun requests between the two readings.
        self._totals.started = max(started, self._totals.requests)
        return self._totals

    def _add(self, record: bytes) -> None:
        self.buffer += record
        if len(self.buffer) >= BATCH_BYTES:
            self.flush()

    def _write(self) -> None:
        """With the lock held."""
        batch = bytes(self.buffer)
        del self.buffer[:len(batch)]
        if self._closed:
            return
        self._count(batch)
        while batch:
            batch = batch[os.write(self._fd, batch):]

    def _count(self, batch: bytes) -> None:
        kinds = batch[_KIND::RECORD.size]
        self._totals.requests += kinds.count(REQUEST)
        self._totals.bytes += sum(memoryview(batch).cast("I")[_BYTES_WORD::_WORDS])
        if CONNECT in kinds:
            outcomes = batch[_OUTCOME::RECORD.size]
            self._totals.connections += list(zip(kinds, outcomes)).count((CONNECT, OK))


def pack_saturated(start_ns: int, end_ns: int, lag_us: int, ttfb_us: int, size: int, status: int,
                   kind: int, outcome: int) -> bytes:
    """For the rare record with a field too large for its place."""
    return pack(start_ns, end_ns, min(lag_us, _U32_MAX), min(ttfb_us, _U32_MAX), min(size, _U32_MAX),
                min(status, _U16_MAX), kind, outcome)
