"""What lies between was told by CPU alone, and each comparison is a gate of its own in the database."""
import sqlite3

with sqlite3.connect("benchmark_results.db") as db:
    gates = db.execute("SELECT g.base, g.head, s.tags FROM gates g JOIN sweeps s ON s.id = g.sweep_id ORDER BY g.sweep_id").fetchall()
    decided = {metric for metric, in db.execute("SELECT DISTINCT metric FROM verdicts WHERE metric != '' AND weight != 'off'")}
assert len(gates) == 2 and all("toy@" in head and '"bisect"' in tags for _, head, tags in gates), gates
assert gates[0][0] == gates[1][0], gates
assert decided == {"cpu"}, decided
