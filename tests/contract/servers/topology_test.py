"""One server of the registry: it serves over all it claims, is accounted for, and leaves nothing behind.

usage: topology_test.py HTTP-BENCHMARK SERVER [unittest arguments]
"""

import http.client
import json
import os
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import unittest
import urllib.parse

import support

PROGRAM, SERVER = sys.argv.pop(1), sys.argv.pop(1)
ENTRY = support.require(PROGRAM, SERVER)
HAS_TLS = "h2" in ENTRY["protocols"]
START_SECONDS = 60
STOP_SECONDS = 15


class Served:
    """`serve SERVER`, until it is told to stop."""

    def __init__(self, *options):
        self.process = subprocess.Popen([PROGRAM, "serve", SERVER, "--json", *options], stdout=subprocess.PIPE,
                                        text=True)
        self.place = json.loads(self.process.stdout.readline())
        self.everything = support.descendants(self.process.pid)

    def __enter__(self):
        return self

    def __exit__(self, *unused):
        self.process.kill()
        self.process.wait()
        self.process.stdout.close()

    def address(self, scheme):
        parts = urllib.parse.urlsplit(self.place[scheme])
        return parts.hostname, parts.port

    def trust(self):
        context = ssl.create_default_context(cafile=self.place["authority"])
        context.verify_flags |= ssl.VERIFY_X509_STRICT
        return context

    def connect(self, scheme):
        host, port = self.address(scheme)
        if scheme == "http":
            return http.client.HTTPConnection(host, port, timeout=20)
        return http.client.HTTPSConnection(host, port, timeout=20, context=self.trust())


def fetch(connection, method="GET", path="/get", body=None, headers=None):
    connection.request(method, path, body=body, headers=headers or {})
    response = connection.getresponse()
    return response.status, response.read()


class Serving(unittest.TestCase):
    @classmethod
    def setUpClass(cls):
        cls.served = Served()

    @classmethod
    def tearDownClass(cls):
        cls.served.__exit__()

    def schemes(self):
        return ("http", "https") if HAS_TLS else ("http",)

    def test_requests_of_every_method_and_size_get_through(self):
        for scheme in self.schemes():
            connection = self.served.connect(scheme)
            for method in ("GET", "POST", "PUT", "PATCH", "DELETE"):
                status, body = fetch(connection, method, "/anything?a=1")
                self.assertEqual((status, json.loads(body)["args"]), (200, {"a": "1"}))
            for size in (0, 1, 100_000, 3_000_000):
                status, body = fetch(connection, "POST", "/post", b"x" * size,
                                     {"Content-Type": "application/octet-stream"})
                self.assertEqual((status, len(json.loads(body)["data"])), (200, size))
            self.assertEqual(len(fetch(connection, path="/bytes/100000")[1]), 100_000)
            self.assertEqual(fetch(connection, path="/status/503")[0], 503)
            connection.close()

    def test_a_connection_lasts_beyond_a_thousand_requests(self):
        connection = self.served.connect("http")
        fetch(connection)
        port = connection.sock.getsockname()[1]
        for _ in range(1100):
            self.assertEqual(fetch(connection, path="/status/200")[0], 200)
        self.assertEqual(connection.sock.getsockname()[1], port)
        connection.close()

    @unittest.skipUnless(HAS_TLS, "cleartext only")
    def test_its_certificate_is_trusted_by_those_who_were_told_and_by_nobody_else(self):
        host, port = self.served.address("https")
        with socket.create_connection((host, port), timeout=20) as plain:
            with self.served.trust().wrap_socket(plain, server_hostname="localhost") as secure:
                self.assertIn(secure.version(), ("TLSv1.2", "TLSv1.3"))
        with socket.create_connection((host, port), timeout=20) as plain:
            with self.assertRaises(ssl.SSLCertVerificationError):
                ssl.create_default_context().wrap_socket(plain, server_hostname="localhost")

    @unittest.skipUnless(HAS_TLS, "cleartext only")
    def test_http_2_is_negotiated_and_http_1_still_there(self):
        for offered, expected in ((["h2", "http/1.1"], "h2"), (["http/1.1"], "http/1.1")):
            context = self.served.trust()
            context.set_alpn_protocols(offered)
            with socket.create_connection(self.served.address("https"), timeout=20) as plain:
                with context.wrap_socket(plain, server_hostname="localhost") as secure:
                    self.assertEqual(secure.selected_alpn_protocol(), expected)

    def test_it_listens_on_loopback_only(self):
        ports = {urllib.parse.urlsplit(url).port for url in (self.served.place["http"], self.served.place["https"])
                 if url}
        with open("/proc/net/tcp", encoding="ascii") as table:
            listening = [line.split()[1] for line in table if line.split()[3] == "0A"]
        for address, port in (entry.split(":") for entry in listening):
            if int(port, 16) in ports:
                self.assertEqual(address, "0100007F")

    def test_its_run_directory_is_closed_to_others(self):
        if HAS_TLS:
            folder = os.path.dirname(self.served.place["authority"])
            self.assertEqual(os.stat(folder).st_mode & 0o777, 0o700)
            self.assertEqual(os.stat(os.path.join(folder, "server.key")).st_mode & 0o777, 0o600)


