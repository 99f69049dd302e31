from outcome import csv_rows, equal, json_file, rows

DB = "benchmark_results.db"
made = "SELECT status, COUNT(*) AS runs FROM runs WHERE purpose = 'measured' GROUP BY status ORDER BY status"
counts = {row["status"]: row["runs"] for row in rows(DB, made)}
assert counts["ok"] >= 5 and counts["ok"] + counts["not_needed"] == 9 and counts["not_needed"] > 0, counts
late = rows(DB, "SELECT status FROM runs WHERE purpose = 'measured' ORDER BY round")
equal([row["status"] for row in late], ["ok"] * counts["ok"] + ["not_needed"] * counts["not_needed"])
(sweep,) = json_file("sweeps.json")
equal(sweep["status"], "complete")
equal(len(rows(DB, "SELECT id FROM benchmark_results")), counts["ok"])
equal(len(csv_rows("reports/until-known-1.csv")), counts["ok"])
