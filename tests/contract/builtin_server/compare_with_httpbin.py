"""The embedded server answers as the real httpbin does.

Both are started on loopback, every request of CASES is sent to both over a plain socket, and the answers are
compared: status, significant headers, style of transfer, body. What differs on purpose is in DEVIATIONS, with the
reason; a deviation that no longer shows is a failure too, so that the table stays true.

usage: compare_with_httpbin.py SERVER        (environment: HB_HTTPBIN_PYTHON, an interpreter that has httpbin and gunicorn)
Exit code 77: skipped, because there is no httpbin to compare with.
"""

import gzip
import http.client
import json
import os
import re
import socket
import subprocess
import sys

SKIPPED = 77
SIGNIFICANT_HEADERS = (
    "content-type", "content-encoding", "location", "www-authenticate", "set-cookie", "x-more-info",
    "access-control-allow-origin", "access-control-allow-credentials", "access-control-allow-methods",
    "access-control-max-age", "access-control-allow-headers",
)
METHODS = ("GET", "HEAD", "POST", "PUT", "PATCH", "DELETE", "OPTIONS", "TRACE")
FORM = {"Content-Type": "application/x-www-form-urlencoded"}
JSON = {"Content-Type": "application/json"}
TEXT = {"Content-Type": "text/plain"}
BYTES = {"Content-Type": "application/octet-stream"}
MULTIPART = {"Content-Type": "multipart/form-data; boundary=frontier"}


def part(disposition, content, content_type=None):
    head = f"--frontier\r\nContent-Disposition: form-data; {disposition}\r\n"
    if content_type:
        head += f"Content-Type: {content_type}\r\n"
    return head.encode() + b"\r\n" + content + b"\r\n"


MULTIPART_BODY = (
    part('name="a"', b"1") + part('name="a"', b"2") + part('name="b"; filename="b.txt"', "text é".encode(), "text/x")
    + part('name="c"; filename="c;d.bin"', b"\xff\x00\r\n--front", "application/x-thing")
    + part('name="c"; filename="second.txt"', b"dropped") + part('name="empty"; filename=""', b"")
    + b"--frontier--\r\n"
)

# Every endpoint with every method, so that 405, HEAD and OPTIONS are compared everywhere.
PATHS = (
    "/get", "/post", "/put", "/patch", "/delete", "/anything", "/anything/some/where", "/headers", "/status/200",
    "/delay/0", "/bytes/0", "/stream/2", "/stream-bytes/0", "/drip?duration=0&numbytes=3", "/gzip", "/redirect/1",
    "/relative-redirect/1", "/absolute-redirect/1", "/redirect-to?url=/get", "/basic-auth/u/p", "/cookies",
    "/cookies/set", "/cookies/set/a/b", "/cookies/delete", "/uuid", "/ip", "/user-agent", "/no-such-page", "/get/",
    "/anything/", "/bytes/x", "/bytes/-1", "/stream/1.5", "/basic-auth/u", "/cookies/set/a",
)

