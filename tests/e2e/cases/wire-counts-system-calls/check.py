from outcome import csv_rows, equal, rows

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

told = {row["client"]: float(row["system_calls_per_request"]) for row in csv_rows("wide.csv")}
assert all(abs(told[client] - calls[client]) < 0.01 for client in calls), (told, calls)
equal({row["value"] for row in csv_rows("long.csv") if row["metric"] == "instructions_per_request"}, set(), "nobody counted")
long = [row for row in csv_rows("long.csv") if row["metric"] == "system_calls_per_request"]
equal({row["client"]: float(row["value"]) for row in long}, told, "the long form says the same")
