"""A small origin that misbehaves on request, over real sockets; the path says how.

It records every request as it arrived, so that a test can compare what a client was asked to send with
what it sent. Plain threads and blocking sockets: slow, and easy to trust.
"""
import socket
import struct
import threading
import time
from dataclasses import dataclass, field


@dataclass
class Request:
    method: str
    path: str
    headers: list  # pairs, in order
    body: bytes
    connection: int

    def header(self, name):
        return [value for key, value in self.headers if key.lower() == name.lower()]


class Reader:
    def __init__(self, connection):
        self.connection = connection
        self.data = bytearray()

    def more(self):
        chunk = self.connection.recv(1 << 20)
        self.data += chunk
        return bool(chunk)

    def until(self, mark):
        while mark not in self.data:
            if not self.more():
                return None
        head, self.data = self.data.split(mark, 1)
        return bytes(head)

    def exactly(self, count):
        while len(self.data) < count:
            if not self.more():
                return None
        body = bytes(memoryview(self.data)[:count])
        del self.data[:count]
        return body

    def chunked(self):
        body = b""
        while (line := self.until(b"\r\n")) is not None:
            size = int(line.split(b";")[0], 16)
            chunk = self.exactly(size + 2)
            if chunk is None or size == 0:
                return body
            body += chunk[:-2]
        return body


def ok(body, extra=""):
    return f"HTTP/1.1 200 OK\r\nContent-Length: {len(body)}\r\n{extra}\r\n".encode() + body


class Origin:
    """Listens on a port of 127.0.0.1 that the kernel chose, until close()."""

    SLOW_BODY_S = 0.15

    def __init__(self):
        self.listener = socket.create_server(("127.0.0.1", 0), backlog=1024)
        self.port = self.listener.getsockname()[1]
        self.lock = threading.Lock()
        self.requests = []
        self.connection_instants_ns = []
        self.open_connections = set()
        self.closing = threading.Event()
        threading.Thread(target=self._accept, daemon=True).start()

    def url(self, path):
        return f"http://127.0.0.1:{self.port}{path}"

    def reset(self):
        with self.lock:
            self.requests = []
            self.connection_instants_ns = []

    def close(self):
        self.closing.set()
        self.listener.shutdown(socket.SHUT_RDWR)
        self.listener.close()
        with self.lock:
            for connection in self.open_connections:
                try:
                    connection.shutdown(socket.SHUT_RDWR)
                except OSError:
                    pass

    def _accept(self):
        while not self.closing.is_set():
            try:
                connection, _ = self.listener.accept()
            except OSError:
                return
            with self.lock:
                self.connection_instants_ns.append(time.monotonic_ns())
                number = len(self.connection_instants_ns)
                self.open_connections.add(connection)
            threading.Thread(target=self._serve, args=(connection, number), daemon=True).start()

    def _serve(self, connection, number):
        connection.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        reader = Reader(connection)
        try:
            while (request := self._read_request(reader, number)) is not None:
                with self.lock:
                    self.requests.append(request)
                if not self._answer(connection, request):
                    break
        except OSError:
            pass
        with self.lock:
            self.open_connections.discard(connection)
        connection.close()

    def _read_request(self, reader, number):
        head = reader.until(b"\r\n\r\n")
        if head is None:
            return None
        lines = head.decode("latin-1").split("\r\n")
        method, path, _ = lines[0].split(" ")
        headers = [tuple(part.strip() for part in line.split(":", 1)) for line in lines[1:]]
        request = Request(method, path, headers, b"", number)
        if request.header("Transfer-Encoding"):
            request.body = reader.chunked()
        elif request.header("Content-Length"):
            request.body = reader.exactly(int(request.header("Content-Length")[0]))
        return request

    def _answer(self, connection, request):
        """False: the connection is over."""
        name, _, argument = request.path.partition("?")[0].lstrip("/").partition("/")
        behaviour = getattr(self, "_do_" + name.replace("-", "_"), None)
        if behaviour is None:
            connection.sendall(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            return True
        return behaviour(connection, request, argument) is not False

    # What a path makes it do.

    def _do_ok(self, connection, request, _):
        answer = ok(b"hello")
        connection.sendall(answer if request.method != "HEAD" else answer[:-5])

    def _do_bytes(self, connection, _, count):
        connection.sendall(ok(b"x" * int(count)))

    def _do_slow(self, connection, _, __):
        """The headers at once, the last body byte later."""
        connection.sendall(ok(b"0123456789")[:-1])
        time.sleep(self.SLOW_BODY_S)
        connection.sendall(b"9")

    def _do_delay(self, connection, _, milliseconds):
        time.sleep(int(milliseconds) / 1000)
        connection.sendall(ok(b"late"))

    def _do_chunked(self, connection, _, __):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nhello\r\n")
        connection.sendall(b"6;a=b\r\n world\r\n0\r\nX-Trailer: 1\r\n\r\n")

    def _do_to_end(self, connection, _, __):
        connection.sendall(b"HTTP/1.1 200 OK\r\n\r\nuntil the end")
        return False

    def _do_close(self, connection, _, __):
        connection.sendall(ok(b"bye", "Connection: close\r\n"))
        return False

    def _do_status(self, connection, request, status):
        body = b"" if status in ("204", "304") or request.method == "HEAD" else b"status"
        length = "" if status in ("204", "304") else f"Content-Length: {len(body)}\r\n"
        connection.sendall(f"HTTP/1.1 {status} Whatever\r\n{length}\r\n".encode() + body)

    def _do_redirect(self, connection, _, __):
        connection.sendall(b"HTTP/1.1 302 Found\r\nLocation: /ok\r\nContent-Length: 0\r\n\r\n")

    def _do_interim(self, connection, _, __):
        connection.sendall(b"HTTP/1.1 103 Early Hints\r\nLink: </x>\r\n\r\n" + ok(b"final"))

    def _do_garbage(self, connection, _, __):
        connection.sendall(b"SSH-2.0-OpenSSH_9.2 this is not HTTP\r\n\r\n")
        return False

    def _do_short(self, connection, _, __):
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        return False

    def _do_short_chunk(self, connection, _, __):
        connection.sendall(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n64\r\nonly this")
        return False

    def _do_empty(self, _, __, ___):
        return False

    def _do_reset(self, connection, _, __):
        """A reset within the body."""
        connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this")
        time.sleep(0.02)
        connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        return False

    def _do_never(self, _, __, ___):
        self.closing.wait(30)
        return False


def refused_port():
    """A port that refuses: bound, never listening, and held so that nobody else gets it."""
    holder = socket.socket()
    holder.bind(("127.0.0.1", 0))
    return holder, holder.getsockname()[1]
