from outcome import equal, json_file, rows

found = rows("benchmark_results.db", "SELECT client_library, client_type, http_method, error_count FROM benchmark_results ORDER BY client_library")
equal(
    [tuple(row.values()) for row in found],
    [("epoll", "async", "POST", 0), ("libcurl", "sync", "POST", 0)],
    "runs",
)
equal(len(json_file("results.json")["cells"]), 2, "cells")