# (method, target, headers, body)
CASES = [(method, path, {}, None) for path in PATHS for method in METHODS]
CASES += [("GET", target, headers, None) for target, headers in (
    ("/get?a=1&a=2&b=%C3%A9&c&=x&&d=%20+%2B&a=3", {}),
    ("/get?bad=%ff%00&half=%e2%82&percent=%zz%", {}),
    ("/get?q=%3Cb%3E%22%5C%7b%26%3d%23%25", {}),
    ("/get?show_env=1", {"Via": "proxy", "X-Forwarded-Proto": "https", "X-Request-Id": "7"}),
    ("/get", {"Via": "proxy", "X-Forwarded-For": "192.0.2.1", "X-Forwarded-Proto": "https"}),
    ("/get", {"x-lower-case": "v", "X-UPPER-CASE": "v", "X-3d": "v", "X_under": "v", "X-Bytes": "\xc3\xa9"}),
    ("/get", {"Origin": "http://example.org"}),
    ("/headers", {"Accept": "*/*", "X-Quotes": "a\"b\\c\t<>"}),
    ("/ip", {"X-Forwarded-For": "192.0.2.1, 192.0.2.2"}),
    ("/user-agent", {"User-Agent": "someone/1"}),
    ("/anything/x%20y%2Fz/%C3%A9%3F?q=%20", {}),
    ("/anything/%ff", {}),
    ("/status/200:x", {}), ("/status/200,", {}), ("/status/abc", {}), ("/status/:1,200", {}),
    ("/status/200:1,500:0", {}), ("/status/200:0,500:1", {}), ("/status/404:0.5,404:0.5", {}),
    ("/delay/0.05?x=1", {}), ("/delay/1e-2", {}),
    ("/bytes/16?seed=1", {}), ("/bytes/1000?seed=-1", {}), ("/bytes/5000?seed=123456789012", {}),
    ("/bytes/999999?seed=5", {}), ("/bytes/8?SEED=1", {}),
    ("/stream/0", {}), ("/stream/3?x=1&x=2", {}), ("/stream/1000", {}),
    ("/stream-bytes/25000?seed=3&chunk_size=1000", {}), ("/stream-bytes/999999?seed=5", {}),
    ("/stream-bytes/5?seed=1&chunk_size=-4", {}),
    ("/drip?numbytes=5&duration=0.05&delay=0.05&code=201", {}), ("/drip?numbytes=0", {}),
    ("/drip?numbytes=-3", {}), ("/drip?NUMBYTES=2&duration=0", {}), ("/drip?code=500&duration=0", {}),
    ("/gzip", {"Accept-Encoding": "identity", "X-Long": "ab" * 500}),
    ("/redirect/3", {}), ("/redirect/2?absolute=True", {}), ("/redirect/1?absolute=true", {}),
    ("/relative-redirect/3", {}), ("/absolute-redirect/3", {}),
    ("/absolute-redirect/2", {"Host": "example.org:81"}), ("/get", {"Host": "example.org"}),
    ("/redirect-to?url=http://example.org/y%20z%C3%A9%22%7B&status_code=307", {}),
    ("/redirect-to?url=/x&status_code=200", {}), ("/redirect-to?URL=/x&STATUS_CODE=301", {}),
    ("/redirect-to?url=", {}), ("/redirect-to?url=a&url=b", {}),
    ("/basic-auth/u/p", {"Authorization": "Basic dTpw"}), ("/basic-auth/u/p", {"Authorization": "basic dTpw"}),
    ("/basic-auth/u/p", {"Authorization": "Basic dTp4"}), ("/basic-auth/u/p", {"Authorization": "Basic !!!"}),
    ("/basic-auth/u/p", {"Authorization": "Bearer dTpw"}), ("/basic-auth/u/p", {"Authorization": "Basic dQ=="}),
    ("/basic-auth/u/p:q", {"Authorization": "Basic dTpwOnE="}),
    ("/basic-auth/%C3%A9/p%20q", {"Authorization": "Basic w6k6cCBx"}),
    ("/cookies", {"Cookie": 'a=1; b="x y"; a=2; _gauges_unique=1; d=%20; e="q\\"\\073"'}),
    ("/cookies?show_env=1", {"Cookie": "_gauges_unique=1; __utma=x"}),
    ("/cookies/set?k=v&k2=v%20w;x&k=z&k3=%C3%A9%22%0d%5C", {}), ("/cookies/set/n/v", {}),
    ("/cookies/set/n/v%2C%20w", {}), ("/cookies/set?a%20b=x", {}), ("/cookies/delete?a&b=1", {}),
    ("/cookies/set?n=v", {"X-Forwarded-Proto": "https"}),
)]
CASES += [(method, f"/status/{code}", {}, None) for method in ("GET", "HEAD", "POST") for code in (
    200, 201, 202, 204, 206, 300, 301, 302, 303, 304, 305, 307, 308, 400, 401, 402, 403, 404, 405, 406, 407, 408, 418,
    429, 500, 502, 503, 504, 599, 999)]
