from outcome import equal, rows, value

DB = "benchmark_results.db"
equal(value(DB, "SELECT COUNT(*) FROM benchmark_results"), 0, "measured results")
runs = rows(DB, "SELECT * FROM runs")
equal(len(runs), 4, "runs, one a cell")
for run in runs:
    equal((run["status"], run["verified"], run["failed"]), ("ok", 1, 0), "outcome")
