from outcome import equal, rows, value

QUERY = """
SELECT client_library, AVG(requests_per_second) AS avg_rps, AVG(avg_response_time)*1000 AS avg_latency_ms
FROM benchmark_results GROUP BY client_library ORDER BY avg_rps DESC;
"""
ranking = {row["client_library"]: row for row in rows("old.db", QUERY)}
equal(set(ranking), {"requests", "aiohttp", "epoll"}, "clients, old and new")
equal(ranking["requests"]["avg_rps"], 1000, "average of two old rows")
equal(round(ranking["requests"]["avg_latency_ms"], 6), 9, "their latency")
assert ranking["epoll"]["avg_rps"] > 0
equal(value("old.db", "SELECT COUNT(*) FROM legacy_results"), 3, "old rows")
