"""The order of events of a worker: job, ready, go, done."""

from __future__ import annotations

import gc
import json
import os
import sys
import threading
import traceback
from typing import Any, Optional, Type, Union

from hb_kit import clock
from hb_kit.channel import Channel, Terminated
from hb_kit.client import Client, Refusal
from hb_kit.driver import Driver
from hb_kit.job import PROTOCOL, Job, JobError, parse
from hb_kit.loop import Loop
from hb_kit.recorder import Totals
from hb_kit.threads import Threads

SAMPLE_FD = 3

_OVERDUE_S = 1  # after the drain; the runner gives up after five

_DRIVERS: dict[str, Type[Union[Threads, Loop]]] = {"sync": Threads, "async": Loop}

_GC_POLICIES = {
    "default": lambda: None,
    "freeze": lambda: (gc.collect(), gc.freeze()),
    "disabled": gc.disable,
}


def run(client_class: Type[Client]) -> None:
    """Be a worker for this client. Does not return, since threads may be stuck in requests."""
    try:
        os.set_inheritable(SAMPLE_FD, False)
    except OSError:
        sys.exit(f"descriptor {SAMPLE_FD} is not open: this program is a worker (docs/worker-protocol.md)")
    code = 1
    try:
        code = _work(Channel(), client_class)
    except Terminated:
        code = 0
    except Exception:
        traceback.print_exc()
    finally:
        sys.stderr.flush()
        os._exit(code)


def _work(channel: Channel, client_class: Type[Client]) -> int:
    """The whole conversation; returns the exit code."""
    line = channel.read_message()
    if line is None:
        return 0
    driver = _prepare(line, channel, client_class)
    if driver is None:
        return 1
    line = channel.read_message()
    if line is None:
        return 0
    go = json.loads(line)
    ending = _Ending(driver, channel)
    if driver.may_stall:
        ending.watch(go["drain_ns"])
    driver.run(go["start_ns"], go["stop_ns"], go["drain_ns"])
    ending.say()
    return 0


class _Ending:
    """Says *done* once: when the driver has ended, or when it is overdue since a library holds its loop."""

    def __init__(self, driver: Driver, channel: Channel) -> None:
        self._driver, self._channel = driver, channel
        self._only_one = threading.Lock()

    def watch(self, drain_ns: int) -> None:
        overdue = threading.Timer(max(0, drain_ns - clock.now_ns()) / 1e9 + _OVERDUE_S, self._end_overdue)
        overdue.daemon = True
        overdue.start()

    def say(self) -> None:
        self._only_one.acquire()  # for good: who comes second waits for the process's end
        self._channel.say(_done(self._driver))

    def _end_overdue(self) -> None:
        self.say()
        sys.stderr.flush()
        os._exit(0)


def _prepare(line: bytes, channel: Channel, client_class: Type[Client]) -> Optional[Driver]:
    """Answer the job with *ready* and return what drives it, or with *error* and None."""
    try:
        job = parse(line)
        _refuse_what_cannot_be(job, client_class)
        driver = _DRIVERS[job.mode](job, channel, SAMPLE_FD)
        client = client_class(job, driver.connected)
        driver.open(client)
        _GC_POLICIES[job.options.get("gc", "default")]()
        channel.say(_ready(job, client))
        return driver
    except Refusal as refusal:
        channel.say_error(refusal.kind, str(refusal))
    except JobError as failure:
        channel.say_error("internal", str(failure))
    except Exception as failure:
        traceback.print_exc()
        channel.say_error("internal", f"{type(failure).__name__}: {failure}")
    return None


def _refuse_what_cannot_be(job: Job, client_class: Type[Client]) -> None:
    if job.mode not in client_class.modes:
        raise Refusal("unsupported", f"{client_class.name} has no mode {job.mode}")
    if job.http not in client_class.protocols:
        raise Refusal("unsupported", f"{client_class.name} does not speak HTTP/{job.http}")
    if job.options.get("gc", "default") not in _GC_POLICIES:
        raise Refusal("unsupported", f"gc is one of {', '.join(_GC_POLICIES)}")
    if not clock.is_monotonic():
        raise Refusal("internal", "time.monotonic_ns does not read CLOCK_MONOTONIC here")


def _ready(job: Job, client: Client) -> dict[str, Any]:
    runtime, runtime_version = client.runtime()
    return {
        "type": "ready", "protocol": PROTOCOL,
        "client": {"name": client.name, "version": client.version()},
        "runtime": {"name": runtime, "version": runtime_version},
        "http": job.http, "clock_ns": clock.now_ns(), "pid": os.getpid(),
        "cannot_honour": [{"what": what, "why": why} for what, why in client.cannot_honour],
        "libraries": client.libraries(),
    }


def _done(driver: Driver) -> dict[str, Any]:
    totals = Totals()
    for recorder in driver.recorders:
        totals.add(recorder.close())
    os.close(SAMPLE_FD)
    offsets = driver.job.offsets
    return {
        "type": "done", "requests": totals.requests,
        "unsent": 0 if offsets is None else len(offsets) - totals.started,
        "unfinished": totals.unfinished,
        "connections": totals.connections if driver.counts_connections else None,
        "bytes": totals.bytes,
    }
