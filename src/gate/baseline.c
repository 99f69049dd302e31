/*
 * Baselines in memory: made of a sweep, held against another, and matched cell by cell. Their file
 * is baseline_file.c's.
 */
#include "gate/baseline.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/clock.h"
#include "base/memory.h"
#include "gate/summary.h"

#define TEXT_MAX_BYTES (HB_ERROR_MESSAGE_BYTES / 2)

bool hb_baseline_is_path(const char *name)
{
    size_t length = strlen(name), ending = strlen(HB_BASELINE_EXTENSION);

    return length > ending && strcmp(name + length - ending, HB_BASELINE_EXTENSION) == 0;
}

/* ---- of a sweep ---- */

struct hb_run_row hb_baseline_label(const struct hb_run_row *row)
{
    return (struct hb_run_row){
        .cell_id = row->cell_id,
        .client = row->client,
        .contender = row->client,
        .mode = row->mode,
        .server = row->server,
        .method = row->method,
        .url = row->url,
        .client_library = row->client_library,
        .client_version = row->client_version,
        .http = row->http,
        .concurrency = row->concurrency,
        .rate = row->rate,
        .burst = row->burst,
        .every_ns = row->every_ns,
        .duration_ns = row->duration_ns,
        .runtime = "",
        .subject = "",
        .series = "",
        .options_json = "",
        .purpose = "measured",
        .status = "ok",
        .failure = "",
        .log_tail = "",
        .client_cpus = "",
        .server_cpus = "",
    };
}

/* The version that the first run that knows it used. */
static const char *version_of(const struct hb_run_row *rows, size_t count, const char *cell_id)
{
    for (size_t i = 0; i < count; i++) {
        if (rows[i].client_version[0] != '\0' && strcmp(rows[i].cell_id, cell_id) == 0)
            return rows[i].client_version;
    }
    return "";
}

static double to_six_digits(double value)
{
    char text[32];

    snprintf(text, sizeof text, "%.6g", value);
    return strtod(text, NULL);
}

/* Counts stay exact: of them any difference matters. */
static struct hb_observation kept(const struct hb_observation *run)
{
    struct hb_observation observation = *run;

    observation.wall_ns = 0;
    for (int metric = 0; metric < HB_GATE_METRICS; metric++) {
        if (run->state != HB_OBSERVED_OK)
            observation.values[metric] = NAN;
        else if (metric <= HB_GATE_RSS)
            observation.values[metric] = to_six_digits(run->values[metric]);
    }
    if (run->state == HB_OBSERVED_OK)
        observation.failure = "";
    else
        observation.errors = observation.flags = 0;
    return observation;
}

static void keep_runs(struct hb_baseline_cell *cell, const struct hb_observation *runs,
                      size_t count, struct hb_arena *arena)
{
    cell->runs = hb_arena_calloc(arena, count, sizeof *cell->runs);
    for (int state = HB_OBSERVED_OK; state <= HB_OBSERVED_SKIPPED; state++) {
        for (size_t i = 0; i < count; i++) {
            if (runs[i].state == (enum hb_observed)state)
                cell->runs[cell->count++] = kept(&runs[i]);
        }
    }
}

/* As people read them, whatever order they were run in: a new cell adds a line to the file. */
static int compare_cells(const void *left, const void *right)
{
    const struct hb_run_row *a = &((const struct hb_baseline_cell *)left)->label;
    const struct hb_run_row *b = &((const struct hb_baseline_cell *)right)->label;
    int order = hb_run_compare_labels(a, b);

    return order != 0 ? order : strcmp(a->cell_id, b->cell_id);
}

static size_t keep_cells(struct hb_rows rows, struct hb_arena *arena, struct hb_baseline *baseline)
{
    struct hb_unpaired_cells found =
        hb_match_rows(rows, (struct hb_rows){0}, HB_MATCH_CELL_ID, arena);
    struct hb_baseline_cell *cells = hb_arena_calloc(arena, found.count, sizeof *cells);
    size_t measured = 0;

    for (size_t i = 0; i < found.count; i++) {
        cells[i].label = hb_baseline_label(found.cells[i].labels[HB_SIDE_BASE]);
        cells[i].label.client_version = version_of(rows.rows, rows.count, cells[i].label.cell_id);
        keep_runs(&cells[i], found.cells[i].runs[HB_SIDE_BASE], found.cells[i].counts[HB_SIDE_BASE],
                  arena);
        measured += cells[i].count > 0 && cells[i].runs[0].state == HB_OBSERVED_OK;
    }
    qsort(cells, found.count, sizeof *cells, compare_cells);
    baseline->cells = cells;
    baseline->cells_count = found.count;
    return measured;
}

const char *hb_baseline_machine_json(const char *environment, struct hb_arena *arena)
{
    json_t *facts = json_loads(environment, 0, NULL);
    json_t *machine = json_object_get(facts, "machine");
    HB_CLEANUP(hb_free_ptr) char *text = NULL;

    json_object_del(machine, "mitigations");
    if (json_is_object(machine))
        text = json_dumps(machine, JSON_SORT_KEYS | JSON_COMPACT | JSON_REAL_PRECISION(6));
    json_decref(facts);
    return text != NULL ? hb_arena_strdup(arena, text) : "{}";
}

