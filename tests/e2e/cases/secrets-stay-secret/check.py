from pathlib import Path

from outcome import contains, value

# It would prove nothing if what holds the secret were not stored at all.
contains(value("benchmark_results.db", "SELECT scenario_text FROM sweeps LIMIT 1"), "${API_TOKEN:?}")
contains(Path("report.html").read_text(), "${API_TOKEN:?}")
contains(Path("report.csv").read_text(), "${QUERY_KEY:?}")
