"""The job as the runner asks for it: checked, with bodies read and the schedule mapped."""

from __future__ import annotations

import itertools
import json
import mmap
import os
import re
import ssl
import sys
from dataclasses import dataclass
from typing import Any, Iterator, Optional, Sequence

PROTOCOL = 1

_PROFILES = ("tuned", "stock")
_OFFSET_BYTES = 8
_ENDS_A_LINE = re.compile("[\r\n\0]")


class JobError(ValueError):
    """The job breaks the protocol."""


@dataclass(frozen=True)
class Request:
    method: str
    url: str
    headers: Sequence[tuple[str, str]]
    body: Optional[bytes]

    @property
    def repeats_a_header(self) -> bool:
        names = [name.lower() for name, _ in self.headers]
        return len(set(names)) < len(names)


@dataclass(frozen=True)
class Tls:
    verify: bool
    ca: Optional[str]
    cert: Optional[str]
    key: Optional[str]
    server_name: Optional[str]

    def context(self) -> ssl.SSLContext:
        """For libraries that take one: made once, since loading authorities takes milliseconds."""
        if self.verify:
            context = ssl.create_default_context(cafile=self.ca)  # None: those of the system
        else:
            context = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
            context.check_hostname = False
            context.verify_mode = ssl.CERT_NONE
        if self.cert is not None:
            context.load_cert_chain(self.cert, self.key)
        return context


@dataclass(frozen=True)
class Job:
    client: str
    mode: str
    options: dict[str, Any]
    profile: str
    requests: Sequence[Request]
    concurrency: int
    ramp_ns: int
    process_index: int
    process_count: int
    http: str
    tls: Tls
    timeout_ns: int
    connect_timeout_ns: int
    keepalive: bool
    offsets: Optional[Sequence[int]]
    max_requests: int
    tick_ns: int

    @property
    def timeout_s(self) -> float:
        return self.timeout_ns / 1e9

    @property
    def connect_timeout_s(self) -> float:
        return self.connect_timeout_ns / 1e9

    @property
    def uses_tls(self) -> bool:
        return any(request.url.startswith("https:") for request in self.requests)

    @property
    def is_stock(self) -> bool:
        """Whether to take the library as it comes out of the box."""
        return self.profile == "stock"

    def share(self, arguments: Sequence[Any]) -> Iterator[tuple[Any, Optional[int]]]:
        """What the tasks of this process send, as one iterator that all of them take from.

        It yields (argument, offset) of request k for each k of this process (k ≡ index mod count);
        the offset is None in a closed loop. It is made of C iterators only, none of which lets go
        of the interpreter lock in the middle, so that threads need no lock of their own. The job
        must outlive it: were the last reference to the mapped file the iterator's, its end would
        unmap the file, and that does let go of the lock.
        """
        step, length = self.process_count, len(arguments)
        cycle = [arguments[(self.process_index + i * step) % length] for i in range(length)]
        offsets = itertools.repeat(None) if self.offsets is None else self.offsets
        pairs = zip(itertools.cycle(cycle), offsets)
        return itertools.islice(pairs, self.max_requests or None)


def parse(line: bytes) -> Job:
    """Raises JobError for anything that the protocol does not allow."""
    try:
        message = json.loads(line)
        if message["type"] != "job":
            raise JobError(f"expected a job, not {message['type']!r}")
        if message["protocol"] != PROTOCOL:
            raise JobError(f"protocol {message['protocol']!r} instead of {PROTOCOL}")
        return _job(message)
    except KeyError as failure:
        raise JobError(f"the job lacks {failure}") from failure
    except (TypeError, ValueError, AttributeError, OSError) as failure:
        raise JobError(f"bad job: {failure}") from failure


def _job(message: dict[str, Any]) -> Job:
    process = message["process"]
    tls = message["tls"]
    profile = message.get("profile", "tuned")
    if not message["requests"]:
        raise JobError("the job has no requests")
    if profile not in _PROFILES:
        raise JobError(f"profile is {profile!r}, not one of {', '.join(_PROFILES)}")
    return Job(
        client=message["client"],
        mode=message["mode"],
        options=message["options"],
        profile=profile,
        requests=[_request(entry) for entry in message["requests"]],
        concurrency=_whole(message, "concurrency", 1),
        ramp_ns=_whole(message, "ramp_ns"),
        process_index=_whole(process, "index"),
        process_count=_whole(process, "count", 1),
        http=message["http"],
        tls=Tls(tls["verify"], *(tls.get(key) for key in ("ca", "cert", "key", "server_name"))),
        timeout_ns=_whole(message, "timeout_ns", 1),
        connect_timeout_ns=_whole(message, "connect_timeout_ns", 1),
        keepalive=message["keepalive"],
        offsets=_offsets(message["schedule"], process),
        max_requests=_whole(message, "max_requests"),
        tick_ns=_whole(message, "tick_ns"),
    )


def _whole(message: dict[str, Any], key: str, least: int = 0) -> int:
    value = message[key]
    if not isinstance(value, int) or isinstance(value, bool) or value < least:
        raise JobError(f"{key} is {value!r}, not a whole number of at least {least}")
    return value


def _request(entry: dict[str, Any]) -> Request:
    headers = [(name, value) for name, value in entry["headers"]]
    for part in itertools.chain([entry["method"], entry["url"]], *headers):
        if _ENDS_A_LINE.search(part):
            raise JobError(f"{part!r} would end a line of the request")
    return Request(entry["method"], entry["url"], headers, _body(entry))


def _body(entry: dict[str, Any]) -> Optional[bytes]:
    path = entry.get("body_path")
    if path is None:
        return None
    with open(path, "rb") as file:
        body = file.read()
    if len(body) != entry["body_bytes"]:
        raise JobError(f"{path} holds {len(body)} bytes, not {entry['body_bytes']}")
    return body


def _offsets(schedule: Optional[dict[str, Any]], process: dict[str, Any]) -> Optional[Sequence[int]]:
    """The due offsets of this process, straight from the mapped file."""
    if schedule is None:
        return None
    count = _whole(schedule, "count")
    if count == 0:
        return ()
    if sys.byteorder != "little":
        raise JobError("the schedule is little-endian and this machine is not")
    with open(schedule["path"], "rb") as file:
        if os.fstat(file.fileno()).st_size < count * _OFFSET_BYTES:
            raise JobError(f"{schedule['path']} is shorter than its {count} offsets")
        mapped = mmap.mmap(file.fileno(), count * _OFFSET_BYTES, access=mmap.ACCESS_READ)
    return memoryview(mapped).cast("Q")[process["index"]::process["count"]]