class Ending(unittest.TestCase):
    def check_nothing_is_left(self, served, seconds):
        programs = served.everything
        self.assertGreater(len(programs), 1)
        support.wait_until(lambda: not any(map(support.is_alive, programs)), seconds,
                           f"the end of {sorted(set(programs.values()))}")
        with self.assertRaises(OSError):
            socket.create_connection(served.address("http"), timeout=5)

    def test_nothing_is_left_after_it_was_told_to_stop(self):
        with Served() as served:
            served.process.send_signal(signal.SIGTERM)
            self.assertEqual(served.process.wait(STOP_SECONDS), 0)
            self.check_nothing_is_left(served, 0)
            if served.place["authority"]:
                self.assertFalse(os.path.exists(os.path.dirname(served.place["authority"])))

    def test_nothing_is_left_running_after_the_program_was_killed(self):
        with Served() as served:
            served.process.kill()
            served.process.wait()
            self.check_nothing_is_left(served, STOP_SECONDS)

    def test_its_own_end_is_told_with_what_it_said(self):
        with Served() as served:
            os.kill(served.place["programs"][0]["pid"], signal.SIGKILL)
            self.assertEqual(served.process.wait(STOP_SECONDS), 6)
            self.check_nothing_is_left(served, 0)


class Measured(unittest.TestCase):
    def measure(self, spec, protocol="http/1.1"):
        scenario = {
            "name": "measured",
            "matrix": {"servers": [spec], "clients": ["libcurl/async"], "urls": ["/get"], "concurrency": [8],
                       "duration": ["500ms"], "protocol": [protocol]},
            "run": {"warmup": "300ms", "rounds": 1, "yardstick": False},
        }
        with tempfile.TemporaryDirectory() as folder:
            sweeps = support.Sweeps(PROGRAM, folder, scenario)
            report = sweeps.run(START_SECONDS)
        run = report["runs"][0]
        self.assertEqual((run["status"], run["failure"]), ("ok", ""))
        self.assertGreater(run["verified"], 50)
        self.assertNotIn("errors", run["flags"])
        self.assertNotIn("count_mismatch", run["flags"])
        return report, run

    def check_programs(self, report, run):
        proxy, *instances = run["programs"]
        self.assertEqual([proxy["name"]] + [item["name"] for item in instances],
                         [SERVER, "builtin 1", "builtin 2", "builtin 3"])
        self.assertGreater(proxy["cpu_ns"], 0)
        self.assertGreater(proxy["rss_peak_bytes"], 0)
        self.assertLess(abs(proxy["cpu_ns"] - run["proxy_cpu_ns"]), 1)
        if proxy["connections"] is not None:  # told: those of the eight tasks, made before the window
            self.assertEqual((proxy["connections"], proxy["window_connections"]), (8, 0))
            # The two are read at instants of their own, a millisecond or so apart.
            self.assertGreaterEqual(proxy["window_requests"], 0.98 * run["verified"] - 8)
        total = sum(item["window_requests"] for item in instances)
        self.assertGreater(total, 0.9 * run["verified"])
        for item in instances:
            self.assertFalse(item["ended"])
            self.assertGreater(item["window_requests"], 0.15 * total)  # balanced
            self.assertLess(item["connections"], 100)  # kept alive between proxy and instance
        self.assertIn(instances[0]["name"], report["servers"][0]["configuration"])
        self.assertTrue(report["servers"][0]["version"])

    def test_a_run_over_http_tells_the_programs_apart(self):
        report, run = self.measure({"name": SERVER})
        if HAS_TLS:
            self.check_programs(report, run)
        else:
            self.assertEqual(run["programs"], [])

    @unittest.skipUnless(HAS_TLS, "cleartext only")
    def test_a_run_over_https_trusts_what_was_made_for_it(self):
        report, run = self.measure({"name": SERVER, "scheme": "https"})
        self.check_programs(report, run)

    @unittest.skipUnless(HAS_TLS, "cleartext only")
    def test_a_run_over_http_2(self):
        _, run = self.measure({"name": SERVER, "scheme": "https", "tls": {"verify": False}}, "h2")
        self.assertEqual(run["http"], "h2")


if __name__ == "__main__":
    unittest.main()
