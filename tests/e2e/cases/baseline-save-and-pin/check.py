from outcome import equal, json_file

baseline = json_file("baselines/one.baseline")
(cell,) = baseline["cells"]
equal(baseline["scenario"], "one")
equal(cell["runs"], 2, "runs")
equal({len(figures) for figures in cell["metrics"].values()}, {2}, "figures a metric")
assert min(cell["metrics"]["throughput"]) > 0 and min(cell["metrics"]["cpu"]) > 0
