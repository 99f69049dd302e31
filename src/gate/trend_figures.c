/*
 * Night by night: the runs of a sweep are loaded, one figure a cell and metric is kept, and the
 * runs are let go of, so that a year of nights is not in memory at once.
 */
#include "gate/trend_figures.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include <jansson.h>

#include "base/memory.h"
#include "gate/baseline.h"
#include "gate/judge.h"
#include "measure/stats_summary.h"

enum { NAMES_MAX_BYTES = 1024 };

void hb_trend_collection_release(struct hb_trend_collection *collection)
{
    free(collection->figures);
}

/* ---- which sweeps ---- */

static bool is_measured(const struct hb_sweep_row *sweep)
{
    return strcmp(sweep->purpose, "measured") == 0 && !hb_sweep_has_tag(sweep, HB_TAG_BISECT);
}

static bool is_night(const struct hb_sweep_row *sweep, const struct hb_trend_options *options,
                     const char *scenario)
{
    return is_measured(sweep) && strcmp(sweep->scenario_name, scenario) == 0 &&
           sweep->started_wall_ns >= options->since_wall_ns;
}

static int compare_nights(const void *left, const void *right)
{
    const struct hb_trend_night *a = left, *b = right;

    if (a->wall_ns != b->wall_ns)
        return a->wall_ns < b->wall_ns ? -1 : 1;
    return (a->sweep_id > b->sweep_id) - (a->sweep_id < b->sweep_id);
}

/* The newest measured sweep says which scenario is meant when nobody does. */
static const char *choose_scenario(const struct hb_sweep_row *sweeps, size_t count,
                                   const struct hb_trend_options *options)
{
    for (size_t i = 0; i < count && options->scenario == NULL; i++) {
        if (is_measured(&sweeps[i]))
            return sweeps[i].scenario_name;
    }
    return options->scenario;
}

/* The oldest beyond the limit leave. */
static void keep_newest(struct hb_trend_collection *collection)
{
    if (collection->nights_count <= HB_TREND_NIGHTS_MAX)
        return;
    collection->left_out = collection->nights_count - HB_TREND_NIGHTS_MAX;
    collection->nights += collection->left_out;
    collection->nights_count = HB_TREND_NIGHTS_MAX;
}

static int choose_nights(struct hb_store *store, const struct hb_trend_options *options,
                         struct hb_arena *arena, struct hb_trend_collection *collection,
                         struct hb_error *err)
{
    struct hb_sweep_row *sweeps;
    size_t count;

    if (hb_store_list_sweeps(store, arena, &sweeps, &count, err) != 0)
        return -1;
    collection->scenario = choose_scenario(sweeps, count, options);
    collection->nights = hb_arena_calloc(arena, count, sizeof *collection->nights);
    for (size_t i = 0; i < count && collection->scenario != NULL; i++) {
        if (is_night(&sweeps[i], options, collection->scenario))
            collection->nights[collection->nights_count++] =
                (struct hb_trend_night){.sweep_id = sweeps[i].id,
                                        .wall_ns = sweeps[i].started_wall_ns,
                                        .revision = sweeps[i].revision,
                                        .fingerprint = sweeps[i].fingerprint};
    }
    if (collection->scenario == NULL)
        return hb_fail(err, HB_ERR_NOT_FOUND, "no sweep of this database measured anything");
    if (collection->nights_count == 0)
        return hb_fail(
            err, HB_ERR_NOT_FOUND,
            "no measured sweep of the scenario '%.100s'%s (`http-benchmark list sweeps`)",
            collection->scenario, options->since_wall_ns > 0 ? " since then" : "");
    qsort(collection->nights, collection->nights_count, sizeof *collection->nights, compare_nights);
    keep_newest(collection);
    return 0;
}

/* ---- the figures of a night ---- */

/* Figures beside which requests failed, or of which a flag says that they mean something else, are
 * none. */
static bool is_fit(const struct hb_observation *run)
{
    return run->state == HB_OBSERVED_OK && run->errors == 0 &&
           (run->flags & hb_invalidating_flags(HB_COMPARE_CLIENTS)) == 0;
}

static double median_of(const struct hb_observation *runs, size_t count, enum hb_gate_metric metric,
                        double *scratch)
{
    double *sorted, median;
    size_t fit = 0;

    for (size_t i = 0; i < count; i++) {
        if (is_fit(&runs[i]) && runs[i].values[metric] > 0 && isfinite(runs[i].values[metric]))
            scratch[fit++] = runs[i].values[metric];
    }
    if (fit == 0)
        return NAN;
    sorted = hb_sorted(scratch, fit);
    median = hb_sorted_median(sorted, fit);
    free(sorted);
    return median;
}

