from outcome import equal, json_file, rows

tuned, both = json_file("tuned.json")["runs"], json_file("both.json")["runs"]
equal(sorted(run["client"] for run in both), ["libcurl/sync", "libcurl/sync stock"], "clients")
[default] = [run for run in both if "profile" not in run]
equal(default["cell"], tuned[0]["cell"], "the id of the cell at its default")
[stock] = [run for run in both if run.get("profile") == "stock"]
assert stock["cell"] != default["cell"]

found = rows("benchmark_results.db", "SELECT client_library FROM benchmark_results ORDER BY 1")
equal([row["client_library"] for row in found], ["libcurl", "libcurl stock"], "libraries")

# Stock, libcurl sends an Accept of its own and no User-Agent; so the lengths that /headers echoes differ.
lengths = rows("benchmark_results.db", "SELECT DISTINCT body_bytes_max AS bytes FROM runs WHERE status = 'ok'")
equal(len(lengths), 2, "different requests")
said = rows("benchmark_results.db", "SELECT ready FROM workers WHERE ready LIKE '%stock: libcurl%'")
equal(len(said), 1, "what the stock worker cannot honour")
