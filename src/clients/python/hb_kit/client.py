"""The contract between the kit and a client module.

The kit calls, in this order and before *ready*: the constructor, `open`, `prepare` once for each
entry of the job, `sender` once for each task. Nothing of that may send. Then only the senders are
called, each by one task at a time.
"""

from __future__ import annotations

import asyncio
import contextlib
import platform
import sys
from typing import Any, Callable, Iterator, Sequence

from hb_kit import outcome as outcomes_of
from hb_kit.job import Job, Request

_CAUSES_MAX = 32


class Refusal(Exception):
    """The job cannot be done; becomes the protocol's *error* line.

    `kind` is its class: unsupported, unavailable, limit or internal.
    """

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind


class Client:
    """Base of every client. What a subclass leaves alone means "nothing to say here"."""

    name = ""
    modes: Sequence[str] = ()
    protocols: Sequence[str] = ("1.1",)

    # Exception types and the outcome each means, the first row that matches anything in the chain
    # of causes wins: so put the narrow before the wide.
    outcomes: Sequence[tuple[Any, int]] = ()

    # Whether the client reports each connection it opens through `self.connected`.
    sees_connections = False

    def __init__(self, job: Job, connected: Callable[[int, int, int], None]) -> None:
        """`connected(start_ns, end_ns, outcome)` is for the task that sets up a connection."""
        self.job = job
        self.connected = connected
        self.cannot_honour: list[tuple[str, str]] = []

    def version(self) -> str:
        raise NotImplementedError

    def libraries(self) -> dict[str, str]:
        """Versions of what the client stands on, by name."""
        return {}

    def runtime(self) -> tuple[str, str]:
        return platform.python_implementation(), platform.python_version()

    def new_loop(self) -> asyncio.AbstractEventLoop:
        """The event loop of an asynchronous client; another loop's factory goes here."""
        return asyncio.new_event_loop()

    async def open(self) -> None:
        """For asynchronous clients: build what needs the running loop."""

    def prepare(self, request: Request) -> Any:
        """The argument of `send` for one entry of the job, built once, outside the loop."""
        return request

    def sender(self, index: int) -> Callable[[Any], Any]:
        """The function (in mode async: coroutine function) with which task `index` sends.

        It returns (status, body bytes, microseconds to the first response byte or 0) once the
        whole body is in memory, and raises whatever the library raises.
        """
        raise NotImplementedError

    def classify(self, failure: BaseException) -> int:
        """The outcome that an exception means."""
        chain = list(causes(failure))
        for types, outcome in self.outcomes:
            if any(isinstance(link, types) for link in chain):
                return outcome
        return outcomes_of.CLIENT_EXCEPTION


def causes(failure: BaseException) -> Iterator[BaseException]:
    """An exception and what it was raised from: libraries wrap in arguments, `reason` and causes."""
    pending: list[Any] = [failure]
    seen: set[int] = set()
    while pending and len(seen) < _CAUSES_MAX:
        link = pending.pop(0)
        if not isinstance(link, BaseException) or id(link) in seen:
            continue
        seen.add(id(link))
        yield link
        pending += [*link.args, getattr(link, "reason", None), link.__cause__, link.__context__]


@contextlib.contextmanager
def imports() -> Iterator[None]:
    """Around a client's imports: a missing package is answered as `unavailable`."""
    try:
        yield
    except ImportError as failure:
        from hb_kit.channel import Channel

        channel = Channel()
        channel.read_message()
        channel.say_error("unavailable", f"{failure} (in {sys.executable})")
        sys.exit(1)
