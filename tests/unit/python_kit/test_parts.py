"""The kit's parts on their own: records, causes of exceptions, the shared work, exact waking."""

import asyncio
import json
import os
import pathlib
import struct
import sys
import tempfile
import threading
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[2] / "src/clients/python"))
sys.path.insert(0, str(HERE.parents[1] / "contract"))

import hb_kit  # noqa: E402
from hb_kit import clock, job, recorder  # noqa: E402
from hb_kit.alarm import Alarm  # noqa: E402
from worker_driver import make_job  # noqa: E402


class Recording(unittest.TestCase):
    def setUp(self):
        self.reader, self.writer = os.pipe()
        self.addCleanup(os.close, self.reader)
        self.addCleanup(os.close, self.writer)
        os.set_blocking(self.reader, False)
        self.recorder = recorder.Recorder(self.writer)

    def written(self):
        try:
            return os.read(self.reader, 1 << 16)
        except BlockingIOError:
            return b""

    def record(self, *fields, to=None):
        """As the loops do it."""
        one = to or self.recorder
        one.buffer.extend(recorder.pack(*fields))
        if len(one.buffer) >= recorder.BATCH_BYTES:
            one.flush()

    def test_a_record_is_laid_out_as_the_protocol_says(self):
        self.record(1, 2, 3, 4, 5, 200, 0, 8)
        self.recorder.close()
        self.assertEqual(self.written(), struct.pack("<QQIIIHBB", 1, 2, 3, 4, 5, 200, 0, 8))

    def test_a_batch_is_written_when_128_records_are_full(self):
        for index in range(127):
            self.record(index, index, 0, 0, 1, 200, 0, 0)
        self.assertEqual(self.written(), b"")
        self.record(127, 127, 0, 0, 1, 200, 0, 0)
        self.assertEqual(len(self.written()), 4096)

    def test_a_flush_writes_what_is_there_once(self):
        sizes = []
        for count in (3, 0, 1, 124):
            for _ in range(count):
                self.record(1, 2, 0, 0, 10, 200, 0, 0)
            self.recorder.flush()
            sizes.append(len(self.written()) // 32)
        self.assertEqual(sizes, [3, 0, 1, 124])
        self.assertEqual(self.recorder.close().bytes, 1280)

    def test_totals_count_requests_connections_and_bytes_apart(self):
        self.recorder.started = 3
        self.record(1, 2, 0, 0, 1000, 200, 0, 0)
        self.recorder.connect(1, 2, hb_kit.OK)
        self.recorder.connect(1, 2, hb_kit.TLS)
        self.recorder.tick(1, 2)
        self.record(1, 2, 0, 0, 24, 0, 0, hb_kit.RESET)
        totals = self.recorder.close()
        self.assertEqual((totals.requests, totals.connections, totals.bytes), (2, 1, 1024))
        self.assertEqual(totals.unfinished, 1)

    def test_what_is_recorded_after_the_close_is_not_written(self):
        self.record(1, 2, 0, 0, 1, 200, 0, 0)
        self.recorder.close()
        for _ in range(300):
            self.record(1, 2, 0, 0, 1, 200, 0, 0)
        self.recorder.flush()
        self.assertEqual(len(self.written()), 32)

    def test_closing_beside_a_busy_owner_counts_exactly_what_is_written(self):
        drained = bytearray()
        os.set_blocking(self.reader, True)
        collector = threading.Thread(target=lambda: self.drain(drained))
        collector.start()
        stop = threading.Event()

        def own(one):
            while not stop.is_set():
                one.started += 1
                self.record(1, 2, 0, 0, 7, 200, 0, 0, to=one)

        totals = recorder.Totals()
        for _ in range(20):
            one = recorder.Recorder(self.writer)
            owner = threading.Thread(target=own, args=(one,))
            owner.start()
            for _ in range(30):
                clock.sleep_until_ns(clock.now_ns() + 100_000)
                one.flush()
            part = one.close()
            self.assertIn(part.unfinished, (0, 1))
            totals.add(part)
            stop.set()
            owner.join()
            stop.clear()
        os.write(self.writer, b"end")
        collector.join()
        self.assertEqual(len(drained), totals.requests * 32)
        self.assertEqual(totals.bytes, totals.requests * 7)

    def drain(self, into):
        while not into.endswith(b"end"):
            into += os.read(self.reader, 1 << 16)
        del into[-3:]


class Causes(unittest.TestCase):
    def test_wrapped_exceptions_are_found_in_arguments_reasons_and_causes(self):
        reason = KeyError("reason")
        wrapped = OSError("text", IndexError("argument"))
        wrapped.reason = reason
        wrapped.__cause__ = TypeError("cause")
        found = {type(link) for link in hb_kit.causes(wrapped)}
        self.assertEqual(found, {OSError, IndexError, KeyError, TypeError})

    def test_a_circle_ends(self):
        one, other = ValueError(), ValueError()
        one.__cause__, other.__cause__ = other, one
        self.assertEqual(list(hb_kit.causes(one)), [one, other])

    def test_the_first_matching_row_wins_wherever_in_the_chain_it_matches(self):
        class Client(hb_kit.Client):
            outcomes = ((ConnectionResetError, hb_kit.RESET), (OSError, hb_kit.CONNECT))

        client = Client(None, None)
        self.assertEqual(client.classify(OSError("outer", ConnectionResetError())), hb_kit.RESET)
        self.assertEqual(client.classify(OSError("outer")), hb_kit.CONNECT)
        self.assertEqual(client.classify(ValueError()), hb_kit.CLIENT_EXCEPTION)


class SharedWork(unittest.TestCase):
    def parse(self, offsets, **changes):
        with tempfile.NamedTemporaryFile() as file:
            file.write(struct.pack(f"<{len(offsets)}Q", *offsets))
            file.flush()
            changes["schedule"] = {"path": file.name, "count": len(offsets)}
            message = make_job("toy", "sync", "http://127.0.0.1/", **changes)
            return job.parse(json.dumps(message).encode())

    def test_threads_take_each_index_exactly_once(self):
        offsets = list(range(20_000))
        whole = self.parse(offsets)
        work = whole.share(["only"])
        self.addCleanup(sys.setswitchinterval, sys.getswitchinterval())
        sys.setswitchinterval(1e-6)
        taken = [[] for _ in range(8)]
        threads = [threading.Thread(target=lambda own=own: own.extend(offset for _, offset in work))
                   for own in taken]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        self.assertEqual(sorted(sum(taken, [])), offsets)
        self.assertEqual(len(whole.offsets), len(offsets))  # the job outlives its work

    def test_processes_split_the_schedule_as_the_protocol_says(self):
        for index in range(3):
            part = self.parse(range(10), process={"index": index, "count": 3}).share(["a", "b"])
            expected = [("ab"[k % 2], k) for k in range(10) if k % 3 == index]
            self.assertEqual(list(part), expected)

    def test_an_empty_schedule_has_no_work(self):
        self.assertEqual(list(self.parse([]).share(["a"])), [])


class Waking(unittest.TestCase):
    def test_the_clock_is_the_runners(self):
        self.assertTrue(clock.is_monotonic())

    def test_an_alarm_wakes_in_order_and_never_early(self):
        loop = asyncio.new_event_loop()
        self.addCleanup(loop.close)
        woken = []

        async def sleeper(alarm, instant_ns):
            await alarm.until_ns(instant_ns)
            woken.append((instant_ns, clock.now_ns()))

        async def main():
            alarm = Alarm(loop)
            base_ns = clock.now_ns() + 5_000_000
            delays_us = [900, 100, 500, 300, -9000, 300]
            await asyncio.gather(*(sleeper(alarm, base_ns + us * 1000) for us in delays_us))
            alarm.close()

        loop.run_until_complete(main())
        self.assertEqual([instant for instant, _ in woken], sorted(instant for instant, _ in woken))
        self.assertTrue(all(now_ns >= instant_ns for instant_ns, now_ns in woken))


if __name__ == "__main__":
    unittest.main()
