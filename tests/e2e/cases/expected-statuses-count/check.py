from outcome import equal, rows

(row,) = rows("benchmark_results.db", "SELECT * FROM benchmark_results")
equal(row["error_count"], 0, "errors")
assert row["requests_per_second"] > 0, row
