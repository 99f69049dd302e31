import re

from outcome import equal, contains

CLEAR = "\r\x1b[K"
text = open("terminal", encoding="utf-8", newline="").read()
lines = [line for line in re.split(r"\r\x1b\[K|\r\n", text) if line.startswith("[")]
assert len(lines) >= 6, text
for line in lines:
    assert len(line) < 80, line
    assert re.fullmatch(r"\[[12]/2\] (epoll|libcurl)/async GET ×2 · .+ · [0-9.]+k?/s · 0 errors · [0-9]+ s left", line), line
equal({line[1] for line in lines}, {"1", "2"}, "runs shown")
phases = {line.split(" · ")[1] for line in lines}
contains(str(phases), "measur")
assert any(re.search(r" [1-9][0-9.]*k?\/s", line) for line in lines), "a live rate"
assert text.rindex(CLEAR) > text.rindex("left"), "the line is cleared at the end"
equal(open("quiet", encoding="utf-8").read(), "", "with --quiet")
