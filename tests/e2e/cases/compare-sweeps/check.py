from pathlib import Path

from outcome import contains, equal, json_file, lacks

report = json_file("two-files.json")
equal(report["kind"], "stored")
equal((report["base"], report["head"]), ("sweep 1 of copy.db", "sweep 2"))
equal(report["verdict"], "removed")
equal({verdict: count for verdict, count in report["counts"].items() if count}, {"removed": 1, "inconclusive": 1, "new": 3})
(shared,) = [cell for cell in report["cells"] if cell["metrics"]]
equal((shared["client"], shared["concurrency"]), ("libcurl/sync", 2), "what both have")
equal(report["suites"][0]["cells"], 1, "what the clients are ranked over")
equal([cell["verdict"] for cell in report["cells"]], ["removed", "inconclusive", "new", "new", "new"], "worst first")
lacks(Path("shared").read_text(), "removed")
contains(Path("refused").read_text(), "incomparable (--force compares all the same)")