static void keep_sweep(const struct hb_sweep_row *sweep, struct hb_arena *arena,
                       struct hb_baseline *baseline)
{
    char measured[HB_TIMESTAMP_BYTES];

    hb_format_timestamp(measured, sweep->started_wall_ns);
    *baseline = (struct hb_baseline){
        .scenario = sweep->scenario_name,
        .scenario_hash = sweep->scenario_hash,
        .measured = hb_arena_strdup(arena, measured),
        .revision = sweep->revision,
        .tool_version = sweep->tool_version,
        .fingerprint = sweep->fingerprint,
        .machine_json = hb_baseline_machine_json(sweep->environment_json, arena),
        .settings_json = sweep->settings_json[0] != '\0' ? sweep->settings_json : "{}",
    };
}

static int keep_servers(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                        struct hb_baseline *baseline, struct hb_error *err)
{
    struct hb_server_row *rows;
    struct hb_baseline_server *servers;

    if (hb_store_load_servers(store, sweep_id, arena, &rows, &baseline->servers_count, err) != 0)
        return -1;
    servers = hb_arena_calloc(arena, baseline->servers_count, sizeof *servers);
    for (size_t i = 0; i < baseline->servers_count; i++)
        servers[i] = (struct hb_baseline_server){rows[i].server, rows[i].version};
    baseline->servers = servers;
    return 0;
}

/* The rows of one subject move to the front. */
static size_t select_subject(struct hb_run_row *rows, size_t count, const char *subject)
{
    size_t selected = 0;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].subject, subject) == 0)
            rows[selected++] = rows[i];
    }
    return selected;
}

static int fail_no_subject(const struct hb_sweep_row *sweep, const char *subject,
                           struct hb_error *err)
{
    if (subject[0] == '\0')
        return hb_fail(err, HB_ERR_INPUT,
                       "sweep %lld has subjects: say whose figures are meant with --subject NAME",
                       (long long)sweep->id);
    return hb_fail(err, HB_ERR_NOT_FOUND, "sweep %lld has no subject '%.100s'",
                   (long long)sweep->id, subject);
}

int hb_baseline_of_sweep(struct hb_store *store, const char *sweep_selector, const char *subject,
                         struct hb_arena *arena, struct hb_baseline *ret_baseline,
                         struct hb_error *err)
{
    struct hb_sweep_row sweep;
    struct hb_run_row *rows;
    size_t count, selected;

    if (hb_store_find_sweep(store, sweep_selector, arena, &sweep, err) != 0 ||
        hb_store_load_runs(store, sweep.id, arena, &rows, &count, err) != 0)
        return -1;
    selected = select_subject(rows, count, subject);
    if (selected == 0 && count > 0)
        return fail_no_subject(&sweep, subject, err);
    keep_sweep(&sweep, arena, ret_baseline);
    if (strcmp(sweep.purpose, "smoke") == 0 ||
        keep_cells((struct hb_rows){rows, selected}, arena, ret_baseline) == 0)
        return hb_fail(err, HB_ERR_RUN, "sweep %lld measured nothing that could be a baseline",
                       (long long)sweep.id);
    return keep_servers(store, sweep.id, arena, ret_baseline, err);
}

/* ---- held against another ---- */

static void put_value(const json_t *value, struct hb_buf *text)
{
    HB_CLEANUP(hb_free_ptr)
    char *dumped = value != NULL ? json_dumps(value, JSON_ENCODE_ANY | JSON_SORT_KEYS) : NULL;

    hb_buf_printf(text, "%.60s", dumped != NULL ? dumped : "unknown");
}

/* "kernel \"6.1\" against \"6.5\", smt …": what base says otherwise than head. */
static void put_differences(const json_t *base, json_t *head, struct hb_buf *text)
{
    const char *key;
    json_t *value;

    json_object_foreach(head, key, value)
    {
        const json_t *before = json_object_get(base, key);

        if (before == NULL || json_equal(before, value))
            continue;
        hb_buf_printf(text, "%s%.60s ", text->length > 0 ? ", " : "", key);
        put_value(before, text);
        hb_buf_puts(text, " against ");
        put_value(value, text);
    }
}

static void put_json_differences(const char *base, const char *head, struct hb_buf *text)
{
    json_t *before = json_loads(base, 0, NULL), *after = json_loads(head, 0, NULL);

    put_differences(before, after, text);
    json_decref(before);
    json_decref(after);
}

