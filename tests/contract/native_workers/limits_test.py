#!/usr/bin/env python3
"""A concurrency the machine does not hold is refused up front: limits_test.py HB-CLIENT-EPOLL HB-CLIENT-LIBCURL"""
import os
import resource
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
from scripted_origin import Origin  # noqa: E402
from worker_driver import make_job, run_job  # noqa: E402

EPOLL = [os.path.abspath(sys.argv.pop(1))]
LIBCURL = [os.path.abspath(sys.argv.pop(1))]


def answer(command, client, mode, concurrency, name, soft, hard):
    job = make_job(client, mode, "http://127.0.0.1:9/", concurrency=concurrency)
    result = run_job(command, job, duration_s=0.01, drain_s=0.01,
                     preexec=lambda: resource.setrlimit(name, (soft, hard)))
    return result.ready


class Limits(unittest.TestCase):
    def test_too_few_descriptors_are_named_with_the_remedy(self):
        for command, client, mode in ((EPOLL, "epoll", "async"), (LIBCURL, "libcurl", "async"),
                                      (LIBCURL, "libcurl", "sync")):
            with self.subTest(client=client, mode=mode):
                said = answer(command, client, mode, 500, resource.RLIMIT_NOFILE, 100, 500)
                self.assertEqual((said["type"], said["class"]), ("error", "limit"))
                self.assertIn("RLIMIT_NOFILE", said["message"])
                self.assertIn("raise it", said["message"])

    def test_the_soft_limit_is_raised_as_far_as_needed(self):
        with_room = Origin()
        job = make_job("epoll", "async", with_room.url("/ok"), concurrency=150, max_requests=300)
        result = run_job(EPOLL, job, duration_s=5,
                         preexec=lambda: resource.setrlimit(resource.RLIMIT_NOFILE, (100, 400)))
        with_room.close()
        self.assertEqual(result.outcomes(), {"ok": 300})

    def test_too_little_memory_for_threads_is_named_with_the_remedy(self):
        said = answer(LIBCURL, "libcurl", "sync", 2000, resource.RLIMIT_AS, 400 << 20, 400 << 20)
        self.assertEqual((said["type"], said["class"]), ("error", "limit"))
        self.assertIn("threads could be started", said["message"])


if __name__ == "__main__":
    unittest.main()
