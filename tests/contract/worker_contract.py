#!/usr/bin/env python3
"""Does a worker keep the worker protocol (docs/worker-protocol.md)? Asked over real sockets.

    worker_contract.py --client epoll --modes async --command build/dev/libexec/http-benchmark/hb-client-epoll

Everything after --command is the worker's argument vector. Works for any worker; what a library cannot do, or
cannot tell apart, is declared (--without, --no-body-with, --closes-after, --adds, --also), so that it can be
read in the test's registration, or in a file with the reasons (--declared). Nothing but Python's standard
library, and for the tests over TLS nginx and openssl, without which they are skipped.
"""
import argparse
import json
import os
import resource
import sys
import time
import unittest

import tls_origin
from scripted_origin import Origin, refused_port
from worker_driver import Worker, make_job, run_job

ARGUMENTS = None
MS = 1_000_000
METHODS = ["GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"]
# A library may leave out or rename none of the given headers, and add none but these.
UNAVOIDABLE = {"host", "content-length", "transfer-encoding", "connection"}
# Resident memory that no worker may exceed with a body of 100 MB, which a library may hold a few times.
LARGE_BODY_RSS_KB = 700 * 1024


def needs(feature):
    """Skips a test for a worker that was declared to be without the feature, in this mode or altogether."""
    def decorate(test):
        def wrapped(self):
            for name in (feature, f"{feature}/{self.mode}"):
                if name in ARGUMENTS.without:
                    self.skipTest(ARGUMENTS.without[name] or f"declared to be without {name}")
            test(self)
        wrapped.__name__, wrapped.__doc__ = test.__name__, test.__doc__
        return wrapped
    return decorate


