from outcome import equal, json_file, rows, value

ALL = "SELECT position, status, started_wall_ns FROM runs WHERE purpose = 'measured' ORDER BY position"
(sweep,) = json_file("after-interrupt.json")
equal(sweep["status"], "interrupted")
before, after = rows("after-interrupt.db", ALL), rows("benchmark_results.db", ALL)
kept = [run for run in before if run["status"] == "ok"]
assert 3 <= len(kept) < 8, f"{len(kept)} runs were finished"
equal(sweep["pending"], 8 - len(kept), "pending")
equal([run["status"] for run in after], ["ok"] * 8, "after --resume")
equal(after[: len(kept)], kept, "finished runs, untouched by --resume")
equal(value("benchmark_results.db", "SELECT COUNT(*) FROM sweeps"), 1, "sweeps")
