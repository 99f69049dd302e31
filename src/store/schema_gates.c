/* Version 5: what gates were asked and said, and what machines were found to resolve. The latter
 * outlives the sweep that it was made of. */
#include "store/schema.h"

static const char gates_sql[] =
    "CREATE TABLE gates ("
    "  sweep_id INTEGER PRIMARY KEY REFERENCES sweeps (id) ON DELETE CASCADE,"
    "  base TEXT NOT NULL, head TEXT NOT NULL,"
    "  base_subject TEXT NOT NULL, head_subject TEXT NOT NULL,"
    "  servers_differ INTEGER NOT NULL, allow_failed REAL NOT NULL,"
    "  notices TEXT NOT NULL,"
    "  basis TEXT NOT NULL CHECK (basis IN ('time', 'counts')),"
    "  budget_ns INTEGER NOT NULL, must_resolve REAL NOT NULL, fail_inconclusive INTEGER NOT NULL,"
    "  screen_pairs INTEGER NOT NULL, confirm_pairs INTEGER NOT NULL,"
    "  pooled_pairs INTEGER NOT NULL, route_above REAL NOT NULL, alpha REAL NOT NULL,"
    "  suite_margin REAL NOT NULL, sentinels INTEGER NOT NULL"
    ") STRICT;"

    "CREATE TABLE gate_margins ("
    "  sweep_id INTEGER NOT NULL REFERENCES gates (sweep_id) ON DELETE CASCADE,"
    "  cell_key TEXT NOT NULL,"
    "  metric TEXT NOT NULL,"
    "  margin REAL NOT NULL, floor REAL NOT NULL,"
    "  weight TEXT NOT NULL CHECK (weight IN ('decides', 'advisory', 'off')),"
    "  PRIMARY KEY (sweep_id, cell_key, metric)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE verdicts ("
    "  sweep_id INTEGER NOT NULL REFERENCES gates (sweep_id) ON DELETE CASCADE,"
    "  cell_key TEXT NOT NULL,"
    "  control INTEGER NOT NULL,"
    "  metric TEXT NOT NULL," /* '': the cell as a whole */
    "  weight TEXT NOT NULL,"
    "  verdict TEXT NOT NULL, reason TEXT NOT NULL,"
    "  base REAL, head REAL, ratio REAL, low REAL, high REAL, confidence REAL, p_worse REAL,"
    "  resolution REAL, pairs INTEGER NOT NULL,"
    "  PRIMARY KEY (sweep_id, cell_key, control, metric)"
    ") STRICT, WITHOUT ROWID;"

    "CREATE TABLE calibrations ("
    "  id INTEGER PRIMARY KEY,"
    "  fingerprint TEXT NOT NULL,"
    "  made_wall_ns INTEGER NOT NULL,"
    "  cells INTEGER NOT NULL, pairs INTEGER NOT NULL,"
    "  order_effect REAL, false_route_rate REAL, confirm_pairs INTEGER NOT NULL"
    ") STRICT;"
    "CREATE INDEX calibrations_by_fingerprint ON calibrations (fingerprint);"

    "CREATE TABLE calibration_metrics ("
    "  calibration_id INTEGER NOT NULL REFERENCES calibrations (id) ON DELETE CASCADE,"
    "  metric TEXT NOT NULL,"
    "  noise REAL, margin REAL,"
    "  PRIMARY KEY (calibration_id, metric)"
    ") STRICT, WITHOUT ROWID;";

int hb_schema_add_gates(struct hb_store *store, struct hb_error *err)
{
    return hb_db_exec(store, gates_sql, err);
}