class Contract(unittest.TestCase):
    mode = None
    said = {}  # what ready lines told: versions, and by reason what cannot be honoured

    @classmethod
    def setUpClass(cls):
        cls.origin = Origin()
        cls.tls_origin = None if tls_origin.missing() else tls_origin.TlsOrigin()

    @classmethod
    def tearDownClass(cls):
        cls.origin.close()
        if cls.tls_origin is not None:
            cls.tls_origin.close()

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
        self.said["version"] = result.ready["client"]["version"]
        for entry in result.ready["cannot_honour"] if job.get("profile", "tuned") == "tuned" else ():
            self.said.setdefault("cannot_honour", {})[entry["what"]] = entry["why"]
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

    def one_request(self, path, prepare=None, **changes):
        """The sample of a single request."""
        changes.setdefault("concurrency", 1)
        result = self.run_job(self.job(path, max_requests=1, **changes), duration_s=3, prepare=prepare,
                              drain_s=max(2, changes.get("timeout_ns", 0) / 1e9))
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
        result = self.run_job(self.job("/delay/1000", concurrency=2), duration_s=0.8, drain_s=10)
        self.assertEqual(result.outcomes(), {"ok": 2})
        self.assertEqual(result.done["unfinished"], 0)
        self.assertLess(result.ended_ns, result.drain_ns)

    def test_what_has_not_ended_at_the_drain_is_unfinished(self):
        result = self.run_job(self.job("/never", concurrency=3), duration_s=0.1, drain_s=0.3)
        self.assertEqual(result.outcomes(), {})
        self.assertEqual(result.done["unfinished"], 3)
        self.assertLess(result.ended_ns, result.drain_ns + 10_000 * MS)

    def test_sigterm_means_stop_now(self):
        with Worker(ARGUMENTS.command) as worker:
            worker.job(self.job("/delay/20", concurrency=2))
            worker.go(duration_s=30)
            time.sleep(0.5)
            told_ns = time.monotonic_ns()
            worker.terminate()
            result = worker.finish()
        self.check_totals(result)
        self.assertLess(result.ended_ns - told_ns, 10_000 * MS)
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
        self.assertGreater(len(result.requests), 8)
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
        self.assertLess(max(sample.lag_us for sample in result.requests), 500_000)

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

    def check_megabytes(self, count):
        """Up and down, each within the job's time limit and without hoarding copies."""
        sample = self.one_request(f"/bytes/{count * 1_000_000}", timeout_ns=20_000 * MS)
        self.assertEqual((sample.outcome, sample.status, sample.bytes), ("ok", 200, count * 1_000_000))
        body = os.urandom(1_000_000) * count
        sample = self.one_request("/ok", timeout_ns=20_000 * MS, prepare=lambda worker, job: job.update(
            requests=[{"method": "PUT", "url": self.origin.url("/ok"), "headers": [],
                       "body_path": worker.body_file(body), "body_bytes": len(body)}]))
        self.assertEqual((sample.outcome, sample.status), ("ok", 200))
        self.assertTrue(self.origin.requests[-1].body == body, "the body did not arrive as it was sent")

    def test_a_megabyte_goes_up_and_down(self):
        self.check_megabytes(1)

    def test_a_hundred_megabytes_go_up_and_down(self):
        self.check_megabytes(100)
        self.assertLess(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss, LARGE_BODY_RSS_KB)

    @needs("stream")
    def test_a_streamed_body_has_a_time_to_its_first_byte(self):
        sample = self.one_request("/slow", options={"stream": True})
        self.assertEqual((sample.outcome, sample.status, sample.bytes), ("ok", 200, 10))
        self.assertGreater(sample.ttfb_us, 0)
        self.assertLess(sample.ttfb_us, Origin.SLOW_BODY_S * 1e6 * 0.9)
        self.assertGreaterEqual(sample.end_ns - sample.start_ns, Origin.SLOW_BODY_S * 1e9)
        self.assertEqual(self.one_request("/chunked", options={"stream": True}).bytes, 11)
        self.assertEqual(self.one_request("/short", options={"stream": True}).outcome, "length")

    def test_compression_is_asked_for_by_the_given_header_alone(self):
        self.run_job(self.job(requests=[{"method": "GET", "url": self.origin.url("/ok"),
                                         "headers": [["Accept-Encoding", "identity"]]}],
                              concurrency=1, max_requests=1), duration_s=2)
        self.assertEqual(self.origin.requests[0].header("Accept-Encoding"), ["identity"])

    @needs("stock")
    def test_the_library_works_as_it_comes_out_of_the_box(self):
        result = self.run_job(self.job(profile="stock", concurrency=4, max_requests=20), duration_s=5)
        self.assertEqual(result.outcomes(), {"ok": 20})

    def test_redirects_are_not_followed(self):
        sample = self.one_request("/redirect")
        self.assertEqual((sample.outcome, sample.status), ("ok", 302))
        self.assertEqual([request.path for request in self.origin.requests], ["/redirect"])

    def test_bodies_are_counted_however_they_are_framed(self):
        for path, count in {"/chunked": 11, "/to-end": 13, "/bytes/0": 0, "/bytes/300000": 300000}.items():
            with self.subTest(path):
                sample = self.one_request(path)
                self.assertEqual((sample.outcome, sample.status, sample.bytes), ("ok", 200, count))

    @needs("interim")
    def test_interim_responses_are_passed_over(self):
        sample = self.one_request("/interim")
        self.assertEqual((sample.outcome, sample.status, sample.bytes), ("ok", 200, 5))

    def test_failures_have_their_class(self):
        expected = {
            "/garbage": {"protocol"}, "/short": {"length"}, "/short-chunk": {"length"},
            "/reset": {"reset"}, "/empty": {"reset"},
        }
        for path, outcomes in expected.items():
            with self.subTest(path):
                self.assertIn(self.one_request(path).outcome, outcomes | also(path.lstrip("/")))

    def test_a_refused_connection_is_connect(self):
        holder, port = refused_port()
        with holder:
            sample = self.one_request(f"http://127.0.0.1:{port}/")
        self.assertEqual((sample.outcome, sample.status, sample.bytes), ("connect", 0, 0))

    def test_a_name_that_does_not_resolve_is_dns(self):
        sample = self.one_request("http://no-such-host.invalid/", timeout_ns=20_000 * MS)
        self.assertIn(sample.outcome, {"dns"} | also("dns"))

    @needs("total_timeout")
    def test_a_request_that_takes_too_long_is_a_timeout(self):
        for path in ("/never", "/delay/2000"):
            with self.subTest(path):
                sample = self.one_request(path, timeout_ns=200 * MS)
                self.assertEqual(sample.outcome, "timeout")
                elapsed_ms = (sample.end_ns - sample.start_ns) / MS
                self.assertGreaterEqual(elapsed_ms, 195)
                self.assertLess(elapsed_ms, 1_800)

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
        job = self.job(self.origin.url("/ok").replace("http:", "https:"), concurrency=1, max_requests=1,
                       timeout_ns=2_000 * MS)
        result = run_job(ARGUMENTS.command, job, duration_s=3)
        if result.ready["type"] == "error":
            self.assertEqual(result.ready["class"], "unsupported")
        else:
            self.assertIn(result.requests[0].outcome, ["tls", "protocol", "timeout", "reset"])

    # Over TLS

    def over_tls(self, port="h2", host="127.0.0.1", http="1.1", **tls):
        """The result of nine requests of three tasks; the certificate's authority is trusted unless told."""
        if self.tls_origin is None:
            self.skipTest(f"not installed: {', '.join(tls_origin.missing())}")
        trust = {"verify": True, "ca": self.tls_origin.file("ca.pem"), "cert": None, "key": None,
                 "server_name": None, **tls}
        job = self.job(self.tls_origin.url(port, host), concurrency=3, max_requests=9, http=http, tls=trust)
        result = self.run_job(job, duration_s=5)
        self.assertEqual(sum(result.outcomes().values()), 9)
        return result

    def check_tls(self, outcome, size=None, **options):
        result = self.over_tls(**options)
        self.assertLessEqual(set(result.outcomes()), {outcome} | (also("tls") if outcome == "tls" else set()))
        if size is not None:
            self.assertEqual({(sample.status, sample.bytes) for sample in result.requests}, {(200, size)})

    @needs("tls")
    def test_a_private_authority_is_trusted_when_given(self):
        self.check_tls("ok", tls_origin.H1_BYTES, port="h1")

    @needs("tls")
    def test_an_unknown_authority_is_tls(self):
        self.check_tls("tls", ca=None)

    @needs("tls")
    def test_a_certificate_for_another_name_is_tls(self):
        self.check_tls("tls", host="127.0.0.2")

    @needs("tls")
    @needs("tls_verify_off")
    def test_verification_can_be_turned_off(self):
        self.check_tls("ok", host="127.0.0.2", verify=False, ca=None)

    @needs("tls")
    @needs("client_certificate")
    def test_a_client_certificate_is_shown(self):
        files = {"cert": self.tls_origin.file("leaf.pem"), "key": self.tls_origin.file("leaf.key")}
        self.check_tls("ok", tls_origin.H1_BYTES, port="mutual", **files)

    @needs("tls")
    @needs("http_choice")
    def test_http_1_1_is_spoken_to_a_server_that_offers_more(self):
        self.check_tls("ok", tls_origin.H1_BYTES, port="h2")

    @needs("tls")
    @needs("http2")
    def test_http_2_is_spoken_when_asked_for(self):
        self.check_tls("ok", tls_origin.H2_BYTES, port="h2", http="2")

    @needs("tls")
    @needs("http2")
    def test_a_fallback_to_http_1_1_is_no_success(self):
        self.check_tls("protocol", port="h1", http="2")


