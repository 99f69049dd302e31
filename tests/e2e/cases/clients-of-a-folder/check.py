from outcome import equal, rows

found = rows("benchmark_results.db", "SELECT client_library, error_count, concurrency_level FROM benchmark_results ORDER BY concurrency_level")
equal(found, [{"client_library": "own", "error_count": 0, "concurrency_level": number} for number in (1, 10)], "results")
