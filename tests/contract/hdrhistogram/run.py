"""Compares our histogram encoding with the hdrhistogram package of PyPI, in both directions.

usage: run.py HDR_PEER

HB_PYTHON_HDR names an interpreter with requirements.txt installed; unset, the test is skipped (77).
"""

import base64
import json
import os
import random
import sqlite3
import subprocess
import sys
import tempfile

HIGHEST_NS = 3_600_000_000_000
SIGNIFICANT_DIGITS = 3


def samples():
    """Value lists that exercise every part of the layout."""
    rng = random.Random(11)
    yield "one value", [1234567]
    yield "zero and one", [0, 1]
    yield "the highest", [HIGHEST_NS, 5]
    yield "first bucket", list(range(3000))
    yield "every magnitude", [min(HIGHEST_NS, 1 << (i % 42)) + rng.randrange(1000) for i in range(5000)]
    yield "latencies", [int(rng.lognormvariate(12.5, 0.4)) for _ in range(20000)]
    yield "many of one", [250_000] * 100_000


def within_a_thousandth(got, exact, what):
    assert exact <= got <= exact * 1.001 + 1, f"{what}: {got} for {exact}"


def recorded_there(values, hdr):
    histogram = hdr.HdrHistogram(1, HIGHEST_NS, SIGNIFICANT_DIGITS)
    for value in values:
        histogram.record_value(value)
    return histogram


def check_ours_read_by_theirs(peer, name, values, hdr):
    encoded = subprocess.run([peer, "encode"], input="\n".join(map(str, values)).encode(),
                             stdout=subprocess.PIPE, check=True).stdout
    theirs = hdr.HdrHistogram.decode(base64.b64encode(encoded))
    own = recorded_there(values, hdr)
    assert theirs.get_total_count() == len(values), name
    for percentile in (1, 25, 50, 90, 99, 99.9, 100):
        got, want = (h.get_value_at_percentile(percentile) for h in (theirs, own))
        assert got == want, f"{name}, p{percentile}: {got}, recorded there {want}"


def check_theirs_read_by_ours(peer, name, values, hdr):
    encoded = base64.b64decode(recorded_there(values, hdr).encode())
    answer = json.loads(subprocess.run([peer, "decode"], input=encoded, stdout=subprocess.PIPE,
                                       check=True).stdout)
    assert answer["count"] == len(values), name
    ordered = sorted(values)
    for percentile, got in answer["percentiles"].items():
        rank = max(1, -(-len(ordered) * round(float(percentile) * 100) // 10000))
        within_a_thousandth(got, ordered[rank - 1], f"{name}, p{percentile}")


def check_stored(peer, hdr):
    with tempfile.TemporaryDirectory() as folder:
        path = os.path.join(folder, "results.db")
        subprocess.run([peer, "store", path], check=True)
        rows = sqlite3.connect(path).execute(
            "SELECT h.kind, h.count, h.max_ns, h.hdr, r.verified, r.failed FROM histograms h"
            " JOIN runs r ON r.id = h.run_id").fetchall()
    assert {row[0] for row in rows} == {"response", "failed", "connect"}
    for kind, count, max_ns, blob, verified, failed in rows:
        histogram = hdr.HdrHistogram.decode(base64.b64encode(blob))
        assert histogram.get_total_count() == count
        assert count == {"response": verified, "failed": failed}.get(kind, count)
        assert histogram.values_are_equivalent(histogram.get_max_value(), max_ns)


def main():
    peer = sys.argv[1]
    if "--inside" not in sys.argv:
        interpreter = os.environ.get("HB_PYTHON_HDR")
        if not interpreter:
            print("skipped: HB_PYTHON_HDR is not set")
            return 77
        return subprocess.run([interpreter, __file__, peer, "--inside"], check=False).returncode
    import hdrh.histogram as hdr
    for name, values in samples():
        check_ours_read_by_theirs(peer, name, values, hdr)
        check_theirs_read_by_ours(peer, name, values, hdr)
    check_stored(peer, hdr)
    print("hdrhistogram and we agree")
    return 0


if __name__ == "__main__":
    sys.exit(main())
