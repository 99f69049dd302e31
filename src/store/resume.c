/*
 * Finding the sweep that was left unfinished. What is compared is the plan itself, run by run, not
 * a digest of it: a run is carried out for the cell that its row was written for, or not at all.
 */
#include <string.h>

#include "store/db.h"
#include "store/row.h"
#include "store/store.h"

/* Until the next step. A file that only looks like ours may hold NULL. */
static const char *text_of(sqlite3_stmt *statement, int column)
{
    const unsigned char *text = sqlite3_column_text(statement, column);

    return text != NULL ? (const char *)text : "";
}

/* Whether the sweep's rows are the plan's runs; its pending ones in *runs, in order. */
static int compare_plan(struct hb_store *store, int64_t sweep_id, const struct hb_plan *plan,
                        size_t *runs, size_t *ret_runs_count, bool *ret_same, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    size_t position = 0;
    bool row;

    *ret_runs_count = 0;
    *ret_same = false;
    if (hb_db_prepare_id(store,
                         "SELECT c.cell_key, r.round, r.status = 'pending', r.subject FROM runs r "
                         "JOIN cells c ON c.id = r.cell_id WHERE r.sweep_id = ? "
                         "ORDER BY r.position",
                         sweep_id, &statement, err) != 0)
        return -1;
    for (;; position++) {
        const struct hb_cell *cell;
        char key[HB_CELL_ID_BYTES];

        if (hb_db_step(store, statement, &row, err) != 0)
            return -1;
        if (!row)
            break;
        if (position == plan->runs_count + plan->yardsticks_count)
            return 0;
        cell = &plan->cells[plan->runs[position].cell];
        hb_cell_format_id(cell, key);
        if (strcmp(key, text_of(statement, 0)) != 0 ||
            strcmp(hb_cell_subject(plan->scenario, cell), text_of(statement, 3)) != 0 ||
            sqlite3_column_int64(statement, 1) != plan->runs[position].round)
            return 0;
        if (sqlite3_column_int(statement, 2) != 0)
            runs[(*ret_runs_count)++] = position;
    }
    *ret_same = position == plan->runs_count + plan->yardsticks_count;
    return 0;
}

/* Newest first, so the first sweep whose plan is the same is it. */
static int find_sweep(struct hb_store *store, const struct hb_plan *plan, size_t *runs,
                      int64_t *ret_sweep_id, size_t *ret_runs_count, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    bool row, same = false;

    *ret_sweep_id = 0;
    if (hb_db_prepare(store,
                      "SELECT id FROM sweeps WHERE scenario_hash = ?1 AND seed = ?2 "
                      "AND purpose = 'measured' AND status <> 'complete' ORDER BY id DESC",
                      &statement, err) != 0)
        return -1;
    sqlite3_bind_text(statement, 1, plan->scenario->hash, -1, SQLITE_STATIC);
    sqlite3_bind_int64(statement, 2, (int64_t)plan->scenario->run.seed);
    for (;;) {
        int64_t sweep_id;

        if (hb_db_step(store, statement, &row, err) != 0)
            return -1;
        if (!row)
            return 0;
        sweep_id = sqlite3_column_int64(statement, 0);
        if (compare_plan(store, sweep_id, plan, runs, ret_runs_count, &same, err) != 0)
            return -1;
        if (same) {
            *ret_sweep_id = sweep_id;
            return 0;
        }
    }
}

/* Why --resume finds nothing, when a sweep of the same name is unfinished. */
static int explain(struct hb_store *store, const struct hb_plan *plan, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    const struct hb_scenario *scenario = plan->scenario;
    const char *hash;
    bool row;

    if (hb_db_prepare(store,
                      "SELECT id, scenario_hash FROM sweeps s WHERE scenario_name = ? "
                      "AND purpose = 'measured' AND EXISTS (SELECT 1 FROM runs "
                      "WHERE sweep_id = s.id AND status = 'pending') ORDER BY id DESC LIMIT 1",
                      &statement, err) != 0)
        return -1;
    hb_db_bind_masked(store, statement, 1, scenario->name);
    if (hb_db_step(store, statement, &row, err) != 0)
        return -1;
    if (!row)
        return 0;
    hash = text_of(statement, 1);
    if (strcmp(hash, scenario->hash) != 0)
        return hb_fail(err, HB_ERR_NOT_FOUND,
                       "sweep %lld of %s is unfinished, but the scenario has changed since (it was "
                       "%s, now it is %s): start a new sweep without --resume",
                       (long long)sqlite3_column_int64(statement, 0), scenario->name, hash,
                       scenario->hash);
    return hb_fail(err, HB_ERR_NOT_FOUND,
                   "sweep %lld of %s is unfinished, but its plan is another (filters or seed): "
                   "give the same options, or start a new sweep without --resume",
                   (long long)sqlite3_column_int64(statement, 0), scenario->name);
}

int hb_store_resume(struct hb_store *store, const struct hb_plan *plan, struct hb_arena *arena,
                    int64_t *ret_sweep_id, size_t **ret_runs, size_t *ret_runs_count,
                    struct hb_error *err)
{
    size_t *runs = hb_arena_calloc(arena, plan->runs_count + plan->yardsticks_count, sizeof(*runs));
    int64_t sweep_id;
    size_t count = 0;

    if (find_sweep(store, plan, runs, &sweep_id, &count, err) != 0)
        return -1;
    if (sweep_id == 0 && explain(store, plan, err) != 0)
        return -1;
    if (sweep_id != 0 && hb_store_end_sweep(store, sweep_id, HB_SWEEP_RUNNING, err) != 0)
        return -1;
    *ret_sweep_id = sweep_id;
    *ret_runs = runs;
    *ret_runs_count = sweep_id == 0 ? 0 : count;
    return 0;
}
