"""A database as the old tool wrote it: one table, whose name is now that of a view."""

import sqlite3

db = sqlite3.connect("old.db")
db.execute(
    """
    CREATE TABLE benchmark_results (
        id INTEGER PRIMARY KEY AUTOINCREMENT, name TEXT NOT NULL, client_library TEXT NOT NULL,
        client_type TEXT NOT NULL, http_method TEXT NOT NULL, url TEXT NOT NULL, start_time TIMESTAMP,
        end_time TIMESTAMP, duration REAL, requests_count INTEGER, requests_per_second REAL,
        avg_response_time REAL, p95_response_time REAL, p99_response_time REAL, cpu_usage_avg REAL,
        memory_usage_avg REAL, error_count INTEGER, error_rate REAL, concurrency_level INTEGER,
        config_snapshot TEXT, created_at TIMESTAMP DEFAULT CURRENT_TIMESTAMP)
    """
)
for client, rate, latency in (("requests", 900.0, 0.010), ("requests", 1100.0, 0.008), ("aiohttp", 3000.0, 0.003)):
    db.execute(
        "INSERT INTO benchmark_results (name, client_library, client_type, http_method, url, start_time, end_time,"
        " duration, requests_count, requests_per_second, avg_response_time, p95_response_time, p99_response_time,"
        " cpu_usage_avg, memory_usage_avg, error_count, error_rate, concurrency_level, config_snapshot)"
        " VALUES ('old', ?, 'sync', 'GET', 'http://localhost/get', '2024-01-01 00:00:00', '2024-01-01 00:00:30',"
        " 30, ?, ?, ?, ?, ?, 50, 40, 0, 0, 10, '{}')",
        (client, int(rate * 30), rate, latency, latency * 2, latency * 3),
    )
db.commit()
