/* Finding a cell and leaving out all others. A stored cell is known by what makes its id, the
 * duration aside: a gate's own sweeps have shorter windows than their scenario. */
#include "cli/one_cell.h"

#include <jansson.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/assert.h"
#include "gate/judge.h"
#include "store/origin.h"
#include "store/store.h"

enum { LABEL_MAX_BYTES = 64 << 10, CANONICAL_MAX_BYTES = 1 << 20 };

/* ---- by an id ---- */

/* What is asked for: an id, or what a stored run of it says. */
struct wanted {
    const char *id;     /* the beginning of one */
    const char *series; /* canonical JSON without the duration; NULL: the id alone */
    const char *where;  /* for messages */
};

static bool begins_with(const char *text, const char *beginning)
{
    return strncmp(text, beginning, strlen(beginning)) == 0;
}

static int fail_several(const char *prefix, struct hb_error *err)
{
    return hb_fail(err, HB_ERR_INPUT, "several cells begin with '%.64s'; give more of it", prefix);
}

static int find_run(struct hb_cli *cli, struct hb_store *store, const struct hb_sweep_row *sweep,
                    struct wanted *wanted, struct hb_error *err)
{
    const struct hb_run_row *found = NULL;
    struct hb_run_row *rows;
    size_t count;

    if (hb_store_load_runs(store, sweep->id, &cli->arena, &rows, &count, err) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (!begins_with(rows[i].cell_id, wanted->id))
            continue;
        if (found != NULL && strcmp(found->cell_id, rows[i].cell_id) != 0)
            return fail_several(wanted->id, err);
        found = &rows[i];
    }
    if (found == NULL)
        return hb_fail(err, HB_ERR_NOT_FOUND,
                       "no cell '%.64s' in sweep %lld; its report shows their ids, and so does "
                       "'http-benchmark report --format json'",
                       wanted->id, (long long)sweep->id);
    wanted->id = found->cell_id;
    wanted->series = found->series;
    return 0;
}

/* A path that was given in another folder. */
static const char *path_in(const char *directory, const char *path, struct hb_arena *arena)
{
    return directory == NULL || path[0] == '/' ? path
                                               : hb_arena_printf(arena, "%s/%s", directory, path);
}

/* What the command line of the sweep laid over its scenario, below what this one does; its subjects
 * aside. */
static void take_origin(struct hb_cli *cli, const struct hb_origin *origin, struct hb_strings *sets)
{
    const char *const *folder = cli->client_folders.count == 0 ? origin->client_folders : NULL;
    struct hb_strings all = {0};

    for (const char *const *set = origin->overrides.sets; set != NULL && *set != NULL; set++)
        hb_sets_add(&cli->arena, &all, *set);
    for (size_t i = 0; i < sets->count; i++)
        hb_sets_add(&cli->arena, &all, sets->items[i]);
    *sets = all;
    for (; folder != NULL && *folder != NULL; folder++)
        hb_sets_add(&cli->arena, &cli->client_folders,
                    path_in(origin->directory, *folder, &cli->arena));
}

/* The one that was named, or the newest that is not a step of a bisection. */
static int find_sweep(struct hb_cli *cli, struct hb_store *store, const char *selector,
                      struct hb_sweep_row *ret_sweep, struct hb_error *err)
{
    unsigned back = 0;

    if (selector != NULL)
        return hb_store_find_sweep(store, selector, &cli->arena, ret_sweep, err);
    do {
        selector = hb_arena_printf(&cli->arena, "latest~%u", back++);
        if (hb_store_find_sweep(store, selector, &cli->arena, ret_sweep, err) != 0)
            return -1;
    } while (hb_sweep_has_tag(ret_sweep, HB_TAG_BISECT));
    return 0;
}

static int find_stored(struct hb_cli *cli, const struct hb_one_cell_request *request,
                       struct hb_one_cell *ret, struct wanted *wanted, struct hb_error *err)
{
    struct hb_sweep_row sweep;
    struct hb_store *store;
    struct hb_origin origin;
    int result;

    if (hb_store_open(hb_cli_database(cli, request->database), HB_STORE_READ, &store, err) != 0)
        return -1;
    result = find_sweep(cli, store, request->sweep, &sweep, err);
    if (result == 0)
        result = find_run(cli, store, &sweep, wanted, err);
    hb_store_close(store);
    if (result != 0)
        return -1;
    hb_origin_read(sweep.origin_json, &cli->arena, &origin);
    take_origin(cli, &origin, &ret->sets);
    ret->path = path_in(origin.directory, sweep.scenario_path, &cli->arena);
    if (access(ret->path, R_OK) != 0)
        return hb_fail(err, HB_ERR_NOT_FOUND,
                       "the scenario of sweep %lld, '%.300s', is not here; --scenario FILE says "
                       "where it is",
                       (long long)sweep.id, ret->path);
    return 0;
}

/* ---- in a plan ---- */

