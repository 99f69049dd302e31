"""The httpx library as a worker: https://www.python-httpx.org

Tuned: a pool as large as the concurrency whose connections do not expire, one TLS context, nothing
from the environment, no cookies, no headers of its own. Stock: httpx.Client() or AsyncClient() as its
documentation begins with. HTTP/2 is asked for without a fallback.

One client for all tasks by default, as its documentation advises. At each request its pool looks at
every connection for every connection, so that the cost of a request grows with the square of the
concurrency; the option `session: per_task` shows what is left without that.
"""

from __future__ import annotations

import importlib.metadata
import socket
import ssl
from http.cookiejar import CookieJar, DefaultCookiePolicy
from typing import Any, Callable

import hb_kit

with hb_kit.imports():
    import httpx

_CLIENTS = {"sync": httpx.Client, "async": httpx.AsyncClient}

# What the library says in the text of a RemoteProtocolError alone.
_SAYINGS = (
    ("Server disconnected without sending a response", hb_kit.RESET),
    ("peer closed connection without sending complete message body", hb_kit.LENGTH),
)

Call = tuple[str, httpx.URL, dict[str, Any]]


class HttpxClient(hb_kit.Client):
    name = "httpx"
    modes = ("sync", "async")
    protocols = ("1.1", "2")
    sees_connections = True
    outcomes = (
        (socket.gaierror, hb_kit.DNS),
        (httpx.TimeoutException, hb_kit.TIMEOUT),
        (ssl.SSLError, hb_kit.TLS),
        (httpx.ConnectError, hb_kit.CONNECT),
        ((httpx.NetworkError, ConnectionError), hb_kit.RESET),
        ((httpx.ProtocolError, httpx.DecodingError, httpx.InvalidURL), hb_kit.PROTOCOL),
    )

    def __init__(self, job: hb_kit.Job, connected: Callable[[int, int, int], None]) -> None:
        super().__init__(job, connected)
        if job.http == "2" and not job.uses_tls:
            raise hb_kit.Refusal("unsupported", "HTTP/2 is negotiated over TLS: https URLs only")
        self.cannot_honour += [
            ("timeout_ns", "stock: the library's own, 5 s for each wait" if job.is_stock else
             "limits each wait for data, not the whole request"),
            ("decompression", "decodes gzip and deflate unless streamed; bytes are those after decoding"),
        ]
        self._context = job.tls.context() if job.uses_tls else ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
        self._common_headers = _common(job) if not job.is_stock else []
        self._shared = None
        if job.options.get("session", "shared") == "shared":
            self._shared = self._client(job.concurrency)

    def version(self) -> str:
        return httpx.__version__

    def libraries(self) -> dict[str, str]:
        versions = {name: importlib.metadata.version(name) for name in ("httpcore", "h11", "h2", "anyio")}
        return {**versions, "openssl": ssl.OPENSSL_VERSION}

    def prepare(self, request: hb_kit.Request) -> Call:
        arguments: dict[str, Any] = {"content": request.body}
        if not self._common_headers:
            arguments["headers"] = [(name.encode(), value.encode()) for name, value in request.headers]
        if self.job.tls.server_name is not None:
            arguments["extensions"] = {"sni_hostname": self.job.tls.server_name}
        return request.method, httpx.URL(request.url), arguments

    def sender(self, index: int) -> Callable[[Call], Any]:
        client = self._shared or self._client(1)
        senders = _async_senders(client) if self.job.mode == "async" else _senders(client)
        return senders[self.job.options.get("stream", False)]

    def classify(self, failure: BaseException) -> int:
        for link in hb_kit.causes(failure):
            for saying, outcome in _SAYINGS:
                if saying in str(link):
                    return outcome
        return super().classify(failure)

    def _client(self, connections: int) -> Any:
        job = self.job
        arguments: dict[str, Any] = {}
        if job.uses_tls or not job.is_stock:
            arguments["verify"] = self._context
        if job.http == "2":
            arguments.update(http1=False, http2=True)
        kept = connections if job.keepalive else 0
        limits = httpx.Limits(max_connections=connections, max_keepalive_connections=kept,
                              keepalive_expiry=None)
        if not job.is_stock:
            arguments.update(
                limits=limits, trust_env=False,
                timeout=httpx.Timeout(job.timeout_s, connect=job.connect_timeout_s),
                cookies=CookieJar(DefaultCookiePolicy(allowed_domains=())))
        elif not job.keepalive:
            arguments.update(limits=limits)
        client = _CLIENTS[job.mode](**arguments)
        if not job.is_stock:
            client.headers.clear()
            client.headers.update(self._common_headers)
        _watch(client._transport._pool, self)
        return client


