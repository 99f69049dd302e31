"""The requests library as a worker: https://requests.readthedocs.io

At its best under equal conditions: nothing from the environment, no retries, no redirects, no
cookies, no headers of its own, a kept-alive connection for each task. Measured is what its users
call: `session.request(…)`, which merges, prepares and checks headers, URL and cookies anew each
time. A request prepared once and sent again would bypass work that belongs to the library.

In the stock profile it is a Session as it comes: environment, redirects, a pool of ten, its own
headers, and no timeout.

One Session a task by default, since requests does not promise that a Session may be shared by
threads (psf/requests#1871, #2766); the option `session: shared` measures what many do nevertheless.
"""

from __future__ import annotations

import http.client
import os
import socket
import ssl
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Callable, Union
from urllib.parse import urlsplit

import hb_kit

with hb_kit.imports():
    import requests
    import urllib3
    from requests.adapters import HTTPAdapter
    from urllib3 import exceptions as urllib3_errors
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

# urllib3 and http.client add these to a request that lacks them, unless they have this value, with
# which they are left out altogether.
_ADDED_UNLESS_SKIPPED = ("User-Agent", "Accept-Encoding")
_SKIPPED = urllib3.util.SKIP_HEADER

# urllib3 raises this for chunks that end early and says so in its text alone.
_TRUNCATED_CHUNKS = "Response ended prematurely"


class RequestsClient(hb_kit.Client):
    name = "requests"
    modes = ("sync",)
    sees_connections = True
    outcomes = (
        (socket.gaierror, hb_kit.DNS),
        (urllib3_errors.NewConnectionError, hb_kit.CONNECT),
        ((requests.Timeout, urllib3_errors.TimeoutError, socket.timeout), hb_kit.TIMEOUT),
        ((ssl.SSLError, urllib3_errors.SSLError, requests.exceptions.SSLError), hb_kit.TLS),
        (urllib3_errors.InvalidChunkLength, hb_kit.PROTOCOL),
        (http.client.IncompleteRead, hb_kit.LENGTH),
        ((ConnectionError, BrokenPipeError), hb_kit.RESET),
        ((http.client.HTTPException, urllib3_errors.ProtocolError, urllib3_errors.InvalidHeader),
         hb_kit.PROTOCOL),
    )

    def __init__(self, job: hb_kit.Job, connected: Callable[[int, int, int], None]) -> None:
        super().__init__(job, connected)
        self.cannot_honour = _what_it_cannot(job)
        self._verify = _trust(job.tls, self.cannot_honour)
        self._shared = None
        if job.options.get("session", "per_task") == "shared":
            self._shared = self._session(job.concurrency)
        urllib3.disable_warnings()  # else a warning for each request without verification

    def version(self) -> str:
        return requests.__version__

    def libraries(self) -> dict[str, str]:
        return {"urllib3": urllib3.__version__, "openssl": ssl.OPENSSL_VERSION}

    def prepare(self, request: hb_kit.Request) -> tuple[str, str, dict[str, Any]]:
        stock = self.job.is_stock
        arguments: dict[str, Any] = {
            "headers": _headers(request, () if stock else _ADDED_UNLESS_SKIPPED),
            "data": request.body,
        }
        if not stock:
            arguments.update(timeout=(self.job.connect_timeout_s, self.job.timeout_s),
                             allow_redirects=False)
        return request.method, request.url, arguments

    def sender(self, index: int) -> Callable[[Any], tuple[int, int, int]]:
        session = self._shared or self._session(1)
        session_request = session.request

        def send(call: tuple[str, str, dict[str, Any]]) -> tuple[int, int, int]:
            method, url, arguments = call
            response = session_request(method, url, **arguments)
            return response.status_code, len(response.content), 0

        def send_and_close(call: tuple[str, str, dict[str, Any]]) -> tuple[int, int, int]:
            answer = send(call)
            session.close()  # ends its connections; the Session itself may go on
            return answer

        return send if self.job.keepalive else send_and_close

    def classify(self, failure: BaseException) -> int:
        if any(_TRUNCATED_CHUNKS in link.args for link in hb_kit.causes(failure)):
            return hb_kit.LENGTH
        return super().classify(failure)

    def _session(self, connections: int) -> requests.Session:
        session = requests.Session()
        if not self.job.is_stock:
            session.trust_env = self.job.options.get("trust_env", False)
            session.headers.clear()
            session.cookies.set_policy(DefaultCookiePolicy(allowed_domains=()))
        session.verify = self._verify
        if self.job.tls.cert is not None:
            session.cert = (self.job.tls.cert, self.job.tls.key or self.job.tls.cert)
        adapter = Adapter(self, connections)
        session.mount("http://", adapter)
        session.mount("https://", adapter)
        return session


