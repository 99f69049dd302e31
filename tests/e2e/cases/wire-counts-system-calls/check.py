from outcome import rows

calls = {
    row["client"]: row["system_calls"]
    for row in rows(
        "benchmark_results.db",
        "SELECT client, system_calls FROM wires w JOIN cells c ON c.sweep_id = w.sweep_id AND c.ordinal = w.ordinal",
    )
}
# A minimal client sends, waits and receives; libcurl looks more than once whether something has come.
assert 2 <= calls["epoll/async"] < 4, calls
assert calls["epoll/async"] < calls["libcurl/sync"] < 12, calls
