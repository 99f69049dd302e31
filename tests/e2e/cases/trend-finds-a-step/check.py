from outcome import Page, equal, json_file, lacks

trend = json_file("trend.json")
(rollup,) = [series for series in trend["series"] if series["rollup"]]
(point,) = rollup["points"]
equal(len(trend["nights"]), 30, "nights")
equal((point["sweep_before"], point["sweep_after"]), (21, 22), "sweeps about the change")
equal(point["worse"], True, "worse")
assert 0.05 < point["change"] < 0.11, point
cells = [series for series in trend["series"] if not series["rollup"]]
equal({inner["belongs_to"] for series in cells for inner in series["points"]}, {point["id"]}, "what cells belong to")
Page("trend.html")  # tags nest
lacks(open("trend.html", encoding="utf-8").read(), "<script")
