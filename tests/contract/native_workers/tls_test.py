#!/usr/bin/env python3
"""What worker_contract.py does not ask of the native clients over TLS: tls_test.py HB-CLIENT-EPOLL HB-CLIENT-LIBCURL

Skipped (exit code 77) where nginx or openssl is not installed.
"""
import os
import sys
import unittest

sys.path.insert(0, os.path.join(os.path.dirname(__file__), ".."))
import tls_origin  # noqa: E402
from worker_driver import make_job, run_job  # noqa: E402

EPOLL = [os.path.abspath(sys.argv.pop(1))]
LIBCURL = [os.path.abspath(sys.argv.pop(1))]


class Tls(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.origin = tls_origin.TlsOrigin()
        cls.addClassCleanup(cls.origin.close)

    def run_each_mode(self, http="1.1", ca="ca.pem"):
        trust = {"verify": True, "ca": self.origin.file(ca), "cert": None, "key": None, "server_name": None}
        for mode in ("sync", "async"):
            job = make_job("libcurl", mode, self.origin.url(), concurrency=3, max_requests=12, http=http, tls=trust)
            result = run_job(LIBCURL, job, duration_s=5)
            self.assertIsNotNone(result.done, (result.ready, result.stderr))
            yield mode, result

    def test_a_task_has_a_connection_for_itself(self):
        for http in ("1.1", "2"):
            for mode, result in self.run_each_mode(http=http):
                with self.subTest(mode, http=http):
                    self.assertEqual(result.ready["http"], http)
                    self.assertEqual(result.outcomes(), {"ok": 12})
                    self.assertLessEqual(result.done["connections"], 3)

    def test_an_authority_file_that_is_not_there_is_tls(self):
        for mode, result in self.run_each_mode(ca="missing.pem"):
            with self.subTest(mode):
                self.assertEqual(result.outcomes(), {"tls": 12})

    def test_what_a_client_cannot_do_is_unsupported(self):
        over_tls = self.origin.url()
        for command, client, mode, url, http in (
                (EPOLL, "epoll", "async", over_tls, "1.1"),
                (EPOLL, "epoll", "async", over_tls.replace("https:", "http:"), "2"),
                (LIBCURL, "libcurl", "async", over_tls.replace("https:", "http:"), "2")):
            with self.subTest(client=client, url=url, http=http):
                ready = run_job(command, make_job(client, mode, url, http=http)).ready
                self.assertEqual((ready["type"], ready["class"]), ("error", "unsupported"))


if __name__ == "__main__":
    if tls_origin.missing():
        print(f"not installed: {', '.join(tls_origin.missing())}")
        sys.exit(77)
    unittest.main()
