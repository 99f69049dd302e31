from outcome import csv_rows, equal, json_file

plan, table = json_file("plan.json"), csv_rows("plan.csv")
KEYS = ["run", "round", "cell", "client", "mode", "server", "method", "url", "concurrency", "duration_s"]

equal(list(plan)[:4], ["scenario", "cells", "estimated_s", "runs"], "keys of the plan")
for run in plan["runs"]:
    equal(list(run)[: len(KEYS)], KEYS, "keys of a run")

# The oracle: the matrix by brute force.
targets = [("GET", "/get"), ("POST", "/post"), ("PUT", "/post")]
cells = {
    (client, method, url, concurrency, 1.5)
    for client in ("libcurl/async", "libcurl/sync")
    for method, url in targets
    for concurrency in (1, 16)
    if not (client == "libcurl/sync" and concurrency == 16)
} | {("epoll/async", "GET", "/get", 64, 1.5)}
equal(plan["scenario"], "shapes")
equal(plan["cells"], len(cells), "cells")
for number in (1, 2):
    of_round = [run for run in plan["runs"] if run["round"] == number]
    seen = {(r["client"], r["method"], r["url"], r["concurrency"], r["duration_s"]) for r in of_round}
    equal(seen, cells, f"cells of round {number}")
    equal(len(of_round), len(cells), f"runs of round {number}")
equal([run["run"] for run in plan["runs"]], list(range(1, 21)), "numbers")
equal(len({run["cell"] for run in plan["runs"]}), len(cells), "different cell ids")
orders = [[run["cell"] for run in plan["runs"] if run["round"] == number] for number in (1, 2)]
assert orders[0] != orders[1], "each round has an order of its own"

# 20 runs of 0.5 + 1.5 + 1 s, some of the yardstick, and some overhead each.
assert 60 <= plan["estimated_s"] <= 95, plan["estimated_s"]

origins = {run["from"] for run in plan["runs"] if run["client"] == "epoll/async"}
equal(origins, {"include scenario.yaml:10"}, "origin of the included cell")
equal({run["from"] for run in plan["runs"]} - origins, {"matrix"}, "origin of the rest")

equal(len(table), len(plan["runs"]), "rows of the CSV")
for row, run in zip(table, plan["runs"]):
    equal([row[key] for key in KEYS], [str(run[key]) for key in KEYS], "a row of the CSV")
