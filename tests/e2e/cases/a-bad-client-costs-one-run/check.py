from outcome import contains, equal, rows

runs = rows(
    "benchmark_results.db",
    "SELECT client, status, failure, log_tail FROM runs JOIN cells ON cells.id = runs.cell_id ORDER BY client",
)
equal([run["status"] for run in runs], ["failed", "failed", "ok"], f"statuses of {runs}")
contains(runs[0]["failure"], "no JSON object")
contains(runs[1]["failure"], "signal 11")
contains(runs[1]["log_tail"], "out of luck")
