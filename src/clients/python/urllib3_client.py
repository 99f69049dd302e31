"""The urllib3 library as a worker: https://urllib3.readthedocs.io

Tuned: one pool of as many connections as there are tasks for each origin, asked by path, since a
PoolManager parses the whole URL anew for each request. Stock: a PoolManager as its documentation
begins with, whose pools keep one connection.
"""

from __future__ import annotations

import ssl
from typing import Any, Callable
from urllib.parse import urlsplit

import hb_kit

with hb_kit.imports():
    import over_urllib3
    import urllib3

_PIECE_BYTES = 1 << 16

Sender = Callable[[Any], tuple[int, int, int]]


class Urllib3Client(hb_kit.Client):
    name = "urllib3"
    modes = ("sync",)
    sees_connections = True
    outcomes = over_urllib3.OUTCOMES

    def __init__(self, job: hb_kit.Job, connected: Callable[[int, int, int], None]) -> None:
        super().__init__(job, connected)
        self.cannot_honour = [over_urllib3.NO_LIMIT if job.is_stock else over_urllib3.LIMITS_EACH_WAIT]
        self._pool_classes = over_urllib3.pool_classes(self)
        self._new_opener = self._manager if job.is_stock else self._pools
        self._shared = None
        if job.options.get("session", "shared") == "shared":
            self._shared = self._new_opener(job.concurrency)
        urllib3.disable_warnings()  # else a warning for each request without verification

    def version(self) -> str:
        return urllib3.__version__

    def libraries(self) -> dict[str, str]:
        return {"openssl": ssl.OPENSSL_VERSION}

    def prepare(self, request: hb_kit.Request) -> tuple[str, str, str, dict[str, Any]]:
        """The key of what sends it, method, target, and arguments."""
        if self.job.is_stock:
            arguments = {"headers": _mapping(over_urllib3.given_headers(request))}
        else:
            arguments = {"headers": _mapping(over_urllib3.exact_headers(request)),
                         "redirect": False, "decode_content": False}
        arguments["body"] = request.body
        origin, target = _split(request.url)
        return origin, request.method, request.url if self.job.is_stock else target, arguments

    def sender(self, index: int) -> Sender:
        openers = self._shared or self._new_opener(1)

        def send(call: tuple[str, str, str, dict[str, Any]]) -> tuple[int, int, int]:
            origin, method, target, arguments = call
            response = openers[origin](method, target, **arguments)
            return response.status, len(response.data), 0

        def stream(call: tuple[str, str, str, dict[str, Any]]) -> tuple[int, int, int]:
            origin, method, target, arguments = call
            begin_ns = hb_kit.now_ns()
            response = openers[origin](method, target, preload_content=False, **arguments)
            ttfb_us = (hb_kit.now_ns() - begin_ns) // 1000
            size = sum(map(len, response.stream(_PIECE_BYTES)))
            response.release_conn()
            return response.status, size, ttfb_us

        return stream if self.job.options.get("stream", False) else send

    def classify(self, failure: BaseException) -> int:
        return hb_kit.LENGTH if over_urllib3.is_truncation(failure) else super().classify(failure)

    def _pools(self, connections: int) -> dict[str, Callable[..., Any]]:
        timeout = urllib3.Timeout(connect=self.job.connect_timeout_s, read=self.job.timeout_s)
        openers = {}
        for origin in {_split(request.url)[0] for request in self.job.requests}:
            parts = urlsplit(origin)
            trust = self._trust() if parts.scheme == "https" else {}
            pool = self._pool_classes[parts.scheme](
                parts.hostname, parts.port, maxsize=connections, block=True, retries=False,
                timeout=timeout, **trust)
            openers[origin] = pool.urlopen
        return openers

    def _manager(self, _: int) -> dict[str, Callable[..., Any]]:
        manager = urllib3.PoolManager(**self._trust())
        manager.pool_classes_by_scheme = self._pool_classes
        return {_split(request.url)[0]: manager.request for request in self.job.requests}

    def _trust(self) -> dict[str, Any]:
        tls = self.job.tls
        if not self.job.uses_tls:
            return {}
        trust: dict[str, Any] = {"ssl_context": tls.context()}
        if not tls.verify:
            trust.update(cert_reqs="CERT_NONE", assert_hostname=False)
        if tls.server_name is not None:
            trust.update(server_hostname=tls.server_name)
        return trust


def _mapping(headers: over_urllib3.Headers) -> Any:
    """A plain dictionary, unless a name is repeated: the library's own holds both but is slower."""
    plain = dict(headers)
    if len({name.lower() for name in plain}) == len(headers):
        return plain
    repeating = urllib3.HTTPHeaderDict()
    for name, value in headers:
        repeating.add(name, value)
    return repeating


def _split(url: str) -> tuple[str, str]:
    """The origin, and what is asked of it."""
    scheme, netloc, path, query, _ = urlsplit(url)
    return f"{scheme}://{netloc}", (path or "/") + (f"?{query}" if query else "")


if __name__ == "__main__":
    hb_kit.run(Urllib3Client)
