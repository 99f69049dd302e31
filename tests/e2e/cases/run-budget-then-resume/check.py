from outcome import equal, json_file, rows

(between,) = json_file("between.json")
equal(between["status"], "budget")
assert 0 < between["pending"] < 10 and between["pending"] % 2 == 0, f"a whole round: {between}"
rounds = rows("benchmark_results.db", "SELECT round, COUNT(*) AS runs FROM runs WHERE purpose = 'measured' AND status = 'ok' GROUP BY round")
equal([row["runs"] for row in rounds], [2] * 5, "runs of each round")