static json_t *series_of(const struct hb_plan *plan, const struct hb_cell *cell)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    json_t *json;

    hb_buf_init(&text, CANONICAL_MAX_BYTES);
    hb_cell_canonical(plan->scenario, cell, &text);
    json = json_loads(hb_buf_text(&text), 0, NULL);
    json_object_del(json, "duration_ns");
    return json;
}

static bool has_id(const struct hb_cell *cell, const char *prefix)
{
    char id[HB_CELL_ID_BYTES];

    hb_cell_format_id(cell, id);
    return begins_with(id, prefix);
}

/* Where the id is of a sweep whose windows were another length, the first with its other values. */
static const struct hb_cell *find_series(const struct hb_plan *plan, const char *series)
{
    json_t *wanted = json_loads(series, 0, NULL);
    const struct hb_cell *found = NULL;

    for (size_t i = 0; i < plan->cells_count && found == NULL; i++) {
        json_t *own = series_of(plan, &plan->cells[i]);

        if (wanted != NULL && json_equal(own, wanted))
            found = &plan->cells[i];
        json_decref(own);
    }
    json_decref(wanted);
    return found;
}

static int find_in_plan(const struct hb_plan *plan, const struct wanted *wanted,
                        const struct hb_cell **ret_cell, struct hb_error *err)
{
    const struct hb_cell *found = NULL;

    for (size_t i = 0; i < plan->cells_count; i++) {
        if (!has_id(&plan->cells[i], wanted->id))
            continue;
        if (found != NULL && found->id != plan->cells[i].id)
            return fail_several(wanted->id, err);
        if (found == NULL)
            found = &plan->cells[i];
    }
    if (found == NULL && wanted->series != NULL)
        found = find_series(plan, wanted->series);
    if (found == NULL)
        return hb_fail(err, HB_ERR_NOT_FOUND,
                       "no cell '%.64s' in %.300s%s; 'http-benchmark expand' shows their ids",
                       wanted->id, wanted->where,
                       wanted->series != NULL ? ", which has changed since" : "");
    *ret_cell = found;
    return 0;
}

/* ---- leaving out all others ---- */

static void put_escaped(struct hb_buf *ret, const char *text)
{
    for (; *text != '\0'; text++) {
        if (strchr("*?[\\", *text) != NULL)
            hb_buf_putc(ret, '\\');
        hb_buf_putc(ret, *text);
    }
}

static const char *filter_of(const struct hb_scenario *scenario, const struct hb_cell *cell,
                             enum hb_axis axis, struct hb_arena *arena)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf label, text;

    hb_buf_init(&label, LABEL_MAX_BYTES);
    hb_buf_init(&text, 2 * LABEL_MAX_BYTES);
    hb_axis_label(scenario, axis, cell->at[axis], &label);
    hb_buf_printf(&text, "%s=", hb_axis_name(axis));
    put_escaped(&text, hb_buf_text(&label));
    return hb_arena_strdup(arena, hb_buf_text(&text));
}

struct hb_strings hb_cell_filters(const struct hb_scenario *scenario, const struct hb_cell *cell,
                                  struct hb_arena *arena)
{
    bool one_window = scenario->durations_count - scenario->appended.durations == 1;
    struct hb_strings filters = {
        .items = hb_arena_calloc(arena, HB_AXIS_COUNT + 1, sizeof(char *)),
    };

    for (int axis = 0; axis < HB_AXIS_COUNT; axis++) {
        if (hb_axis_count(scenario, (enum hb_axis)axis) > 1 &&
            (axis != HB_AXIS_DURATION || !one_window))
            filters.items[filters.count++] = filter_of(scenario, cell, (enum hb_axis)axis, arena);
    }
    return filters;
}

void hb_sets_add(struct hb_arena *arena, struct hb_strings *sets, const char *text)
{
    const char **items = hb_arena_calloc(arena, sets->count + 2, sizeof *items);

    if (sets->count > 0)
        memcpy(items, sets->items, sets->count * sizeof *items);
    items[sets->count] = text;
    *sets = (struct hb_strings){.items = items, .count = sets->count + 1};
}

const char *hb_margin_override(enum hb_gate_metric metric, const struct hb_gate_margin *margin,
                               struct hb_arena *arena)
{
    static const char *const units[HB_GATE_METRICS] = {
        [HB_GATE_THROUGHPUT] = "/s", [HB_GATE_CPU] = "ns",        [HB_GATE_P50] = "ns",
        [HB_GATE_P99] = "ns",        [HB_GATE_RSS] = "B",         [HB_GATE_BYTES] = "B",
        [HB_GATE_CONNECTIONS] = "",  [HB_GATE_SYSTEM_CALLS] = "", [HB_GATE_INSTRUCTIONS] = "",
    };
    static const char *const weights[] = {
        [HB_GATE_DECIDES] = "decides", [HB_GATE_ADVISORY] = "advisory", [HB_GATE_OFF] = "off"};

    return hb_arena_printf(arena, "gate.margins.%s={margin: %.6f%%, floor: %.*f%s, weight: %s}",
                           hb_gate_metric_name(metric), margin->relative * 100,
                           units[metric][0] == 'n' || units[metric][0] == 'B' ? 0 : 6,
                           margin->floor, units[metric], weights[margin->weight]);
}

