"""What was measured before is kept, each pair is made once, and the one gate there is decides."""
import json

from outcome import equal, rows, value

RUNS = "SELECT position, started_wall_ns FROM runs WHERE status = 'ok' ORDER BY position"
before, after = rows("interrupted.db", RUNS), rows("benchmark_results.db", RUNS)
assert 3 <= len(before) < 10, before
equal(after[: len(before)], before, "finished runs, untouched by --resume")
equal(len(after), 10, "five pairs")
equal(value("benchmark_results.db", "SELECT COUNT(*) FROM gates"), 1, "gates")
equal(rows("benchmark_results.db", "SELECT status FROM sweeps"), [{"status": "complete"}], "sweeps")
equal([json.load(open(name))["verdict"] for name in ("before.json", "after.json")], ["inconclusive", "unchanged"], "verdicts")
