#!/usr/bin/env python3
"""What a native worker costs beside its requests: footprint_test.py HB-CLIENT-EPOLL HB-CLIENT-LIBCURL HB-CLIENT-NOOP

Nothing allocates in the measured loop (valgrind counts, and finds no error), no system call is made for recording but the
batched writes (strace counts), and neither SQLite nor YAML is linked. Skipped (exit code 77) without
valgrind or strace.
"""
import os
import re
import shutil
import subprocess
import sys
import tempfile
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from scripted_origin import Origin  # noqa: E402
from worker_driver import make_job, run_job  # noqa: E402

EPOLL, LIBCURL, NOOP = [os.path.abspath(path) for path in sys.argv[1:4]]
del sys.argv[1:4]
CLIENTS = [(NOOP, "noop", "async"), (EPOLL, "epoll", "async"), (LIBCURL, "libcurl", "async"),
           (LIBCURL, "libcurl", "sync")]


def run(origin, command, client, mode, requests, prefix=(), **changes):
    job = make_job(client, mode, origin.url("/ok"), concurrency=2, tick_ns=0, max_requests=requests,
                   timeout_ns=60_000_000_000, **changes)
    result = run_job(list(prefix) + [command], job, duration_s=50)
    if result.done is None or result.done["requests"] != requests:
        raise AssertionError((result.ready, result.done, result.stderr[-2000:]))
    return result


def allocations(origin, command, client, requests):
    result = run(origin, command, client, "async", requests, ["valgrind", "--tool=memcheck"])
    return int(re.search(r"total heap usage: ([\d,]+) allocs", result.stderr)[1].replace(",", ""))


def system_calls(origin, command, client, mode, requests):
    """The log of all threads; each has a file of its own, so that no line is cut in two."""
    with tempfile.TemporaryDirectory() as folder:
        run(origin, command, client, mode, requests, ["strace", "-ff", "-qq", "-o", f"{folder}/thread"])
        return "".join(open(entry.path).read() for entry in os.scandir(folder))


class Footprint(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.origin = Origin()

    @classmethod
    def tearDownClass(cls):
        cls.origin.close()

    def test_nothing_allocates_in_the_loop(self):
        for command, client in ((NOOP, "noop"), (EPOLL, "epoll")):
            with self.subTest(client):
                few, many = (allocations(self.origin, command, client, count) for count in (10, 400))
                self.assertEqual(few, many)

    def test_valgrind_finds_nothing_to_complain_about(self):
        prefix = ["valgrind", "--leak-check=full", "--errors-for-leak-kinds=definite", "--error-exitcode=9"]
        for command, client, mode in CLIENTS:
            with self.subTest(client=client, mode=mode):
                result = run(self.origin, command, client, mode, 50, prefix)
                self.assertEqual(result.returncode, 0, result.stderr[-3000:])

    def test_recording_makes_no_system_call_but_the_batched_writes(self):
        for command, client, mode in CLIENTS[1:]:
            with self.subTest(client=client, mode=mode):
                log = system_calls(self.origin, command, client, mode, 1000)
                writes = re.findall(r"^write\(3, .*= (\d+)$", log, re.MULTILINE)
                self.assertEqual(sum(map(int, writes)) % 32, 0)
                self.assertGreaterEqual(sum(map(int, writes)), 1000 * 32)
                self.assertLessEqual(max(map(int, writes)), 4096)
                self.assertLess(len(writes), 60)  # 1,000 records and 250 ms flushes, not one a record
                self.assertNotIn("clock_gettime(", log)  # the vDSO answers

    def test_the_epoll_client_sends_once_and_receives_once_a_request(self):
        log = system_calls(self.origin, EPOLL, "epoll", "async", 500)
        self.assertLess(len(re.findall(r"sendto\(", log)), 505)
        self.assertLess(len(re.findall(r"recvfrom\(", log)), 505)
        self.assertLess(len(re.findall(r"epoll_ctl\(", log)), 10)

    def test_libcurl_async_registers_each_connection_once(self):
        log = system_calls(self.origin, LIBCURL, "libcurl", "async", 500)
        self.assertLess(len(re.findall(r"epoll_ctl\(", log)), 20)

    def test_workers_link_neither_sqlite_nor_yaml(self):
        for command in (EPOLL, LIBCURL, NOOP):
            linked = subprocess.run(["ldd", command], capture_output=True, text=True, check=True).stdout
            self.assertNotRegex(linked, "sqlite|yaml")


if __name__ == "__main__":
    if shutil.which("valgrind") is None or shutil.which("strace") is None:
        print("valgrind or strace is not installed")
        sys.exit(77)
    unittest.main()
