from outcome import equal, rows

ALL = "SELECT position, status, started_wall_ns FROM runs WHERE purpose = 'measured' ORDER BY position"
before, after = rows("after-kill.db", ALL), rows("benchmark_results.db", ALL)
kept = [run for run in before if run["status"] == "ok"]
assert 3 <= len(kept) < 8, f"{len(kept)} runs were finished"
equal([run["status"] for run in after], ["ok"] * 8, "after --resume")
equal(after[: len(kept)], kept, "finished runs, untouched by --resume")