class Adapter(HTTPAdapter):
    """The library's own adapter, over connections that report when they are set up."""

    def __init__(self, client: RequestsClient, connections: int) -> None:
        self._client = client
        origins = {urlsplit(request.url)[:2] for request in client.job.requests}
        pool: dict[str, Any] = {}
        if not client.job.is_stock:
            pool.update(pool_connections=len(origins), pool_maxsize=connections, pool_block=True,
                        max_retries=0)
        super().__init__(**pool)

    def init_poolmanager(self, *args: Any, **kwargs: Any) -> None:
        name = self._client.job.tls.server_name
        if name is not None:
            kwargs.update(server_hostname=name, assert_hostname=name)
        super().init_poolmanager(*args, **kwargs)
        self.poolmanager.pool_classes_by_scheme = {
            "http": _reporting(HTTPConnectionPool, self._client),
            "https": _reporting(HTTPSConnectionPool, self._client),
        }


def _reporting(pool_class: Any, client: RequestsClient) -> Any:
    """A pool whose connections tell the kit about each set-up (names, TCP, TLS)."""

    class Connection(pool_class.ConnectionCls):
        def connect(self) -> None:
            begin_ns = hb_kit.now_ns()
            try:
                super().connect()
            except Exception as failure:
                client.connected(begin_ns, hb_kit.now_ns(), client.classify(failure))
                raise
            client.connected(begin_ns, hb_kit.now_ns(), hb_kit.OK)

    class Pool(pool_class):
        ConnectionCls = Connection

    return Pool


def _headers(request: hb_kit.Request, skipped: tuple[str, ...]) -> dict[str, Union[str, bytes]]:
    """The headers as the library takes them: a mapping, so that a repeated name is joined."""
    given: dict[str, str] = {}
    for name, value in request.headers:
        given[name] = f"{given[name]}, {value}" if name in given else value
    present = {name.lower() for name in given}
    for name in skipped:
        if name.lower() not in present:
            given[name] = _SKIPPED
    # http.client would send text as Latin-1; other clients send the bytes of the scenario.
    return {name: value if value.isascii() else value.encode() for name, value in given.items()}


def _what_it_cannot(job: hb_kit.Job) -> list[tuple[str, str]]:
    cannot = [
        ("timeout_ns", "stock: the library has no limit of its own" if job.is_stock else
         "limits each wait for data, not the whole request"),
        ("decompression", "always decodes gzip and deflate; bytes are those after decoding"),
    ]
    names = [[name.lower() for name, _ in request.headers] for request in job.requests]
    if any(len(set(of_one)) < len(of_one) for of_one in names):
        cannot.append(("headers", "takes a mapping: values of a repeated name are joined by commas"))
    return cannot


def _trust(tls: hb_kit.Tls, cannot_honour: list[tuple[str, str]]) -> Union[bool, str]:
    """The library's `verify`: a path, or whether to verify at all. Its own default is certifi's."""
    if not tls.verify:
        return False
    if tls.ca is not None:
        return tls.ca
    system = ssl.get_default_verify_paths()
    for path in (system.capath, system.cafile):
        if path is not None and os.path.exists(path):
            return path
    cannot_honour.append(("tls.ca", "found no certificates of the system: uses those of certifi"))
    return True


if __name__ == "__main__":
    hb_kit.run(RequestsClient)
