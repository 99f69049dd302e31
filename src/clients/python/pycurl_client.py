"""PycURL, Python over libcurl: http://pycurl.io

One Curl a task, never shared by threads: a handle used by two at a time crashes. Its options are set
again only where requests differ. In mode async all tasks share one AsyncCurlMulti, the library's own
binding of libcurl's multi-socket interface to asyncio.

Tuned, libcurl is kept from adding headers and from multiplexing, so that each task has a connection
for itself. Stock, what it adds and how it shares connections is left as it is.

Asking libcurl about a transfer costs half a microsecond a question, more than a hundredth of the
whole request. So only the status is asked each time; set-ups are asked about when a socket was made,
and the time to the first byte when the option `stream` wants it.
"""

from __future__ import annotations

import resource
from typing import Any, Callable, Optional

import hb_kit

with hb_kit.imports():
    import pycurl

Options = list[tuple[int, Any]]

_SYNC_DESCRIPTORS = 3  # a socket, and the pair with which perform() can be woken
_OTHER_DESCRIPTORS = 64

_ADDED_UNLESS_EMPTY = ("Accept", "Content-Type", "Expect", "User-Agent")

_HTTP_VERSIONS = {"1.1": pycurl.CURL_HTTP_VERSION_1_1, "2": pycurl.CURL_HTTP_VERSION_2TLS}
_HTTP_2 = pycurl.CURL_HTTP_VERSION_2_0

_SET_UP_FAILED = (hb_kit.DNS, hb_kit.CONNECT, hb_kit.TLS)

# libcurl has these, PycURL does not name them.
_E_HTTP2_STREAM = 92
_E_SSL_CLIENTCERT = 98
_SOCKOPT_OK = 0

_CODES = {
    hb_kit.DNS: (pycurl.E_COULDNT_RESOLVE_HOST,),
    hb_kit.CONNECT: (pycurl.E_COULDNT_CONNECT,),
    hb_kit.TLS: (
        pycurl.E_SSL_CONNECT_ERROR, pycurl.E_PEER_FAILED_VERIFICATION, pycurl.E_SSL_CERTPROBLEM,
        pycurl.E_SSL_CIPHER, pycurl.E_SSL_CACERT_BADFILE, pycurl.E_SSL_CRL_BADFILE,
        pycurl.E_SSL_ISSUER_ERROR, pycurl.E_SSL_INVALIDCERTSTATUS, pycurl.E_SSL_SHUTDOWN_FAILED,
        pycurl.E_SSL_ENGINE_NOTFOUND, pycurl.E_SSL_ENGINE_SETFAILED,
        pycurl.E_SSL_PINNEDPUBKEYNOTMATCH, _E_SSL_CLIENTCERT),
    hb_kit.TIMEOUT: (pycurl.E_OPERATION_TIMEDOUT,),
    hb_kit.RESET: (pycurl.E_GOT_NOTHING, pycurl.E_RECV_ERROR, pycurl.E_SEND_ERROR),
    hb_kit.LENGTH: (pycurl.E_PARTIAL_FILE,),
    hb_kit.PROTOCOL: (
        pycurl.E_FTP_WEIRD_SERVER_REPLY, pycurl.E_UNSUPPORTED_PROTOCOL, pycurl.E_HTTP2,
        _E_HTTP2_STREAM, pycurl.E_BAD_CONTENT_ENCODING),
}
_OUTCOMES = {code: outcome for outcome, codes in _CODES.items() for code in codes}


class NotHttp2(Exception):
    """The server fell back to HTTP/1.1."""


class PycurlClient(hb_kit.Client):
    name = "pycurl"
    modes = ("sync", "async")
    protocols = ("1.1", "2")
    sees_connections = True
    outcomes = ((NotHttp2, hb_kit.PROTOCOL),)

    def __init__(self, job: hb_kit.Job, connected: Callable[[int, int, int], None]) -> None:
        super().__init__(job, connected)
        if job.http == "2" and not job.uses_tls:
            raise hb_kit.Refusal("unsupported", "HTTP/2 is negotiated over TLS: https URLs only")
        if job.mode == "sync":
            _check_descriptors(job.concurrency)
        if job.is_stock:
            self.cannot_honour.append(("timeout_ns", "stock: the library has no limit of its own"))
        if job.tls.server_name is not None:
            self.cannot_honour.append(("tls.server_name", "libcurl takes it from the URL"))
        if any(request.method == "HEAD" and request.body for request in job.requests):
            self.cannot_honour.append(("requests.body_path", "libcurl sends no body with HEAD"))

    def version(self) -> str:
        return pycurl.version.split()[0].partition("/")[2]

    def libraries(self) -> dict[str, str]:
        return dict(part.split("/", 1) for part in pycurl.version.split()[1:] if "/" in part)

    async def open(self) -> None:
        self.multi = pycurl.AsyncCurlMulti()
        if not self.job.is_stock:
            self.multi.setopt(pycurl.M_MAXCONNECTS, self.job.concurrency)
            self.multi.setopt(pycurl.M_PIPELINING, pycurl.PIPE_NOTHING)

    def prepare(self, request: hb_kit.Request) -> Options:
        """What differs from request to request."""
        lines = [f"{name}: {value}".encode() if value else f"{name};".encode()
                 for name, value in request.headers]
        if not self.job.is_stock:
            present = {name.lower() for name, _ in request.headers}
            lines += [f"{name}:".encode() for name in _ADDED_UNLESS_EMPTY
                      if name.lower() not in present]
        options: Options = [(pycurl.HTTPGET, 1)]  # undoes what another method left
        if request.method == "HEAD":
            options.append((pycurl.NOBODY, 1))
        elif request.body is not None:
            options += [(pycurl.POST, 1), (pycurl.POSTFIELDS, request.body)]
        options += [(pycurl.CUSTOMREQUEST, request.method), (pycurl.URL, request.url),
                    (pycurl.HTTPHEADER, lines)]
        return options

    def sender(self, index: int) -> Callable[[Any], Any]:
        task = Task(self)
        return task.send_async if self.job.mode == "async" else task.send

    def classify(self, failure: BaseException) -> int:
        if isinstance(failure, pycurl.error):
            return _OUTCOMES.get(failure.args[0], hb_kit.CLIENT_EXCEPTION)
        return super().classify(failure)

    def easy(self) -> Any:
        """A handle with what all requests have in common."""
        curl, job = pycurl.Curl(), self.job
        curl.setopt(pycurl.NOSIGNAL, 1)
        curl.setopt(pycurl.HTTP_VERSION, _HTTP_VERSIONS[job.http])
        curl.setopt(pycurl.FORBID_REUSE, not job.keepalive)
        self._set_trust(curl)
        if not job.is_stock:
            curl.setopt(pycurl.PROXY, "")
            curl.setopt(pycurl.TIMEOUT_MS, _whole_ms(job.timeout_ns))
            curl.setopt(pycurl.CONNECTTIMEOUT_MS, _whole_ms(job.connect_timeout_ns))
        return curl

    def _set_trust(self, curl: Any) -> None:
        tls = self.job.tls
        if not tls.verify:
            curl.setopt(pycurl.SSL_VERIFYPEER, 0)
            curl.setopt(pycurl.SSL_VERIFYHOST, 0)
        for option, path in ((pycurl.CAINFO, tls.ca), (pycurl.SSLCERT, tls.cert),
                             (pycurl.SSLKEY, tls.key)):
            if path is not None:
                curl.setopt(option, path)


