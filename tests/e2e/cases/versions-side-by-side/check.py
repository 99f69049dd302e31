import os

from outcome import equal, json_file, rows

found = rows("benchmark_results.db", """SELECT c.client, c.client_library, r.client_version, c.cell_key
  FROM runs AS r JOIN cells AS c ON c.id = r.cell_id WHERE r.status = 'ok' ORDER BY 1""")
equal([run["client_version"] for run in found], ["2.2.3", "2.3.0"], "versions that were measured")
equal([run["client_library"] for run in found], ["urllib3@2.2.3", "urllib3@2.3.0"], "libraries")
assert found[0]["cell_key"] != found[1]["cell_key"], "two cells"

equal(sorted(name for name in os.listdir("env") if name[0] != "."), ["urllib3@2.3.0"], "what is left")
receipt = json_file("env/urllib3@2.3.0/receipt.json")
equal((receipt["version"], receipt["hashes"], receipt["constraints"]), ("2.3.0", False, "none"), "receipt")
assert receipt["packages"]["urllib3"] == "2.3.0", receipt
