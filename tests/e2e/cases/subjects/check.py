from outcome import equal, rows

found = rows("benchmark_results.db", """SELECT r.position, r.round, r.subject, c.cell_key, c.server FROM runs AS r
  JOIN cells AS c ON c.id = r.cell_id WHERE r.status = 'ok' ORDER BY r.position""")
equal(len(found), 8, "runs")
pairs = [found[i:i + 2] for i in range(0, 8, 2)]
for first, second in pairs:
    equal(first["cell_key"], second["cell_key"], "neighbours are sides of one cell")
    equal({first["subject"], second["subject"]}, {"base", "head"}, "sides")
for key in {run["cell_key"] for run in found}:
    firsts = [first["subject"] for first, _ in pairs if first["cell_key"] == key]
    equal(sorted(firsts), ["base", "head"], "each side begins once")
equal({(run["subject"], run["server"]) for run in found}, {("base", "builtin"), ("head", "builtin [head]")}, "servers")
names = rows("benchmark_results.db", "SELECT client_library, count(*) AS n FROM benchmark_results GROUP BY 1 ORDER BY 1")
equal([(row["client_library"], row["n"]) for row in names], [("libcurl [base]", 4), ("libcurl [head]", 4)], "the view")
