from outcome import equal, value

equal(value("kept/results.db", "PRAGMA integrity_check"), "ok", "integrity")
assert 0 < value("kept/results.db", "SELECT COUNT(*) FROM runs WHERE status = 'ok'") < 80
