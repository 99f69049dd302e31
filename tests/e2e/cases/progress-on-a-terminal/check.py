import re

from outcome import contains, equal

CLEAR = "\r\x1b[K"
text = open("terminal", encoding="utf-8", newline="").read()
lines = [line for line in re.split(r"\r\x1b\[K|\r\n", text) if line.startswith("[")]
assert len(lines) >= 6, text
for line in lines:
    assert len(line) < 80, line
    assert re.fullmatch(r"\[\d/\d\] (epoll|libcurl|noop)/async GET ×2 · .+ · [0-9.]+k?/s · 0 errors · [0-9]+ s left", line), line
assert len({line.split("/")[0] for line in lines}) >= 2, "each run is shown"
phases = {line.split(" · ")[1] for line in lines}
contains(str(phases), "measur")
assert any(re.search(r" [1-9][0-9.]*k?\/s", line) for line in lines), "a live rate"
assert text.rindex(CLEAR) > text.rindex("left"), "the line is cleared at the end"
equal(open("quiet", encoding="utf-8").read(), "", "with --quiet")
