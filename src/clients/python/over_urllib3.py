"""What the clients that stand on urllib3 share: its exceptions, exact headers, and connections that
tell when they are set up."""

from __future__ import annotations

import http.client
import socket
import ssl
from typing import Any, Union

import hb_kit

with hb_kit.imports():
    import urllib3
    from urllib3 import exceptions as errors
    from urllib3.connectionpool import HTTPConnectionPool, HTTPSConnectionPool

OUTCOMES = (
    (socket.gaierror, hb_kit.DNS),
    (errors.NewConnectionError, hb_kit.CONNECT),
    ((errors.TimeoutError, socket.timeout), hb_kit.TIMEOUT),
    ((ssl.SSLError, errors.SSLError), hb_kit.TLS),
    (errors.InvalidChunkLength, hb_kit.PROTOCOL),
    (http.client.IncompleteRead, hb_kit.LENGTH),
    ((ConnectionError, BrokenPipeError), hb_kit.RESET),
    ((http.client.HTTPException, errors.ProtocolError, errors.InvalidHeader), hb_kit.PROTOCOL),
)

LIMITS_EACH_WAIT = ("timeout_ns", "limits each wait for data, not the whole request")
NO_LIMIT = ("timeout_ns", "stock: the library has no limit of its own")

# urllib3 and http.client add these to a request that lacks them, unless they have this value, with
# which they are left out altogether.
_ADDED_UNLESS_SKIPPED = ("User-Agent", "Accept-Encoding")
_SKIPPED = urllib3.util.SKIP_HEADER

# urllib3 raises this for chunks that end early and says so in its text alone.
_TRUNCATED_CHUNKS = "Response ended prematurely"

Headers = list[tuple[str, Union[str, bytes]]]


def is_truncation(failure: BaseException) -> bool:
    return any(_TRUNCATED_CHUNKS in link.args for link in hb_kit.causes(failure))


def exact_headers(request: hb_kit.Request) -> Headers:
    """The given headers, and marks that keep the libraries from adding theirs."""
    present = {name.lower() for name, _ in request.headers}
    skipped = [(name, _SKIPPED) for name in _ADDED_UNLESS_SKIPPED if name.lower() not in present]
    return given_headers(request) + skipped


def given_headers(request: hb_kit.Request) -> Headers:
    """http.client would send text as Latin-1; other clients send the bytes of the scenario."""
    return [(name, value if value.isascii() else value.encode()) for name, value in request.headers]


def pool_classes(client: hb_kit.Client) -> dict[str, Any]:
    """By scheme: the library's own pools, of connections that report to the client."""
    return {"http": _reporting(HTTPConnectionPool, client),
            "https": _reporting(HTTPSConnectionPool, client)}


def _reporting(pool_class: Any, client: hb_kit.Client) -> Any:
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

        def _put_conn(self, conn: Any) -> None:
            if conn is not None and not client.job.keepalive:
                conn.close()  # the pool opens it anew for the next request
            super()._put_conn(conn)

    return Pool
