import re
import xml.etree.ElementTree as ElementTree
from pathlib import Path

from outcome import Page, contains, csv_rows, equal, json_file

report = json_file("out.json")
equal((report["schema_version"], report["kind"]), (1, "pairs"))
equal((report["base"], report["head"], report["verdict"]), ("base", "head", "regressed"))
(cell,) = report["cells"]
p50 = cell["metrics"]["p50"]
assert p50["low"] > p50["limit"], "that is what regressed means"
assert p50["head"] > p50["base"] * 2
equal(p50["n"], 6)
equal((cell["base"]["runs"], cell["head"]["runs"]), (6, 6))
again = json_file("again.json")
for one in (report, again):
    one.pop("made_by")
equal(again, report, "the same database says the same")

rows = csv_rows("out.csv")
equal({row["cell_verdict"] for row in rows}, {"regressed"})
equal({row["metric"] for row in rows}, set(cell["metrics"]))
equal(Path("out.markdown").read_text().splitlines()[0], "<!-- http-benchmark:subjects -->")
contains(Path("out.annotations").read_text(), "::error file=scenario.yaml,line=1,title=regressed%3A epoll/async")
suite = ElementTree.parse("out.junit").getroot().find("testsuite")
equal((suite.get("tests"), suite.get("failures")), ("1", "1"))
page = Page("out.html")
equal(page.references, [], "what the page loads")
contains(page.text, "regressed")
assert re.search("p50 +-.* improved", Path("better").read_text()), "the other way round"
contains(Path("stored").read_text(), "! Advisory: stored results")
contains(Path("stored").read_text(), "sweep 1:base → sweep 1:head")
contains(Path("baseline").read_text(), "base.baseline → sweep 1:head")
assert re.search("p50 +[+]", Path("stored").read_text())
