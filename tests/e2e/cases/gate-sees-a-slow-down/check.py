"""What a gate leaves behind: its options, a verdict for each metric, runs of three subjects, and pages that agree."""
import glob
import json
import sqlite3

with sqlite3.connect("benchmark_results.db") as db:
    verdicts = dict(db.execute("SELECT metric, verdict FROM verdicts WHERE NOT control"))
    assert verdicts[""] == "regressed" and verdicts["cpu"] == "regressed", verdicts
    ratio, low, pairs = db.execute("SELECT ratio, low, pairs FROM verdicts WHERE NOT control AND metric = 'cpu'").fetchone()
    assert ratio > low > 1.03 and 12 <= pairs <= 20, (ratio, low, pairs)
    made = dict(db.execute("SELECT subject, count(*) FROM runs WHERE status = 'ok' GROUP BY 1"))
    assert made["base"] == made["head"] and made["control"] >= 5, made
    assert db.execute("SELECT confirm_pairs, sentinels FROM gates").fetchall() == [(12, 1)]
    assert not db.execute("SELECT 1 FROM benchmark_results WHERE client_library LIKE '%control%'").fetchall()

page, = glob.glob("reports/gate-*.json")
assert json.load(open(page))["verdict"] == "regressed"
assert json.load(open("again.json"))["verdict"] == "regressed"
assert "regressed" in open(glob.glob("reports/gate-*.html")[0]).read()
