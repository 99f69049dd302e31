#!/usr/bin/env python3
"""Trust flags, each provoked for real and each silent on a clean run: trust_test.py HTTP-BENCHMARK SCRIPTED-WORKER.PY

A server that is throttled, one that churns connections, one that changes its mind about lengths; a starved machine;
clients that lie. Other programs may disturb a run, so each expectation has some attempts.
"""
import contextlib
import os
import subprocess
import sys
import time
import unittest

sys.path.insert(0, os.path.dirname(__file__))
from sweeps import Origin, Program, measured  # noqa: E402

PROGRAM = Program(os.path.abspath(sys.argv.pop(1)))
WORKER = os.path.abspath(sys.argv.pop(1))
RUN = {"rounds": 1, "warmup": "200ms", "cooldown": "0s", "yardstick": False}
ATTEMPTS = 4


def worker(behaviour):
    """A client that talks to nobody and makes its samples up."""
    return {"language": "python", "modes": ["async"], "protocols": ["http/1.1"],
            "command": ["python3", WORKER, behaviour], "version_command": ["echo", "1.0"]}


@contextlib.contextmanager
def starved_machine():
    """Twice as many busy programs as there are CPUs."""
    busy = [subprocess.Popen([sys.executable, "-c", "while True: pass"]) for _ in range(2 * os.cpu_count())]
    time.sleep(0.2)
    yield
    for process in busy:
        process.kill()
        process.wait()


class Trust(unittest.TestCase):
    def sweep(self, url="/get", client="epoll", server="builtin", concurrency=2, rate="closed", duration="500ms", run=None,
              define=None, beside=()):
        scenario = {"matrix": {"servers": [server], "clients": [client], "urls": [url], "concurrency": [concurrency],
                               "rate": [rate], "duration": [duration]}, "run": RUN | (run or {})}
        if define:
            scenario["define"] = {"clients": define}
        (result,) = measured(PROGRAM.sweep(scenario, beside=beside))
        return result

    def expect(self, flags, absent=(), **what):
        for _ in range(ATTEMPTS):
            run = self.sweep(**what)
            if set(flags) <= run.flags and not set(absent) & run.flags:
                break
        self.assertLessEqual(set(flags), run.flags, run.row["failure"])
        self.assertFalse(set(absent) & run.flags)
        return run

    def expect_on_a_calm_machine(self, flags, **what):
        """Whose core is taken away is not at its own limit: then this cannot be provoked."""
        for _ in range(2 * ATTEMPTS):
            run = self.sweep(**what)
            if set(flags) <= run.flags:
                return
            if "host_contended" not in run.flags:
                break
        if "host_contended" in run.flags:
            self.skipTest("other programs take the CPU time that would show it")
        self.assertLessEqual(set(flags), run.flags)

    def with_origin(self, answer, **what):
        with Origin(answer) as origin:
            return self.expect(server={"name": "own", "url": origin.url}, **what)

    # Provoked

    def test_server_limited_by_its_cpu(self):
        self.expect_on_a_calm_machine(["server_limited"], url="/bytes/100000", concurrency=16)

    def test_server_limited_since_no_client_gets_more(self):
        self.expect(["server_limited"], url="/delay/0.02", client="libcurl/async", run={"yardstick": True})

    def test_nothing_is_said_of_a_server_that_is_not_ours(self):
        def slow(_):
            time.sleep(0.02)
            return 200, b"ok", ""
        self.with_origin(slow, flags=[], absent=["server_limited"], run={"yardstick": True})

    def test_client_saturated(self):
        self.expect_on_a_calm_machine(["client_saturated"], client="libcurl/async", concurrency=32)

    def test_generator_late(self):
        self.expect(["generator_late"], url="/delay/0.02", rate="400/s", concurrency=1)

    def test_not_steady(self):
        """Each answer takes longer than the one before."""
        def tired(number):
            time.sleep(0.001 + 0.00001 * number)
            return 200, b"ok", ""
        self.with_origin(tired, flags=["not_steady"], duration="6s", concurrency=1)

    def test_host_contended(self):
        run = self.expect(["host_contended"], concurrency=1, beside=[starved_machine()])
        # What the others took is stored, so that it can be shown.
        self.assertGreater(run.host_busy_ns, run.client_cpu_ns + run.server_cpu_ns)

    def test_connection_churn(self):
        run = self.with_origin(lambda _: (200, b"ok", "Connection: close\r\n"), flags=["connection_churn"])
        self.assertGreater(run.connections, 20)

    def test_too_few_samples(self):
        self.expect(["too_few_samples"], rate="100/s")

    def test_littles_law(self):
        """A client that does other work half of the time."""
        self.expect(["littles_law"], client="idler", define={"idler": worker("RestsBetweenRequests")}, concurrency=1,
                    server={"name": "own", "url": "http://127.0.0.1:9"})

    def test_count_mismatch(self):
        """It never sent what it says it sent."""
        self.expect(["count_mismatch"], client="liar", define={"liar": worker("Honest")}, concurrency=1)

    def test_varying_length(self):
        self.with_origin(lambda number: (200, b"x" * (number % 3), ""), flags=["varying_length"], absent=["errors"])

    def test_errors(self):
        run = self.with_origin(lambda number: (200 if number % 10 else 503, b"ok", ""), flags=["errors"])
        self.assertAlmostEqual(run.failed / run.verified, 1 / 9, delta=0.05)

    # Silent

    def test_a_clean_run_has_no_flag(self):
        """Half of the machine idle, everything counted: nothing to object to, not even a busy neighbour if there is none."""
        excuses = {"host_contended"} if os.getloadavg()[0] > 0.5 else set()
        for _ in range(ATTEMPTS):
            run = self.sweep(rate="600/s", concurrency=4, duration="2s", run={"yardstick": True})
            if not run.flags - excuses:
                break
        self.assertEqual(run.flags - excuses, set())
        self.assertGreaterEqual(run.server_requests, run.verified)

    def test_a_steady_run_is_steady(self):
        self.expect([], absent=["not_steady", "littles_law", "connection_churn", "count_mismatch", "errors", "varying_length"],
                    url="/delay/0.005", concurrency=4, duration="5s")

    def test_a_client_that_sends_nothing_disagrees_with_nobody(self):
        run = self.expect([], absent=["count_mismatch"], client="noop")
        self.assertEqual(run.server_requests, 0)


