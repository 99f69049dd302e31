#!/usr/bin/env python3
"""Brings the build tree up to date and runs every benchmark of this folder, one after the other, for the documentation.

docs/benchmarks.md gets each one's output, between markers, with its command and the machine; what is written around them
stays. The table "Speed and size"
of README.md is made from that page, with the limits that we hold ourselves to. Both files are complete after each
benchmark, and one that fails keeps the section that it had. Refuses a machine that is busy with other things, since
figures of such a one are worth nothing.

    python3 tests/bench/all.py [--build DIRECTORY] [--only NAME]… [--skip NAME]… [--force]
"""
import argparse
import json
import os
import re
import sqlite3
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass

ROOT = os.path.abspath(os.path.join(os.path.dirname(os.path.abspath(__file__)), "..", ".."))
PAGE, README = os.path.join("docs", "benchmarks.md"), "README.md"
BUSY_LOAD = 1.0  # a core
LIMIT_S = 600  # of one benchmark
HEAD = """# A benchmark of the benchmark

What our clients and the harness cost, beside others and by themselves. `python3 tests/bench/all.py` runs all of it on a
quiet machine, in the `release` build, and writes this page; each part runs by itself, too, by the command under its title.
"""


@dataclass(frozen=True)
class Part:
    title: str
    command: str  # {build}: the build tree
    plain: bool = False  # its output is no Markdown
    limits: bool = False  # its exit code says whether it kept them
    sink: bool = False  # wants a reader that waits at the other end of descriptor 3


PARTS = {
    "peers": Part("Our clients beside other load generators", "python3 tests/bench/peers.py --build {build}"),
    "many_connections": Part(
        "64 connections against 10,000",
        "python3 tests/bench/many_connections.py --build {build} --rounds 7 --seconds 2 --warmup 1"),
    "recording_cost": Part("Recording in C", "python3 tests/bench/recording_cost.py --build {build}"),
    "python_recording_cost": Part("Recording in Python",
                                  "python3 tests/bench/python_recording_cost.py --requests 50000 --rounds 5"),
    "node_recording_cost": Part("Recording in Node", "node tests/bench/node_recording_cost.mjs 100000 5", sink=True),
    "go_recording_cost": Part("Recording in Go", "go -C src/clients/go test -run none -bench . ./kit", plain=True),
    "runner_sample_cost": Part("Judging a sample in the runner", "{build}/tests/bench/runner_sample_cost 40", limits=True),
    "run_overhead": Part("What a run costs beyond its load", "python3 tests/bench/run_overhead.py {build}"),
    "sweep_cost": Part("A sweep against its parts, and the runner's memory",
                       "python3 tests/bench/sweep_cost.py --build {build}"),
    "expand_million": Part("Expanding 1,000,000 cells", "tests/bench/expand_million {build}/bin/http-benchmark",
                           plain=True, limits=True),
    "report_size": Part("A report of 10,000 cells",
                        "tests/bench/report_size {build}/bin/http-benchmark {build}/tests/bench/large_store",
                        plain=True, limits=True),
    "open_loop": Part("How well a rate is kept", "python3 tests/bench/open_loop.py {build}"),
}


def begin_marker(name):
    return f"<!-- bench: {name} -->"


END_MARKER = "<!-- /bench -->"


def read(path):
    with open(path, encoding="utf-8") as file:
        return file.read()


def write(path, text):
    with open(path, "w", encoding="utf-8") as file:
        file.write(text)


def sections(text):
    """What stands between the markers, by name."""
    return dict(re.findall(r"<!-- bench: (\w+) -->\n(.*?)<!-- /bench -->", text, re.DOTALL))


def execute(command, notes, sink):
    if not sink:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=notes, text=True, timeout=LIMIT_S, check=False)
    with subprocess.Popen(["cat"], stdin=subprocess.PIPE, stdout=subprocess.DEVNULL) as reader:
        return subprocess.run(command, stdout=subprocess.PIPE, stderr=notes, text=True, timeout=LIMIT_S, check=False,
                              pass_fds=[3], preexec_fn=lambda: os.dup2(reader.stdin.fileno(), 3))


def run(part, build):
    """The output, or None when it failed."""
    command = part.command.format(build=build)
    with tempfile.TemporaryFile("w+", encoding="utf-8") as notes:
        try:
            done = execute(command.split(), notes, part.sink)
        except (OSError, subprocess.TimeoutExpired) as error:
            print(f"{command}: {error}", file=sys.stderr)
            return None
        notes.seek(0)
        if done.returncode != 0 and not (part.limits and done.stdout):
            print(f"{command}: exit code {done.returncode}\n{notes.read()[-2000:]}", file=sys.stderr)
            return None
    if done.returncode != 0:
        print(f"{command}: a limit is not kept", file=sys.stderr)
    return done.stdout


