from outcome import csv_rows, equal, json_file, rows

runs = rows("benchmark_results.db", """SELECT c.canonical, c.rate, r.verified, r.scheduled, r.unsent, r.unfinished
  FROM runs AS r JOIN cells AS c ON c.id = r.cell_id WHERE r.status = 'ok'""")
equal([run["rate"] for run in runs], [80.0] * 4, "mean rates")
bursts = [run for run in runs if '"rate":{"burst":8,"every_ns":100000000}' in run["canonical"]]
equal(len(bursts), 2, "runs in bursts")
equal([run["scheduled"] for run in bursts], [24, 24], "25, 125 and 225 ms after the window opened")
for run in runs:
    equal(run["verified"] + run["unsent"] + run["unfinished"], run["scheduled"], "what became of the requests due")

cells = json_file("report.json")["cells"]
equal(sorted(cell.get("burst", 0) for cell in cells), [0, 0, 8, 8], "bursts in the report")
equal({cell["every_s"] for cell in cells if "burst" in cell}, {0.1}, "from one burst to the next")

loads = {(run["arrivals"], run["rate"], run["burst"], run["every_s"]) for run in csv_rows("report.csv")}
equal(loads, {("bursts", "80", "8", "0.1"), ("constant", "80", "", "")}, "loads of the wide form")
told = {(run["arrivals"], run["metric"], run["value"]) for run in csv_rows("long.csv")
        if run["metric"] in ("rate", "burst", "every_s")}
equal(told, {("bursts", "rate", "80"), ("bursts", "burst", "8"), ("bursts", "every_s", "0.1"), ("constant", "rate", "80")},
      "loads of the long form")

loads = sorted((row["rate"], row["burst"], row["every_s"]) for row in csv_rows("comparison.csv") if row["metric"] == "cpu")
equal(loads, [("80", "", "")] * 2 + [("80", "8", "0.1")] * 2, "loads of a comparison")
loads = sorted((cell["rate"], cell.get("burst", 0), cell.get("every_s", 0)) for cell in json_file("comparison.json")["cells"])
equal(loads, [(80, 0, 0)] * 2 + [(80, 8, 0.1)] * 2, "loads of a comparison in JSON")
