from outcome import equal, rows

found = rows("results.db", "SELECT client_library, error_count FROM benchmark_results")
equal(found, [{"client_library": "mine", "error_count": 0}], "results")
