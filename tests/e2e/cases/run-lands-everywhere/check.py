import json

from outcome import Page, contains, csv_rows, equal, lacks, rows, stderr, stdout, value

DB = "benchmark_results.db"
QUERY = """
SELECT client_library, AVG(requests_per_second) AS avg_rps, AVG(avg_response_time)*1000 AS avg_latency_ms
FROM benchmark_results GROUP BY client_library ORDER BY avg_rps DESC;
"""
COLUMNS = """
id name client_library client_type http_method url start_time end_time duration requests_count
requests_per_second avg_response_time p95_response_time p99_response_time cpu_usage_avg
memory_usage_avg error_count error_rate concurrency_level config_snapshot created_at
""".split()

# The database.
equal(value(DB, "SELECT COUNT(*) FROM runs WHERE purpose = 'measured' AND status = 'ok'"), 8, "finished runs")
ranking = rows(DB, QUERY)
equal(sorted(row["client_library"] for row in ranking), ["epoll", "libcurl"], "clients of the ranking")
assert all(row["avg_rps"] > 10 and 0 < row["avg_latency_ms"] < 100 for row in ranking), ranking
results = rows(DB, "SELECT * FROM benchmark_results")
equal(set(COLUMNS) - set(results[0]), set(), "columns that users of the old tool know")
for row in results:
    assert row["requests_count"] > 0, row
    equal((row["http_method"], row["error_count"], row["error_rate"]), ("GET", 0, 0), "outcome")
    assert abs(row["requests_count"] / row["duration"] - row["requests_per_second"]) < 1e-6 * row["requests_per_second"]
    assert 0 < row["avg_response_time"] <= row["p99_response_time"], row
    assert row["p95_response_time"] <= row["p99_response_time"], row
    assert row["start_time"] < row["end_time"], row
    json.loads(row["config_snapshot"])

# The CSV: a row a run, with the database's figures.
table = csv_rows("reports/small-1.csv")
equal(len(table), 8, "rows of the CSV")

# The HTML: one strict document that loads nothing and runs nothing.
page = Page("reports/small-1.html")
equal([tag for tag in page.tags if tag in ("script", "iframe", "object", "embed", "link", "base", "form")], [], "tags")
equal([target for target in page.references if not target.startswith("#")], [], "references")
policies = [meta["content"] for meta in page.metas if meta.get("http-equiv", "").lower() == "content-security-policy"]
equal(len(policies), 1, "content security policies")
contains(policies[0], "default-src 'none'")
lacks(policies[0], "unsafe-eval")
for text in ("epoll/async", "libcurl/async", "rounds: 2, warmup: 50ms", "name: small"):
    contains(page.text, text)

# Every figure of the summary is in the page too.
for line in stdout().splitlines():
    if line.startswith("  epoll/async"):
        contains(page.text, line.split()[1].removesuffix("/s"))

# Piped: no control characters, and nothing wider than a terminal.
lacks(stderr(), "\r")
lacks(stderr(), "\033")
lacks(stdout(), "\033")
for line in stdout().splitlines():
    assert len(line) <= 80, line
