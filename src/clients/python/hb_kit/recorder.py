"""Samples: 32 bytes a record, collected in a buffer and written 128 at a time.

One recorder belongs to one thread (or event loop), which alone adds records. The main thread may
close it at the drain while its owner is still stuck in a request, so writing, which is rare, takes
a lock, and recording, which is not, takes none: a record is packed first and becomes part of the
buffer by the one assignment to `filled`.

The cost is what counts here; tests/bench/python_recording_cost.py measures it.
"""

from __future__ import annotations

import os
import struct
import threading
from dataclasses import dataclass

from hb_kit import clock
from hb_kit.outcome import OK

REQUEST = 0
CONNECT = 1
TICK = 2

RECORD = struct.Struct("<QQIIIHBB")
BATCH_BYTES = 4096  # PIPE_BUF: a pipe keeps a write of this size whole
FLUSH_NS = 250_000_000

_SIZE = RECORD.size
_KIND, _OUTCOME = 30, 31
_BYTES_WORD = 24 // 4
_U32_MAX = 0xFFFFFFFF
_pack_into = RECORD.pack_into


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
    __slots__ = ("_fd", "_buffer", "_filled", "_flush_at", "_lock", "_closed", "_totals", "started")

    def __init__(self, fd: int) -> None:
        self._fd = fd
        self._buffer = bytearray(BATCH_BYTES)
        self._filled = 0
        self._flush_at = 0  # so the first record goes out at once
        self._lock = threading.Lock()
        self._closed = False
        self._totals = Totals()
        self.started = 0  # requests begun: the owner adds one before each call

    def request(self, start_ns: int, end_ns: int, lag_us: int, ttfb_us: int, size: int,
                status: int, outcome: int) -> None:
        filled = self._filled
        try:
            _pack_into(self._buffer, filled, start_ns, end_ns, lag_us, ttfb_us, size, status,
                       REQUEST, outcome)
        except struct.error:  # a field overflows: too rare for a check each time
            _pack_into(self._buffer, filled, start_ns, end_ns, min(lag_us, _U32_MAX),
                       min(ttfb_us, _U32_MAX), min(size, _U32_MAX), status & 0xFFFF,
                       REQUEST, outcome)
        self._filled = filled = filled + _SIZE
        if filled == BATCH_BYTES or end_ns > self._flush_at:
            self.flush()

    def connect(self, start_ns: int, end_ns: int, outcome: int) -> None:
        self._other(start_ns, end_ns, CONNECT, outcome)

    def tick(self, due_ns: int, fired_ns: int) -> None:
        self._other(due_ns, fired_ns, TICK, OK)

    def _other(self, start_ns: int, end_ns: int, kind: int, outcome: int) -> None:
        _pack_into(self._buffer, self._filled, start_ns, end_ns, 0, 0, 0, 0, kind, outcome)
        self._filled += _SIZE
        if self._filled == BATCH_BYTES or end_ns > self._flush_at:
            self.flush()

    def flush(self) -> None:
        """Write what has been collected; after `close` it is dropped instead."""
        with self._lock:
            if not self._closed:
                self._write(self._filled)
            self._filled = 0
        self._flush_at = clock.now_ns() + FLUSH_NS

    def close(self) -> Totals:
        """Write the rest, from any thread. What the owner records from now on is not part of the run."""
        with self._lock:
            self._closed = True
            started = self.started
            self._write(self._filled)
        # The owner may have ended and begun requests between the two readings.
        self._totals.started = max(started, self._totals.requests)
        return self._totals

    def _write(self, filled: int) -> None:
        if filled == 0:
            return
        batch = memoryview(self._buffer)[:filled]
        self._count(batch)
        while batch:
            batch = batch[os.write(self._fd, batch):]

    def _count(self, batch: memoryview) -> None:
        kinds = bytes(batch[_KIND::_SIZE])
        self._totals.requests += kinds.count(REQUEST)
        self._totals.bytes += sum(batch.cast("I")[_BYTES_WORD::_SIZE // 4])
        if CONNECT in kinds:
            outcomes = bytes(batch[_OUTCOME::_SIZE])
            self._totals.connections += list(zip(kinds, outcomes)).count((CONNECT, OK))