CASES += [(method, path, headers, body) for method, path in (
    ("POST", "/post"), ("PUT", "/put"), ("PATCH", "/patch"), ("DELETE", "/delete"), ("POST", "/anything/x"),
    ("GET", "/anything"), ("POST", "/delay/0")) for headers, body in (
    (FORM, b"a=1&b=2&a=%C3%A9&c&plus=1+1"), (FORM, b"bad=%ff\xfe"), (FORM, b""),
    ({"Content-Type": "Application/X-WWW-Form-URLencoded; charset=utf-8"}, b"a=1"),
    (JSON, b'{"k": [1, 2.5, 1e3, "\xc3\xa9\\u00e9", null, true, {}, []], "a": {"z": 1, "b": [{"c": ""}]}}'),
    (JSON, b"{bad"), (JSON, b'{"a":1,"a":2}'), (JSON, b'"text"'), (JSON, b" 17 "), (TEXT, b"123"),
    (TEXT, 'plain "text" \\ </ é \U0001f600 \x7f \x01'.encode()), (BYTES, b"\xff\xfe\x00a"), ({}, b"no type"),
    (MULTIPART, MULTIPART_BODY), (MULTIPART, b"preamble\r\n" + MULTIPART_BODY), (MULTIPART, b"--frontier--\r\n"),
)]
CASES += [("POST", "/post", {"Transfer-Encoding": "chunked", **TEXT}, b"sent in chunks"),
          ("POST", "/post", FORM, b"a=" + b"x" * 500001),
          ("POST", "/post", TEXT, b"long " * 100000),
          ("POST", "/redirect-to?url=/x", FORM, b"url=/y"),
          ("OPTIONS", "/get", {"Origin": "http://example.org", "Access-Control-Request-Headers": "x-a, x-b"}, None)]

CORS = {"access-control-allow-origin", "access-control-allow-credentials"}
ANSWER = {"status", "content-type", "length", "body"}

# What differs on purpose: name, pattern of the case (see label()), what may differ, why.
DEVIATIONS = (
    ("malformed numbers",
     r"/delay/(x|-1|nan)|redirect/0|(seed|chunk_size|numbytes|duration)=x|status_code=abc", ANSWER,
     "httpbin fails with 500; the mistake is the client's, so we answer 400"),
    ("impossible status codes", r"/status/(0|99|1000|-1)$|code=99", ANSWER | CORS,
     "httpbin makes gunicorn fail with 500; we answer 400. So we do for 100 to 199, which httpbin sends as the final "
     "status, so that clients wait forever (not compared for that reason)"),
    ("redirect-to without url", r"GET /redirect-to$", ANSWER | {"location"},
     "httpbin redirects to the word None; we answer 400"),
    ("header injection", r"url=a%0d%0a", ANSWER | {"location"}, "httpbin fails with 500; we escape what is no URL"),
    ("repeated slashes", r"GET (//get|/anything//)", ANSWER | {"location"},
     "werkzeug merges slashes, in part by redirecting; we take a path as it is"),
    ("HEAD of a stream", r"HEAD /stream", {"transfer"}, "we announce chunks as for GET; gunicorn leaves that out"),
    ("length of a 304", r"/status/304", {"length"}, "libmicrohttpd says Content-Length: 0; gunicorn says nothing"),
    ("large integers", r"12345678901234567890123$", {"body"},
     "jansson's integers have 64 bits; JSON with larger ones is shown as data only"),
    ("NaN", r"NaN$", {"body"}, "Python reads and prints NaN, which is not JSON; we show null"),
)
CASES += [("GET", target, {}, None) for target in (
    "/delay/x", "/delay/-1", "/delay/nan", "/redirect/0", "/relative-redirect/0", "/absolute-redirect/0",
    "/bytes/5?seed=x", "/stream-bytes/5?chunk_size=x", "/drip?numbytes=x", "/drip?duration=x",
    "/redirect-to?url=/x&status_code=abc", "/status/99", "/status/1000", "/status/0", "/status/-1",
    "/drip?code=99&duration=0", "/redirect-to", "/redirect-to?url=a%0d%0aX:y", "//get", "/anything//x")]
CASES += [("POST", "/post", JSON, body) for body in (b"12345678901234567890123", b"NaN")]


