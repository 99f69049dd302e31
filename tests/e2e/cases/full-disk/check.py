from outcome import equal, rows, value

equal(value("kept/results.db", "PRAGMA integrity_check"), "ok", "integrity")
statuses = rows("kept/results.db", "SELECT status, COUNT(*) AS runs FROM runs WHERE purpose = 'measured' GROUP BY status")
equal(statuses, [{"status": "ok", "runs": 25}], "runs after --resume")
