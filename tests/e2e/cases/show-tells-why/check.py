from pathlib import Path

from outcome import contains, equal, json_file, value

cell, run, bad = json_file("cell.json"), json_file("run.json"), json_file("bad.json")
texts = {name: Path(name).read_text() for name in ("cell.txt", "run.txt", "bad.txt")}

equal(cell["figures"]["verified_per_second"]["n"], 2, "rounds behind the figure")
equal(len(cell["runs"]), 2, "rounds of the cell")
equal(len(run["runs"]), 1, "a run alone")
verified = value(
    "benchmark_results.db",
    "SELECT sum(verified) FROM runs r JOIN cells c ON c.id = r.cell_id"
    " WHERE c.url = '/get' AND r.purpose = 'measured'",
)
equal(cell["requests"]["verified"], verified, "verified requests")
equal(cell["requests"]["server_requests"], cell["requests"]["worker_requests"], "counted on both sides")
equal(cell["provenance"]["cell"], cell["cell"])
for part in ("Round by round", "Trust flags", "client used", "server counted", "loop lag", "seed"):
    contains(texts["cell.txt"], part)
contains(texts["run.txt"], f"Run {run['run']} (round")
contains(Path("again.txt").read_text(), "1 cell × 3 rounds")

flags = {flag["flag"]: flag for flag in bad["flags"]} if bad["flags"] else {}
failed = [entry["status"] for entry in bad["runs"]]
assert failed == ["failed", "failed"] or "errors" in flags, (failed, flags)
contains(texts["bad.txt"], "--filter 'url=/status/500?it'\\''s'")
contains(texts["bad.txt"], "--filter 'rate=150/s poisson'")

for name, text in texts.items():
    for line in text.splitlines():
        assert len(line) <= 80, f"{name}: {line!r}"
