from outcome import equal, rows

statuses = rows("benchmark_results.db", "SELECT status, COUNT(*) AS runs FROM runs WHERE purpose = 'measured' GROUP BY status ORDER BY status")
equal(statuses, [{"status": "ok", "runs": 1}, {"status": "skipped", "runs": 1}], "runs")
measured = rows("benchmark_results.db", "SELECT client_library FROM benchmark_results")
equal(measured, [{"client_library": "epoll"}], "measured")
