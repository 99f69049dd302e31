"""What lies between was told by CPU alone, and each comparison is a gate of its own in the database."""
import json
import sqlite3

found = json.load(open("none.json"))
assert found["candidates"] == "commits" and found["first_bad"] is None and found["suspects"] == [], found
(tried,) = found["tried"]
assert tried["is"] == "good" and tried["low"] < 1.5 and tried["high"] < 1.5, tried
with sqlite3.connect("benchmark_results.db") as db:
    gates = db.execute("SELECT sweep_id, base, head FROM gates ORDER BY 1").fetchall()
    decided = {metric for metric, in db.execute("SELECT DISTINCT metric FROM verdicts WHERE metric != '' AND weight != 'off'")}
assert len(gates) == 3 and all("toy@" in head for _, _, head in gates), gates
assert tried["sweep"] == gates[-1][0], (tried, gates)
assert decided == {"cpu"}, decided
