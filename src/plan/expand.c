/* From axes to cells. The size of the product is known, and refused, before anything is allocated;
 * what is then enumerated is at most HB_PLAN_MAX_CELLS. */
#include "plan/expand.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "plan/ids.h"
#include "plan/pattern.h"
#include "plan/subjects.h"

enum { MESSAGE_BYTES = 900 };

/* Beyond any limit; sums and products of sizes stop here instead of wrapping round. */
static const uint64_t ASTRONOMIC = UINT64_C(1000000000000000000);

struct expansion {
    const struct hb_scenario *scenario;
    struct hb_pattern_set excludes, overrides;
    const struct hb_pattern *override_patterns; /* of the gate, then of the thresholds */
    bool *kept[HB_AXIS_COUNT];                  /* by the filters */
    struct hb_cell *cells;
    size_t count, capacity;
    struct hb_cell at; /* the cell that the recursion has reached */
};

void hb_put_count(struct hb_buf *ret_text, uint64_t count)
{
    if (count >= 1000) {
        hb_put_count(ret_text, count / 1000);
        hb_buf_printf(ret_text, ",%03" PRIu64, count % 1000);
    } else {
        hb_buf_printf(ret_text, "%" PRIu64, count);
    }
}

/* Requests of the matrix: each URL once for each of its methods. */
static uint64_t url_method_count(const struct hb_scenario *scenario)
{
    size_t urls = hb_axis_matrix_count(scenario, HB_AXIS_URL);
    uint64_t count = 0;

    for (size_t i = 0; i < urls; i++)
        count += (uint64_t)__builtin_popcount(scenario->urls[i].methods);
    return count;
}

struct factor {
    const char *name;
    uint64_t count;
};

enum { FACTOR_COUNT = 9 };

/* Servers of the matrix, as many as each subject has. */
static uint64_t server_count(const struct hb_scenario *scenario)
{
    size_t servers = hb_axis_matrix_count(scenario, HB_AXIS_SERVER);

    return servers > 0 && scenario->servers[0].subjects != HB_ALL_SUBJECTS ? 1 : servers;
}

static uint64_t client_count(const struct hb_scenario *scenario)
{
    size_t values = hb_axis_matrix_count(scenario, HB_AXIS_CLIENT);

    return scenario->subjects_count > 0 ? values / scenario->subjects_count : values;
}

static void get_factors(const struct hb_scenario *scenario, struct factor factors[FACTOR_COUNT])
{
    size_t subjects = hb_subjects_named(scenario);
#define FACTOR(axis, name)                                                                         \
    {                                                                                              \
        name, hb_axis_matrix_count(scenario, axis)                                                 \
    }
    struct factor all[FACTOR_COUNT] = {
        {"subjects", subjects > 0 ? subjects : 1},
        {"servers", server_count(scenario)},
        {"clients", client_count(scenario)},
        {"URLs and methods", url_method_count(scenario)},
        FACTOR(HB_AXIS_CONCURRENCY, "concurrencies"),
        FACTOR(HB_AXIS_DURATION, "durations"),
        FACTOR(HB_AXIS_RATE, "rates"),
        FACTOR(HB_AXIS_PROTOCOL, "protocols"),
        FACTOR(HB_AXIS_PROFILE, "profiles"),
    };
#undef FACTOR

    memcpy(factors, all, sizeof all);
}

static uint64_t multiply(uint64_t a, uint64_t b)
{
    uint64_t product;

    if (__builtin_mul_overflow(a, b, &product) || product > ASTRONOMIC)
        return ASTRONOMIC;
    return product;
}

static int too_many(const struct factor *factors, uint64_t product, uint64_t includes,
                    struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    const char *times = "";

    hb_buf_init(&text, MESSAGE_BYTES);
    for (size_t i = 0; i < FACTOR_COUNT; i++) {
        if (factors[i].count == 1)
            continue;
        hb_buf_puts(&text, times);
        hb_put_count(&text, factors[i].count);
        hb_buf_printf(&text, " %s", factors[i].name);
        times = " × ";
    }
    if (includes > 0) {
        hb_buf_puts(&text, " + ");
        hb_put_count(&text, includes);
        hb_buf_puts(&text, " included");
    }
    hb_buf_puts(&text, product >= ASTRONOMIC ? " = more than " : " = ");
    hb_put_count(&text, product >= ASTRONOMIC ? ASTRONOMIC : product + includes);
    hb_buf_puts(&text, " cells; the limit is ");
    hb_put_count(&text, HB_PLAN_MAX_CELLS);
    return hb_fail(err, HB_ERR_LIMIT, "the matrix is too large: %s", hb_buf_text(&text));
}

