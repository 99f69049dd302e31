"""Makes the calibration that was found that of a machine whose pairs scatter by so much: argument."""
import sqlite3
import sys

with sqlite3.connect("benchmark_results.db") as db:
    db.execute("UPDATE calibration_metrics SET noise = ? WHERE noise IS NOT NULL", (float(sys.argv[1]),))
