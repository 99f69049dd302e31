"""What the gates by counts left: verdicts by metric, the same from the store, and what the head sends otherwise."""
import json

more, again = (json.load(open(name)) for name in ("more.json", "again.json"))
for page in (more, again):
    assert page["verdict"] == "regressed", page["verdict"]
    metrics = page["cells"][0]["metrics"]
    assert metrics["system_calls"]["verdict"] == "regressed", metrics
    assert 0.9 < metrics["system_calls"]["head"] - metrics["system_calls"]["base"] < 1.1, metrics
    assert metrics["bytes"]["verdict"] == metrics["connections"]["verdict"] == "unchanged", metrics
    assert any("calls of getppid: 0.0 in the base, 1.0 in the head" in notice for notice in page["notices"]), page["notices"]
assert "calls of getppid" in open("more.md").read()
assert "<failure" in open("more.xml").read()
