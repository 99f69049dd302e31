/* Beginning and ending a sweep. Everything that is planned is written down before the first run, in
 * one transaction: afterwards the file alone tells what is left to do. */
#include <jansson.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "exec/holder.h"
#include "store/db.h"
#include "store/mask.h"
#include "store/origin.h"
#include "store/row.h"
#include "store/store.h"

#define CANONICAL_MAX_BYTES (1u << 20)

/* "K=V" strings as a JSON object. The caller frees. */
static char *tags_json(const char *const *tags)
{
    json_t *object = json_object();
    char *text;

    for (; tags != NULL && *tags != NULL; tags++) {
        size_t key_bytes = strcspn(*tags, "=");
        HB_CLEANUP(hb_free_ptr) char *key = hb_strndup(*tags, key_bytes);
        const char *value = *tags + key_bytes;

        json_object_set_new(object, key, json_string(*value == '=' ? value + 1 : ""));
    }
    text = json_dumps(object, JSON_COMPACT | JSON_SORT_KEYS);
    json_decref(object);
    return text;
}

/* The row of an environment like this one, or a new one. */
static int find_environment(struct hb_store *store, const char *fingerprint, const char *facts,
                            int64_t *ret_id, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;
    struct hb_row row = {0};
    bool found;

    if (hb_db_prepare(store, "SELECT id FROM environments WHERE fingerprint = ? AND facts = ?",
                      &statement, err) != 0)
        return -1;
    sqlite3_bind_text(statement, 1, fingerprint, -1, SQLITE_STATIC);
    sqlite3_bind_text(statement, 2, facts, -1, SQLITE_STATIC);
    if (hb_db_step(store, statement, &found, err) != 0)
        return -1;
    if (found) {
        *ret_id = sqlite3_column_int64(statement, 0);
        return 0;
    }
    hb_row_name(&row, "fingerprint", fingerprint);
    hb_row_name(&row, "facts", facts);
    if (hb_row_insert_one(store, "environments", &row, err) != 0)
        return -1;
    *ret_id = sqlite3_last_insert_rowid(store->db);
    return 0;
}

/* Cooldown, drain and the like do not touch the window. */
char *hb_run_settings_json(const struct hb_run_options *run)
{
    json_t *settings = json_pack("{s:s?, s:i, s:s?, s:I}", "client_cpus", run->client_cpus,
                                 "processes", (int)run->processes, "server_cpus", run->server_cpus,
                                 "warmup_ns", (json_int_t)run->warmup_ns);
    char *text = json_dumps(settings, JSON_SORT_KEYS | JSON_COMPACT);

    json_decref(settings);
    return text;
}

static char *origin_json(const struct hb_sweep_info *info)
{
    struct hb_origin origin = {.directory = info->directory,
                               .client_folders = info->client_folders};

    if (info->scenario->overrides != NULL)
        origin.overrides = *info->scenario->overrides;
    return hb_origin_json(&origin);
}

