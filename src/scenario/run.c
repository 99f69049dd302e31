/* How runs are made, and what they must satisfy. */
#include <inttypes.h>

#include "scenario/load.h"
#include "scenario/threshold.h"

#define DEFAULT_ROUNDS_MAX 20

/* One run of digits of a processor list; -1 when there is none or it is absurd. */
static int read_cpu(const char **text)
{
    int cpu = 0;

    if (**text < '0' || **text > '9')
        return -1;
    while (**text >= '0' && **text <= '9' && cpu < 100000)
        cpu = cpu * 10 + *(*text)++ - '0';
    return cpu < 4096 ? cpu : -1;
}

/* "0-1,3" */
static bool is_cpu_list(const char *text)
{
    for (;;) {
        int first = read_cpu(&text), last = first;

        if (*text == '-') {
            text++;
            last = read_cpu(&text);
        }
        if (first < 0 || last < first)
            return false;
        if (*text == '\0')
            return true;
        if (*text++ != ',')
            return false;
    }
}

static const char *load_cpus(struct hb_loading *loading, const char *key, const char *list)
{
    if (list != NULL && !is_cpu_list(list))
        hb_diag(loading->diags, hb_node_place(loading->raw->run.cpus.node, key),
                "'%s': expected processors such as 0-1,3, got %s", key,
                hb_quote(loading->diags, list));
    return list;
}

static void check_processes(struct hb_loading *loading)
{
    const struct hb_scenario *scenario = loading->scenario;

    for (size_t i = 0; i < scenario->concurrency_count; i++) {
        if (scenario->concurrency[i] >= scenario->run.processes || scenario->concurrency[i] == 0)
            continue;
        hb_diag(loading->diags, hb_node_place(hb_node_get(loading->raw->node, "run"), "processes"),
                "'processes': %u cannot share a concurrency of %" PRIu32, scenario->run.processes,
                scenario->concurrency[i]);
        return;
    }
}

/* Those that were written, by metric. */
static const struct hb_threshold *
parse_thresholds(struct hb_loading *loading, const struct hb_node *const *values, size_t *ret_count)
{
    struct hb_threshold *thresholds =
        hb_arena_calloc(loading->arena, HB_METRIC_COUNT, sizeof *thresholds);

    *ret_count = 0;
    for (int metric = 0; metric < HB_METRIC_COUNT; metric++) {
        if (values[metric] != NULL)
            thresholds[(*ret_count)++] = hb_threshold_parse((enum hb_metric)metric, values[metric]);
    }
    return thresholds;
}

static void load_threshold_override(struct hb_loading *loading,
                                    const struct hb_raw_threshold_override *raw,
                                    struct hb_threshold_override *ret)
{
    ret->pattern = hb_load_pattern(&raw->pattern);
    ret->thresholds = parse_thresholds(loading, raw->values, &ret->count);
    if (ret->count == 0)
        hb_diag(loading->diags, raw->pattern.node->place,
                "threshold_override names no metric; nothing would be different");
}

static void load_thresholds(struct hb_loading *loading)
{
    const struct hb_raw_thresholds *raw = &loading->raw->thresholds;
    struct hb_scenario *scenario = loading->scenario;
    struct hb_threshold_override *overrides =
        hb_arena_calloc(loading->arena, raw->overrides_count, sizeof *overrides);

    scenario->thresholds = parse_thresholds(loading, raw->values, &scenario->thresholds_count);
    for (size_t i = 0; i < raw->overrides_count; i++)
        load_threshold_override(loading, &raw->overrides[i], &overrides[i]);
    scenario->threshold_overrides = overrides;
    scenario->threshold_overrides_count = raw->overrides_count;
}

static void check_rounds(struct hb_loading *loading, const struct hb_raw_rounds *raw)
{
    const struct hb_node *node = raw->node;

    if (hb_node_get(node, "until_ci") == NULL) {
        if (raw->max != 0)
            hb_diag(loading->diags, hb_node_place(node, "max"),
                    "'max' needs 'until_ci', which says when fewer are enough");
        return;
    }
    if (raw->until_ci <= 0 || raw->until_ci > 1)
        hb_diag(loading->diags, hb_node_place(node, "until_ci"),
                "'until_ci': expected more than 0%% and at most 100%%");
    if (raw->min < HB_ROUNDS_FOR_INTERVAL)
        hb_diag(loading->diags, hb_node_place(node, "min"),
                "'min': with 'until_ci' at least %d, since fewer give no interval",
                HB_ROUNDS_FOR_INTERVAL);
    if (raw->max != 0 && raw->max < raw->min)
        hb_diag(loading->diags, hb_node_place(node, "max"),
                "'max' is below 'min', which is %" PRId64, raw->min);
}

static void load_rounds(struct hb_loading *loading, const struct hb_raw_rounds *raw)
{
    struct hb_run_options *run = &loading->scenario->run;
    int64_t most = raw->min;

    check_rounds(loading, raw);
    if (raw->until_ci > 0)
        most = raw->max != 0 ? raw->max : DEFAULT_ROUNDS_MAX;
    run->rounds_min = (unsigned)raw->min;
    run->rounds = (unsigned)(most > raw->min ? most : raw->min);
    run->until_ci = raw->until_ci;
}

static double load_allow_failed(struct hb_loading *loading, const struct hb_raw_run *raw)
{
    if (raw->allow_failed > 1)
        hb_diag(loading->diags, hb_node_place(raw->node, "allow_failed"),
                "'allow_failed': expected at most 100%%");
    return raw->allow_failed;
}

void hb_load_run(struct hb_loading *loading)
{
    const struct hb_raw_run *raw = &loading->raw->run;

    loading->scenario->run = (struct hb_run_options){
        .warmup_ns = raw->warmup_ns,
        .cooldown_ns = raw->cooldown_ns,
        .drain_ns = raw->drain_ns,
        .seed = (uint64_t)raw->seed,
        .processes = (unsigned)raw->processes,
        .client_cpus = load_cpus(loading, "client", raw->cpus.client),
        .server_cpus = load_cpus(loading, "server", raw->cpus.server),
        .missing_clients = raw->missing_clients == 0 ? HB_MISSING_ERROR : HB_MISSING_SKIP,
        .missing_servers = raw->missing_servers == 0 ? HB_MISSING_ERROR : HB_MISSING_SKIP,
        .allow_failed = load_allow_failed(loading, raw),
        .yardstick = raw->yardstick,
        .wire = (enum hb_wire)raw->wire,
    };
    load_rounds(loading, &raw->rounds);
    check_processes(loading);
    load_thresholds(loading);
}
