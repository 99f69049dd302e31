from outcome import equal, rows

runs = rows("benchmark_results.db", """SELECT r.id, c.rate, r.connections, r.verified, r.scheduled, r.unsent
  FROM runs AS r JOIN cells AS c ON c.id = r.cell_id WHERE r.status = 'ok'""")
equal(len(runs), 4, "runs")
for run in runs:
    workers = rows("benchmark_results.db", f"""SELECT worker, connections, json_extract(done, '$.requests') AS requests
      FROM workers WHERE run_id = {run['id']} ORDER BY worker""")
    equal([worker["worker"] for worker in workers], [0, 1, 2], "workers")
    equal(run["connections"], sum(worker["connections"] for worker in workers), "connections of the run")
    assert all(worker["connections"] <= most for worker, most in zip(workers, (2, 2, 1))), workers
    assert all(worker["requests"] > 0 for worker in workers), workers
    if run["rate"] > 0:  # the due instants are dealt out in turn, none twice and none left out
        sent = [worker["requests"] for worker in workers]
        assert max(sent) - min(sent) <= 1 + run["unsent"], sent
        assert run["verified"] + run["unsent"] <= run["scheduled"], run
