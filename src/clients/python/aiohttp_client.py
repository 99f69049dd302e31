"""The aiohttp library as a worker: https://docs.aiohttp.org

Tuned: one session, a pool of as many connections as there are tasks, names looked up once, no
cookies, no headers of its own. Stock: ClientSession() as its documentation begins with. The option
`loop` runs either on uvloop.
"""

from __future__ import annotations

import asyncio
import importlib.metadata
import socket
import ssl
from typing import Any, Callable

import hb_kit

with hb_kit.imports():
    import aiohttp
    import yarl
    from aiohttp import http_exceptions

_ADDED_UNLESS_SKIPPED = ("User-Agent", "Accept", "Accept-Encoding", "Content-Type")


class AiohttpClient(hb_kit.Client):
    name = "aiohttp"
    modes = ("async",)
    sees_connections = True
    outcomes = (
        ((aiohttp.ClientConnectorDNSError, socket.gaierror), hb_kit.DNS),
        ((aiohttp.ClientSSLError, ssl.SSLError), hb_kit.TLS),
        (asyncio.TimeoutError, hb_kit.TIMEOUT),
        (aiohttp.ClientConnectorError, hb_kit.CONNECT),
        ((ConnectionError, aiohttp.ServerDisconnectedError, aiohttp.ClientOSError), hb_kit.RESET),
        ((http_exceptions.ContentLengthError, http_exceptions.TransferEncodingError), hb_kit.LENGTH),
        ((aiohttp.ClientResponseError, http_exceptions.HttpProcessingError,
          aiohttp.ClientPayloadError), hb_kit.PROTOCOL),
    )

    def __init__(self, job: hb_kit.Job, connected: Callable[[int, int, int], None]) -> None:
        super().__init__(job, connected)
        self.cannot_honour.append(
            ("retries", "sends again, once, what it may when a kept connection proves to be closed"))

        if job.is_stock:
            self.cannot_honour.append(("timeout_ns", "stock: the library's own, 300 s"))

    def version(self) -> str:
        return aiohttp.__version__

    def libraries(self) -> dict[str, str]:
        parser = "C" if hasattr(aiohttp.http_parser, "HttpRequestParserC") else "Python"
        versions = {"parser": parser, "yarl": yarl.__version__, "openssl": ssl.OPENSSL_VERSION}
        if self._runs_on_uvloop():
            versions["uvloop"] = importlib.metadata.version("uvloop")
        return versions

    def new_loop(self) -> asyncio.AbstractEventLoop:
        if not self._runs_on_uvloop():
            return super().new_loop()
        try:
            import uvloop
        except ImportError as failure:
            raise hb_kit.Refusal("unavailable", str(failure)) from failure
        return uvloop.new_event_loop()

    async def open(self) -> None:
        job = self.job
        connection: dict[str, Any] = {"force_close": not job.keepalive}
        session: dict[str, Any] = {}
        if job.uses_tls:
            connection.update(ssl=job.tls.context())
        if not job.is_stock:
            connection.update(limit=job.concurrency, ttl_dns_cache=None)
            if job.keepalive:
                connection.update(keepalive_timeout=3600)
            session.update(
                cookie_jar=aiohttp.DummyCookieJar(), auto_decompress=False,
                skip_auto_headers=_ADDED_UNLESS_SKIPPED,
                timeout=aiohttp.ClientTimeout(total=job.timeout_s, sock_connect=job.connect_timeout_s))
        self._session = aiohttp.ClientSession(connector=Connector(self, **connection), **session)

    def prepare(self, request: hb_kit.Request) -> tuple[str, Any, dict[str, Any]]:
        arguments = {"headers": request.headers, "data": request.body}
        if not self.job.is_stock:
            arguments["allow_redirects"] = False
        if self.job.tls.server_name is not None:
            arguments["server_hostname"] = self.job.tls.server_name
        return request.method, yarl.URL(request.url, encoded=True), arguments

    def sender(self, index: int) -> Callable[[Any], Any]:
        request = self._session.request

        async def send(call: tuple[str, Any, dict[str, Any]]) -> tuple[int, int, int]:
            method, url, arguments = call
            async with request(method, url, **arguments) as response:
                return response.status, len(await response.read()), 0

        async def stream(call: tuple[str, Any, dict[str, Any]]) -> tuple[int, int, int]:
            method, url, arguments = call
            size, begin_ns = 0, hb_kit.now_ns()
            async with request(method, url, **arguments) as response:
                ttfb_us = (hb_kit.now_ns() - begin_ns) // 1000
                async for piece in response.content.iter_any():
                    size += len(piece)
                return response.status, size, ttfb_us

        return stream if self.job.options.get("stream", False) else send

    def classify(self, failure: BaseException) -> int:
        """A body cut off by a reset is told from one that ended early in the text alone."""
        if isinstance(failure, aiohttp.ClientPayloadError) and "ConnectionResetError" in str(failure):
            return hb_kit.RESET
        return super().classify(failure)

    def _runs_on_uvloop(self) -> bool:
        return self.job.options.get("loop", "asyncio") == "uvloop"


class Connector(aiohttp.TCPConnector):
    """The library's own, which tells the kit about each set-up (name, TCP, TLS)."""

    def __init__(self, client: AiohttpClient, **arguments: Any) -> None:
        super().__init__(**arguments)
        self._client = client

    async def _create_connection(self, *arguments: Any, **keywords: Any) -> Any:
        begin_ns = hb_kit.now_ns()
        try:
            connection = await super()._create_connection(*arguments, **keywords)
        except Exception as failure:
            self._client.connected(begin_ns, hb_kit.now_ns(), self._client.classify(failure))
            raise
        self._client.connected(begin_ns, hb_kit.now_ns(), hb_kit.OK)
        return connection


if __name__ == "__main__":
    hb_kit.run(AiohttpClient)