/* The canonical cell without its client; the cell's own text where it is not JSON. */
static const char *load_of(const char *series, struct hb_arena *arena)
{
    json_t *cell = json_loads(series, 0, NULL);
    char *text = NULL;
    const char *load;

    json_object_del(cell, "client");
    if (cell != NULL)
        text = json_dumps(cell, JSON_SORT_KEYS | JSON_COMPACT);
    load = hb_arena_strdup(arena, text != NULL ? text : series);
    free(text);
    json_decref(cell);
    return load;
}

const char *hb_trend_key(const char *series, const char *subject, struct hb_arena *arena)
{
    return hb_arena_printf(arena, "%s%s%s", series, subject != NULL ? "@" : "",
                           subject != NULL ? subject : "");
}

static struct hb_run_row keep_label(const struct hb_run_row *row, struct hb_arena *arena)
{
    struct hb_run_row label = hb_baseline_label(row);
    const char **const texts[] = {&label.client, &label.server, &label.method, &label.url,
                                  &label.http};

    label.cell_id = label.mode = label.client_library = label.client_version = "";
    for (size_t i = 0; i < HB_ARRAY_LEN(texts); i++)
        *texts[i] = hb_arena_strdup(arena, *texts[i]);
    return label;
}

static bool has_figure(const struct hb_trend_figures *figures)
{
    for (int metric = 0; metric < HB_GATE_METRICS; metric++) {
        if (isfinite(figures->values[metric]))
            return true;
    }
    return false;
}

static void keep_cell(const struct hb_unpaired_cell *cell, size_t night, struct hb_arena *arena,
                      struct hb_trend_collection *collection)
{
    const struct hb_run_row *row = cell->labels[HB_SIDE_BASE];
    size_t count = cell->counts[HB_SIDE_BASE];
    HB_CLEANUP(hb_free_ptr) double *scratch = hb_calloc(count + 1, sizeof *scratch);
    struct hb_trend_figures figures = {.night = night,
                                       .fingerprint = collection->nights[night].fingerprint};

    for (int metric = 0; metric < HB_GATE_METRICS; metric++)
        figures.values[metric] =
            median_of(cell->runs[HB_SIDE_BASE], count, (enum hb_gate_metric)metric, scratch);
    if (!has_figure(&figures))
        return;
    figures.series = hb_trend_key(row->series, collection->subject, arena);
    figures.load = load_of(row->series, arena);
    figures.label = keep_label(row, arena);
    collection->figures = hb_grow(collection->figures, &collection->capacity, collection->count,
                                  sizeof *collection->figures);
    collection->figures[collection->count++] = figures;
    collection->nights[night].cells++;
}

static void note_other(struct hb_trend_collection *collection, const char *subject,
                       struct hb_arena *arena)
{
    if (subject[0] == '\0' || strcmp(subject, HB_SUBJECT_CONTROL_NAME) == 0 ||
        collection->others_count == HB_TREND_OTHERS)
        return;
    for (size_t i = 0; i < collection->others_count; i++) {
        if (strcmp(collection->others[i], subject) == 0)
            return;
    }
    collection->others[collection->others_count++] = hb_arena_strdup(arena, subject);
}

/* Those of one subject, or of none: what a comparison is of changes from sweep to sweep, unless
 * somebody says that it does not. A series that nobody can name is none. */
static size_t select_runs(struct hb_trend_collection *collection, struct hb_run_row *rows,
                          size_t count, struct hb_arena *arena)
{
    const char *wanted = collection->subject != NULL ? collection->subject : "";
    size_t selected = 0;

    for (size_t i = 0; i < count; i++) {
        if (strcmp(rows[i].subject, wanted) != 0)
            note_other(collection, rows[i].subject, arena);
        else if (rows[i].series[0] != '\0')
            rows[selected++] = rows[i];
    }
    return selected;
}

static int keep_night(struct hb_store *store, size_t night, struct hb_arena *arena,
                      struct hb_trend_collection *collection, struct hb_error *err)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena scratch;
    struct hb_unpaired_cells cells;
    struct hb_run_row *rows;
    size_t count;

    hb_arena_init(&scratch);
    if (hb_store_load_runs(store, collection->nights[night].sweep_id, &scratch, &rows, &count,
                           err) != 0)
        return -1;
    count = select_runs(collection, rows, count, arena);
    cells = hb_match_rows((struct hb_rows){rows, count}, (struct hb_rows){0}, HB_MATCH_BUT_DURATION,
                          &scratch);
    for (size_t i = 0; i < cells.count; i++)
        keep_cell(&cells.cells[i], night, arena, collection);
    return 0;
}