def send(port, method, target, headers, body):
    """One request on a connection of its own; the headers are written as given."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=20)
    connection.putrequest(method, target, skip_host="Host" in headers, skip_accept_encoding=True)
    for name, value in headers.items():
        connection.putheader(name, value.encode("latin-1"))
    chunked = headers.get("Transfer-Encoding") == "chunked"
    if body is not None and not chunked:
        connection.putheader("Content-Length", str(len(body)))
    connection.endheaders(body, encode_chunked=chunked)
    try:
        response = connection.getresponse()
        return response, response.read()
    finally:
        connection.close()


def is_json(body):
    try:
        json.loads(body)
    except (TypeError, ValueError):
        return False
    return True


def facts_of(port, case):
    """What must agree. Bodies to the byte, save where one JSON value has many spellings, or chance decides."""
    method, target, headers, body = case
    response, content = send(port, method, target, headers, body)
    facts = {name: "\n".join(sorted(response.headers.get_all(name, []))) for name in SIGNIFICANT_HEADERS}
    facts["status"] = response.status
    facts["allow"] = sorted(re.split(r",\s*", response.getheader("allow", "")))
    facts["transfer"] = response.getheader("transfer-encoding", "length")
    facts["length"] = response.getheader("content-length")
    if response.getheader("content-encoding") == "gzip":
        facts["length"] = "compressed"
        content = gzip.decompress(content) if content else content
    facts["body"] = content.decode("utf-8", "surrogateescape")
    if target == "/uuid":
        facts["body"] = re.sub(r"[0-9a-f]{8}(-[0-9a-f]{4}){2}-[89ab][0-9a-f]{3}-[0-9a-f]{12}", "UUID", facts["body"])
    if target.startswith("/stream/") and response.status == 200:
        facts["body"] = [json.loads(line) for line in facts["body"].splitlines()]
    elif is_json(body) and response.status == 200 and method != "HEAD":
        facts["body"] = json.loads(facts["body"])
        facts["length"] = "any"
    here = re.compile(rf"\b127\.0\.0\.1:{port}\b")
    return {name: json.loads(here.sub("ORIGIN", json.dumps(value))) for name, value in facts.items()}


def label(case):
    method, target, headers, body = case
    return " ".join(filter(None, (method, target, str(headers or ""), (body or b"")[:80].decode("latin-1"))))


def deviation_of(case):
    return next((entry for entry in DEVIATIONS if re.search(entry[1], label(case))), None)


def compare(ours_port, theirs_port):
    """The complaints, one a line."""
    complaints, shown = [], set()
    for case in CASES:
        ours, theirs = facts_of(ours_port, case), facts_of(theirs_port, case)
        different = {name for name in ours if ours[name] != theirs[name]}
        deviation = deviation_of(case)
        if deviation is not None and different:
            shown.add(deviation[0])
            different -= deviation[2]
        for name in sorted(different):
            complaints.append(f"{label(case)}: {name}\n    ours    {ours[name]!r:.700}\n    httpbin {theirs[name]!r:.700}")
    complaints += [f"deviation '{entry[0]}' no longer shows" for entry in DEVIATIONS if entry[0] not in shown]
    return complaints


def can_run(python):
    return python and subprocess.run([python, "-c", "import httpbin, gunicorn"], stderr=subprocess.DEVNULL,
                                     check=False).returncode == 0


def start_httpbin(python):
    """gunicorn takes over a socket that is bound here, so its port is known and nobody else's."""
    listener = socket.create_server(("127.0.0.1", 0))
    command = [python, "-m", "gunicorn", "--worker-class", "gthread", "--threads", "2", "--log-level", "critical",
               "--bind", f"fd://{listener.fileno()}", "httpbin:app"]
    process = subprocess.Popen(command, pass_fds=[listener.fileno()], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    return process, listener.getsockname()[1]


def main():
    python = os.environ.get("HB_HTTPBIN_PYTHON")
    if not can_run(python):
        print("skipped: HB_HTTPBIN_PYTHON names no interpreter with httpbin and gunicorn (see requirements.txt)")
        return SKIPPED
    ours = subprocess.Popen([sys.argv[1]], stdin=subprocess.PIPE, stdout=subprocess.PIPE)
    theirs, theirs_port = start_httpbin(python)
    try:
        complaints = compare(json.loads(ours.stdout.readline())["port"], theirs_port)
    finally:
        ours.stdin.close()
        theirs.terminate()
        theirs.wait(20)
    if ours.wait(5) != 0:
        complaints.append(f"the server ended with code {ours.returncode}")
    for complaint in complaints:
        print(complaint)
    print(f"{len(CASES)} requests compared, {len(complaints)} differences, {len(DEVIATIONS)} deviations on purpose")
    return 1 if complaints else 0


if __name__ == "__main__":
    sys.exit(main())