def tidy(part, output, command):
    """As it goes into the page: the benchmark's own line with its command is there already."""
    lines = [line.rstrip() for line in output.splitlines() if line != f"`{command}`"]
    text = re.sub(r"([^|\n])\n\|", r"\1\n\n|", "\n".join(lines).strip())  # a table needs an empty line before it
    return f"```\n{text}\n```" if part.plain else text


def section(part, output, machine, build):
    command = part.command.format(build=build)
    return f"\n`{command}`\n{machine}\n\n{tidy(part, output, command)}\n\n"


def machine_facts(program):
    """What a sweep stores about the machine."""
    with tempfile.TemporaryDirectory() as folder:
        scenario, database = os.path.join(folder, "machine.yaml"), os.path.join(folder, "db")
        write(scenario, json.dumps({"name": "machine", "matrix": {"clients": ["noop"], "urls": ["/get"]}}))
        done = subprocess.run([program, "run", scenario, "--smoke", "--db", database, "--out", folder, "--quiet"],
                              stdout=subprocess.DEVNULL, check=False, timeout=60)
        if not os.path.exists(database):
            sys.exit(done.returncode)
        connection = sqlite3.connect(database)
        (facts,) = connection.execute("SELECT facts FROM environments").fetchone()
        connection.close()
    return json.loads(facts)["machine"]


def describe_machine(program):
    facts = machine_facts(program)
    checks = json.loads(subprocess.run([program, "doctor", "--json"], stdout=subprocess.PIPE, check=False, timeout=60).stdout)
    kind = "virtual machine" if facts.get("hypervisor") else "machine"
    kernel = re.match(r"[\d.]+", facts["kernel"])[0]
    words = [f"{facts['cpu_model']}, {kind} with {os.cpu_count()} CPUs and {facts['memory_gib']} GiB", facts["os"],
             f"Linux {kernel}", *(f"doctor warns: {one['what']}" for one in checks if one["verdict"] == "warning")]
    return f"({'; '.join(words)})"


def updated(page, name, text):
    """The page with a benchmark's section as it is now; a new one goes to the end."""
    begin = f"{begin_marker(name)}\n"
    if begin not in page:
        return f"{page}\n## {PARTS[name].title}\n\n{begin}{text}{END_MARKER}\n"
    before, _, rest = page.partition(begin)
    return f"{before}{begin}{text}{END_MARKER}{rest.partition(END_MARKER)[2]}"


def tables(text):
    """The rows of a section's tables: the first cell, and all cells by their heads."""
    rows, heads = [], None
    for line in text.splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")] if line.startswith("|") else None
        if cells is None:
            heads = None
        elif heads is None:
            heads = cells
        elif not set(line) <= set("|-: "):
            rows.append(dict(zip(heads, cells)))
    return rows


def number(text):
    return float(re.search(r"-?[\d.]+", text.replace(",", ""))[0])


def rows_with(found, name, *heads):
    return [row for row in tables(found[name]) if all(head in row for head in heads)]


def of_peers(found, column, best):
    rows = {row["client"]: row for row in rows_with(found, "peers", "CPU µs a request")}
    rivals = [name for name in ("wrk", "h2load --h1", "ab -k") if name in rows]
    rival = best(rivals, key=lambda name: number(rows[name][column]))
    return f"{rows['epoll'][column]}; {rival}: {rows[rival][column]}"


def of_many(found, column):
    return next(row[column] for row in rows_with(found, "many_connections", column)
                if row["client"] == "libcurl/async" and row["connections"] == "10,000")


def failures_of_many(found):
    return str(sum(int(row["failures"]) for row in rows_with(found, "many_connections", "failures")))


def most(found, name, column):
    rows = rows_with(found, name, column)
    return max((row[column] for row in rows if row[column]), key=number)


def overhead(found):
    column = "beyond warm-up and window, ms"
    rows = [row for row in rows_with(found, "run_overhead", column) if int(row["at once"]) <= 64]
    return f"{max(number(row[column].split('/')[-1]) for row in rows):.1f} ms"


def memory(found):
    rows = rows_with(found, "sweep_cost", "run of")
    return "; ".join(f"{row['run of']}: {row['peak memory of the runner, MiB']} MiB" for row in rows)


def hour(found):
    return next(row["resident memory grows by"] for row in rows_with(found, "runner_sample_cost", "loop")
                if row["loop"].startswith("an hour"))


def truth(found):
    rows = {row["client"]: row for row in rows_with(found, "peers", "off by")}
    return "; ".join(f"{name} {row['off by']}" for name, row in rows.items() if name != "libcurl/sync")


