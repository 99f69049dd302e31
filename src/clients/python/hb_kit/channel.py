"""Standard input and output as the protocol uses them, and the signal that ends a run.

Made first: it moves standard output aside, so that whatever a library prints ends up on standard
error, and takes SIGTERM, which then shows as `Terminated` wherever the worker waits.
"""

from __future__ import annotations

import json
import os
import select
import signal
from typing import Any, Optional

from hb_kit import clock

LINE_MAX = 16 << 20

_READ_BYTES = 1 << 16
_FINISHED = 0  # no signal has this number


class Terminated(Exception):
    """SIGTERM came: stop and drain are now."""


class Channel:
    def __init__(self) -> None:
        self._out = os.dup(1)
        os.dup2(2, 1)
        self._input = b""
        self._woken, self._waker = os.pipe()
        os.set_blocking(self._waker, False)
        for number in (signal.SIGTERM, signal.SIGINT):
            signal.signal(number, lambda *_: None)
        signal.set_wakeup_fd(self._waker, warn_on_full_buffer=False)

    def release_signals(self) -> None:
        """Leave signals to an event loop, which has its own way to wait for them."""
        signal.set_wakeup_fd(-1)

    def read_message(self) -> Optional[bytes]:
        """The next line, or None at the end of input. Raises Terminated."""
        while b"\n" not in self._input:
            ready, _, _ = select.select([0, self._woken], [], [])
            if self._woken in ready:
                raise Terminated
            data = os.read(0, _READ_BYTES)
            if not data:
                return None
            self._input += data
            if len(self._input) > LINE_MAX:
                raise ValueError(f"a line of more than {LINE_MAX} bytes on standard input")
        line, _, self._input = self._input.partition(b"\n")
        return line

    def finish(self) -> None:
        """For the last task, in its thread: end `wait_finished`."""
        os.write(self._waker, bytes([_FINISHED]))

    def wait_finished(self, until_ns: int) -> bool:
        """Whether the tasks finished, or SIGTERM came, by then."""
        timeout_s = max(0, until_ns - clock.now_ns()) / 1e9
        return bool(select.select([self._woken], [], [], timeout_s)[0])

    def say(self, message: dict[str, Any]) -> None:
        line = json.dumps(message).encode() + b"\n"
        while line:
            line = line[os.write(self._out, line):]

    def say_error(self, kind: str, text: str) -> None:
        self.say({"type": "error", "class": kind, "message": text})
