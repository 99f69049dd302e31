#!/usr/bin/env python3
"""Does a worker keep the worker protocol (docs/worker-protocol.md)? Asked over real sockets.

    worker_contract.py --client epoll --modes async --command build/dev/libexec/http-benchmark/hb-client-epoll

Everything after --command is the worker's argument vector. Works for any worker; what a library cannot do, or
cannot tell apart, is declared on the command line (--without, --no-body-with, --closes-after, --adds, --also), so
that it can be read in the test's registration. Nothing but Python's standard library.
"""
import argparse
import os
import sys
import time
import unittest

from scripted_origin import Origin, refused_port
from worker_driver import Worker, make_job, run_job

ARGUMENTS = None
MS = 1_000_000
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
# A library may leave out or rename none of the given headers, and add none but these.
UNAVOIDABLE = {"host", "content-length", "transfer-encoding", "connection"}


def needs(feature):
    """Skips a test for a worker that was declared to be without the feature."""
    def decorate(test):
        def wrapped(self):
            if feature in ARGUMENTS.without:
                self.skipTest(f"declared: --without {feature}")
            test(self)
        wrapped.__name__, wrapped.__doc__ = test.__name__, test.__doc__
        return wrapped
    return decorate


class Contract(unittest.TestCase):
    mode = None

    @classmethod
    def setUpClass(cls):
        cls.origin = Origin()

    @classmethod
    def tearDownClass(cls):
        cls.origin.close()

    def setUp(self):
        self.origin.reset()

    def job(self, path="/ok", **changes):
        url = path if path.startswith("http") else self.origin.url(path)
        return make_job(ARGUMENTS.client, self.mode, url, **changes)

    def run_job(self, job, **options):
        result = run_job(ARGUMENTS.command, job, **options)
        self.assertEqual(result.ready and result.ready["type"], "ready", (result.ready, result.stderr))
        self.assertIsNotNone(result.done, result.stderr)
        self.check_totals(result)
        return result

    def check_totals(self, result):
        """What holds of every run that ended."""
        self.assertEqual(result.done["type"], "done")
        self.assertEqual(result.returncode, 0, result.stderr)
        self.assertEqual(result.rest, "", "something else was written to standard output")
        self.assertEqual(result.done["requests"], len(result.requests))
        self.assertEqual(result.done["bytes"], sum(sample.bytes for sample in result.requests))
        for sample in result.samples:
            self.assertLessEqual(sample.start_ns, sample.end_ns)
        for sample in result.requests:
            self.assertGreaterEqual(sample.start_ns, result.start_ns)
            self.assertLess(sample.start_ns, result.stop_ns)

    def one_request(self, path, **changes):
        """The sample of a single request."""
        changes.setdefault("concurrency", 1)
        result = self.run_job(self.job(path, max_requests=1, **changes), duration_s=3)
        self.assertEqual(len(result.requests), 1)
        return result.requests[0]

    # The conversation

    def test_ready_says_who_it_is_and_its_clock_lies_between_our_readings(self):
        result = self.run_job(self.job(max_requests=1), duration_s=1)
        ready = result.ready
        self.assertEqual(ready["client"]["name"], ARGUMENTS.client)
        self.assertTrue(ready["client"]["version"])
        self.assertTrue(ready["runtime"]["name"])
        self.assertEqual(ready["http"], "1.1")
        self.assertIsInstance(ready["pid"], int)
        self.assertIsInstance(ready["cannot_honour"], list)
        self.assertLessEqual(result.ready_before_ns, ready["clock_ns"])
        self.assertLessEqual(ready["clock_ns"], result.ready_after_ns)

    def test_nothing_is_sent_before_go(self):
        with Worker(ARGUMENTS.command) as worker:
            worker.job(self.job())
            time.sleep(0.1)
            self.assertEqual(self.origin.connection_instants_ns, [])

    def test_the_end_of_input_before_go_is_a_quiet_exit(self):
        with Worker(ARGUMENTS.command) as worker:
            self.assertEqual(worker.job(self.job())["type"], "ready")
            worker.process.stdin.close()
            self.assertEqual(worker.process.wait(timeout=10), 0)
            self.assertEqual(worker.process.stdout.read(), b"")
        self.assertEqual(self.origin.connection_instants_ns, [])

    def test_a_job_that_makes_no_sense_is_answered_with_an_error(self):
        broken = {
            "no requests": {"requests": []},
            "no concurrency": {"concurrency": 0},
            "another protocol": {"protocol": 99},
            "a header that ends the line": {"requests": [{"method": "GET", "url": self.origin.url("/ok"),
                                                          "headers": [["X", "a\r\nEvil: 1"]]}]},
            "a body that is not there": {"requests": [{"method": "POST", "url": self.origin.url("/ok"),
                                                       "headers": [], "body_path": "/nonexistent/body"}]},
        }
        for name, changes in broken.items():
            with self.subTest(name):
                answer = run_job(ARGUMENTS.command, self.job(**changes)).ready
                self.assertIsNotNone(answer)
                self.assertEqual(answer["type"], "error")
                self.assertIn(answer["class"], ["unsupported", "unavailable", "limit", "internal"])
                self.assertTrue(answer["message"])
        self.assertEqual(self.origin.connection_instants_ns, [])

    def test_unknown_keys_are_ignored(self):
        self.run_job(self.job(a_later_version={"says": "more"}, max_requests=1), duration_s=1)

    # Time

    def test_latency_ends_at_the_last_body_byte(self):
        sample = self.one_request("/slow")
        self.assertEqual((sample.outcome, sample.status, sample.bytes), ("ok", 200, 10))
        self.assertGreaterEqual(sample.end_ns - sample.start_ns, Origin.SLOW_BODY_S * 1e9)
        if sample.ttfb_us:
            self.assertLess(sample.ttfb_us, Origin.SLOW_BODY_S * 1e6 * 0.9)

    def test_no_request_starts_before_its_place_in_the_ramp(self):
        ramp_ns = 30 * MS
        result = self.run_job(self.job("/delay/200", concurrency=4, ramp_ns=ramp_ns, max_requests=4),
                              duration_s=2)
        for i, sample in enumerate(sorted(result.requests, key=lambda s: s.start_ns)):
            self.assertGreaterEqual(sample.start_ns, result.start_ns + i * ramp_ns)

    def test_what_is_in_flight_at_the_stop_may_end_until_the_drain(self):
        result = self.run_job(self.job("/delay/300", concurrency=2), duration_s=0.1, drain_s=2)
        self.assertEqual(result.outcomes(), {"ok": 2})
        self.assertEqual(result.done["unfinished"], 0)
        self.assertLess(result.ended_ns, result.drain_ns)

    def test_what_has_not_ended_at_the_drain_is_unfinished(self):
        result = self.run_job(self.job("/never", concurrency=3), duration_s=0.1, drain_s=0.3)
        self.assertEqual(result.outcomes(), {})
        self.assertEqual(result.done["unfinished"], 3)
        self.assertLess(result.ended_ns, result.drain_ns + 2_000 * MS)

    def test_sigterm_means_stop_now(self):
        with Worker(ARGUMENTS.command) as worker:
            worker.job(self.job("/delay/20", concurrency=2))
            worker.go(duration_s=30)
            time.sleep(0.5)
            told_ns = time.monotonic_ns()
            worker.terminate()
            result = worker.finish()
        self.check_totals(result)
        self.assertLess(result.ended_ns - told_ns, 2_000 * MS)
        self.assertGreater(len(result.requests), 2)
        self.assertTrue(all(sample.start_ns <= result.ended_ns for sample in result.requests))

    def test_samples_arrive_while_the_run_lasts(self):
        with Worker(ARGUMENTS.command) as worker:
            worker.job(self.job("/delay/20", concurrency=2))
            worker.go(duration_s=1.5)
            time.sleep(1.2)
            seen = len(worker.result.writes)
            result = worker.finish()
        self.check_totals(result)
        self.assertGreaterEqual(seen, 2)

    # Load

    def test_a_closed_loop_keeps_its_connections(self):
        result = self.run_job(self.job("/ok", concurrency=4), duration_s=0.5)
        self.assertGreater(len(result.requests), 20)
        self.assertEqual(result.outcomes(), {"ok": len(result.requests)})
        self.assertEqual(len(self.origin.requests), len(result.requests))
        opened = self.origin.connection_instants_ns
        self.assertLessEqual(len(opened), 4)
        self.assertTrue(all(instant < result.start_ns + 300 * MS for instant in opened),
                        "connections were opened after the beginning")
        if result.done["connections"] is not None:
            self.assertEqual(result.done["connections"], len(opened))
        if result.connects:
            self.assertEqual(len(result.connects), len(opened))

    def test_a_task_has_one_request_in_flight(self):
        result = self.run_job(self.job("/delay/20", concurrency=3), duration_s=0.5)
        edges = sorted([(s.start_ns, 1) for s in result.requests] + [(s.end_ns, -1) for s in result.requests])
        in_flight = most = 0
        for _, change in edges:
            in_flight += change
            most = max(most, in_flight)
        self.assertLessEqual(most, 3)

    @needs("keepalive_off")
    def test_without_keepalive_each_request_has_a_new_connection(self):
        result = self.run_job(self.job("/ok", concurrency=2, keepalive=False, max_requests=10), duration_s=2)
        self.assertEqual(result.outcomes(), {"ok": 10})
        self.assertEqual(len(self.origin.connection_instants_ns), 10)

    def test_a_connection_the_server_closed_is_replaced(self):
        result = self.run_job(self.job("/close", concurrency=1, max_requests=5), duration_s=2)
        self.assertEqual(result.outcomes(), {"ok": 5})
        self.assertEqual(len(self.origin.connection_instants_ns), 5)

    def test_max_requests_is_exact(self):
        result = self.run_job(self.job("/ok", concurrency=4, max_requests=17), duration_s=5)
        self.assertEqual(len(result.requests), 17)
        self.assertEqual(len(self.origin.requests), 17)
        self.assertLess(result.ended_ns, result.stop_ns, "it waited though there was nothing left to do")

    def test_the_open_loop_sends_when_requests_are_due(self):
        offsets = [10 * MS * i for i in range(30)]
        result = self.run_job(self.job("/ok", concurrency=4), duration_s=0.6,
                              prepare=lambda worker, job: job.update(schedule=worker.schedule_file(offsets)))
        self.assertEqual(len(result.requests), 30)
        self.assertEqual((result.done["unsent"], result.done["unfinished"]), (0, 0))
        due = sorted(sample.start_ns - result.start_ns - sample.lag_us * 1000 for sample in result.requests)
        for expected, actual in zip(offsets, due):
            self.assertAlmostEqual(actual, expected, delta=2_000)  # lag has microseconds

    def test_a_stalled_task_delays_no_other(self):
        """Four tasks, one request of which never ends: the others send all the rest on time."""
        offsets = [20 * MS * i for i in range(20)]
        requests = [{"method": "GET", "url": self.origin.url("/never"), "headers": []}]
        requests += [{"method": "GET", "url": self.origin.url("/ok"), "headers": []}] * 19
        result = self.run_job(self.job(requests=requests, concurrency=4), duration_s=0.6, drain_s=0.2,
                              prepare=lambda worker, job: job.update(schedule=worker.schedule_file(offsets)))
        self.assertEqual(result.outcomes(), {"ok": 19})
        self.assertEqual((result.done["unsent"], result.done["unfinished"]), (0, 1))
        self.assertLess(max(sample.lag_us for sample in result.requests), 100_000)

    def test_lag_is_what_a_busy_client_makes_of_the_schedule(self):
        """One task, requests of 50 ms due every 10 ms: lag grows by 40 ms each."""
        offsets = [10 * MS * i for i in range(5)]
        result = self.run_job(self.job("/delay/50", concurrency=1), duration_s=2,
                              prepare=lambda worker, job: job.update(schedule=worker.schedule_file(offsets)))
        lags = [sample.lag_us / 1000 for sample in sorted(result.requests, key=lambda s: s.start_ns)]
        self.assertEqual(len(lags), 5)
        for i, lag in enumerate(lags):
            self.assertGreaterEqual(lag, i * 40 - 1)

    def test_what_was_due_and_not_started_is_unsent(self):
        offsets = [MS * i for i in range(100)]
        result = self.run_job(self.job("/delay/100", concurrency=1), duration_s=0.35,
                              prepare=lambda worker, job: job.update(schedule=worker.schedule_file(offsets)))
        self.assertLessEqual(len(result.requests), 4)
        self.assertEqual(len(result.requests) + result.done["unsent"] + result.done["unfinished"], 100)

    def test_a_process_of_several_takes_only_its_share_of_the_schedule(self):
        offsets = [5 * MS * i for i in range(20)]
        result = self.run_job(self.job("/ok", process={"index": 1, "count": 3}), duration_s=0.5,
                              prepare=lambda worker, job: job.update(schedule=worker.schedule_file(offsets)))
        due = sorted(round((s.start_ns - result.start_ns - s.lag_us * 1000) / MS / 5) for s in result.requests)
        self.assertEqual(due, [1, 4, 7, 10, 13, 16, 19])
        self.assertEqual(result.done["unsent"], 0)

    # What is sent

    def test_requests_are_cycled_through_in_order(self):
        requests = [{"method": "GET", "url": self.origin.url(f"/ok/{i}"), "headers": [["X-Number", str(i)]]}
                    for i in range(3)]
        self.run_job(self.job(requests=requests, concurrency=1, max_requests=8), duration_s=3)
        self.assertEqual([request.path for request in self.origin.requests],
                         [f"/ok/{i % 3}" for i in range(8)])
        self.assertEqual([request.header("X-Number") for request in self.origin.requests],
                         [[str(i % 3)] for i in range(8)])

    def check_method(self, method, body):
        headers = [["X-First", "1"], ["Content-Type", "application/json"], ["X-Last", "two words"]]
        entry = {"method": method, "url": self.origin.url("/ok?a=b%20c&d="), "headers": headers}
        self.origin.reset()

        def prepare(worker, job):
            if body is not None:
                entry.update(body_path=worker.body_file(body), body_bytes=len(body))
            job["requests"] = [entry]

        result = self.run_job(self.job(concurrency=1, max_requests=2), duration_s=3, prepare=prepare)
        if body is not None and method in ARGUMENTS.no_body_with:
            self.assertIn("requests.body_path", [entry["what"] for entry in result.ready["cannot_honour"]])
            return
        self.assertEqual(result.outcomes(), {"ok": 2})
        self.assertEqual([sample.bytes for sample in result.requests], [0 if method == "HEAD" else 5] * 2)
        self.assertEqual(len(self.origin.requests), 2)
        if len(self.origin.connection_instants_ns) != 1:
            self.assertIn(method, ARGUMENTS.closes_after, "it did not keep the connection")
            self.assertIn("keepalive", [entry["what"] for entry in result.ready["cannot_honour"]])
        for request in self.origin.requests:
            self.assertEqual((request.method, request.path), (method, "/ok?a=b%20c&d="))
            self.assertEqual(request.body, body or b"")
            for name, value in headers:
                self.assertEqual(request.header(name), [value], name)
            given = {name.lower() for name, _ in headers}
            added = {name.lower() for name, _ in request.headers} - given
            self.assertLessEqual(added, UNAVOIDABLE | set(ARGUMENTS.adds), "headers nobody asked for")

    def test_all_methods_are_sent_without_a_body(self):
        for method in METHODS:
            with self.subTest(method):
                self.check_method(method, None)

    def test_all_methods_are_sent_with_a_body(self):
        for method in METHODS:
            with self.subTest(method):
                self.check_method(method, b'{"key":"value\\u0000"}\n\x00\xff')

    def test_a_large_body_arrives_whole(self):
        self.check_method("POST", os.urandom(3 << 20))

    # What comes back

    def test_every_status_is_a_complete_response(self):
        for status in (200, 201, 204, 304, 400, 404, 500, 503):
            with self.subTest(status):
                sample = self.one_request(f"/status/{status}")
                self.assertEqual((sample.outcome, sample.status), ("ok", status))

    def test_redirects_are_not_followed(self):
        sample = self.one_request("/redirect")
        self.assertEqual((sample.outcome, sample.status), ("ok", 302))
        self.assertEqual([request.path for request in self.origin.requests], ["/redirect"])

    def test_bodies_are_counted_however_they_are_framed(self):
        for path, count in {"/chunked": 11, "/to-end": 13, "/bytes/0": 0, "/bytes/300000": 300000}.items():
            with self.subTest(path):
                sample = self.one_request(path)
                self.assertEqual((sample.outcome, sample.status, sample.bytes), ("ok", 200, count))

    def test_interim_responses_are_passed_over(self):
        if "interim" in ARGUMENTS.without:
            self.skipTest("declared: --without interim")
        sample = self.one_request("/interim")
        self.assertEqual((sample.outcome, sample.status, sample.bytes), ("ok", 200, 5))

    def test_failures_have_their_class(self):
        expected = {
            "/garbage": {"protocol"}, "/short": {"length"}, "/short-chunk": {"length"},
            "/reset": {"reset"}, "/empty": {"reset"},
        }
        for path, outcomes in expected.items():
            with self.subTest(path):
                outcomes = outcomes | set(ARGUMENTS.also.get(path.lstrip("/"), []))
                self.assertIn(self.one_request(path).outcome, outcomes)

    def test_a_refused_connection_is_connect(self):
        holder, port = refused_port()
        with holder:
            sample = self.one_request(f"http://127.0.0.1:{port}/")
        self.assertEqual((sample.outcome, sample.status, sample.bytes), ("connect", 0, 0))

    def test_a_name_that_does_not_resolve_is_dns(self):
        sample = self.one_request("http://no-such-host.invalid/", timeout_ns=20_000 * MS)
        self.assertEqual(sample.outcome, "dns")

    @needs("total_timeout")
    def test_a_request_that_takes_too_long_is_a_timeout(self):
        for path in ("/never", "/delay/2000"):
            with self.subTest(path):
                sample = self.one_request(path, timeout_ns=200 * MS)
                self.assertEqual(sample.outcome, "timeout")
                elapsed_ms = (sample.end_ns - sample.start_ns) / MS
                self.assertGreaterEqual(elapsed_ms, 195)
                self.assertLess(elapsed_ms, 1_000)

    def test_failures_do_not_stop_the_others(self):
        requests = [{"method": "GET", "url": self.origin.url(path), "headers": []}
                    for path in ("/ok", "/empty", "/ok", "/short", "/ok")]
        result = self.run_job(self.job(requests=requests, concurrency=3, max_requests=25), duration_s=5)
        counts = result.outcomes()
        self.assertEqual(sum(counts.values()), 25)
        self.assertEqual(counts.get("ok"), 15)

    # Event loops

    def test_event_loops_record_their_ticks(self):
        if self.mode != "async":
            self.skipTest("threads have no loop")
        result = self.run_job(self.job("/delay/5", tick_ns=20 * MS), duration_s=0.5)
        self.assertGreaterEqual(len(result.ticks), 10)
        self.assertLessEqual(len(result.ticks), 26)

    def test_tls_trust_is_refused_or_checked(self):
        """An https URL on a port that speaks cleartext: refused up front, or a TLS failure; never ok."""
        job = self.job(self.origin.url("/ok").replace("http:", "https:"), concurrency=1, max_requests=1)
        result = run_job(ARGUMENTS.command, job, duration_s=3)
        if result.ready["type"] == "error":
            self.assertEqual(result.ready["class"], "unsupported")
        else:
            self.assertIn(result.requests[0].outcome, ["tls", "protocol", "timeout", "reset"])