class Reconciliation(unittest.TestCase):
    """What client, runner and server counted is the same, whatever went wrong."""

    def check(self, url, expected_status, **matrix):
        scenario = {"matrix": {"servers": ["builtin"], "clients": ["epoll", "libcurl/async", "libcurl/sync"],
                               "urls": [{"url": url, "expect": {"status": expected_status}}], "concurrency": [1, 8],
                               "duration": ["200ms"]} | matrix, "run": RUN | {"warmup": "50ms"}}
        runs = measured(PROGRAM.sweep(scenario))
        for run in runs:
            with self.subTest(run.client, url=url, concurrency=run.concurrency):
                self.assertEqual(run.status, "ok", run.failure)
                self.assertNotIn("count_mismatch", run.flags)
                counted = run.warmup_verified + run.warmup_failed + run.verified + run.failed
                # Requests that ended after the window are in nobody's tally, but each task had at most a few.
                self.assertGreaterEqual(run.server_requests, counted)
                self.assertLessEqual(run.server_requests, counted + run.unfinished + 0.1 * counted + 50 * run.concurrency)
        return runs

    def test_all_is_well(self):
        self.check("/get", 200)

    def test_requests_of_an_open_loop(self):
        for run in self.check("/get", 200, rate=["500/s"]):
            self.assertEqual(run.verified + run.failed + run.unsent + run.unfinished, run.scheduled)

    def test_failures_count_too(self):
        for run in self.check("/status/200:0.8,404:0.2", 200):
            self.assertGreater(run.failed, 0)


if __name__ == "__main__":
    unittest.main()