static int insert_sweep(struct hb_store *store, const struct hb_sweep_info *info,
                        int64_t *ret_sweep_id, struct hb_error *err)
{
    HB_CLEANUP(hb_free_ptr) char *tags = tags_json(info->tags);
    HB_CLEANUP(hb_free_ptr) char *masked_tags = hb_mask_json(store->secrets, tags);
    HB_CLEANUP(hb_free_ptr) char *settings = hb_run_settings_json(&info->scenario->run);
    HB_CLEANUP(hb_free_ptr) char *facts = hb_mask_json(store->secrets, info->environment_json);
    HB_CLEANUP(hb_free_ptr) char *origin = origin_json(info);
    HB_CLEANUP(hb_free_ptr) char *masked_origin = hb_mask_json(store->secrets, origin);
    char holder[HB_HOLDER_BYTES];
    struct hb_row row = {0};
    int64_t environment_id;

    if (find_environment(store, info->fingerprint, facts, &environment_id, err) != 0)
        return -1;
    hb_row_text(&row, "scenario_name", info->scenario->name);
    hb_row_text(&row, "scenario_path", info->scenario->path);
    hb_row_text(&row, "scenario_text", info->scenario->text);
    hb_row_name(&row, "scenario_hash", info->scenario->hash);
    hb_row_integer(&row, "seed", (int64_t)info->scenario->run.seed);
    hb_row_integer(&row, "rounds", info->scenario->run.rounds);
    hb_row_name(&row, "purpose", hb_run_purpose_name(info->purpose));
    hb_row_name(&row, "status", hb_sweep_status_name(HB_SWEEP_RUNNING));
    hb_row_name(&row, "tool_version", info->tool_version);
    hb_row_name(&row, "revision", info->revision);
    hb_row_name(&row, "tags", masked_tags);
    hb_row_name(&row, "settings", settings);
    hb_row_name(&row, "origin", masked_origin);
    hb_holder_self(holder);
    hb_row_name(&row, "holder", holder);
    hb_row_integer(&row, "environment_id", environment_id);
    hb_row_integer(&row, "started_wall_ns", hb_wall_ns());
    if (hb_row_insert_one(store, "sweeps", &row, err) != 0)
        return -1;
    *ret_sweep_id = sqlite3_last_insert_rowid(store->db);
    return 0;
}

static int insert_cell(struct hb_store *store, sqlite3_stmt **statement, int64_t sweep_id,
                       const struct hb_plan *plan, size_t ordinal, struct hb_error *err)
{
    const struct hb_scenario *scenario = plan->scenario;
    const struct hb_cell *cell = &plan->cells[ordinal];
    const struct hb_server_spec *server = &scenario->servers[cell->server];
    const struct hb_client_spec *client = &scenario->clients[cell->client];
    HB_CLEANUP(hb_free_ptr) char *options = hb_mask_json(store->secrets, client->options_json);
    HB_CLEANUP(hb_buf_release) struct hb_buf canonical;
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_row row = {0};
    char key[HB_CELL_ID_BYTES];

    hb_arena_init(&arena);
    hb_buf_init(&canonical, CANONICAL_MAX_BYTES);
    hb_cell_canonical(scenario, cell, &canonical);
    hb_cell_format_id(cell, key);
    hb_row_integer(&row, "sweep_id", sweep_id);
    hb_row_integer(&row, "ordinal", (int64_t)ordinal);
    hb_row_name(&row, "cell_key", key);
    hb_row_text(&row, "server", hb_server_instance(server));
    hb_row_text(&row, "server_url", server->url);
    hb_row_text(&row, "client", hb_cell_client_label(scenario, cell, &arena));
    hb_row_text(&row, "client_library", hb_cell_client_library(scenario, cell, &arena));
    hb_row_name(&row, "mode", hb_mode_name(client->mode));
    hb_row_name(&row, "options", options);
    hb_row_name(&row, "profile", hb_profile_name(scenario->profiles[cell->profile]));
    hb_row_name(&row, "method", hb_method_name(cell->method));
    hb_row_text(&row, "url", scenario->urls[cell->url].url);
    hb_row_name(&row, "protocol", hb_http_name(scenario->protocols[cell->protocol]));
    hb_row_integer(&row, "concurrency", scenario->concurrency[cell->concurrency]);
    hb_row_real(&row, "rate", scenario->rates[cell->rate].per_second);
    hb_row_integer(&row, "duration_ns", scenario->durations_ns[cell->duration]);
    hb_row_text(&row, "canonical", hb_buf_text(&canonical));
    hb_row_known(&row, "wire_ordinal", plan->wire_first != NULL && ordinal < plan->cells_count,
                 plan->wire_first != NULL && ordinal < plan->cells_count ? plan->wire_first[ordinal]
                                                                         : 0);
    return hb_row_insert(store, statement, "cells", &row, err);
}

static int insert_cells(struct hb_store *store, int64_t sweep_id, const struct hb_plan *plan,
                        int64_t *row_ids, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;

    for (size_t i = 0; i < plan->cells_count + plan->yardsticks_count; i++) {
        if (insert_cell(store, &statement, sweep_id, plan, i, err) != 0)
            return -1;
        row_ids[i] = sqlite3_last_insert_rowid(store->db);
    }
    return 0;
}

