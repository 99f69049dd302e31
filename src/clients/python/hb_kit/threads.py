"""Drive a synchronous client: one thread a task, each with a recorder of its own.

The threads are started before *ready* and wait for *go*. They are daemons: at the drain the main
thread closes their recorders and leaves, whatever they are stuck in.
"""

from __future__ import annotations

import _thread
import itertools
import os
import resource
import struct
import threading
import traceback
from typing import Any, Callable

from hb_kit import clock
from hb_kit.channel import Channel
from hb_kit.client import Client, Refusal
from hb_kit.driver import Driver
from hb_kit.job import Job
from hb_kit.outcome import OK
from hb_kit.recorder import BATCH_BYTES, FLUSH_NS, REQUEST, Recorder, pack, pack_saturated

# 10,000 threads with the usual 8 MiB of stack reserve 81 GB of address space.
_STACK_BYTES = 256 << 10

# How long the next of the started threads may take to show up.
_UP_S = 5

_LIMIT_FILES = {
    "kernel.threads-max": "/proc/sys/kernel/threads-max",
    "kernel.pid_max": "/proc/sys/kernel/pid_max",
    "vm.max_map_count (two a thread)": "/proc/sys/vm/max_map_count",
    "pids.max of the control group": "/sys/fs/cgroup/pids.max",
}


class Threads(Driver):
    def __init__(self, job: Job, channel: Channel, fd: int) -> None:
        super().__init__(job, channel, fd, job.concurrency)
        self._finished = itertools.count(1)
        self._up = threading.Semaphore(0)
        self._gate = threading.Lock()  # closed until *go*; passing it allocates nothing
        self._gate.acquire()
        self._here = threading.local()

    def connected(self, start_ns: int, end_ns: int, outcome: int) -> None:
        self._here.recorder.connect(start_ns, end_ns, outcome)

    def open(self, client: Client) -> None:
        super().open(client)
        threading.stack_size(_STACK_BYTES)
        self._start_threads()

    def _start_threads(self) -> None:
        """Not by threading.Thread, whose start() never returns when the new thread runs out of memory."""
        senders = self._senders
        try:
            for task in enumerate(senders):
                _thread.start_new_thread(self._task, task)
            there = sum(1 for _ in itertools.takewhile(self._is_up, senders))
        except (RuntimeError, MemoryError):
            there = task[0]
        if there < len(senders):
            raise Refusal("limit", _thread_limits(there, len(senders)))

    def _is_up(self, _: Any) -> bool:
        return self._up.acquire(timeout=_UP_S)

    def _drive(self, drain_ns: int) -> None:
        self._gate.release()
        while not self._channel.wait_finished(min(drain_ns, clock.now_ns() + FLUSH_NS)):
            if clock.now_ns() >= drain_ns:
                break
            for recorder in self.recorders:
                recorder.flush()

    def _task(self, index: int, send: Callable[[Any], Any]) -> None:
        recorder = self._here.recorder = self.recorders[index]
        self._up.release()
        try:
            with self._gate:
                pass
            clock.sleep_until_ns(self._start_ns + index * self.job.ramp_ns)
            self._loop(send, recorder)
        except BaseException:  # a library's exceptions do not get here: the kit itself has failed
            traceback.print_exc()
            os._exit(1)
        if next(self._finished) == self.job.concurrency:
            self._channel.finish()

    def _loop(self, send: Callable[[Any], Any], recorder: Recorder) -> None:
        now_ns, buffer, add = clock.now_ns, recorder.buffer, recorder.buffer.extend
        start_ns, stop_ns = self._start_ns, self._stop_ns
        lag_us = 0
        for argument, offset in self._work:
            if offset is not None:
                due_ns = start_ns + offset
                if due_ns >= stop_ns:
                    break
                clock.sleep_until_ns(due_ns)
            begin_ns = now_ns()
            if begin_ns >= stop_ns:
                break
            if offset is not None:
                lag_us = (begin_ns - due_ns) // 1000
            recorder.started += 1
            try:
                status, size, ttfb_us = send(argument)
                end_ns = now_ns()
                outcome = OK
            except Exception as failure:
                end_ns = now_ns()
                status = size = ttfb_us = 0
                outcome = self._failures.outcome(failure)
            try:
                add(pack(begin_ns, end_ns, lag_us, ttfb_us, size, status, REQUEST, outcome))
            except struct.error:
                add(pack_saturated(begin_ns, end_ns, lag_us, ttfb_us, size, status, REQUEST, outcome))
            if len(buffer) >= BATCH_BYTES:
                recorder.flush()


def _thread_limits(started: int, wanted: int) -> str:
    """Python does not tell which limit refused a thread, so name those that can, with their values."""
    limits = [f"RLIMIT_NPROC={resource.getrlimit(resource.RLIMIT_NPROC)[0]}"]
    for name, path in _LIMIT_FILES.items():
        try:
            with open(path, encoding="ascii") as file:
                limits.append(f"{name}={file.read().strip()}")
        except OSError:
            continue
    return (f"only {started} of {wanted} threads could be started; one of these limits refuses more: "
            + ", ".join(limits) + "; lower the concurrency or raise it")
