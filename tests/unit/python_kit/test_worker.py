"""The kit's worker, from outside: the toy client in both modes, driven as the runner drives it."""

import os
import pathlib
import sys
import tempfile
import time
import unittest

HERE = pathlib.Path(__file__).resolve().parent
sys.path.insert(0, str(HERE.parents[1] / "contract/python_workers"))

import play  # noqa: E402

TOY = [sys.executable, str(HERE / "toy_client.py")]
MS = 1_000_000


def toy_job(path, **changes):
    return play.job("http://127.0.0.1:1/" + path, **changes)


def entries(*paths):
    return [{"method": "GET", "url": "http://127.0.0.1:1/" + path, "headers": []} for path in paths]


class EitherMode:
    """What must hold for threads and for event loops alike."""

    mode = ""

    def job(self, path, **changes):
        return toy_job(path, mode=self.mode, **changes)

    def schedule(self, offsets):
        directory = tempfile.TemporaryDirectory()
        self.addCleanup(directory.cleanup)
        return play.write_schedule(pathlib.Path(directory.name) / "due", offsets)

    def assert_agree(self, worker, done):
        samples = worker.samples()
        self.assertEqual(done["requests"], len(samples))
        self.assertEqual(done["bytes"], sum(sample.bytes for sample in samples))

    def test_totals_agree_with_what_came_down_the_pipe(self):
        worker, done, _ = play.play(TOY, self.job("ok/7", concurrency=5))
        self.assert_agree(worker, done)
        self.assertGreater(done["requests"], 500)
        self.assertEqual((done["unsent"], done["unfinished"], done["connections"]), (0, 0, 0))
        self.assertEqual({sample[4:] for sample in worker.samples()}, {(7, 200, 0, 0)})

    def test_no_request_starts_before_start_or_from_stop_on(self):
        with play.Worker(TOY) as worker:
            worker.send(self.job("ok/1", concurrency=3))
            worker.receive()
            go = worker.go(50 * MS)
            worker.receive()
            worker.finish()
            samples = worker.samples()
        self.assertGreaterEqual(min(sample.start_ns for sample in samples), go["start_ns"])
        self.assertLess(max(sample.start_ns for sample in samples), go["stop_ns"])

    def test_writes_are_batched_and_never_cut_a_record(self):
        worker, done, _ = play.play(TOY, self.job("ok/1"), run_ns=200 * MS)
        self.assertTrue(all(len(write) % 32 == 0 for write in worker.writes))
        self.assertLessEqual(len(worker.writes), done["requests"] // 128 + 4)

    def test_records_of_slow_requests_do_not_wait_for_a_full_batch(self):
        with play.Worker(TOY) as worker:
            worker.send(self.job("wait/150", concurrency=1))
            worker.receive()
            worker.go(900 * MS)
            time.sleep(0.75)
            self.assertGreaterEqual(len(worker.samples()), 2)

    def test_an_exception_becomes_its_outcome_and_is_told_once(self):
        worker, done, errors = play.play(TOY, self.job("fail", max_requests=9))
        self.assert_agree(worker, done)
        self.assertEqual([sample.outcome for sample in worker.samples()], [5] * 9)
        self.assertEqual(errors.count("first reset"), 1)

    def test_what_a_library_prints_goes_to_standard_error(self):
        _, _, errors = play.play(TOY, self.job("print", max_requests=3))
        self.assertEqual(errors.count("a library that prints"), 3)

    def test_max_requests_holds_for_all_tasks_together(self):
        _, done, _ = play.play(TOY, self.job("ok/1", concurrency=4, max_requests=10))
        self.assertEqual(done["requests"], 10)

    def test_request_k_of_the_run_uses_entry_k_mod_n(self):
        for index, sizes in ((0, [1, 3, 2, 1, 3, 2]), (1, [2, 1, 3, 2, 1, 3])):
            worker, _, _ = play.play(TOY, self.job(
                "", requests=entries("ok/1", "ok/2", "ok/3"), max_requests=6,
                process={"index": index, "count": 2}))
            self.assertEqual([sample.bytes for sample in worker.samples()], sizes)

    def test_tasks_are_ramped(self):
        with play.Worker(TOY) as worker:
            worker.send(self.job("wait/500", concurrency=4, ramp_ns=40 * MS))
            worker.receive()
            go = worker.go(200 * MS)
            worker.receive()
            worker.finish()
            delays = [sample.start_ns - go["start_ns"] for sample in worker.samples()]
        self.assertEqual(len(delays), 4)
        for index, delay in enumerate(sorted(delays)):
            self.assertGreaterEqual(delay, index * 40 * MS)

    def test_open_loop_requests_are_sent_when_due_and_lag_says_how_late(self):
        offsets = [index * 5 * MS for index in range(40)]
        with play.Worker(TOY) as worker:
            worker.send(self.job("ok/1", concurrency=2, schedule=self.schedule(offsets)))
            worker.receive()
            go = worker.go(300 * MS)
            done = worker.receive()
            worker.finish()
            samples = worker.samples()
        self.assertEqual((done["requests"], done["unsent"]), (40, 0))
        for sample, offset in zip(sorted(samples), offsets):
            late_us = (sample.start_ns - go["start_ns"] - offset) // 1000
            self.assertGreaterEqual(late_us, 0)
            self.assertEqual(sample.lag_us, late_us)

    def test_one_stalled_request_delays_no_other(self):
        offsets = [index * 2 * MS for index in range(50)]
        worker, done, _ = play.play(TOY, self.job(
            "", concurrency=2, requests=entries("wait/150") + entries("ok/1") * 49,
            schedule=self.schedule(offsets)))
        self.assertEqual(done["requests"], 50)
        first_end = max(sample.end_ns for sample in worker.samples())
        started_within = sum(sample.start_ns < first_end for sample in worker.samples())
        self.assertEqual(started_within, 50)

    def test_a_process_takes_its_share_of_the_schedule(self):
        worker, done, _ = play.play(TOY, self.job(
            "", requests=entries("ok/1", "ok/2"), process={"index": 1, "count": 2},
            schedule=self.schedule([0, 1 * MS, 2 * MS, 3 * MS, 4 * MS])))
        self.assertEqual([sample.bytes for sample in worker.samples()], [2, 2])
        self.assertEqual(done["unsent"], 0)

    def test_what_is_due_after_stop_is_unsent(self):
        offsets = [0, 10 * MS, 10_000 * MS, 10_001 * MS, 10_002 * MS]
        _, done, _ = play.play(TOY, self.job("ok/1", schedule=self.schedule(offsets)), run_ns=50 * MS)
        self.assertEqual((done["requests"], done["unsent"]), (2, 3))

    def test_what_has_not_ended_at_the_drain_is_unfinished(self):
        began = time.monotonic()
        _, done, _ = play.play(TOY, self.job("wait/20000", concurrency=3), 50 * MS, drain_ns=100 * MS)
        self.assertLess(time.monotonic() - began, 5)
        self.assertEqual((done["requests"], done["unfinished"]), (0, 3))

    def test_sigterm_is_stop_and_drain_in_one(self):
        with play.Worker(TOY) as worker:
            worker.send(self.job("wait/20000", concurrency=2, ramp_ns=1000))
            worker.receive()
            worker.go(3600 * play.SECOND)
            time.sleep(0.3)
            worker.terminate()
            done = worker.receive()
            code, _ = worker.finish()
        self.assertEqual((code, done["requests"], done["unfinished"]), (0, 0, 2))

    def test_end_of_input_before_go_ends_the_worker_quietly(self):
        with play.Worker(TOY) as worker:
            worker.send(self.job("ok/1", concurrency=2))
            worker.receive()
            worker.close_input()
            self.assertEqual(worker.finish(), (0, ""))
            self.assertEqual(worker.writes, [])

    def test_connections_are_recorded_and_counted(self):
        worker, done, _ = play.play(TOY, self.job("ok/1", keepalive=False, max_requests=20))
        self.assertEqual(done["connections"], 20)
        self.assertEqual(len(worker.samples(play.CONNECT)), 20)
        self.assert_agree(worker, done)

    def test_an_oversized_field_is_saturated(self):
        worker, _, _ = play.play(TOY, self.job("ok/5000000000", max_requests=1))
        self.assertEqual(worker.samples()[0].bytes, 0xFFFFFFFF)


class Threads(EitherMode, unittest.TestCase):
    mode = "sync"

    def test_a_refused_thread_names_the_limits(self):
        limited = ["prlimit", f"--as={600 << 20}", *TOY]
        if not any(os.access(f"{path}/prlimit", os.X_OK) for path in os.get_exec_path()):
            self.skipTest("needs prlimit (util-linux)")
        with play.Worker(limited) as worker:
            worker.send(self.job("ok/1", concurrency=20_000))
            answer = worker.receive()
        self.assertEqual((answer["type"], answer["class"]), ("error", "limit"))
        self.assertIn("vm.max_map_count", answer["message"])


class EventLoop(EitherMode, unittest.TestCase):
    mode = "async"

    def test_ticks_show_how_late_the_loop_was(self):
        worker, done, _ = play.play(TOY, self.job("wait/50", tick_ns=10 * MS), run_ns=300 * MS)
        ticks = worker.samples(play.TICK)
        self.assertGreaterEqual(len(ticks), 20)
        self.assertTrue(all(tick.end_ns >= tick.start_ns for tick in ticks))
        gaps = {after.start_ns - before.start_ns for before, after in zip(ticks, ticks[1:])}
        self.assertEqual(gaps, {10 * MS})
        self.assert_agree(worker, done)


class Refusals(unittest.TestCase):
    def answer(self, message):
        with play.Worker(TOY) as worker:
            worker.send(message)
            return worker.receive()

    def assert_refused(self, message, kind, words):
        answer = self.answer(message)
        self.assertEqual((answer["type"], answer["class"]), ("error", kind))
        self.assertIn(words, answer["message"])

    def test_an_unknown_mode_or_protocol_is_unsupported(self):
        self.assert_refused(toy_job("ok/1", mode="other"), "unsupported", "mode other")
        self.assert_refused(toy_job("ok/1", http="2"), "unsupported", "HTTP/2")
        self.assert_refused(toy_job("ok/1", options={"gc": "never"}), "unsupported", "freeze")

    def test_a_broken_job_is_answered_and_says_what_is_wrong(self):
        self.assert_refused(b"nonsense", "internal", "bad job")
        self.assert_refused(b"[]", "internal", "bad job")
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


if __name__ == "__main__":
    unittest.main()
