"""The requestx library as a worker, Rust's reqwest behind the interface of httpx: https://pypi.org/project/requestx

Tuned: one client with nothing from the environment, headers given with each request, since those of a
client are sent twice. Stock: requestx.Client() or AsyncClient(). It takes several settings without
obeying them, and its exceptions tell little apart: `cannot_honour` says which, from what it was seen
to do.
"""

from __future__ import annotations

import os
from typing import Any, Callable

import hb_kit

with hb_kit.imports():
    import requestx

_CLIENTS = {"sync": requestx.Client, "async": requestx.AsyncClient}

_HTTP_2 = "HTTP/2.0"

_HOST_TWICE = "over HTTP/2 its mode sync sends a Host header beside :authority, which servers refuse"

_ALWAYS = [
    ("connect_timeout_ns", "one time limit for the whole request"),
    ("decompression", "always decodes gzip, deflate, br and zstd; bytes are those after decoding"),
    ("headers", "adds Accept, Accept-Encoding and, in mode async, User-Agent where they are not given"),
    ("outcomes", "raises the same for a name that does not resolve, a refused connection and a bad "
                 "certificate (all connect), and for a reset and what is no HTTP (both reset)"),
]

Call = tuple[str, str, dict[str, Any]]


class NotHttp2(Exception):
    """The server fell back to HTTP/1.1."""


class RequestxClient(hb_kit.Client):
    name = "requestx"
    modes = ("sync", "async")
    protocols = ("1.1", "2")
    outcomes = (
        (NotHttp2, hb_kit.PROTOCOL),
        (requestx.TimeoutException, hb_kit.TIMEOUT),
        (requestx.ConnectError, hb_kit.CONNECT),
        (requestx.ReadError, hb_kit.LENGTH),  # a body that ended early, in whatever way
        ((requestx.ProtocolError, requestx.DecodingError), hb_kit.PROTOCOL),
        (requestx.RequestError, hb_kit.RESET),  # no response
    )

    def __init__(self, job: hb_kit.Job, connected: Callable[[int, int, int], None]) -> None:
        super().__init__(job, connected)
        if job.http == "2" and not job.uses_tls:
            raise hb_kit.Refusal("unsupported", "HTTP/2 is negotiated over TLS: https URLs only")
        if job.http == "2" and job.mode == "sync":
            raise hb_kit.Refusal("unsupported", _HOST_TWICE)
        self.cannot_honour += _ALWAYS + _what_else_it_cannot(job)
        if job.tls.ca is not None:
            os.environ["SSL_CERT_FILE"] = job.tls.ca  # the only way to tell it
        self._shared = None
        if job.mode == "sync" and job.options.get("session", "shared") == "shared":
            self._shared = self._client()

    async def open(self) -> None:
        self._shared = self._client()

    def version(self) -> str:
        return requestx.__version__

    def prepare(self, request: hb_kit.Request) -> Call:
        headers = dict(request.headers)
        if not self.job.keepalive:
            headers["Connection"] = "close"  # it keeps what the server does not close
        return request.method, request.url, {"headers": headers, "content": request.body}

    def sender(self, index: int) -> Callable[[Call], Any]:
        request = (self._shared or self._client()).request
        wants_http_2 = self.job.http == "2"

        def send(call: Call) -> tuple[int, int, int]:
            method, url, arguments = call
            response = request(method, url, **arguments)
            if wants_http_2 and response.http_version != _HTTP_2:
                raise NotHttp2
            return response.status_code, len(response.content), 0

        async def send_async(call: Call) -> tuple[int, int, int]:
            method, url, arguments = call
            response = await request(method, url, **arguments)
            if wants_http_2 and response.http_version != _HTTP_2:
                raise NotHttp2
            return response.status_code, len(response.content), 0

        return send_async if self.job.mode == "async" else send

    def _client(self) -> Any:
        if self.job.is_stock:
            return _CLIENTS[self.job.mode]()
        arguments = {"timeout": self.job.timeout_s, "trust_env": False, "follow_redirects": False}
        if self.job.mode == "async":
            arguments["limits"] = requestx.Limits(max_connections=self.job.concurrency)
            return requestx.AsyncClient(**arguments)
        client = requestx.Client(**arguments)
        for name in list(client.headers):
            del client.headers[name]
        return client


def _what_else_it_cannot(job: hb_kit.Job) -> list[tuple[str, str]]:
    cases = (
        (job.is_stock, "timeout_ns", "stock: the library's own, 5 s"),
        (not job.keepalive, "keepalive", "asks the server to close, and keeps what it does not"),
        (job.uses_tls and job.http == "1.1", "http", "negotiates HTTP/2 where the server offers it"),
        (not job.tls.verify, "tls.verify", "verifies even when told not to"),
        (job.tls.cert is not None, "tls.cert", "ignores client certificates"),
        (job.tls.server_name is not None, "tls.server_name", "takes it from the URL"),
        (any(request.repeats_a_header for request in job.requests), "headers.repeated",
         "takes a mapping: the last value of a repeated name is sent"),
    )
    return [(what, why) for applies, what, why in cases if applies]


if __name__ == "__main__":
    hb_kit.run(RequestxClient)
