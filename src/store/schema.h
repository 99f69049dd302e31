/* The schema and how older files become current ones. */
#ifndef HB_STORE_SCHEMA_H
#define HB_STORE_SCHEMA_H

#include "store/db.h"

#define HB_STORE_APPLICATION_ID 0x68624d31 /* "hbM1", PRAGMA application_id: the file is ours */

/* One step forward, from version `version - 1`. */
struct hb_migration {
    int version;
    int (*apply)(struct hb_store *store, struct hb_error *err);
};

/* Ascending, from 1 without a gap; *ret_count is the current version. */
const struct hb_migration *hb_migrations(size_t *ret_count);

/*
 * Bring the file to the last of `migrations` in one transaction. A newer file, another program's
 * and a damaged one are refused and left as they are.
 */
int hb_migrate(struct hb_store *store, const struct hb_migration *migrations, size_t count,
               struct hb_error *err) HB_MUST_CHECK;

/* PRAGMA user_version, after checking that the file is ours, empty or the old tool's (0). */
int hb_schema_version(struct hb_store *store, int64_t *ret_version,
                      struct hb_error *err) HB_MUST_CHECK;

/* Migration 1. */
int hb_schema_create(struct hb_store *store, struct hb_error *err) HB_MUST_CHECK;

/* Migration 2: tables `servers` and `hops`. */
int hb_schema_add_servers(struct hb_store *store, struct hb_error *err) HB_MUST_CHECK;

/* Migration 3: table `wires`, and which of its rows a cell shares. */
int hb_schema_add_wires(struct hb_store *store, struct hb_error *err) HB_MUST_CHECK;

/* Migration 4: `sweeps.settings`, tables `pins` and `annotations`. */
int hb_schema_add_pins(struct hb_store *store, struct hb_error *err) HB_MUST_CHECK;

/* Migration 5: tables `gates`, `gate_margins`, `verdicts`, `calibrations`, `calibration_metrics`.
 */
int hb_schema_add_gates(struct hb_store *store, struct hb_error *err) HB_MUST_CHECK;

/* Migration 6: in the view, clients of several subjects have names of their own. */
int hb_schema_tell_subjects_apart(struct hb_store *store, struct hb_error *err) HB_MUST_CHECK;

/* Migration 7: `wires.instructions`, and what counted them. */
int hb_schema_add_instructions(struct hb_store *store, struct hb_error *err) HB_MUST_CHECK;

/* Migration 8: `sweeps.origin` and `holder`, `cells.profile`. */
int hb_schema_add_origins(struct hb_store *store, struct hb_error *err) HB_MUST_CHECK;

/* Migration 9: `runs.host_busy_ns` and `host_steal_ns`. */
int hb_schema_add_host(struct hb_store *store, struct hb_error *err) HB_MUST_CHECK;

/* The old tool's table becomes `legacy_results`; an empty one is made where there is none. */
int hb_legacy_adopt(struct hb_store *store, struct hb_error *err) HB_MUST_CHECK;

/* Refuse a file of version 0 that holds tables, none of them the old tool's. */
int hb_legacy_check(struct hb_store *store, struct hb_error *err) HB_MUST_CHECK;

#endif