class Task:
    """A handle, and what it has been told."""

    def __init__(self, client: PycurlClient) -> None:
        self._client = client
        self._curl = curl = client.easy()
        self._options: Optional[Options] = None
        self._pieces: list[bytes] = []
        self._made_sockets = False
        self._streams = client.job.options.get("stream", False)
        self._wants_http_2 = client.job.http == "2"
        curl.setopt(pycurl.WRITEFUNCTION, len if self._streams else self._pieces.append)
        curl.setopt(pycurl.SOCKOPTFUNCTION, self._on_socket)

    def send(self, options: Options) -> tuple[int, int, int]:
        self._begin(options)
        try:
            self._curl.perform()
        except pycurl.error as failure:
            self._see_failure(failure)
            raise
        return self._answer()

    async def send_async(self, options: Options) -> tuple[int, int, int]:
        self._begin(options)
        try:
            await self._client.multi.perform(self._curl)
        except pycurl.error as failure:
            self._see_failure(failure)
            raise
        return self._answer()

    def _begin(self, options: Options) -> None:
        self._pieces.clear()
        if options is not self._options:
            for option, value in options:
                self._curl.setopt(option, value)
            self._options = options

    def _answer(self) -> tuple[int, int, int]:
        curl = self._curl
        if self._made_sockets:
            self._see_set_up()
        if self._wants_http_2 and curl.getinfo(pycurl.INFO_HTTP_VERSION) != _HTTP_2:
            raise NotHttp2
        status = curl.getinfo(pycurl.RESPONSE_CODE)
        if self._streams:
            return (status, curl.getinfo(pycurl.SIZE_DOWNLOAD_T),
                    curl.getinfo(pycurl.STARTTRANSFER_TIME_T))
        return status, len(b"".join(self._pieces)), 0

    def _on_socket(self, _: Any, __: int) -> int:
        self._made_sockets = True
        return _SOCKOPT_OK

    def _see_set_up(self) -> None:
        """A connection was made in this transfer: how long its set-up took, libcurl knows."""
        self._made_sockets = False
        start_ns = self._start_ns()
        set_up_us = max(self._curl.getinfo(pycurl.CONNECT_TIME_T),
                        self._curl.getinfo(pycurl.APPCONNECT_TIME_T))
        self._client.connected(start_ns, start_ns + set_up_us * 1000, hb_kit.OK)

    def _see_failure(self, failure: Exception) -> None:
        outcome = self._client.classify(failure)
        if outcome in _SET_UP_FAILED:
            self._client.connected(self._start_ns(), hb_kit.now_ns(), outcome)
        elif self._made_sockets:
            self._see_set_up()
        self._made_sockets = False

    def _start_ns(self) -> int:
        return hb_kit.now_ns() - self._curl.getinfo(pycurl.TOTAL_TIME_T) * 1000


def _check_descriptors(concurrency: int) -> None:
    needed, (limit, _) = _SYNC_DESCRIPTORS * concurrency, resource.getrlimit(resource.RLIMIT_NOFILE)
    if limit != resource.RLIM_INFINITY and needed + _OTHER_DESCRIPTORS > limit:
        raise hb_kit.Refusal("limit", f"{concurrency} handles need {needed} descriptors, and "
                                      f"RLIMIT_NOFILE allows {limit}: raise it or lower the concurrency")


def _whole_ms(span_ns: int) -> int:
    """libcurl's unit; not 0, which would mean no limit."""
    return max(1, -(-span_ns // 1_000_000))


if __name__ == "__main__":
    hb_kit.run(PycurlClient)
