from outcome import equal, rows

run, = rows("benchmark_results.db", "SELECT r.log_tail, c.canonical FROM runs AS r JOIN cells AS c ON c.id = r.cell_id")
lines = set(run["log_tail"].splitlines())
assert {"HOME=/tmp", 'MARK=a = "b" c', "TOKEN=***", "LANG=C.UTF-8"} <= lines, lines
assert not any(line.startswith("UNASKED=") for line in lines), lines
assert '"TOKEN":"${API_TOKEN}"' in run["canonical"], run["canonical"]
many, = rows("many.db", "SELECT log_tail FROM runs")
equal(many["log_tail"].strip(), "5000")
