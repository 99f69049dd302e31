"""The commit is what was asked for, in the result and in what was installed."""
import glob
import json

commit = open("commit").read().strip()
notices = json.load(open("gate.json"))["notices"]
for side in ("base", "head"):
    assert any(notice.startswith(f"{side}: git:http://") and notice.endswith(f"is commit {commit[:12]}") for notice in notices), notices
(receipt,) = glob.glob("env/toy+*/receipt.json")
(package,) = json.load(open(receipt))["chosen"]["install"]
assert package["state"] == commit and package["argument"].endswith(f"@{commit}"), package
