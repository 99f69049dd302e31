"""A client that sends nothing: each answer is made up from the URL's path.

/ok/N answers N bytes, /wait/MS after so many milliseconds, /hold/MS keeps its event loop that long, /fail raises,
/print writes to standard output, as libraries do. Run it as a worker, in either mode.
"""

import asyncio
import pathlib
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[3] / "src/clients/python"))

import hb_kit  # noqa: E402


class ToyError(Exception):
    pass


class ToyClient(hb_kit.Client):
    name = "toy"
    modes = ("sync", "async")
    sees_connections = True
    outcomes = ((ToyError, hb_kit.RESET),)

    def version(self):
        return "1"

    def prepare(self, request):
        _, verb, number = ("/" + request.url.split("/", 3)[3] + "/0").split("/")[:3]
        return verb, int(number)

    def sender(self, index):
        return getattr(self, "_sender_" + self.job.mode)()

    def _sender_sync(self):
        def send(call):
            self._connect()
            verb, number = call
            if verb == "wait":
                time.sleep(number / 1e3)
            return _answer(verb, number)
        return send

    def _sender_async(self):
        async def send(call):
            self._connect()
            verb, number = call
            if verb == "hold":
                time.sleep(number / 1e3)
            await asyncio.sleep(number / 1e3 if verb == "wait" else 0)
            return _answer(verb, number)
        return send

    def _connect(self):
        if not self.job.keepalive:
            now_ns = hb_kit.now_ns()
            self.connected(now_ns, now_ns + 1, hb_kit.OK)


def _answer(verb, number):
    if verb == "fail":
        raise ValueError("outer") from ToyError("inner")
    if verb == "print":
        print("a library that prints")
    return 200, number if verb == "ok" else 0, 0


if __name__ == "__main__":
    hb_kit.run(ToyClient)
