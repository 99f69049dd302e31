"""The kit's worker, from outside: the toy client in both modes, driven as the runner drives it."""

import pathlib
import resource
import sys
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "contract"))

from worker_driver import Worker, make_job, run_job  # noqa: E402

TOY = [sys.executable, str(HERE / "toy_client.py")]
KIT = HERE.parents[2] / "src/clients/python"
MS = 1_000_000


def toy_job(path, mode="sync", **changes):
    defaults = {"concurrency": 1, "tick_ns": 0}
    return make_job("toy", mode, "http://127.0.0.1:1/" + path, **{**defaults, **changes})


def entries(*paths):
    return [{"method": "GET", "url": "http://127.0.0.1:1/" + path, "headers": []} for path in paths]


class EitherMode:
    """What must hold for threads and for event loops alike."""

    mode = ""

    def job(self, path, **changes):
        return toy_job(path, mode=self.mode, **changes)

    def run_job(self, job, duration_s=0.3, drain_s=1, offsets=None):
        """A whole run, which must end as the protocol says."""
        def prepare(worker, job):
            if offsets is not None:
                job["schedule"] = worker.schedule_file(offsets)

        result = run_job(TOY, job, duration_s, drain_s, prepare)
        self.assertEqual((result.returncode, result.rest), (0, ""), (result.ready, result.stderr))
        self.assertEqual(result.done["requests"], len(result.requests))
        self.assertEqual(result.done["bytes"], sum(sample.bytes for sample in result.requests))
        return result

    def test_totals_agree_with_what_came_down_the_pipe(self):
        result = self.run_job(self.job("ok/7", concurrency=5), 0.1)
        self.assertGreater(len(result.requests), 200)
        done = result.done
        self.assertEqual((done["unsent"], done["unfinished"], done["connections"]), (0, 0, 0))
        seen = {(sample.bytes, sample.status, sample.outcome) for sample in result.requests}
        self.assertEqual(seen, {(7, 200, "ok")})

    def test_no_request_starts_before_start_or_from_stop_on(self):
        result = self.run_job(self.job("ok/1", concurrency=3), 0.3)
        self.assertGreaterEqual(min(sample.start_ns for sample in result.requests), result.start_ns)
        self.assertLess(max(sample.start_ns for sample in result.requests), result.stop_ns)

    def test_writes_are_batched_and_never_cut_a_record(self):
        result = self.run_job(self.job("ok/1"), 0.1)
        self.assertTrue(all(size % 32 == 0 for size in result.writes))
        self.assertLessEqual(len(result.writes), len(result.requests) // 128 + 4)

    def test_records_of_slow_requests_do_not_wait_for_a_full_batch(self):
        with Worker(TOY) as worker:
            worker.job(self.job("wait/150"))
            worker.go(0.9)
            time.sleep(0.75)
            self.assertGreaterEqual(sum(worker.result.writes) // 32, 2)

    def test_records_are_written_while_their_task_is_stuck(self):
        with Worker(TOY) as worker:
            worker.job(self.job("", requests=entries("ok/1", "ok/1", "wait/20000")))
            worker.go(30)
            time.sleep(0.8)
            self.assertEqual(sum(worker.result.writes), 64)

    def test_an_exception_becomes_its_outcome_and_is_told_once(self):
        result = self.run_job(self.job("fail", max_requests=9))
        self.assertEqual([sample.outcome for sample in result.requests], ["reset"] * 9)
        self.assertEqual(result.stderr.count("first reset"), 1)

    def test_what_a_library_prints_goes_to_standard_error(self):
        result = self.run_job(self.job("print", max_requests=3))
        self.assertEqual(result.stderr.count("a library that prints"), 3)

    def test_max_requests_holds_for_all_tasks_together(self):
        result = self.run_job(self.job("ok/1", concurrency=4, max_requests=10))
        self.assertEqual(len(result.requests), 10)

    def test_request_k_of_the_run_uses_entry_k_mod_n(self):
        for index, sizes in ((0, [1, 3, 2, 1, 3, 2]), (1, [2, 1, 3, 2, 1, 3])):
            result = self.run_job(self.job(
                "", requests=entries("ok/1", "ok/2", "ok/3"), max_requests=6,
                process={"index": index, "count": 2}))
            self.assertEqual([sample.bytes for sample in result.requests], sizes)

    def test_tasks_are_ramped(self):
        result = self.run_job(self.job("wait/500", concurrency=4, ramp_ns=40 * MS), 0.2)
        delays = sorted(sample.start_ns - result.start_ns for sample in result.requests)
        self.assertEqual(len(delays), 4)
        for index, delay in enumerate(delays):
            self.assertGreaterEqual(delay, index * 40 * MS)

    def test_open_loop_requests_are_sent_when_due_and_lag_says_how_late(self):
        offsets = [index * 5 * MS for index in range(40)]
        result = self.run_job(self.job("ok/1", concurrency=2), offsets=offsets)
        self.assertEqual((len(result.requests), result.done["unsent"]), (40, 0))
        due = sorted(sample.start_ns - result.start_ns - sample.lag_us * 1000 for sample in result.requests)
        for instant, offset in zip(due, offsets):  # two late ones may start in the other order
            self.assertIn(instant - offset, range(1000))  # lag has whole microseconds

    def test_one_stalled_request_delays_no_other(self):
        offsets = [index * 2 * MS for index in range(50)]
        result = self.run_job(self.job(
            "", concurrency=2, requests=entries("wait/250", *["ok/1"] * 49)), offsets=offsets)
        stalled_until_ns = max(sample.end_ns for sample in result.requests)
        self.assertEqual(sum(sample.start_ns < stalled_until_ns for sample in result.requests), 50)

    def test_a_process_takes_its_share_of_the_schedule(self):
        result = self.run_job(self.job(
            "", requests=entries("ok/1", "ok/2"), process={"index": 1, "count": 2}),
            offsets=[index * MS for index in range(5)])
        self.assertEqual([sample.bytes for sample in result.requests], [2, 2])
        self.assertEqual(result.done["unsent"], 0)

    def test_what_is_due_after_stop_is_unsent(self):
        offsets = [0, 10 * MS, 10_000 * MS, 10_001 * MS, 10_002 * MS]
        result = self.run_job(self.job("ok/1"), 1, offsets=offsets)
        self.assertEqual((len(result.requests), result.done["unsent"]), (2, 3))

    def test_what_has_not_ended_at_the_drain_is_unfinished(self):
        result = self.run_job(self.job("wait/20000", concurrency=3), 1, drain_s=0.1)
        self.assertLess(result.ended_ns, result.drain_ns + 10_000 * MS)
        self.assertEqual((len(result.requests), result.done["unfinished"]), (0, 3))

    def test_sigterm_is_stop_and_drain_in_one(self):
        with Worker(TOY) as worker:
            worker.job(self.job("wait/20000", concurrency=2))
            worker.go(3600)
            time.sleep(0.3)
            worker.terminate()
            result = worker.finish()
        self.assertEqual((result.returncode, result.done["unfinished"]), (0, 2))

    def test_sigterm_before_go_ends_the_worker_quietly(self):
        with Worker(TOY) as worker:
            worker.job(self.job("ok/1"))
            worker.terminate()
            result = worker.finish()
        self.assertEqual((result.returncode, result.done, result.raw), (0, None, b""))

    def test_end_of_input_before_go_ends_the_worker_quietly(self):
        with Worker(TOY) as worker:
            worker.job(self.job("ok/1", concurrency=2))
            worker.process.stdin.close()
            result = worker.finish()
        self.assertEqual((result.returncode, result.stderr, result.raw), (0, "", b""))

    def test_connections_are_recorded_and_counted(self):
        result = self.run_job(self.job("ok/1", keepalive=False, max_requests=20))
        self.assertEqual((result.done["connections"], len(result.connects)), (20, 20))

    def test_an_oversized_field_is_saturated(self):
        result = run_job(TOY, self.job("ok/5000000000", max_requests=1))
        self.assertEqual(result.requests[0].bytes, 0xFFFFFFFF)
        self.assertEqual(result.done["bytes"], 0xFFFFFFFF)


class Threads(EitherMode, unittest.TestCase):
    mode = "sync"

    def test_a_refused_thread_names_the_limits(self):
        def limit():
            resource.setrlimit(resource.RLIMIT_AS, (600 << 20, 600 << 20))

        with Worker(TOY, preexec=limit) as worker:
            answer = worker.job(self.job("ok/1", concurrency=20_000))
        self.assertEqual((answer["type"], answer["class"]), ("error", "limit"))
        self.assertIn("vm.max_map_count", answer["message"])


class EventLoop(EitherMode, unittest.TestCase):
    mode = "async"

    def test_ticks_show_how_late_the_loop_was(self):
        result = self.run_job(self.job("wait/50", tick_ns=10 * MS))
        ticks = result.ticks
        self.assertGreaterEqual(len(ticks), 20)
        self.assertTrue(all(tick.end_ns >= tick.start_ns for tick in ticks))
        gaps = {after.start_ns - before.start_ns for before, after in zip(ticks, ticks[1:])}
        self.assertEqual(gaps, {10 * MS})

    def test_a_loop_that_a_library_holds_is_not_waited_for(self):
        result = self.run_job(self.job("hold/20000", concurrency=2), 0.3, drain_s=0.1)
        self.assertLess(result.ended_ns, result.drain_ns + 4_000 * MS)  # the runner gives up after 5 s
        self.assertEqual((len(result.requests), result.done["unfinished"]), (0, 1))


class Refusals(unittest.TestCase):
    def assert_refused(self, message, kind, words):
        with Worker(TOY) as worker:
            answer = worker.job(message)
            self.assertEqual((answer["type"], answer["class"]), ("error", kind))
            self.assertIn(words, answer["message"])
            self.assertEqual(worker.process.wait(10), 1)

    def test_an_unknown_mode_or_protocol_is_unsupported(self):
        self.assert_refused(toy_job("ok/1", mode="other"), "unsupported", "mode other")
        self.assert_refused(toy_job("ok/1", http="2"), "unsupported", "HTTP/2")
        self.assert_refused(toy_job("ok/1", options={"gc": "never"}), "unsupported", "freeze")

    def test_a_broken_job_is_answered_and_says_what_is_wrong(self):
        self.assert_refused(b"nonsense\n", "internal", "bad job")
        self.assert_refused(b"[]\n", "internal", "bad job")
        self.assert_refused(toy_job("ok/1", concurrency=0), "internal", "concurrency is 0")
        self.assert_refused(toy_job("ok/1", requests=[]), "internal", "no requests")
        self.assert_refused(toy_job("ok/1", protocol=2), "internal", "protocol 2")
        lacking = toy_job("ok/1")
        del lacking["ramp_ns"]
        self.assert_refused(lacking, "internal", "ramp_ns")

    def test_a_missing_body_or_schedule_is_answered(self):
        body = {"method": "POST", "url": "http://127.0.0.1/x", "headers": [],
                "body_path": "/nonexistent", "body_bytes": 1}
        self.assert_refused(toy_job("ok/1", requests=[body]), "internal", "/nonexistent")
        self.assert_refused(toy_job("ok/1", schedule={"path": "/dev/null", "count": 1}),
                            "internal", "shorter")

    def test_a_missing_package_is_unavailable(self):
        program = ("import sys; sys.path.insert(0, sys.argv[1]); import hb_kit\n"
                   "with hb_kit.imports(): import no_such_package")
        with Worker([sys.executable, "-c", program, str(KIT)]) as worker:
            answer = worker.job(toy_job("ok/1"))
        self.assertEqual((answer["type"], answer["class"]), ("error", "unavailable"))
        self.assertIn("no_such_package", answer["message"])


if __name__ == "__main__":
    unittest.main()
