"""Instructions of a program against itself: within what countings are apart, and nothing is sent otherwise."""
import json

page = json.load(open("same.json"))
metrics = page["cells"][0]["metrics"]
assert abs(metrics["instructions"]["ratio"] - 1) < 0.01, metrics
assert metrics["instructions"]["n"] == 0 and metrics["instructions"]["base"] > 1000, metrics
assert set(metrics) == {"bytes", "connections", "system_calls", "instructions"}, metrics
assert page["notices"] == [], page["notices"]