static int measure_product(const struct hb_scenario *scenario, size_t *ret_cells,
                           struct hb_error *err)
{
    struct factor factors[FACTOR_COUNT];
    uint64_t product = 1;

    get_factors(scenario, factors);
    for (size_t i = 0; i < FACTOR_COUNT; i++)
        product = multiply(product, factors[i].count);
    if (product + scenario->includes_count > HB_PLAN_MAX_CELLS)
        return too_many(factors, product, scenario->includes_count, err);
    *ret_cells = (size_t)product + scenario->includes_count;
    return 0;
}

static bool is_kept(const struct expansion *expansion, const struct hb_cell *cell)
{
    for (int axis = 0; axis < HB_AXIS_COUNT; axis++) {
        if (!expansion->kept[axis][cell->at[axis]])
            return false;
    }
    return true;
}

static void add_cell(struct expansion *expansion, const struct hb_cell *cell)
{
    (void)hb_pattern_set_match(&expansion->overrides, cell);
    if (!is_kept(expansion, cell))
        return;
    HB_ASSERT(expansion->count < expansion->capacity);
    expansion->cells[expansion->count++] = *cell;
}

static bool has_method(const struct expansion *expansion, uint32_t method)
{
    return (expansion->scenario->urls[expansion->at.url].methods >> method & 1) != 0;
}

/* A client has one subject, whose server it is used with. The control is added later. */
static bool belongs(const struct expansion *expansion, uint32_t client)
{
    const struct hb_scenario *scenario = expansion->scenario;
    const struct hb_cell cell = {.client = client};

    return hb_server_serves(&scenario->servers[expansion->at.server],
                            scenario->clients[client].subject) &&
           !hb_cell_is_control(scenario, &cell);
}

/* Every combination of the values of this axis and of those after it. */
static void add_product(struct expansion *expansion, int axis)
{
    size_t values;

    if (axis == HB_AXIS_COUNT) {
        if (!hb_pattern_set_match(&expansion->excludes, &expansion->at))
            add_cell(expansion, &expansion->at);
        return;
    }
    values = hb_axis_matrix_count(expansion->scenario, (enum hb_axis)axis);
    for (uint32_t value = 0; value < values; value++) {
        if ((axis == HB_AXIS_METHOD && !has_method(expansion, value)) ||
            (axis == HB_AXIS_CLIENT && !belongs(expansion, value)))
            continue;
        expansion->at.at[axis] = value;
        add_product(expansion, axis + 1);
    }
}

static void add_includes(struct expansion *expansion)
{
    const struct hb_scenario *scenario = expansion->scenario;

    for (size_t i = 0; i < scenario->includes_count; i++) {
        const struct hb_include *include = &scenario->includes[i];
        struct hb_cell cell = {
            .server = (uint32_t)include->server,
            .client = (uint32_t)include->client,
            .url = (uint32_t)include->url,
            .method = (uint32_t)include->method,
            .concurrency = (uint32_t)include->concurrency,
            .duration = (uint32_t)include->duration,
            .rate = (uint32_t)include->rate,
            .protocol = (uint32_t)include->protocol,
            .profile = (uint32_t)include->profile,
            .include = (uint32_t)i + 1,
        };

        add_cell(expansion, &cell);
    }
}

/* The start of a message: "line 7: exclude", or "base.yaml:7:3: exclude" when another file than the
 * scenario's own wrote it (`extends`). Callers put the scenario's path in front. */
static void describe_place(char *text, size_t bytes, const struct hb_scenario *scenario,
                           struct hb_place place, const char *what)
{
    if (place.file == NULL)
        snprintf(text, bytes, "%s", what);
    else if (strcmp(place.file, scenario->path) == 0)
        snprintf(text, bytes, "line %u: %s", place.line, what);
    else
        snprintf(text, bytes, "%.200s:%u:%u: %s", place.file, place.line, place.column, what);
}

/* A typo in an exclude would leave cells in, in an override a bound as it is, and nobody would
 * know.
 */
static int check_all_matched(const struct hb_scenario *scenario, const struct hb_pattern_set *set,
                             const struct hb_pattern *patterns, const char *what,
                             struct hb_error *err)
{
    size_t unmatched = hb_pattern_set_unmatched(set);
    const struct hb_pattern *pattern;
    char who[300];

    if (unmatched == set->count)
        return 0;
    pattern = &patterns[unmatched];
    describe_place(who, sizeof who, scenario, pattern->place, what);
    for (int axis = 0; axis < HB_AXIS_COUNT; axis++) {
        const char *glob = hb_pattern_glob(pattern, (enum hb_axis)axis);

        if (glob != NULL && !hb_glob_matches_any(scenario, (enum hb_axis)axis, glob))
            return hb_glob_fail(scenario, (enum hb_axis)axis, glob, who, err);
    }
    return hb_fail(err, HB_ERR_INPUT, "%s: no cell of the matrix has this combination", who);
}

