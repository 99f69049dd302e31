"""Waking an event loop at an instant, exactly.

An event loop rounds its timers up to whole milliseconds, since that is what epoll_wait takes; in an
open loop that would add half a millisecond to every asynchronous client. A timerfd does not round,
and any loop that can watch a descriptor can use one.
"""

from __future__ import annotations

import asyncio
import ctypes
import heapq
import itertools
import os

from hb_kit import clock

_CLOCK_MONOTONIC = 1
_TFD_NONBLOCK_CLOEXEC = os.O_NONBLOCK | os.O_CLOEXEC
_TFD_TIMER_ABSTIME = 1

_libc = ctypes.CDLL(None, use_errno=True)


class _Itimerspec(ctypes.Structure):
    _fields_ = [("interval_s", ctypes.c_long), ("interval_ns", ctypes.c_long),
                ("value_s", ctypes.c_long), ("value_ns", ctypes.c_long)]


class Alarm:
    def __init__(self, loop: asyncio.AbstractEventLoop) -> None:
        self._loop = loop
        self._sleepers: list[tuple[int, int, asyncio.Future[None]]] = []
        self._order = itertools.count()
        self._setting = _Itimerspec()
        self._fd = _libc.timerfd_create(_CLOCK_MONOTONIC, _TFD_NONBLOCK_CLOEXEC)
        if self._fd < 0:
            raise OSError(ctypes.get_errno(), "timerfd_create")
        loop.add_reader(self._fd, self._ring)

    async def until_ns(self, instant_ns: int) -> None:
        if instant_ns <= clock.now_ns():
            return
        sleeper = self._loop.create_future()
        heapq.heappush(self._sleepers, (instant_ns, next(self._order), sleeper))
        if self._sleepers[0][2] is sleeper:
            self._set(instant_ns)
        await sleeper

    def close(self) -> None:
        self._loop.remove_reader(self._fd)
        os.close(self._fd)

    def _set(self, instant_ns: int) -> None:
        self._setting.value_s, self._setting.value_ns = divmod(instant_ns, 1_000_000_000)
        _libc.timerfd_settime(self._fd, _TFD_TIMER_ABSTIME, ctypes.byref(self._setting), None)

    def _ring(self) -> None:
        try:
            os.read(self._fd, 8)
        except BlockingIOError:  # set anew between the wake-up and here
            pass
        now_ns = clock.now_ns()
        while self._sleepers and self._sleepers[0][0] <= now_ns:
            sleeper = heapq.heappop(self._sleepers)[2]
            if not sleeper.done():
                sleeper.set_result(None)
        if self._sleepers:
            self._set(self._sleepers[0][0])
