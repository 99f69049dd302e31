#!/usr/bin/env python3
"""The native clients beside wrk, h2load and ab: requests/s, and CPU a request of the client.

Client and server each have a core. The tools take turns: one pass over all of them is a round, and the
medians over the rounds are compared. CPU is that of the whole client process, from its start to its end.
"""
import argparse
import os
import re
import resource
import shutil
import subprocess
import sys

from bench_support import Server, Worker, cores, make_job, median, print_command, print_table, program


def cpu_of_children():
    usage = resource.getrusage(resource.RUSAGE_CHILDREN)
    return usage.ru_utime + usage.ru_stime


def measure_tool(command, core, count_requests):
    before = cpu_of_children()
    output = subprocess.run(command, capture_output=True, text=True, check=True,
                            preexec_fn=lambda: os.sched_setaffinity(0, {core})).stdout
    requests, seconds = count_requests(output)
    return requests / seconds, (cpu_of_children() - before) / requests * 1e6


def wrk(url, arguments):
    def count(output):
        requests, seconds = re.search(r"(\d+) requests in ([\d.]+)s", output).groups()
        if "Non-2xx" in output or "Socket errors" in output:
            sys.exit("wrk met errors:\n" + output)
        return int(requests), float(seconds)
    return ["wrk", "-t1", f"-c{arguments.concurrency}", f"-d{arguments.seconds}s", url], count


def h2load(url, arguments):
    def count(output):
        succeeded, failed = re.search(r"(\d+) succeeded, (\d+) failed", output).groups()
        if int(failed) > arguments.concurrency:
            sys.exit("h2load met errors:\n" + output)
        return int(succeeded), float(arguments.seconds)
    return ["h2load", "--h1", "-t1", f"-c{arguments.concurrency}", f"-D{arguments.seconds}", url], count


def ab(url, arguments):
    def count(output):
        requests = int(re.search(r"Complete requests:\s+(\d+)", output)[1])
        if re.search(r"Non-2xx|Failed requests:\s+[1-9]", output):
            sys.exit("ab met errors:\n" + output)
        return requests, float(re.search(r"Time taken for tests:\s+([\d.]+)", output)[1])
    return ["ab", "-k", "-l", "-q", f"-c{arguments.concurrency}", f"-t{arguments.seconds}", "-n100000000",
            url], count


def measure_worker(client, mode, url, arguments, core):
    before = cpu_of_children()
    job = make_job(client, mode, url, concurrency=arguments.concurrency)
    job["requests"][0]["headers"] = []
    with Worker([program(arguments.build, f"hb-client-{client}")],
                preexec=lambda: os.sched_setaffinity(0, {core})) as worker:
        answer = worker.job(job)
        if answer["type"] != "ready":
            sys.exit(answer["message"])
        worker.go(arguments.seconds)
        result = worker.finish()
    if any(record != 0 for record in result.raw[31::32]):
        sys.exit(f"{client}/{mode} met errors")
    requests = result.done["requests"]
    seconds = (result.stop_ns - result.start_ns) / 1e9
    return requests / seconds, (cpu_of_children() - before) / requests * 1e6


TOOLS = {"wrk": wrk, "h2load --h1": h2load, "ab -k": ab}
WORKERS = {"epoll": ("epoll", "async"), "libcurl/async": ("libcurl", "async"),
           "libcurl/sync": ("libcurl", "sync")}


def measure(name, url, arguments, core):
    if name in WORKERS:
        return measure_worker(*WORKERS[name], url, arguments, core)
    command, count = TOOLS[name](url, arguments)
    return measure_tool(command, core, count)


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--build", default="build/release", help="build tree with the programs")
    parser.add_argument("--rounds", type=int, default=9)
    parser.add_argument("--seconds", type=int, default=2, help="of each run")
    parser.add_argument("--concurrency", type=int, default=64)
    parser.add_argument("--path", default="/get")
    parser.add_argument("--only", action="append", help="epoll, wrk, …; repeatable")
    arguments = parser.parse_args()
    names = arguments.only or [name for name in [*WORKERS, *TOOLS]
                               if name in WORKERS or shutil.which(name.split()[0])]
    client_core, server_core = cores()
    results = {name: [] for name in names}
    with Server(arguments.build, server_core) as server:
        for number in range(arguments.rounds):
            for i in range(len(names)):
                name = names[(number + i) % len(names)]
                results[name].append(measure(name, server.url(arguments.path), arguments, client_core))
            print(f"round {number + 1} of {arguments.rounds}", file=sys.stderr)
    rows = []
    for name in sorted(names, key=lambda one: median([cpu for _, cpu in results[one]])):
        rates, cpus = zip(*results[name])
        rows.append((name, f"{median(rates):,.0f}", f"{median(cpus):.2f}", f"{min(cpus):.2f} – {max(cpus):.2f}"))
    print_table(["client", "requests/s", "CPU µs a request", "its range"], rows)
    print(f"\n{arguments.concurrency} connections, GET {arguments.path}, median of {arguments.rounds} interleaved "
          f"rounds of {arguments.seconds} s, client on core {client_core}, server on core {server_core}")
    print_command()


if __name__ == "__main__":
    main()
