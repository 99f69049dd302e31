"""What the Python kit adds to a request: nanoseconds of CPU, with recording and without.

The same loop of calls that answer at once is run bare and as the kit runs it, in interleaved rounds.
Samples go to /dev/null, which leaves the kit's own cost, or down a pipe to a process that sleeps
until they come, which adds what it costs this machine to wake it. Prints a Markdown table.

    python3 tests/bench/python_recording_cost.py [--requests N] [--rounds N] [--db RESULTS.sqlite]

With the database of a sweep it also sets that cost against each Python client's CPU a request there:
at most 2 % of pycurl's and 1 % of the others'.
"""

import argparse
import asyncio
import os
import pathlib
import platform
import sqlite3
import statistics
import subprocess
import sys
import time

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parents[2] / "src/clients/python"))

from hb_kit import clock, job, loop, recorder, threads  # noqa: E402

TARGET_NS = 350
LIMITS_PERCENT = {"pycurl": 2.0}
LIMIT_PERCENT = 1.0

LOOPS = {"sync": "a thread's whole loop", "async": "an event loop's whole task"}

# Of the last sweep, per Python client the cell in which a request takes least: there the share is highest.
LEAST_CPU = """
    SELECT client, library, mode, min(cell_ns) FROM (
        SELECT c.client, c.client_library AS library, c.mode, avg(r.client_cpu_ns * 1.0 / r.verified) AS cell_ns
        FROM runs r JOIN cells c ON c.id = r.cell_id
        WHERE r.purpose = 'measured' AND r.status = 'ok' AND r.verified > 0 AND r.runtime LIKE 'CPython%'
          AND r.sweep_id = (SELECT max(sweep_id) FROM runs WHERE status = 'ok')
        GROUP BY c.id)
    GROUP BY client ORDER BY min(cell_ns)
"""
FOREVER_NS = 1 << 62


def make_job(requests):
    return job.Job(
        client="bench", mode="sync", options={}, profile="tuned", requests=["only"], concurrency=1, ramp_ns=0,
        process_index=0, process_count=1, http="1.1", tls=None, timeout_ns=1, connect_timeout_ns=1,
        keepalive=True, offsets=None, max_requests=requests, tick_ns=0)


def answer(_):
    return 200, 1024, 0


async def answer_soon(_):
    return 200, 1024, 0


def bare_calls(requests, _):
    for argument, _ in make_job(requests).share(["only"]):
        answer(argument)


def recording_alone(requests, fd):
    """Two readings of the clock and a record: what is added whatever the loop looks like."""
    one = recorder.Recorder(fd)
    now_ns, buffer, add, pack = clock.now_ns, one.buffer, one.buffer.extend, recorder.pack
    for argument, _ in make_job(requests).share(["only"]):
        begin_ns = now_ns()
        status, size, ttfb_us = answer(argument)
        add(pack(begin_ns, now_ns(), 0, ttfb_us, size, status, recorder.REQUEST, 0))
        if len(buffer) >= recorder.BATCH_BYTES:
            one.flush()
    one.close()


def thread_loop(requests, fd):
    driver = threads.Threads(make_job(requests), None, fd)
    driver._work = driver.job.share(["only"])
    driver._start_ns, driver._stop_ns = 0, FOREVER_NS
    driver._loop(answer, driver.recorders[0])
    driver.recorders[0].close()


def bare_awaits(requests, _):
    async def main():
        for argument, _ in make_job(requests).share(["only"]):
            await answer_soon(argument)
    asyncio.run(main())


def event_loop(requests, fd):
    async def main():
        driver = loop.Loop(make_job(requests), None, fd)
        driver._work = driver.job.share(["only"])
        driver._start_ns, driver._stop_ns = 0, FOREVER_NS
        driver._alarm = loop.Alarm(asyncio.get_running_loop())
        await driver._task(0, answer_soon)
        driver.recorders[0].close()
        driver._alarm.close()
    asyncio.run(main())


CASES = (
    ("two clock readings and a record, to nowhere", recording_alone, bare_calls, False),
    ("two clock readings and a record, to a waiting reader", recording_alone, bare_calls, True),
    ("a thread's whole loop", thread_loop, bare_calls, True),
    ("an event loop's whole task", event_loop, bare_awaits, True),
)


def cpu_ns(case, requests, fd):
    before = time.thread_time_ns()
    case(requests, fd)
    return (time.thread_time_ns() - before) / requests


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--requests", type=int, default=100_000)
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--db", help="results of a sweep of the Python clients")
    options = parser.parse_args()
    reader, writer = os.pipe()
    sink = subprocess.Popen(["cat"], stdin=reader, stdout=subprocess.DEVNULL)
    os.close(reader)
    nowhere = os.open(os.devnull, os.O_WRONLY)
    rounds = {name: [] for name, *_ in CASES}
    for _ in range(options.rounds):
        for name, case, bare, to_reader in CASES:
            with_ns = cpu_ns(case, options.requests, writer if to_reader else nowhere)
            rounds[name].append((with_ns, cpu_ns(bare, options.requests, nowhere)))
    os.close(writer)
    sink.wait()
    added = {name: [with_ns - bare_ns for with_ns, bare_ns in pairs] for name, pairs in rounds.items()}
    report(rounds, added, options)
    if options.db:
        report_shares({mode: statistics.median(added[name]) for mode, name in LOOPS.items()}, options.db)


def report(rounds, added, options):
    print(f"`python3 tests/bench/python_recording_cost.py --requests {options.requests} "
          f"--rounds {options.rounds}`, {platform.python_implementation()} "
          f"{platform.python_version()}: ns of CPU a request, medians\n")
    print("| what the kit does | with | without | added | least added |\n|---|--:|--:|--:|--:|")
    for name, pairs in rounds.items():
        with_ns, bare_ns = (statistics.median(column) for column in zip(*pairs))
        print(f"| {name} | {with_ns:.0f} | {bare_ns:.0f} | {statistics.median(added[name]):.0f} "
              f"| {min(added[name]):.0f} |")
    print(f"\nTarget for the first row: {TARGET_NS} ns added.")


def report_shares(added_ns, path):
    print("\n| client | least CPU a request | the kit's share | limit |\n|---|--:|--:|--:|")
    with sqlite3.connect(f"file:{path}?mode=ro", uri=True) as database:
        for client, library, mode, cpu_ns_a_request in database.execute(LEAST_CPU):
            share = 100 * added_ns[mode] / cpu_ns_a_request
            print(f"| {client} | {cpu_ns_a_request / 1000:.1f} µs | {share:.2f} % "
                  f"| {LIMITS_PERCENT.get(library, LIMIT_PERCENT):.0f} % |")


if __name__ == "__main__":
    main()