def suite():
    tests = unittest.TestSuite()
    for mode in ARGUMENTS.modes:
        case = type(f"Contract_{mode}", (Contract,), {"mode": mode})
        for name in unittest.TestLoader().getTestCaseNames(case):
            if not ARGUMENTS.only or any(part in name for part in ARGUMENTS.only):
                tests.addTest(case(name))
    return tests


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--client", required=True, help="the client's registry name")
    parser.add_argument("--modes", required=True, type=lambda text: text.split(","), help="sync,async")
    parser.add_argument("--without", default="", type=lambda text: text.split(","),
                        help="what the client cannot do: keepalive_off, total_timeout, interim")
    parser.add_argument("--adds", default="", type=lambda text: text.lower().split(","),
                        help="headers the library cannot leave out, beyond Host and the framing ones")
    parser.add_argument("--no-body-with", default="", type=lambda text: text.split(","),
                        help="methods with which the library sends no body, which it must say in cannot_honour")
    parser.add_argument("--closes-after", default="", type=lambda text: text.split(","),
                        help="methods after which the library closes the connection, which it must say in cannot_honour")
    parser.add_argument("--also", action="append", default=[], metavar="FAILURE=OUTCOME",
                        help="another outcome the library cannot tell from the right one: short=reset")
    parser.add_argument("--only", action="append", default=[], help="run tests whose name has this part")
    parser.add_argument("--command", required=True, nargs=argparse.REMAINDER, help="the worker; last")
    arguments = parser.parse_args()
    also = {}
    for entry in arguments.also:
        failure, _, outcome = entry.partition("=")
        also.setdefault(failure, []).append(outcome)
    arguments.also = also
    arguments.command[0] = os.path.abspath(arguments.command[0]) if os.sep in arguments.command[0] \
        else arguments.command[0]
    return arguments


if __name__ == "__main__":
    ARGUMENTS = parse_arguments()
    sys.exit(not unittest.TextTestRunner(verbosity=2).run(suite()).wasSuccessful())
