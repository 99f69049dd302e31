/* Finding the cell or the run, and gathering what is stored about it. */
#include "report/explain.h"

#include <inttypes.h>
#include <jansson.h>
#include <string.h>

#include "report/cell_counts.h"
#include "report/explain_parts.h"
#include "report/yardstick.h"

enum { RUN_NUMBER_DIGITS = 7 };

struct sweep_runs {
    struct hb_run_row *rows;
    size_t count;
};

/* ---- which ---- */

/* The number of a run; 0 when `what` is none. */
static size_t run_number(const char *what)
{
    size_t digits = strspn(what, "0123456789");

    if (what[digits] != '\0' || digits == 0 || digits > RUN_NUMBER_DIGITS)
        return 0;
    return strtoul(what, NULL, 10);
}

static const struct hb_run_row *find_run(const struct sweep_runs *runs, size_t number)
{
    for (size_t i = 0; i < runs->count; i++) {
        if (runs->rows[i].position + 1 == number)
            return &runs->rows[i];
    }
    return NULL;
}

/* A cell as a person names it: the beginning of its id, and "@head" for another subject than the
 * first. */
static bool is_named(const struct hb_run_row *run, const char *name)
{
    size_t length = strcspn(name, "@");

    return strncmp(run->cell_id, name, length) == 0 &&
           (name[length] == '\0' || strcmp(run->subject, name + length + 1) == 0);
}

/* The base comes first in the order of cells, whichever ran first. */
static bool is_before(const struct hb_run_row *a, const struct hb_run_row *b)
{
    return a->ordinal < b->ordinal;
}

static int find_cell(const struct sweep_runs *runs, const char *name, int64_t sweep_id,
                     const struct hb_run_row **ret_run, struct hb_error *err)
{
    const struct hb_run_row *found = NULL;

    for (size_t i = 0; i < runs->count; i++) {
        const struct hb_run_row *run = &runs->rows[i];

        if (!is_named(run, name))
            continue;
        if (found != NULL && strcmp(found->cell_id, run->cell_id) != 0)
            return hb_fail(err, HB_ERR_INPUT, "several cells begin with '%.16s'; give more of it",
                           name);
        if (found == NULL || is_before(run, found))
            found = run;
    }
    if (found == NULL)
        return hb_fail(err, HB_ERR_NOT_FOUND,
                       "sweep %" PRId64 " has no cell '%.64s'; its HTML report and "
                       "'http-benchmark report --format csv' name them",
                       sweep_id, name);
    *ret_run = found;
    return 0;
}

/* The runs that the explanation is about: one, or those of a cell. */
static int select_runs(const struct sweep_runs *all, const char *what, struct hb_arena *arena,
                       struct hb_explanation *explanation, struct sweep_runs *ret_chosen,
                       struct hb_error *err)
{
    size_t number = run_number(what);
    const struct hb_run_row *named = NULL;

    *ret_chosen =
        (struct sweep_runs){.rows = hb_arena_calloc(arena, all->count, sizeof *ret_chosen->rows)};
    if (number > 0) {
        explanation->run = find_run(all, number);
        if (explanation->run == NULL)
            return hb_fail(err, HB_ERR_NOT_FOUND,
                           "sweep %" PRId64 " has no run %zu: there are %zu, from 1; "
                           "'http-benchmark report --format csv' lists them",
                           explanation->sweep->id, number, all->count);
        ret_chosen->rows[ret_chosen->count++] = *explanation->run;
        return 0;
    }
    if (find_cell(all, what, explanation->sweep->id, &named, err) != 0)
        return -1;
    for (size_t i = 0; i < all->count; i++) {
        if (named != NULL && all->rows[i].ordinal == named->ordinal)
            ret_chosen->rows[ret_chosen->count++] = all->rows[i];
    }
    return 0;
}

/* ---- gathering ---- */

static enum hb_comparison comparison_of(const struct sweep_runs *runs, struct hb_arena *arena)
{
    struct hb_cell_summary *cells = hb_arena_calloc(arena, runs->count, sizeof *cells);

    for (size_t i = 0; i < runs->count; i++)
        cells[i].first = &runs->rows[i];
    return hb_comparison_of(&(struct hb_summaries){.cells = cells, .count = runs->count});
}

static bool is_ok(const struct hb_run_row *run)
{
    return strcmp(run->status, "ok") == 0;
}

static int find_yardsticks(struct hb_store *store, struct hb_evidence *evidence,
                           struct hb_error *err)
{
    struct hb_run_row *rows;
    struct hb_ceilings all = {0};

    if (hb_store_load_yardsticks(store, evidence->sweep->id, evidence->arena, &rows, &all.count,
                                 err) != 0)
        return -1;
    all.rows = rows;
    evidence->floor = hb_yardstick_floor(&all);
    evidence->ceiling = hb_yardstick_of(&all, evidence->cell->first);
    return 0;
}

static int find_server(struct hb_store *store, struct hb_evidence *evidence, struct hb_error *err)
{
    struct hb_server_row *servers;
    struct hb_hop_row *hops;
    size_t count;

    if (hb_store_load_servers(store, evidence->sweep->id, evidence->arena, &servers, &count, err) !=
            0 ||
        hb_store_load_hops(store, evidence->sweep->id, evidence->arena, &hops,
                           &evidence->hops_count, err) != 0)
        return -1;
    evidence->hops = hops;
    for (size_t i = 0; i < count; i++) {
        if (strcmp(servers[i].server, evidence->cell->first->server) == 0)
            evidence->server = &servers[i];
    }
    return 0;
}