def _common(job: hb_kit.Job) -> list[tuple[bytes, bytes]]:
    """The headers, where all requests have the same: the client then holds them."""
    first = job.requests[0].headers
    if any(request.headers != first for request in job.requests):
        return []
    return [(name.encode(), value.encode()) for name, value in first]


def _senders(client: httpx.Client) -> dict[bool, Callable[[Call], tuple[int, int, int]]]:
    """By whether the body is streamed."""

    def send(call: Call) -> tuple[int, int, int]:
        method, url, arguments = call
        response = client.request(method, url, **arguments)
        return response.status_code, len(response.content), 0

    def stream(call: Call) -> tuple[int, int, int]:
        method, url, arguments = call
        begin_ns = hb_kit.now_ns()
        with client.stream(method, url, **arguments) as response:
            ttfb_us = (hb_kit.now_ns() - begin_ns) // 1000
            return response.status_code, sum(map(len, response.iter_raw())), ttfb_us

    return {False: send, True: stream}


def _async_senders(client: httpx.AsyncClient) -> dict[bool, Callable[[Call], Any]]:
    async def send(call: Call) -> tuple[int, int, int]:
        method, url, arguments = call
        response = await client.request(method, url, **arguments)
        return response.status_code, len(response.content), 0

    async def stream(call: Call) -> tuple[int, int, int]:
        method, url, arguments = call
        size, begin_ns = 0, hb_kit.now_ns()
        async with client.stream(method, url, **arguments) as response:
            ttfb_us = (hb_kit.now_ns() - begin_ns) // 1000
            async for piece in response.aiter_raw():
                size += len(piece)
            return response.status_code, size, ttfb_us

    return {False: send, True: stream}


def _watch(pool: Any, client: HttpxClient) -> None:
    """Have each connection that the pool makes tell the kit about its set-up (name, TCP, TLS)."""
    create = pool.create_connection
    observe = _observed_async if client.job.mode == "async" else _observed

    def create_connection(origin: Any) -> Any:
        connection = create(origin)
        connection._connect = observe(connection._connect, client)
        return connection

    pool.create_connection = create_connection


def _observed(connect: Callable[[Any], Any], client: HttpxClient) -> Callable[[Any], Any]:
    def observed(request: Any) -> Any:
        begin_ns = hb_kit.now_ns()
        try:
            stream = connect(request)
        except Exception as failure:
            client.connected(begin_ns, hb_kit.now_ns(), client.classify(failure))
            raise
        client.connected(begin_ns, hb_kit.now_ns(), hb_kit.OK)
        return stream

    return observed


def _observed_async(connect: Callable[[Any], Any], client: HttpxClient) -> Callable[[Any], Any]:
    async def observed(request: Any) -> Any:
        begin_ns = hb_kit.now_ns()
        try:
            stream = await connect(request)
        except Exception as failure:
            client.connected(begin_ns, hb_kit.now_ns(), client.classify(failure))
            raise
        client.connected(begin_ns, hb_kit.now_ns(), hb_kit.OK)
        return stream

    return observed


if __name__ == "__main__":
    hb_kit.run(HttpxClient)
