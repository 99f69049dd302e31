"""The embedded server as a process: its control channel, its counts, its limits, and that it stops.

usage: process_test.py SERVER [unittest arguments]
"""

import contextlib
import http.client
import json
import os
import resource
import signal
import socket
import subprocess
import sys
import time
import unittest

SERVER = sys.argv.pop(1)
STOP_SECONDS = 5.0  # what the connections wait for takes 10 s and more


class Server:
    """One running server with its control channel."""

    def __init__(self, *options):
        self.process = subprocess.Popen([SERVER, *options], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
        self.ready = json.loads(self.process.stdout.readline())
        self.port = self.ready["port"]

    def ask(self, command):
        self.process.stdin.write(command.encode() + b"\n")
        self.process.stdin.flush()
        return json.loads(self.process.stdout.readline())

    def connect(self):
        return socket.create_connection((self.ready["host"], self.port), timeout=20)

    def end(self, how):
        """Seconds until it is gone, and its exit code."""
        began = time.monotonic()
        how()
        code = self.process.wait(10)
        self.process.stdin.close()
        self.process.stdout.close()
        return time.monotonic() - began, code


@contextlib.contextmanager
def running(*options):
    server = Server(*options)
    try:
        yield server
    finally:
        if server.process.poll() is None:
            server.end(server.process.stdin.close)


def answer(connection, method="GET"):
    response = http.client.HTTPResponse(connection, method=method)
    response.begin()
    return response, response.read()


def exchange(server, request, method="GET"):
    with server.connect() as connection:
        connection.sendall(request)
        return answer(connection, method)


def get(target, headers=""):
    return f"GET {target} HTTP/1.1\r\nHost: h\r\n{headers}\r\n".encode()


class ControlChannel(unittest.TestCase):
    def test_says_where_it_listens(self):
        with running() as server:
            self.assertEqual(server.ready["type"], "ready")
            self.assertEqual(server.ready["host"], "127.0.0.1")
            self.assertEqual(server.ready["pid"], server.process.pid)
            self.assertGreater(server.port, 0)
            self.assertIn("libmicrohttpd", server.ready["libraries"])
            self.assertEqual(exchange(server, get("/get"))[0].status, 200)

    def test_a_given_port_is_used_and_cannot_be_shared(self):
        with running() as server:
            second = subprocess.run([SERVER, "--port", str(server.port)], stdin=subprocess.DEVNULL, capture_output=True,
                                    check=False)
            self.assertEqual(second.returncode, 1)
            self.assertIn(b"Address already in use", second.stderr)
            port = server.port
        with running("--port", str(port)) as again:
            self.assertEqual(again.port, port)

    def test_only_loopback_addresses_and_valid_options_are_accepted(self):
        for options in (["--host", "0.0.0.0"], ["--host", "192.0.2.1"], ["--host", "::"], ["--host", "example.org"],
                        ["--port", "65536"], ["--port", "-1"], ["--port", ""], ["--no-such-option"], ["word"]):
            result = subprocess.run([SERVER, *options], stdin=subprocess.DEVNULL, capture_output=True, check=False)
            self.assertEqual((result.returncode, result.stdout), (2, b""), options)
            self.assertTrue(result.stderr.startswith(b"hb-server-builtin: "), result.stderr)

    def test_an_unknown_command_is_an_error_and_an_endless_one_ends_the_server(self):
        with running() as server:
            self.assertEqual(server.ask("count")["type"], "error")
            self.assertEqual(server.ask("counts")["type"], "counts")
            _, code = server.end(lambda: (server.process.stdin.write(b"x" * 5000), server.process.stdin.flush()))
            self.assertEqual(code, 2)


class Counts(unittest.TestCase):
    def test_counts_equal_what_a_client_sent_and_got(self):
        body = b"text " * 1000
        chunked = b"5\r\nfirst\r\n6\r\nsecond\r\n0\r\n\r\n"
        requests = [
            ("GET", get("/get"), 0),
            ("GET", get("/bytes/4000"), 0),
            ("HEAD", get("/get").replace(b"GET", b"HEAD"), 0),
            ("GET", get("/status/204"), 0),
            ("GET", get("/no-such-page"), 0),
            ("GET", get("/stream/5"), 0),
            ("GET", get("/drip?numbytes=7&duration=0.02"), 0),
            ("POST", b"POST /post HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(body), len(body)),
            ("POST", b"POST /status/200 HTTP/1.1\r\nHost: h\r\nContent-Length: %d\r\n\r\n" % len(body), len(body)),
        ]
        expected = {"type": "counts", "requests": 0, "connections": 0, "bytes_in": 0, "bytes_out": 0}
        with running() as server:
            for _ in range(3):
                with server.connect() as connection:
                    expected["connections"] += 1
                    for method, head, body_bytes in requests:
                        connection.sendall(head + body[:body_bytes])
                        expected["requests"] += 1
                        expected["bytes_in"] += len(head) + body_bytes
                        expected["bytes_out"] += len(answer(connection, method)[1])
                        self.assertEqual(server.ask("counts"), expected, head)
            head = b"POST /post HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\n"
            response, content = exchange(server, head + chunked)
            self.assertEqual(json.loads(content)["data"], "firstsecond")
            self.assertEqual(server.ask("counts")["bytes_in"], expected["bytes_in"] + len(head) + len("firstsecond"))


class Stopping(unittest.TestCase):
    def open_connections(self, server):
        """Idle, within a delay, within a slow body, within an upload, within a request line, and not reading."""
        for request in (get("/get"), get("/delay/10"), get("/drip?duration=50"), get("/drip?delay=50"),
                        b"POST /post HTTP/1.1\r\nHost: h\r\nContent-Length: 1000\r\n\r\nabc", b"GET /ge",
                        get("/bytes/1073741824"), b""):
            connection = server.connect()
            self.addCleanup(connection.close)
            connection.sendall(request)
        deadline = time.monotonic() + 10
        while server.ask("counts")["connections"] < 8 and time.monotonic() < deadline:
            pass
        self.assertEqual(exchange(server, get("/get"))[0].status, 200)

    def check(self, how_of):
        server = Server()
        self.open_connections(server)
        seconds, code = server.end(how_of(server))
        self.assertEqual(code, 0)
        self.assertLess(seconds, STOP_SECONDS)

    def test_the_end_of_standard_input_stops_it_at_once(self):
        self.check(lambda server: server.process.stdin.close)

    def test_sigterm_stops_it_at_once(self):
        self.check(lambda server: lambda: server.process.send_signal(signal.SIGTERM))

    def test_sigint_stops_it_at_once(self):
        self.check(lambda server: lambda: server.process.send_signal(signal.SIGINT))


class Concurrency(unittest.TestCase):
    def test_two_thousand_connections_are_held(self):
        count = 2000
        soft, hard = resource.getrlimit(resource.RLIMIT_NOFILE)
        if hard != resource.RLIM_INFINITY and hard < count + 100:
            self.skipTest(f"the hard limit of descriptors is {hard}")
        self.hold(count, soft, hard)

    def hold(self, count, soft, hard):
        with running() as server:  # started with the soft limit, which it has to raise
            resource.setrlimit(resource.RLIMIT_NOFILE, (min(hard, 1 << 20), hard))
            self.addCleanup(resource.setrlimit, resource.RLIMIT_NOFILE, (soft, hard))
            connections = [server.connect() for _ in range(count)]
            for _ in range(2):
                for connection in connections:
                    connection.sendall(get("/status/200"))
                for connection in connections:
                    self.assertEqual(answer(connection)[0].status, 200)
            self.assertEqual(server.ask("counts")["connections"], count)
            self.assertEqual(server.ask("counts")["requests"], 2 * count)
            for connection in connections:
                connection.close()

    def test_requests_that_arrive_at_once_are_answered_at_once_however_many(self):
        # libmicrohttpd fetches events 128 at a time; left to wait by itself, it sat on whole batches of them
        for count in (127, 128, 129, 256):
            with self.subTest(count), running() as server:
                connections = [server.connect() for _ in range(count)]
                for connection in connections:
                    connection.sendall(get("/status/200"))
                    answer(connection)
                server.process.send_signal(signal.SIGSTOP)
                os.waitid(os.P_PID, server.process.pid, os.WSTOPPED)  # with all its threads
                for connection in connections:
                    connection.sendall(get("/status/200"))
                server.process.send_signal(signal.SIGCONT)
                for connection in connections:
                    self.assertEqual(answer(connection)[0].status, 200)
                    connection.close()

    def test_delays_do_not_hold_up_each_other_or_anything_else(self):
        with running() as server:
            connections = [server.connect() for _ in range(200)]
            began = time.monotonic()
            for number, connection in enumerate(connections):
                connection.sendall(get(f"/delay/{0.9 - 0.001 * number:.3f}"))
            self.assertEqual(exchange(server, get("/get"))[0].status, 200)
            self.assertLess(time.monotonic() - began, 0.7)  # before the first delay is over
            for number, connection in enumerate(connections):
                self.assertEqual(answer(connection)[0].status, 200)
                self.assertGreaterEqual(time.monotonic() - began, 0.9 - 0.001 * number)
                connection.close()
            self.assertLess(time.monotonic() - began, 20)  # one after the other they take 160 s

    def test_a_slow_body_begins_at_once_and_comes_in_pieces(self):
        with running() as server, server.connect() as connection:
            began = time.monotonic()
            connection.sendall(get("/drip?numbytes=4&duration=4"))
            response = http.client.HTTPResponse(connection)
            response.begin()
            first = response.read(1)
            first_at = time.monotonic() - began
            rest = response.read()
            self.assertEqual(first + rest, b"****")
            self.assertLess(first_at, 2)
            self.assertGreaterEqual(time.monotonic() - began, 3)


class LargeBodies(unittest.TestCase):
    SIZE = 100 << 20

    def upload(self, server, target):
        connection = http.client.HTTPConnection(server.ready["host"], server.port, timeout=60)
        connection.request("POST", target, body=b"x" * self.SIZE, headers={"Content-Type": "text/plain"})
        response = connection.getresponse()
        body = response.read()
        connection.close()
        return response.status, body

    def test_a_hundred_megabytes_go_up(self):
        with running() as server:
            self.assertEqual(self.upload(server, "/status/201"), (201, b""))
            status, body = self.upload(server, "/post")
            self.assertEqual(status, 200)
            self.assertIn(b'"data": "' + b"x" * self.SIZE + b'"', body)

    def test_a_gigabyte_comes_down(self):
        with running() as server, server.connect() as connection:
            connection.sendall(get("/bytes/1073741824"))
            response = http.client.HTTPResponse(connection)
            response.begin()
            self.assertEqual(response.getheader("content-length"), str(1 << 30))
            block, received = response.read(1 << 20), 1 << 20
            self.assertGreater(len(set(block)), 200)
            while received < 1 << 30:
                self.assertEqual(response.read(1 << 20), block)
                received += 1 << 20
            self.assertEqual(server.ask("counts")["bytes_out"], 1 << 30)


class Hostility(unittest.TestCase):
    def test_limits_have_a_status_each(self):
        many_headers = "".join(f"X-{n}: v\r\n" for n in range(101))
        for request, status in (
                (get("/" + "x" * 8200), 414),
                (get("/get", many_headers), 431),
                (get("/get", "X-Long: " + "x" * 60000 + "\r\n"), 431),
                (b"POST /post HTTP/1.1\r\nHost: h\r\nContent-Length: 134217729\r\n\r\n", 413),
                (get("/delay/1e999"), 400), (get("/delay/0x1"), 400), (get("/bytes/1e3"), 404),
                (get("/redirect/99999999999999999999"), 400), (get("/status/" + "200," * 65 + "200"), 400),
                (get("/cookies/set?a%0d%0aX:%20y=1"), 400), (get("/cookies/set?" + "&".join(
                    f"a{n}=" + "%01" * 50 for n in range(50))), 400)):
            with self.subTest(request[:60]), running() as server:
                with server.connect() as connection:
                    with contextlib.suppress(OSError):  # it may answer and close before it has read everything
                        connection.sendall(request)
                    response = http.client.HTTPResponse(connection)
                    response.begin()
                    self.assertEqual(response.status, status)

    def test_a_length_that_can_be_read_in_two_ways_is_refused_and_nothing_behind_it_is_read(self):
        for framing in ("Content-Length: 3\r\ncontent-length: 5", "Content-Length: 5\r\nContent-Length: 5",
                        "Content-Length: 5\r\nTransfer-Encoding: chunked"):
            with self.subTest(framing), running() as server, server.connect() as connection:
                connection.sendall(f"POST /post HTTP/1.1\r\nHost: h\r\n{framing}\r\n\r\nabcde".encode() + get("/get"))
                response, body = answer(connection, "POST")
                self.assertEqual(response.status, 400)
                self.assertIn(b"more than once", body)
                self.assertEqual(connection.recv(100), b"")

    def test_a_location_cannot_add_a_header(self):
        with running() as server:
            response, _ = exchange(server, get("/redirect-to?url=a%0d%0aSet-Cookie:%20x%00"))
            self.assertEqual((response.status, response.getheader("location")), (302, "a%0D%0ASet-Cookie:%20x%00"))
            self.assertIsNone(response.getheader("set-cookie"))

    def test_garbage_leaves_it_answering(self):
        with running() as server:
            for garbage in (b"\r\n\r\n", b"\0" * 100, b"GET", b"GET /get\r\n\r\n", b"GET /%00%0d%0a HTTP/1.1\r\n\r\n",
                            b"POST /post HTTP/1.1\r\nHost: h\r\nTransfer-Encoding: chunked\r\n\r\nzz\r\n",
                            b"POST /post HTTP/1.1\r\nHost: h\r\nContent-Length: -1\r\n\r\n",
                            b"GET /get HTTP/1.1\r\nHost: h\r\nNo colon here\r\n\r\n", b"\xff" * 40000,
                            b"POST /post HTTP/1.1\r\nHost: h\r\nContent-Length: 30\r\nContent-Type: multipart/form-data;"
                            b" boundary=\"\r\n\r\n" + b"-" * 30):
                with server.connect() as connection:
                    connection.settimeout(0.3)
                    with contextlib.suppress(OSError):  # it may answer, close, or wait for more
                        connection.sendall(garbage)
                        connection.shutdown(socket.SHUT_WR)
                        connection.recv(100)
            self.assertEqual(exchange(server, get("/get"))[0].status, 200)
            self.assertEqual(server.end(server.process.stdin.close)[1], 0)


if __name__ == "__main__":
    unittest.main()
