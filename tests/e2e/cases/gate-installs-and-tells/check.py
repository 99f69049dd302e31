"""Whatever the verdict of so short runs is, the notice is in the result and in the store."""
import json
import sqlite3

notices = json.load(open("gate.json"))["notices"]
assert any("only the base has sniffio" in notice for notice in notices), notices
with sqlite3.connect("benchmark_results.db") as db:
    stored, = db.execute("SELECT notices FROM gates").fetchone()
assert json.loads(stored) == notices
