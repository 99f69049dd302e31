"""The load generators that our clients are held against: how each is started, and what it says at its end.

A tool is a pair of functions: the command for a load, and a reader of its output. One that is not installed is left out.
"""
import json
import os
import re
import shutil
import sys
from dataclasses import dataclass

UNIT_S = {"us": 1e-6, "ms": 1e-3, "s": 1.0}


@dataclass(frozen=True)
class Load:
    url: str
    seconds: int
    concurrency: int
    log: str  # a file that the tool may fill
    rate: int = 0  # requests/s; 0: as many as it can

    @property
    def rate_of_each(self):
        return f"{self.rate / self.concurrency:g}"


@dataclass(frozen=True)
class Said:
    requests: int
    seconds: float
    p99_s: float = None


def number(pattern, output):
    return float(re.search(pattern, output)[1])


def stop_at_errors(tool, failed, output):
    if failed:
        sys.exit(f"{tool} met errors:\n{output}")


def wrk(load):
    return ["wrk", "-t1", f"-c{load.concurrency}", f"-d{load.seconds}s", "--latency", load.url]


def read_wrk(output, _):
    stop_at_errors("wrk", re.search("Non-2xx|Socket errors", output), output)
    requests, seconds = re.search(r"(\d+) requests in ([\d.]+)s", output).groups()
    p99, unit = re.search(r"99%\s+([\d.]+)(us|ms|s)", output).groups()
    return Said(int(requests), float(seconds), float(p99) * UNIT_S[unit])


def h2load(load):
    pace = [f"--rps={load.rate_of_each}", f"--log-file={load.log}"] if load.rate else []
    return ["h2load", "--h1", "-t1", f"-c{load.concurrency}", f"-D{load.seconds}", *pace, load.url]


def read_h2load(output, load):
    """It prints no percentile; its log has each request's time. Those under way at the end count as failed."""
    stop_at_errors("h2load", number(r"(\d+) failed", output) > load.concurrency, output)
    p99_s = None
    if os.path.exists(load.log):
        with open(load.log, encoding="ascii") as file:
            times = sorted(int(line.split("\t")[2]) for line in file)
        p99_s = times[int(len(times) * 0.99)] / 1e6
    return Said(int(number(r"(\d+) succeeded", output)), load.seconds, p99_s)


def ab(load):
    return ["ab", "-k", "-l", "-q", f"-c{load.concurrency}", f"-t{load.seconds}", "-n100000000", load.url]


def read_ab(output, _):
    stop_at_errors("ab", re.search(r"Non-2xx|Failed requests:\s+[1-9]", output), output)
    return Said(int(number(r"Complete requests:\s+(\d+)", output)), number(r"taken for tests:\s+([\d.]+)", output),
                number(r"99%\s+(\d+)", output) / 1e3)


def hey(load):
    pace = ["-q", load.rate_of_each] if load.rate else []
    return ["hey", "-z", f"{load.seconds}s", "-c", str(load.concurrency), *pace, load.url]


def read_hey(output, _):
    stop_at_errors("hey", "Error distribution" in output, output)
    seconds = number(r"Total:\s+([\d.]+) secs", output)
    return Said(round(number(r"Requests/sec:\s+([\d.]+)", output) * seconds), seconds,
                number(r"99%+ in ([\d.]+) secs", output))


def oha(load):
    pace = ["-q", str(load.rate)] if load.rate else []
    return ["oha", "--no-tui", "--output-format", "json", "-z", f"{load.seconds}s", "-c", str(load.concurrency), *pace,
            load.url]


def oha_corrected(load):
    return [*oha(load)[:-1], "--latency-correction", load.url]


def read_oha(output, _):
    """What is under way at the end is an error to it, of a kind of its own."""
    said = json.loads(output)
    errors = set(said["errorDistribution"]) - {"aborted due to deadline"}
    stop_at_errors("oha", errors or set(said["statusCodeDistribution"]) != {"200"}, output)
    return Said(said["statusCodeDistribution"]["200"], said["summary"]["total"], said["latencyPercentiles"]["p99"])


@dataclass(frozen=True)
class Tool:
    command: object
    read: object
    paced: bool  # can be told a rate
    corrected: bool = False  # makes a difference under a rate only


TOOLS = {
    "wrk": Tool(wrk, read_wrk, False),
    "h2load --h1": Tool(h2load, read_h2load, True),
    "ab -k": Tool(ab, read_ab, False),
    "hey": Tool(hey, read_hey, True),
    "oha": Tool(oha, read_oha, True),
    "oha --latency-correction": Tool(oha_corrected, read_oha, True, True),
}


def installed(name):
    return shutil.which(name.split()[0]) is not None
