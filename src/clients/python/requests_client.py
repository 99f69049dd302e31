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

import os
import ssl
from http.cookiejar import DefaultCookiePolicy
from typing import Any, Callable, Union
from urllib.parse import urlsplit

import hb_kit

with hb_kit.imports():
    import over_urllib3
    import requests
    import urllib3
    from requests.adapters import HTTPAdapter

_PIECE_BYTES = 1 << 16


class RequestsClient(hb_kit.Client):
    name = "requests"
    modes = ("sync",)
    sees_connections = True
    outcomes = (
        *over_urllib3.OUTCOMES,
        (requests.Timeout, hb_kit.TIMEOUT),
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
            "headers": _mapping(over_urllib3.given_headers(request) if stock else
                                over_urllib3.exact_headers(request)),
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

        def stream(call: tuple[str, str, dict[str, Any]]) -> tuple[int, int, int]:
            method, url, arguments = call
            begin_ns = hb_kit.now_ns()
            response = session_request(method, url, stream=True, **arguments)
            ttfb_us = (hb_kit.now_ns() - begin_ns) // 1000
            return response.status_code, sum(map(len, response.iter_content(_PIECE_BYTES))), ttfb_us

        return stream if self.job.options.get("stream", False) else send

    def classify(self, failure: BaseException) -> int:
        return hb_kit.LENGTH if over_urllib3.is_truncation(failure) else super().classify(failure)

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
        self.poolmanager.pool_classes_by_scheme = over_urllib3.pool_classes(self._client)


def _mapping(headers: over_urllib3.Headers) -> dict[str, Union[str, bytes]]:
    """The headers as the library takes them: a mapping, so that a repeated name is joined."""
    joined: dict[str, Union[str, bytes]] = {}
    for name, value in headers:
        if name in joined:
            value = b", ".join(one if isinstance(one, bytes) else one.encode() for one in (joined[name], value))
        joined[name] = value
    return joined


def _what_it_cannot(job: hb_kit.Job) -> list[tuple[str, str]]:
    cannot = [
        over_urllib3.NO_LIMIT if job.is_stock else over_urllib3.LIMITS_EACH_WAIT,
        ("decompression", "always decodes gzip and deflate; bytes are those after decoding"),
    ]
    if any(request.repeats_a_header for request in job.requests):
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
