#!/usr/bin/env python3
"""The client that sends nothing: noop_test.py HB-CLIENT-NOOP"""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from worker_driver import make_job, run_job  # noqa: E402

COMMAND = [os.path.abspath(sys.argv.pop(1))]
URL = "http://127.0.0.1:9/"  # nobody listens there, and nobody is asked


def run(**changes):
    duration_s = changes.pop("duration_s", 0.2)
    prepare = changes.pop("prepare", None)
    return run_job(COMMAND, make_job("noop", "async", URL, **changes), duration_s=duration_s, prepare=prepare)


class Noop(unittest.TestCase):
    def test_every_request_is_ok_and_opens_nothing(self):
        result = run(max_requests=1000)
        self.assertEqual(result.outcomes(), {"ok": 1000})
        self.assertEqual({(s.status, s.bytes) for s in result.requests}, {(200, 0)})
        self.assertEqual(result.done, {"type": "done", "requests": 1000, "unsent": 0, "unfinished": 0,
                                       "connections": 0, "bytes": 0})

    def test_littles_law_holds(self):
        """Concurrency = throughput x mean latency, as for a client with requests in flight."""
        for concurrency in (1, 16):
            with self.subTest(concurrency):
                # As many records as the pipe holds, so that no slow reader plays a part.
                requests = run(concurrency=concurrency, tick_ns=0, max_requests=2000, duration_s=5).requests
                busy_ns = sum(s.end_ns - s.start_ns for s in requests)
                span_ns = max(s.end_ns for s in requests) - min(s.start_ns for s in requests)
                self.assertLessEqual(busy_ns, span_ns * concurrency)
                if concurrency > 1:  # one task alone may lose the processor between two requests
                    self.assertGreater(busy_ns, span_ns * concurrency * 0.2)

    def test_the_open_loop_keeps_its_schedule(self):
        offsets = [1_000_000 * i for i in range(100)]
        result = run(prepare=lambda worker, job: job.update(schedule=worker.schedule_file(offsets)))
        self.assertEqual(len(result.requests), 100)
        lags = sorted(s.lag_us for s in result.requests)
        self.assertLess(lags[50], 5_000)


if __name__ == "__main__":
    unittest.main()
