"""Drive an asynchronous client: one coroutine a task on one event loop, with one recorder.

Ticks run on the same loop, so that reports can show how late it was beside the latencies that its
lateness is part of.
"""

from __future__ import annotations

import asyncio
import signal
import struct
from typing import Any, Callable

from hb_kit import clock
from hb_kit.alarm import Alarm
from hb_kit.channel import Channel
from hb_kit.client import Client
from hb_kit.driver import Driver
from hb_kit.job import Job
from hb_kit.outcome import OK
from hb_kit.recorder import BATCH_BYTES, FLUSH_NS, REQUEST, pack, pack_saturated


class Loop(Driver):
    may_stall = True

    def __init__(self, job: Job, channel: Channel, fd: int) -> None:
        super().__init__(job, channel, fd, 1)
        self._recorder = self.recorders[0]

    def connected(self, start_ns: int, end_ns: int, outcome: int) -> None:
        self._recorder.connect(start_ns, end_ns, outcome)

    def open(self, client: Client) -> None:
        self._loop = client.new_loop()
        asyncio.set_event_loop(self._loop)
        self._loop.run_until_complete(client.open())
        super().open(client)

    def _drive(self, drain_ns: int) -> None:
        self._channel.release_signals()
        self._loop.run_until_complete(self._run(drain_ns))

    async def _run(self, drain_ns: int) -> None:
        loop = self._loop
        self._alarm = Alarm(loop)
        over = loop.create_future()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, lambda: over.done() or over.set_result(None))
        housekeeping = [loop.create_task(self._tick()), loop.create_task(self._flush())]
        tasks = [loop.create_task(self._task(*task)) for task in enumerate(self._senders)]
        tasks_done = asyncio.gather(*tasks)
        timeout_s = max(0, drain_ns - clock.now_ns()) / 1e9
        await asyncio.wait({tasks_done, over}, timeout=timeout_s,
                           return_when=asyncio.FIRST_COMPLETED)
        for task in housekeeping:
            task.cancel()
        if tasks_done.done():
            tasks_done.result()  # a task ends in an exception only when the kit itself has failed

    async def _task(self, index: int, send: Callable[[Any], Any]) -> None:
        recorder, alarm, now_ns = self._recorder, self._alarm, clock.now_ns
        buffer, add = recorder.buffer, recorder.buffer.extend
        start_ns, stop_ns = self._start_ns, self._stop_ns
        lag_us = 0
        await alarm.until_ns(start_ns + index * self.job.ramp_ns)
        for argument, offset in self._work:
            if offset is not None:
                due_ns = start_ns + offset
                if due_ns >= stop_ns:
                    break
                await alarm.until_ns(due_ns)
            begin_ns = now_ns()
            if begin_ns >= stop_ns:
                break
            if offset is not None:
                lag_us = (begin_ns - due_ns) // 1000
            recorder.started += 1
            try:
                status, size, ttfb_us = await send(argument)
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

    async def _tick(self) -> None:
        period_ns = self.job.tick_ns
        if period_ns == 0:
            return
        due_ns = self._start_ns
        while True:
            due_ns += period_ns
            await self._alarm.until_ns(due_ns)
            self._recorder.tick(due_ns, clock.now_ns())

    async def _flush(self) -> None:
        while True:
            await asyncio.sleep(FLUSH_NS / 1e9)
            self._recorder.flush()
