from outcome import equal, json_file, value

equal([sweep["id"] for sweep in json_file("sweeps.json")], [3, 2, 1], "sweeps, newest first")
for table in ("runs", "cells", "histograms", "seconds"):
    equal(value("benchmark_results.db", f"SELECT COUNT(*) FROM {table}"), 0, f"rows left in {table}")
