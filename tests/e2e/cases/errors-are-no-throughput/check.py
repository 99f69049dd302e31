from outcome import equal, rows

for row in rows("benchmark_results.db", "SELECT * FROM benchmark_results"):
    equal(row["requests_per_second"], 0, "throughput")
    equal(row["error_rate"], 100, "error rate in percent")
    equal(row["error_count"], row["requests_count"], "errors")
    assert row["error_count"] > 0, row
