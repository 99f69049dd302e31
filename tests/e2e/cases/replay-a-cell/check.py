import json
import re
from pathlib import Path

from outcome import contains, equal

said = Path("replayed").read_text()
lines = dict(re.findall(r"^\w+: (?=\{\"type\":\"(\w+)\")(.*)$", said, re.MULTILINE))
equal(list(lines), ["job", "ready", "go", "done"], "messages")
job, ready = json.loads(lines["job"]), json.loads(lines["ready"])
equal((job["client"], job["concurrency"], len(job["requests"])), ("epoll", 2, 1), "the job")
contains(lines["job"], "Bearer ***")
equal(ready["client"]["name"], "epoll", "who answered")
assert json.loads(lines["done"])["requests"] > 0