/* Of the cell's subject, whose runs all have one. */
static int find_counts(struct hb_store *store, struct hb_evidence *evidence, struct hb_error *err)
{
    struct hb_cell_counts counts;

    if (hb_cell_counts_load(store, evidence->sweep->id, evidence->arena, &counts, err) != 0)
        return -1;
    evidence->counts = hb_cell_counts_of(&counts, evidence->cell->first);
    return 0;
}

static int merge_hists(struct hb_store *store, int64_t run_id, struct hb_evidence *evidence,
                       struct hb_error *err)
{
    const struct {
        enum hb_hist_kind kind;
        struct hb_hist *into;
    } kinds[] = {{HB_HIST_RESPONSE, &evidence->response},
                 {HB_HIST_SERVICE, &evidence->service},
                 {HB_HIST_TTFB, &evidence->ttfb},
                 {HB_HIST_CONNECT, &evidence->connect},
                 {HB_HIST_LAG, &evidence->lag}};

    for (size_t i = 0; i < HB_ARRAY_LEN(kinds); i++) {
        if (hb_store_merge_hist(store, run_id, kinds[i].kind, kinds[i].into, err) != 0)
            return -1;
    }
    return 0;
}

/* The requests in a "done" line; -1 when it has none. */
static int64_t requests_done(const char *done_json)
{
    json_t *done = json_loads(done_json, 0, NULL);
    json_t *requests = json_object_get(done, "requests");
    int64_t count = json_is_integer(requests) ? json_integer_value(requests) : -1;

    json_decref(done);
    return count;
}

static int add_workers(struct hb_store *store, int64_t run_id, struct hb_evidence *evidence,
                       struct hb_error *err)
{
    struct hb_worker_row *workers;
    size_t count;

    if (hb_store_load_workers(store, run_id, evidence->arena, &workers, &count, err) != 0)
        return -1;
    if (evidence->workers == NULL) {
        evidence->workers = workers;
        evidence->workers_count = count;
    }
    for (size_t i = 0; i < count; i++) {
        int64_t requests = requests_done(workers[i].done_json);

        if (requests < 0 || evidence->worker_requests < 0)
            evidence->worker_requests = -1;
        else
            evidence->worker_requests += requests;
    }
    return 0;
}

static int gather(struct hb_store *store, struct hb_evidence *evidence, struct hb_error *err)
{
    if (find_yardsticks(store, evidence, err) != 0 || find_server(store, evidence, err) != 0 ||
        find_counts(store, evidence, err) != 0)
        return -1;
    for (size_t i = 0; i < evidence->cell->runs_count; i++) {
        const struct hb_run_row *run = evidence->cell->runs[i];

        if (is_ok(run) && (merge_hists(store, run->id, evidence, err) != 0 ||
                           add_workers(store, run->id, evidence, err) != 0))
            return -1;
    }
    return 0;
}

static void evidence_init(struct hb_evidence *evidence)
{
    hb_hist_init(&evidence->response);
    hb_hist_init(&evidence->service);
    hb_hist_init(&evidence->ttfb);
    hb_hist_init(&evidence->connect);
    hb_hist_init(&evidence->lag);
}

static void evidence_release(struct hb_evidence *evidence)
{
    hb_hist_release(&evidence->response);
    hb_hist_release(&evidence->service);
    hb_hist_release(&evidence->ttfb);
    hb_hist_release(&evidence->connect);
    hb_hist_release(&evidence->lag);
}

static int explain_cell(struct hb_store *store, const char *database, enum hb_comparison comparison,
                        struct hb_arena *arena, struct hb_explanation *explanation,
                        struct hb_error *err)
{
    HB_CLEANUP(evidence_release)
    struct hb_evidence evidence = {.arena = arena,
                                   .sweep = explanation->sweep,
                                   .comparison = comparison,
                                   .cell = &explanation->cells.cells[0]};

    evidence_init(&evidence);
    if (gather(store, &evidence, err) != 0)
        return -1;
    hb_explain_facts(&evidence, explanation);
    hb_explain_flags(&evidence, store, explanation);
    hb_explain_commands(&evidence, database, explanation);
    return 0;
}

int hb_explain(struct hb_store *store, const char *sweep_selector, const char *what,
               const char *database, struct hb_arena *arena, struct hb_explanation *ret_explanation,
               struct hb_error *err)
{
    struct hb_sweep_row *sweep = hb_arena_alloc(arena, sizeof *sweep);
    struct hb_explanation explanation = {.sweep = sweep};
    struct sweep_runs all, chosen;

    if (hb_store_find_sweep(store, sweep_selector, arena, sweep, err) != 0 ||
        hb_store_load_runs(store, sweep->id, arena, &all.rows, &all.count, err) != 0 ||
        select_runs(&all, what, arena, &explanation, &chosen, err) != 0 ||
        hb_summarise(store, chosen.rows, chosen.count, arena, &explanation.cells, err) != 0)
        return -1;
    if (explain_cell(store, database, comparison_of(&all, arena), arena, &explanation, err) != 0)
        return -1;
    *ret_explanation = explanation;
    return 0;
}