/* Of a pending run; yardsticks and controls get the one they will be made with. */
static enum hb_run_purpose purpose_of(const struct hb_plan *plan, size_t run,
                                      enum hb_run_purpose own)
{
    enum hb_run_purpose purpose = hb_run_purpose(plan, run);

    return purpose == HB_PURPOSE_MEASURED || own == HB_PURPOSE_SMOKE ? own : purpose;
}

static int insert_runs(struct hb_store *store, int64_t sweep_id, const struct hb_plan *plan,
                       enum hb_run_purpose own, const int64_t *cell_row_ids, struct hb_error *err)
{
    HB_CLEANUP(hb_db_finalize) sqlite3_stmt *statement = NULL;

    for (size_t i = 0; i < plan->runs_count + plan->yardsticks_count; i++) {
        struct hb_row row; /* only what is used is initialised: this is done a million times */

        row.count = 0;
        hb_row_integer(&row, "sweep_id", sweep_id);
        hb_row_integer(&row, "cell_id", cell_row_ids[plan->runs[i].cell]);
        hb_row_integer(&row, "position", (int64_t)i);
        hb_row_integer(&row, "round", plan->runs[i].round);
        hb_row_name(&row, "purpose", hb_run_purpose_name(purpose_of(plan, i, own)));
        hb_row_name(&row, "subject",
                    hb_cell_subject(plan->scenario, &plan->cells[plan->runs[i].cell]));
        if (hb_row_insert(store, &statement, "runs", &row, err) != 0)
            return -1;
    }
    return 0;
}

static int insert_all(struct hb_store *store, const struct hb_sweep_info *info,
                      const struct hb_plan *plan, int64_t *ret_sweep_id, struct hb_error *err)
{
    HB_CLEANUP(hb_free_ptr)
    int64_t *cell_row_ids =
        hb_calloc(plan->cells_count + plan->yardsticks_count, sizeof(*cell_row_ids));

    if (insert_sweep(store, info, ret_sweep_id, err) != 0 ||
        insert_cells(store, *ret_sweep_id, plan, cell_row_ids, err) != 0)
        return -1;
    return insert_runs(store, *ret_sweep_id, plan, info->purpose, cell_row_ids, err);
}

int hb_store_begin_sweep(struct hb_store *store, const struct hb_sweep_info *info,
                         const struct hb_plan *plan, int64_t *ret_sweep_id, struct hb_error *err)
{
    int64_t sweep_id = 0;

    if (hb_db_begin(store, err) != 0 ||
        hb_db_end(store, insert_all(store, info, plan, &sweep_id, err), err) != 0)
        return hb_wrap(err, "begin the sweep");
    *ret_sweep_id = sweep_id;
    return 0;
}

static int check_complete(struct hb_store *store, int64_t sweep_id, struct hb_error *err)
{
    int64_t pending;

    if (hb_db_integer(store, "SELECT COUNT(*) FROM runs WHERE sweep_id = ? AND status = 'pending'",
                      sweep_id, 0, &pending, err) != 0)
        return -1;
    if (pending > 0)
        return hb_fail(err, HB_ERR_INTERNAL, "sweep %lld is not complete: %lld runs are pending",
                       (long long)sweep_id, (long long)pending);
    return 0;
}

int hb_store_end_sweep(struct hb_store *store, int64_t sweep_id, enum hb_sweep_status status,
                       struct hb_error *err)
{
    char holder[HB_HOLDER_BYTES];
    struct hb_row row = {0};

    if (status == HB_SWEEP_COMPLETE && check_complete(store, sweep_id, err) != 0)
        return -1;
    hb_row_name(&row, "status", hb_sweep_status_name(status));
    hb_row_known(&row, "ended_wall_ns", status != HB_SWEEP_RUNNING, hb_wall_ns());
    if (status == HB_SWEEP_RUNNING) { /* resumed, by this process */
        hb_holder_self(holder);
        hb_row_name(&row, "holder", holder);
    }
    return hb_row_update(store, "sweeps", sweep_id, &row, err);
}