/* The client as a list of one, in place of the matrix's: subjects patch every client that there is,
 * and another one may not even come from the same package registry. What identifies a client is
 * what a scenario writes, but that its own options are keys like the others. */
static const char *client_override(const struct hb_client_spec *client, struct hb_arena *arena)
{
    json_t *json = json_loads(client->canonical, 0, NULL);
    /* A subject's would be its own. */
    const struct hb_choice *choice =
        client->subject == HB_NO_SUBJECT ? client->entry->choice : NULL;
    json_t *list = json_array();
    const char *override;
    char *text;

    json_object_update(json, json_object_get(json, "options"));
    json_object_del(json, "options");
    if (choice != NULL && choice->python != NULL) /* absolute, wherever it is written */
        json_object_set_new(json, "python", json_string(choice->python));
    json_array_append_new(list, json);
    text = json_dumps(list, JSON_COMPACT);
    override = hb_arena_printf(arena, "matrix.clients=%s", text);
    free(text);
    json_decref(list);
    return override;
}

/* Exclusions, margins and thresholds may name clients that are left out; subjects are given anew.
 */
static void leave_out_others(const struct hb_scenario *scenario, const struct hb_cell *cell,
                             struct hb_arena *arena, struct hb_strings *sets)
{
    hb_sets_add(arena, sets, client_override(&scenario->clients[cell->client], arena));
    if (scenario->subjects_count > 0)
        hb_sets_add(arena, sets, "subjects={base: {}, head: {}}");
    if (scenario->excludes_count > 0)
        hb_sets_add(arena, sets, "exclude=[]");
    if (scenario->includes_count > 0 && cell->include == 0)
        hb_sets_add(arena, sets, "include=[]");
    if (scenario->threshold_overrides_count > 0)
        hb_sets_add(arena, sets, "thresholds={}");
    if (scenario->gate.overrides_count > 0)
        hb_sets_add(arena, sets, "gate.overrides=[]");
}

/* All else that a filter would also keep: another client of its name, another duration. */
static int check_single(const struct hb_plan *plan, const struct hb_cell *cell,
                        struct hb_error *err)
{
    bool one_window = plan->scenario->durations_count - plan->scenario->appended.durations == 1;

    for (size_t i = 0; one_window && i < plan->cells_count; i++) {
        struct hb_cell other = plan->cells[i];

        other.duration = cell->duration;
        other.client = cell->client;
        if (plan->cells[i].duration != cell->duration &&
            plan->scenario->clients[plan->cells[i].client].canonical ==
                plan->scenario->clients[cell->client].canonical &&
            memcmp(other.at, cell->at, sizeof other.at) == 0)
            return hb_fail(err, HB_ERR_INPUT,
                           "two cells differ from each other in their duration alone; write both "
                           "durations into the matrix, or leave one out");
    }
    return 0;
}

static const char *label_of(const struct hb_scenario *scenario, const struct hb_cell *cell,
                            struct hb_arena *arena)
{
    return hb_arena_printf(arena, "%s %s %s ×%u on %s", hb_cell_client_label(scenario, cell, arena),
                           hb_method_name((enum hb_method)cell->method),
                           scenario->urls[cell->url].url, scenario->concurrency[cell->concurrency],
                           scenario->servers[cell->server].name);
}

static void describe(struct hb_cli *cli, const struct hb_planning *planning,
                     const struct hb_cell *cell, struct hb_one_cell *ret)
{
    const struct hb_scenario *scenario = planning->scenario;
    struct hb_rules rules = hb_rules_of(&scenario->gate, HB_COMPARE_CLIENTS, scenario, cell);

    ret->label = label_of(scenario, cell, &cli->arena);
    hb_cell_format_id(cell, ret->id);
    ret->registry = hb_arena_memdup(&cli->arena, &planning->registry, sizeof planning->registry);
    ret->entry = scenario->clients[cell->client].entry;
    ret->filters = hb_cell_filters(scenario, cell, &cli->arena);
    memcpy(ret->margins, rules.margins, sizeof ret->margins);
    leave_out_others(scenario, cell, &cli->arena, &ret->sets);
}

int hb_one_cell_find(struct hb_cli *cli, const struct hb_one_cell_request *request,
                     struct hb_one_cell *ret, struct hb_error *err)
{
    struct wanted wanted = {.id = request->cell};
    struct hb_planning planning = {0};
    const struct hb_cell *cell = NULL;

    *ret = (struct hb_one_cell){.path = request->scenario, .sets = request->sets};
    if (ret->path == NULL && find_stored(cli, request, ret, &wanted, err) != 0)
        return -1;
    wanted.where = ret->path;
    if (hb_planning_make(cli, ret->path, &ret->sets, NULL, false, &planning, err) != 0 ||
        find_in_plan(&planning.plan, &wanted, &cell, err) != 0)
        return -1;
    HB_ASSERT(cell != NULL);
    if (check_single(&planning.plan, cell, err) != 0)
        return -1;
    describe(cli, &planning, cell, ret);
    return 0;
}
