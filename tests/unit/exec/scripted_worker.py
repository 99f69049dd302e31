"""A worker for tests: it talks to no server, makes its samples up, and misbehaves on demand.

Each behaviour is a subclass that changes one step of an honest worker's life.
"""
import json
import os
import random
import signal
import struct
import sys
import time

SAMPLE = struct.Struct("<QQIIIHBB")
PERIOD_NS = 1_000_000  # a made-up request takes this long, and the next follows at once


class Honest:
    def __init__(self):
        self.requests = 0
        self.bytes = 0

    def say(self, **message):
        os.write(1, (json.dumps(message) + "\n").encode())

    def read_line(self):
        return json.loads(sys.stdin.readline())

    def before_ready(self):
        pass

    def clock(self):
        return time.monotonic_ns()

    def ready(self):
        self.say(type="ready", protocol=1, client={"name": "scripted", "version": "1.0"},
                 runtime={"name": "CPython", "version": "3"}, http="1.1",
                 clock_ns=self.clock(), pid=os.getpid())

    def after_ready(self):
        pass

    def sample(self, start_ns, end_ns):
        return SAMPLE.pack(start_ns, end_ns, 0, 0, 100, 200, 0, 0)

    def write(self, records):
        os.write(3, records)

    def run(self, go):
        limit = self.job["max_requests"] or 1 << 62
        now = go["start_ns"]
        while now + PERIOD_NS < go["stop_ns"] and self.requests < limit:
            batch = b""
            for _ in range(min(50, limit - self.requests)):
                batch += self.sample(now, now + PERIOD_NS)
                now += PERIOD_NS
                self.requests += 1
                self.bytes += 100
            time.sleep(max(0, now - time.monotonic_ns()) / 1e9)
            self.write(batch)

    def before_done(self, go):
        pass

    def done(self):
        os.close(3)
        self.say(type="done", requests=self.requests, unsent=0, unfinished=0, connections=1,
                 bytes=self.bytes)

    def after_done(self):
        pass

    def live(self):
        self.job = self.read_line()
        self.before_ready()
        self.ready()
        self.after_ready()
        go = self.read_line()
        self.run(go)
        time.sleep(max(0, go["stop_ns"] - time.monotonic_ns()) / 1e9 if not self.job["max_requests"] else 0)
        self.before_done(go)
        self.done()
        self.after_done()


class Moody(Honest):
    """As fast as chance will have it."""

    def live(self):
        global PERIOD_NS
        PERIOD_NS = int(1_000_000 * random.uniform(1, 9))
        super().live()