static int check_patterns(const struct expansion *expansion, struct hb_error *err)
{
    const struct hb_scenario *scenario = expansion->scenario;

    if (check_all_matched(scenario, &expansion->excludes, scenario->excludes, "exclude", err) != 0)
        return -1;
    return check_all_matched(scenario, &expansion->overrides, expansion->override_patterns,
                             "override", err);
}

static void prepare_patterns(struct expansion *expansion, struct hb_arena *arena)
{
    const struct hb_scenario *scenario = expansion->scenario;
    size_t margins = scenario->gate.overrides_count, bounds = scenario->threshold_overrides_count;
    struct hb_pattern *patterns = hb_arena_calloc(arena, margins + bounds, sizeof *patterns);

    for (size_t i = 0; i < margins; i++)
        patterns[i] = *scenario->gate.overrides[i].pattern;
    for (size_t i = 0; i < bounds; i++)
        patterns[margins + i] = scenario->threshold_overrides[i].pattern;
    expansion->override_patterns = patterns;
    hb_pattern_set_init(&expansion->overrides, scenario, patterns, margins + bounds, arena);
    hb_pattern_set_init(&expansion->excludes, scenario, scenario->excludes,
                        scenario->excludes_count, arena);
}

static int check_some_left(const struct expansion *expansion, const struct hb_plan_options *options,
                           struct hb_error *err)
{
    if (expansion->count > 0)
        return 0;
    if (options->filters_count > 0)
        return hb_filters_fail(options, err);
    return hb_fail(err, HB_ERR_INPUT, "no cell is left: everything is excluded");
}

static void describe_origin(char *text, size_t bytes, const struct hb_scenario *scenario,
                            const struct hb_cell *cell)
{
    if (cell->include == 0)
        snprintf(text, bytes, "the matrix");
    else
        describe_place(text, bytes, scenario, scenario->includes[cell->include - 1].place,
                       "include");
}

static void put_labels(const struct hb_scenario *scenario, const struct hb_cell *cell,
                       struct hb_buf *ret_text)
{
    for (int axis = 0; axis < HB_AXIS_COUNT; axis++) {
        if (axis > 0)
            hb_buf_putc(ret_text, ' ');
        hb_axis_label(scenario, (enum hb_axis)axis, cell->at[axis], ret_text);
    }
}

static int twin_fail(const struct hb_scenario *scenario, const struct hb_cell *first,
                     const struct hb_cell *twin, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf labels;
    char id[HB_CELL_ID_BYTES], first_origin[300], twin_origin[300];

    hb_buf_init(&labels, 200);
    put_labels(scenario, twin, &labels);
    describe_origin(first_origin, sizeof first_origin, scenario, first);
    describe_origin(twin_origin, sizeof twin_origin, scenario, twin);
    hb_cell_format_id(twin, id);
    return hb_fail(err, HB_ERR_INPUT, "%s: the same cell is there already, from %s: %s (id %s)",
                   twin_origin, first_origin, hb_buf_text(&labels), id);
}

static int check_twins(const struct expansion *expansion, struct hb_error *err)
{
    const struct hb_cell *first, *twin;

    twin = hb_cells_find_twin(expansion->scenario, expansion->cells, expansion->count, &first);
    return twin == NULL ? 0 : twin_fail(expansion->scenario, first, twin, err);
}

int hb_plan_expand(const struct hb_scenario *scenario, const struct hb_plan_options *options,
                   struct hb_arena *arena, struct hb_plan *plan, struct hb_error *err)
{
    struct expansion expansion = {.scenario = scenario};

    if (measure_product(scenario, &expansion.capacity, err) != 0 ||
        hb_filters_apply(scenario, options, arena, expansion.kept, err) != 0)
        return -1;
    prepare_patterns(&expansion, arena);
    expansion.cells = hb_arena_calloc(arena, expansion.capacity + scenario->control_cells,
                                      sizeof *expansion.cells);
    add_product(&expansion, 0);
    add_includes(&expansion);
    if (check_patterns(&expansion, err) != 0 || check_some_left(&expansion, options, err) != 0)
        return -1;
    hb_cells_identify(scenario, expansion.cells, expansion.count);
    if (check_twins(&expansion, err) != 0 ||
        hb_cells_check_abilities(scenario, expansion.cells, expansion.count, err) != 0)
        return -1;
    plan->cells = expansion.cells;
    plan->cells_count = expansion.count;
    hb_plan_pair(plan, expansion.cells, arena);
    return 0;
}
