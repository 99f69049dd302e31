"""What every Python client of http-benchmark shares: the worker protocol, pacing and recording.

A client module says four things and leaves the rest to this package: how to build the client,
how to send one request, how to name versions, and which outcome each exception means. A whole
asynchronous client, as an example:

    import hb_kit

    with hb_kit.imports():
        import aiohttp

    class AiohttpClient(hb_kit.Client):
        name = "aiohttp"
        modes = ("async",)
        outcomes = ((aiohttp.ServerTimeoutError, hb_kit.TIMEOUT), …)

        async def open(self):
            self.session = aiohttp.ClientSession(…)

        def prepare(self, request):
            return request.method, request.url, {"headers": dict(request.headers), "data": request.body}

        def sender(self, index):
            async def send(call):
                method, url, arguments = call
                async with self.session.request(method, url, **arguments) as response:
                    return response.status, len(await response.read()), 0
            return send

    if __name__ == "__main__":
        hb_kit.run(AiohttpClient)

The files: `client` is the contract above, `job` what the runner asks for, `channel` its two
lines each way and SIGTERM, `recorder` the samples, `threads` and `loop` the two ways to drive a
client, `worker` the order of events. CPython 3.9 or newer, on Linux, with nothing installed.

The garbage collector stays as the interpreter sets it up, since that is what the library's users
run with; the client option `gc` can set startup objects aside (`freeze`) or turn it off
(`disabled`). Recording allocates nothing that the collector tracks.
"""

from hb_kit.clock import now_ns
from hb_kit.client import Client, Refusal, causes, imports
from hb_kit.job import Job, Request, Tls
from hb_kit.outcome import (CLIENT_EXCEPTION, CONNECT, DNS, LENGTH, OK, PROTOCOL, RESET, TIMEOUT,
                            TLS)
from hb_kit.worker import run

__all__ = [
    "CLIENT_EXCEPTION", "CONNECT", "Client", "DNS", "Job", "LENGTH", "OK", "PROTOCOL", "RESET",
    "Refusal", "Request", "TIMEOUT", "TLS", "Tls", "causes", "imports", "now_ns",
    "run",
]