def expansion(found):
    return "{} s, {} MB".format(*re.search(r"before printing ([\d.]+) s.*peak (\d+) MB", found["expand_million"]).groups())


def report(found):
    return "; ".join(re.findall(r"[\d.]+ s, [\d.]+ MB(?=,)", found["report_size"]))


def script(name):
    command = PARTS[name].command.format(build="build/release")
    return next(word for word in command.split() if "tests/bench/" in word)


# What, the limit, which part says it, and how it is read from that part's section.
CLAIMS = [
    ("`epoll` at 64 connections, client CPU µs a request", "at most the best of wrk, h2load and ab", "peers",
     lambda found: of_peers(found, "CPU µs a request", min)),
    ("the same, requests/s", "at least theirs", "peers", lambda found: of_peers(found, "requests/s", max)),
    ("p99 against the truth when the server stalls", "ours within 5 %", "peers", truth),
    ("`libcurl/async`, CPU a request at 10,000 connections over that at 64", "1.3", "many_connections",
     lambda found: of_many(found, "ratio to 64")),
    ("failed requests at 10,000 connections", "0", "many_connections", failures_of_many),
    ("recording in C, share of instructions", "1 %", "recording_cost", lambda found: most(found, "recording_cost", "share")),
    ("the runner, ns of CPU a sample", "40", "runner_sample_cost",
     lambda found: most(found, "runner_sample_cost", "ns of CPU a sample")),
    ("growth of its memory over an hour of samples", "none", "runner_sample_cost", hour),
    ("its peak memory by length of run", "the same", "sweep_cost", memory),
    ("a native run beyond warm-up and window, up to 64 connections", "50 ms", "run_overhead", overhead),
    ("a sweep's wall time beyond its parts", "2 %", "sweep_cost", lambda found: most(found, "sweep_cost", "more")),
    ("`expand` of 1,000,000 cells", "1 s, 512 MB", "expand_million", expansion),
    ("report of 10,000 cells, of two shapes", "10 s, 20 MB", "report_size", report),
]


def readme_table(found):
    lines = ["## Speed and size", "", f"Medians; what was run, and on what, is in [{PAGE}]({PAGE}); "
             "`python3 tests/bench/all.py` makes both.", "", "| what | limit | measured | by |", "|---|---|---|---|"]
    for what, limit, name, say in CLAIMS:
        if name not in found:
            continue
        try:
            lines.append(f"| {what} | {limit} | {say(found)} | `{script(name)}` |")
        except (AttributeError, KeyError, StopIteration, ValueError):
            print(f"{name}: does not say: {what}", file=sys.stderr)
    return "\n".join(lines)


def update_readme(found):
    block = f"<!-- performance -->\n{readme_table(found)}\n<!-- /performance -->"
    pattern = re.compile(r"<!-- performance -->(.*?<!-- /performance -->)?", re.DOTALL)
    write(README, pattern.sub(lambda _: block, read(README), count=1))


def parse_arguments():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--build", default="build/release")
    parser.add_argument("--only", action="append", choices=list(PARTS), help="repeatable; the others keep their sections")
    parser.add_argument("--skip", action="append", choices=list(PARTS), default=[], help="repeatable")
    parser.add_argument("--force", action="store_true", help="on a busy machine, too")
    parser.add_argument("--page", default=PAGE, help="where to write")
    parser.add_argument("--no-readme", action="store_true", help="print the table of README.md only")
    return parser.parse_args()


def main():
    arguments = parse_arguments()
    os.chdir(ROOT)
    load = os.getloadavg()[0] / os.cpu_count()
    if load > BUSY_LOAD and not arguments.force:
        sys.exit(f"this machine is busy: a load of {load:.1f} a core (--force runs all the same)")
    subprocess.run(["cmake", "--build", arguments.build], stdout=sys.stderr, check=True)
    machine = describe_machine(os.path.join(arguments.build, "bin", "http-benchmark"))
    page = read(arguments.page) if os.path.exists(arguments.page) else HEAD
    failed = []
    for name in (name for name in arguments.only or PARTS if name not in arguments.skip):
        began = time.monotonic()
        output = run(PARTS[name], arguments.build)
        print(f"{name}: {'failed' if output is None else 'done'} in {time.monotonic() - began:.0f} s", file=sys.stderr)
        if output is None:
            failed.append(name)
            continue
        page = updated(page, name, section(PARTS[name], output, machine, arguments.build))
        write(arguments.page, page)
        if not arguments.no_readme:
            update_readme(sections(page))
    print(readme_table(sections(page)))
    sys.exit(f"failed: {', '.join(failed)}" if failed else 0)


if __name__ == "__main__":
    main()
