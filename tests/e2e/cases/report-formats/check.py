from outcome import Page, csv_rows, equal, json_file, rows

(run,) = rows("benchmark_results.db", "SELECT * FROM benchmark_results")
report, (row,) = json_file("file.json"), csv_rows("file.csv")
equal(report["schema_version"], 1)
equal(report["sweep"]["id"], 1, "sweep")
(cell,) = report["cells"]
assert abs(cell["requests_per_second"]["median"] - run["requests_per_second"]) < 0.01
assert abs(float(row["requests_per_second"]) - run["requests_per_second"]) < 0.01
long = csv_rows("file.csv-long")
assert len({entry["metric"] for entry in long}) == len(long) > 10, "a row a metric of the one run"
for name in ("out.html", "file.html"):
    Page(name)
