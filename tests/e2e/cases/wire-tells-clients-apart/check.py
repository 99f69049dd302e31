from pathlib import Path

from outcome import contains, equal, json_file, lacks, value

wires = {wire["client"]: wire["profile"] for wire in json_file("wires.json")}
equal(sorted(wires), ["epoll/async", "libcurl/async", "libcurl/async stock", "mine/sync"], "clients, each once")
for client, profile in wires.items():
    (request,) = profile["seen"]
    equal(request["line"], "POST /post HTTP/1.1", client)
    equal(dict(request["headers"])["Authorization"], "Basic ***", client)
    equal((request["body_bytes"], request["body_as_given"]), (5, True), client)
    equal((profile["requests"], profile["verified"], profile["connections"]), (5, 5, 1), client)
equal(dict(wires["mine/sync"]["seen"][0]["headers"])["X-Extra"], "mine", "the extra header")
equal(wires["epoll/async"]["bytes_sent"], wires["epoll/async"]["seen"][0]["bytes"], "bytes")

page = Path("report.html").read_text()
contains(page, "On the wire")
contains(page, "X-Extra")
lacks(page, "dXNlcjpwYXNz</td>")
equal(value("benchmark_results.db", "SELECT COUNT(*) FROM benchmark_results"), 24, "rows: no profile is a result")