class RestsBetweenRequests(Honest):
    """Half of its time goes elsewhere."""

    def sample(self, start_ns, end_ns):
        return super().sample(start_ns, (start_ns + end_ns) // 2)


class CrashBeforeReady(Honest):
    def before_ready(self):
        raise RuntimeError("no such library")


class GarbageReady(Honest):
    def ready(self):
        os.write(1, b"Loading configuration \x1b[31m...\n")


class HangBeforeReady(Honest):
    def before_ready(self):
        time.sleep(60)


class IgnoreSigterm(Honest):
    def before_ready(self):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        time.sleep(60)


class NeverReads(Honest):
    def live(self):
        time.sleep(60)


class WrongClock(Honest):
    def clock(self):
        return time.time_ns()


class Unsupported(Honest):
    def ready(self):
        self.say(type="error", **{"class": "unsupported"}, message="HTTP/2 needs the h2 package")
        sys.exit(1)


class Unavailable(Honest):
    def ready(self):
        self.say(type="error", **{"class": "unavailable"}, message="the package is not installed")
        sys.exit(1)


class TalksBeforeGo(Honest):
    def say(self, **message):
        """In one write, so that no go can come between the two."""
        os.write(1, (json.dumps(message) + "\n" + json.dumps({"type": "hello"}) + "\n").encode())


class CrashInRun(Honest):
    def write(self, records):
        print("something broke", file=sys.stderr, flush=True)
        os.kill(os.getpid(), signal.SIGKILL)


class HangInRun(Honest):
    def before_done(self, go):
        time.sleep(60)


class DoneEarly(Honest):
    def run(self, go):
        self.done()
        sys.exit(0)


class LiesInTotals(Honest):
    def before_done(self, go):
        self.requests += 1


class LiesInBytes(Honest):
    def before_done(self, go):
        self.bytes -= 1


class LiesInSamples(Honest):
    def sample(self, start_ns, end_ns):
        return super().sample(end_ns, start_ns)


class PartialRecord(Honest):
    def before_done(self, go):
        os.write(3, b"half a record")


class GarbageSamples(Honest):
    def write(self, records):
        os.write(3, b"\xff" * 4096)


class FloodsOutput(Honest):
    def write(self, records):
        while True:
            os.write(1, b"x" * 65536)


class FloodsErrors(Honest):
    def write(self, records):
        while True:
            os.write(2, b"noise\n" * 10000)


class TalksAfterDone(Honest):
    def after_done(self):
        self.say(type="goodbye")


class FailsAfterDone(Honest):
    def after_done(self):
        sys.exit(3)


class PutsPipesInPlaceOfFiles(Honest):
    """Whoever opens one as if it were a file waits for ever."""

    def before_done(self, go):
        for name in os.listdir():
            os.unlink(name)
            os.mkfifo(name)


class WritesTheLog(Honest):
    """The beginning of what strace would, and no end of it."""

    def before_done(self, go):
        with open("calls", "w", encoding="ascii") as log:
            log.write("1795554550.000001 read(0x3) = 0\n")
            log.truncate(1 << 40)


class LiesInEnds(Honest):
    """Each request ends when the first did."""

    def sample(self, start_ns, end_ns):
        self.first = getattr(self, "first", (start_ns, end_ns))
        return super().sample(*self.first)


class EndsAfterFewRequests(Honest):
    def run(self, go):
        self.job["max_requests"] = min(5, self.job["max_requests"])
        super().run(go)


class SendsMoreThanAsked(Honest):
    def run(self, go):
        self.job["max_requests"] *= 3
        super().run(go)


class NothingVerified(Honest):
    def sample(self, start_ns, end_ns):
        return SAMPLE.pack(start_ns, end_ns, 0, 0, 100, 503, 0, 0)


class SomeFail(Honest):
    def sample(self, start_ns, end_ns):
        outcome = 4 if self.requests % 10 == 0 else 0
        return SAMPLE.pack(start_ns, end_ns, 0, 0, 100, 0 if outcome else 200, 0, outcome)


class OpenLoop(Honest):
    """Sends what is due, each request 100 µs late, up to a point."""
    sends = 1.0

    def run(self, go):
        schedule = self.job["schedule"]
        with open(schedule["path"], "rb") as file:
            offsets = struct.unpack(f"<{schedule['count']}Q", file.read())
        sent = offsets[:int(len(offsets) * self.sends)]
        time.sleep(max(0, go["stop_ns"] - time.monotonic_ns()) / 1e9)
        for offset in sent:
            due = go["start_ns"] + offset
            self.write(SAMPLE.pack(due + 100_000, due + 300_000, 100, 0, 100, 200, 0, 0))
        self.requests = len(sent)
        self.bytes = 100 * len(sent)
        self.unsent = len(offsets) - len(sent)

    def done(self):
        os.close(3)
        self.say(type="done", requests=self.requests, unsent=self.unsent, unfinished=0,
                 connections=None, bytes=self.bytes)


class OpenLoopLate(OpenLoop):
    sends = 0.6


class LeavesAProcess(Honest):
    def before_ready(self):
        if os.fork() == 0:
            for fd in range(4):
                os.close(fd)
            time.sleep(60)


BEHAVIOURS = {cls.__name__: cls for cls in list(globals().values())
              if isinstance(cls, type) and issubclass(cls, Honest)}

if __name__ == "__main__":
    BEHAVIOURS[sys.argv[1]]().live()
