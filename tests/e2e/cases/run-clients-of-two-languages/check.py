from outcome import equal, rows

found = rows("benchmark_results.db", "SELECT client_library, http_method, error_count, requests_count FROM benchmark_results")
equal(
    sorted((row["client_library"], row["http_method"], row["error_count"]) for row in found),
    [("libcurl", "GET", 0), ("libcurl", "POST", 0), ("requests", "GET", 0), ("requests", "POST", 0)],
    "runs",
)
assert all(row["requests_count"] > 0 for row in found)
