from outcome import contains, equal, json_file

shown = open("clients", encoding="utf-8").read()
clients = {entry["name"]: entry for entry in json_file("clients.json")}
servers = {entry["name"]: entry for entry in json_file("servers.json")}
for name, entry in clients.items():
    contains(shown, name)
    assert entry["available"] != (entry["version"] is None), entry
    if not entry["available"]:
        assert entry["reason"] and entry["remedy"], entry
        contains(shown, f"{name} is missing")
for name in ("epoll", "libcurl", "noop"):
    assert clients[name]["available"], name
equal(clients["libcurl"]["modes"], ["sync", "async"], "modes")
equal(clients["libcurl"]["protocols"], ["http/1.1", "h2"], "protocols")
assert servers["builtin"]["available"]