int hb_baseline_check(const struct hb_baseline *base, const struct hb_baseline *head,
                      struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf machine, settings;

    hb_buf_init(&machine, TEXT_MAX_BYTES);
    hb_buf_init(&settings, TEXT_MAX_BYTES);
    put_json_differences(base->machine_json, head->machine_json, &machine);
    put_json_differences(base->settings_json, head->settings_json, &settings);
    if (strcmp(base->fingerprint, head->fingerprint) != 0)
        return hb_fail(err, HB_ERR_BASELINE,
                       "the baseline is of another machine (%.20s against %.20s: %s); figures of "
                       "two machines say nothing of a change: save a baseline on this one",
                       base->fingerprint, head->fingerprint,
                       machine.length > 0 ? hb_buf_text(&machine) : "mitigations or the like");
    if (settings.length > 0)
        return hb_fail(err, HB_ERR_BASELINE,
                       "the baseline was measured otherwise (%s): measure as it was, or save it "
                       "anew",
                       hb_buf_text(&settings));
    return 0;
}

struct notices {
    const char **items;
    size_t count, capacity;
};

static void notice(struct notices *notices, const char *text)
{
    notices->items =
        hb_grow(notices->items, &notices->capacity, notices->count, sizeof *notices->items);
    notices->items[notices->count++] = text;
}

static const struct hb_baseline_cell *find_cell(const struct hb_baseline *baseline,
                                                const char *cell_id)
{
    for (size_t i = 0; i < baseline->cells_count; i++) {
        if (strcmp(baseline->cells[i].label.cell_id, cell_id) == 0)
            return &baseline->cells[i];
    }
    return NULL;
}

static bool said_before(const struct notices *notices, const char *text)
{
    for (size_t i = 0; i < notices->count; i++) {
        if (strcmp(notices->items[i], text) == 0)
            return true;
    }
    return false;
}

static void note_version(struct notices *notices, const char *name, const char *before,
                         const char *now, struct hb_arena *arena)
{
    const char *text = hb_arena_printf(arena, "%s was %s in the baseline and is %s", name,
                                       before[0] != '\0' ? before : "of an unknown version",
                                       now[0] != '\0' ? now : "of an unknown version");

    if (strcmp(before, now) != 0 && !said_before(notices, text))
        notice(notices, text);
}

static void note_clients(struct notices *notices, const struct hb_baseline *base,
                         const struct hb_baseline *head, struct hb_arena *arena)
{
    for (size_t i = 0; i < head->cells_count; i++) {
        const struct hb_run_row *label = &head->cells[i].label;
        const struct hb_baseline_cell *before = find_cell(base, label->cell_id);

        if (before != NULL)
            note_version(notices, label->client, before->label.client_version,
                         label->client_version, arena);
    }
}

static void note_servers(struct notices *notices, const struct hb_baseline *base,
                         const struct hb_baseline *head, struct hb_arena *arena)
{
    for (size_t i = 0; i < base->servers_count; i++) {
        for (size_t j = 0; j < head->servers_count; j++) {
            if (strcmp(base->servers[i].server, head->servers[j].server) == 0)
                note_version(notices, base->servers[i].server, base->servers[i].version,
                             head->servers[j].version, arena);
        }
    }
}

const char *const *hb_baseline_notices(const struct hb_baseline *base,
                                       const struct hb_baseline *head, struct hb_arena *arena)
{
    struct notices notices = {0};
    const char *const *result;

    if (strcmp(base->scenario, head->scenario) != 0)
        notice(&notices, hb_arena_printf(arena, "the baseline is of the scenario '%s', not '%s'",
                                         base->scenario, head->scenario));
    else if (strcmp(base->scenario_hash, head->scenario_hash) != 0)
        notice(&notices, "the scenario has changed since the baseline; cells are matched one by "
                         "one");
    note_version(&notices, "http-benchmark", base->tool_version, head->tool_version, arena);
    note_servers(&notices, base, head, arena);
    note_clients(&notices, base, head, arena);
    notice(&notices, NULL);
    result = hb_arena_memdup(arena, notices.items, notices.count * sizeof *notices.items);
    free(notices.items);
    return result;
}

static void fill_side(struct hb_unpaired_cell *cell, enum hb_side side,
                      const struct hb_baseline_cell *from)
{
    if (from == NULL)
        return;
    cell->labels[side] = &from->label;
    cell->runs[side] = from->runs;
    cell->counts[side] = from->count;
}

struct hb_unpaired_cells hb_baseline_match(const struct hb_baseline *base,
                                           const struct hb_baseline *head, struct hb_arena *arena)
{
    struct hb_unpaired_cells cells = {
        .cells = hb_arena_calloc(arena, base->cells_count + head->cells_count, sizeof *cells.cells),
    };

    for (size_t i = 0; i < head->cells_count; i++) {
        struct hb_unpaired_cell *cell = &cells.cells[cells.count++];

        fill_side(cell, HB_SIDE_HEAD, &head->cells[i]);
        fill_side(cell, HB_SIDE_BASE, find_cell(base, head->cells[i].label.cell_id));
    }
    for (size_t i = 0; i < base->cells_count; i++) {
        if (find_cell(head, base->cells[i].label.cell_id) == NULL)
            fill_side(&cells.cells[cells.count++], HB_SIDE_BASE, &base->cells[i]);
    }
    return cells;
}