def also(failure):
    return set(ARGUMENTS.also.get(failure, []))


def suite():
    tests = unittest.TestSuite()
    for mode in ARGUMENTS.modes:
        case = type(f"Contract_{mode}", (Contract,), {"mode": mode})
        for name in unittest.TestLoader().getTestCaseNames(case):
            if not ARGUMENTS.only or any(part in name for part in ARGUMENTS.only):
                tests.addTest(case(name))
    return tests


def write_results(path, outcome, tests):
    """What tests/contract/contract_table.py makes the table of docs/clients.md from."""
    modes = {mode: {} for mode in ARGUMENTS.modes}
    for mode, name in tests:
        modes[mode][name] = {"result": "ok"}
    for case, reason in outcome.skipped:
        modes[case.mode][case._testMethodName] = {"result": "not honoured", "why": reason}
    for case, _ in outcome.failures + outcome.errors:
        case = getattr(case, "test_case", case)  # of a subtest
        modes[case.mode][case._testMethodName] = {"result": "failed"}
    with open(path, "w", encoding="utf-8") as file:
        json.dump({"client": ARGUMENTS.client, **Contract.said, "also": ARGUMENTS.also, "modes": modes}, file,
                  indent=1)
        file.write("\n")


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--client", required=True, help="the client's registry name")
    parser.add_argument("--modes", required=True, type=lambda text: text.split(","), help="sync,async")
    parser.add_argument("--without", default="", type=lambda text: dict.fromkeys(filter(None, text.split(","))),
                        help="what the client cannot do: keepalive_off, total_timeout, interim, stream, stock, "
                             "tls, tls_verify_off, client_certificate, http_choice, http2")
    parser.add_argument("--adds", default="", type=lambda text: text.lower().split(","),
                        help="headers the library cannot leave out, beyond Host and the framing ones")
    parser.add_argument("--no-body-with", default="", type=lambda text: text.split(","),
                        help="methods with which the library sends no body, which it must say in cannot_honour")
    parser.add_argument("--closes-after", default="", type=lambda text: text.split(","),
                        help="methods after which the library closes the connection, which it must say in cannot_honour")
    parser.add_argument("--also", action="append", default=[], metavar="FAILURE=OUTCOME",
                        help="another outcome the library cannot tell from the right one: short=reset")
    parser.add_argument("--declared", metavar="FILE",
                        help="JSON: by client, `without` with reasons, and the rest")
    parser.add_argument("--only", action="append", default=[], help="run tests whose name has this part")
    parser.add_argument("--results", metavar="FILE", help="write what was honoured, as JSON")
    parser.add_argument("--command", required=True, nargs=argparse.REMAINDER, help="the worker; last")
    arguments = parser.parse_args()
    alternatives = {}
    for entry in arguments.also:
        failure, _, outcome = entry.partition("=")
        alternatives.setdefault(failure, []).append(outcome)
    arguments.also = alternatives
    if arguments.declared:
        with open(arguments.declared, encoding="utf-8") as file:
            for key, value in json.load(file).get(arguments.client, {}).items():
                setattr(arguments, key, value)
    arguments.command[0] = os.path.abspath(arguments.command[0]) if os.sep in arguments.command[0] \
        else arguments.command[0]
    return arguments


if __name__ == "__main__":
    ARGUMENTS = parse_arguments()
    TESTS = suite()
    NAMES = [(test.mode, test._testMethodName) for test in TESTS]
    OUTCOME = unittest.TextTestRunner(verbosity=2).run(TESTS)
    if ARGUMENTS.results:
        write_results(ARGUMENTS.results, OUTCOME, NAMES)
    sys.exit(not OUTCOME.wasSuccessful())
