import json

from outcome import equal, rows, value

COUNTS = "SELECT purpose, COUNT(*) AS runs FROM runs WHERE status = 'ok' GROUP BY purpose ORDER BY purpose"
SERVER_LIMITED = 8

equal(rows("with.db", COUNTS), [{"purpose": "ceiling", "runs": 6}, {"purpose": "floor", "runs": 1},
                                {"purpose": "measured", "runs": 12}])
equal(rows("without.db", COUNTS), [{"purpose": "measured", "runs": 12}])
equal(rows("smoke.db", COUNTS), [{"purpose": "smoke", "runs": 6}])

clients = rows("with.db", "SELECT DISTINCT client, purpose FROM runs JOIN cells c ON c.id = cell_id ORDER BY purpose")
equal([row["client"] for row in clients], ["epoll/async", "noop/async", "libcurl/async"])
equal(value("with.db", "SELECT COUNT(*) FROM benchmark_results"), 12)

# A server that takes 20 ms for everyone decides; that only the yardstick can tell.
LIMITED = f"""SELECT COUNT(*) FROM runs JOIN cells c ON c.id = cell_id
              WHERE purpose = 'measured' AND url = '/delay/0.02' AND flags & {SERVER_LIMITED}"""
equal(value("with.db", LIMITED), 4, "limited by the server")
equal(value("without.db", LIMITED), 0, "without a yardstick nobody knows")

# Every cell says what was possible under its load, and which share of it it got: what the rows say, too.
report = json.load(open("with.json"))
assert report["harness_cpu_per_request_ns"] > 0
for cell in report["cells"]:
    yardstick = cell["yardstick"]
    equal(yardstick["client"], "epoll/async")
    rates = [run["requests_per_second"] for run in report["runs"] if run["cell"] == cell["cell"]]
    assert min(rates) <= yardstick["share"] * yardstick["requests_per_second"] * 1.001
    assert yardstick["share"] * yardstick["requests_per_second"] <= max(rates) * 1.001
assert all(cell["yardstick"] is None for cell in json.load(open("without.json"))["cells"])