/* Why there is nothing to see, where a subject has to be named, or another one. */
static int check_subject(const struct hb_trend_collection *collection, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf names;
    const char *subject = collection->subject;

    hb_buf_init(&names, NAMES_MAX_BYTES);
    if (collection->count > 0 || (subject == NULL && collection->others_count == 0))
        return 0;
    for (size_t i = 0; i < collection->others_count; i++)
        hb_buf_printf(&names, "%s%s", i > 0 ? ", " : "", collection->others[i]);
    if (subject == NULL)
        return hb_fail(err, HB_ERR_NOT_FOUND,
                       "the sweeps of '%.100s' compare subjects: --subject NAME shows how one of "
                       "them went (%s)",
                       collection->scenario, hb_buf_text(&names));
    return hb_fail(err, HB_ERR_NOT_FOUND,
                   "no sweep of '%.100s' has figures of a subject '%.60s'%s%s",
                   collection->scenario, subject,
                   collection->others_count > 0 ? "; there are " : "", hb_buf_text(&names));
}

static int compare_figures(const void *left, const void *right)
{
    const struct hb_trend_figures *a = left, *b = right;
    int order = strcmp(a->fingerprint, b->fingerprint);

    if (order == 0)
        order = strcmp(a->series, b->series);
    return order != 0 ? order : (a->night > b->night) - (a->night < b->night);
}

int hb_trend_collect(struct hb_store *store, const struct hb_trend_options *options,
                     struct hb_arena *arena, struct hb_trend_collection *ret_collection,
                     struct hb_error *err)
{
    *ret_collection = (struct hb_trend_collection){.subject = options->subject};
    if (choose_nights(store, options, arena, ret_collection, err) != 0)
        return -1;
    for (size_t night = 0; night < ret_collection->nights_count; night++) {
        if (keep_night(store, night, arena, ret_collection, err) != 0) {
            hb_trend_collection_release(ret_collection);
            return -1;
        }
    }
    if (check_subject(ret_collection, err) != 0)
        return -1; /* there are no figures to release */
    if (ret_collection->count > 0)
        qsort(ret_collection->figures, ret_collection->count, sizeof *ret_collection->figures,
              compare_figures);
    return 0;
}

/* ---- relative to a client ---- */

static int compare_loads(const void *left, const void *right)
{
    const struct hb_trend_figures *a = *(const struct hb_trend_figures *const *)left;
    const struct hb_trend_figures *b = *(const struct hb_trend_figures *const *)right;

    if (a->night != b->night)
        return a->night < b->night ? -1 : 1;
    return strcmp(a->load, b->load);
}

struct pinned {
    struct hb_trend_figures *copies;
    const struct hb_trend_figures **sorted;
    size_t count;
};

static bool is_of(const struct hb_trend_figures *figures, const char *client)
{
    return strcmp(figures->label.client, client) == 0;
}

static struct pinned find_pinned(const struct hb_trend_collection *collection, const char *client)
{
    struct pinned pinned = {
        .copies = hb_calloc(collection->count + 1, sizeof *pinned.copies),
        .sorted = hb_calloc(collection->count + 1, sizeof(void *)),
    };

    for (size_t i = 0; i < collection->count; i++) {
        if (!is_of(&collection->figures[i], client))
            continue;
        pinned.copies[pinned.count] = collection->figures[i];
        pinned.sorted[pinned.count] = &pinned.copies[pinned.count];
        pinned.count++;
    }
    qsort(pinned.sorted, pinned.count, sizeof(void *), compare_loads);
    return pinned;
}

static void divide_by(struct hb_trend_figures *figures, const struct hb_trend_figures *pinned)
{
    for (int metric = 0; metric < HB_GATE_METRICS; metric++)
        figures->values[metric] /= pinned != NULL ? pinned->values[metric] : NAN;
}

size_t hb_trend_relate(struct hb_trend_collection *collection, const char *client)
{
    struct pinned pinned = find_pinned(collection, client);
    size_t kept = 0, without = 0;

    for (size_t i = 0; i < collection->count; i++) {
        const struct hb_trend_figures *key = &collection->figures[i];
        const struct hb_trend_figures *const *partner =
            bsearch(&key, pinned.sorted, pinned.count, sizeof(void *), compare_loads);

        if (is_of(key, client))
            continue;
        without += partner == NULL;
        divide_by(&collection->figures[i], partner != NULL ? *partner : NULL);
        if (has_figure(&collection->figures[i]))
            collection->figures[kept++] = collection->figures[i];
    }
    collection->count = kept;
    free(pinned.copies);
    free(pinned.sorted);
    return without;
}
