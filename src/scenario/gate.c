/* When a gate may call the head worse: the defaults with what was written laid over them. */
#include <string.h>

#include "scenario/load.h"

#define DEFAULT_POOLED 30

/* By which basis a metric is looked at. */
#define BY_TIME (1u << HB_GATE_BY_TIME)
#define BY_COUNTS (1u << HB_GATE_BY_COUNTS)

static const unsigned bases[HB_GATE_METRICS] = {
    [HB_GATE_THROUGHPUT] = BY_TIME | BY_COUNTS, /* by counts: a coarse guard */
    [HB_GATE_CPU] = BY_TIME,
    [HB_GATE_P50] = BY_TIME | BY_COUNTS,
    [HB_GATE_P99] = BY_TIME,
    [HB_GATE_RSS] = BY_TIME,
    [HB_GATE_BYTES] = BY_TIME | BY_COUNTS,
    [HB_GATE_CONNECTIONS] = BY_TIME | BY_COUNTS,
    [HB_GATE_SYSTEM_CALLS] = BY_COUNTS,
    [HB_GATE_INSTRUCTIONS] = BY_COUNTS,
};

/* A machine on which a request takes half as long again is no busy neighbour's doing any more. */
static const double guard_margin = 0.5;

static double floor_of(enum hb_gate_metric metric, const struct hb_raw_margin *raw)
{
    switch (metric) {
    case HB_GATE_CPU:
    case HB_GATE_P50:
    case HB_GATE_P99:
    case HB_GATE_RSS:
    case HB_GATE_BYTES:
        return (double)raw->floor_integer;
    default:
        return raw->floor_real;
    }
}

static void check_share(struct hb_loading *loading, const struct hb_node *node, const char *key,
                        double share)
{
    if (share > 1)
        hb_diag(loading->diags, hb_node_place(node, key), "'%s': expected at most 100%%", key);
}

/* Keys that were not written leave the margin as it is. */
static void lay_over(struct hb_loading *loading, enum hb_gate_metric metric,
                     const struct hb_raw_margin *raw, struct hb_gate_margin *margin)
{
    bool scalar = hb_node_is_scalar(raw->node);

    if (scalar || hb_node_get(raw->node, "margin") != NULL) {
        margin->relative = raw->relative;
        check_share(loading, raw->node, "margin", raw->relative);
    }
    if (hb_node_get(raw->node, "floor") != NULL)
        margin->floor = floor_of(metric, raw);
    if (hb_node_get(raw->node, "weight") != NULL)
        margin->weight = (enum hb_gate_weight)raw->weight;
}

static bool is_looked_at(const struct hb_loading *loading, unsigned metric)
{
    return (bases[metric] >> loading->scenario->gate.basis & 1) != 0;
}

/* Returns the bits of the metrics that were written. */
static unsigned load_margins(struct hb_loading *loading, const struct hb_raw_margins *raw,
                             struct hb_gate_margin margins[HB_GATE_METRICS])
{
    unsigned set = 0;

    for (unsigned metric = 0; metric < HB_GATE_METRICS; metric++) {
        if (hb_node_get(raw->node, hb_gate_metric_name((enum hb_gate_metric)metric)) == NULL)
            continue;
        if (!is_looked_at(loading, metric))
            hb_diag(loading->diags,
                    hb_node_place(raw->node, hb_gate_metric_name((enum hb_gate_metric)metric)),
                    "'%s' is not looked at by a gate with 'basis: %s'",
                    hb_gate_metric_name((enum hb_gate_metric)metric),
                    loading->scenario->gate.basis == HB_GATE_BY_COUNTS ? "counts" : "time");
        lay_over(loading, (enum hb_gate_metric)metric, &raw->of[metric], &margins[metric]);
        set |= 1u << metric;
    }
    return set;
}

static void default_margins(struct hb_loading *loading,
                            struct hb_gate_margin margins[HB_GATE_METRICS])
{
    struct hb_raw_gate defaults;

    hb_bind_defaults(&loading->bind, &hb_gate_table, &defaults);
    for (unsigned metric = 0; metric < HB_GATE_METRICS; metric++) {
        const struct hb_raw_margin *raw = &defaults.margins.of[metric];

        lay_over(loading, (enum hb_gate_metric)metric, raw, &margins[metric]);
        if (!is_looked_at(loading, metric))
            margins[metric].weight = HB_GATE_OFF;
    }
    if (loading->scenario->gate.basis == HB_GATE_BY_COUNTS)
        margins[HB_GATE_THROUGHPUT].relative = margins[HB_GATE_P50].relative = guard_margin;
}

static void load_override(struct hb_loading *loading, const struct hb_raw_gate_override *raw,
                          struct hb_gate_override *ret)
{
    struct hb_pattern *pattern = hb_arena_alloc(loading->arena, sizeof *pattern);

    *pattern = hb_load_pattern(&raw->pattern);
    *ret = (struct hb_gate_override){.pattern = pattern};
    memcpy(ret->margins, loading->scenario->gate.margins, sizeof ret->margins);
    ret->set = load_margins(loading, &raw->margins, ret->margins);
}

static void load_overrides(struct hb_loading *loading)
{
    const struct hb_raw_gate *raw = &loading->raw->gate;
    struct hb_gate_override *overrides =
        hb_arena_calloc(loading->arena, raw->overrides_count, sizeof *overrides);

    for (size_t i = 0; i < raw->overrides_count; i++)
        load_override(loading, &raw->overrides[i], &overrides[i]);
    loading->scenario->gate.overrides = overrides;
    loading->scenario->gate.overrides_count = raw->overrides_count;
}

static unsigned load_pooled(struct hb_loading *loading, const struct hb_raw_pairs *raw)
{
    int64_t both = raw->screen + raw->confirm;

    if (raw->pooled == 0)
        return (unsigned)(both > DEFAULT_POOLED ? both : DEFAULT_POOLED);
    if (raw->pooled < both)
        hb_diag(loading->diags, hb_node_place(raw->node, "pooled"),
                "'pooled' counts those of 'screen' and 'confirm', which are %d already", (int)both);
    return (unsigned)raw->pooled;
}

static unsigned open_pairs(const struct hb_raw_pairs *raw)
{
    return (hb_node_get(raw->node, "screen") == NULL ? HB_GATE_OPEN_SCREEN : 0) |
           (hb_node_get(raw->node, "confirm") == NULL ? HB_GATE_OPEN_CONFIRM : 0) |
           (hb_node_get(raw->node, "pooled") == NULL ? HB_GATE_OPEN_POOLED : 0);
}

static void check_shares(struct hb_loading *loading, const struct hb_raw_gate *raw)
{
    check_share(loading, raw->node, "must_resolve", raw->must_resolve);
    check_share(loading, raw->node, "route_above", raw->route_above);
    check_share(loading, raw->node, "suite_margin", raw->suite_margin);
}

static bool wants_instructions(const struct hb_gate_options *gate)
{
    bool wanted = gate->margins[HB_GATE_INSTRUCTIONS].weight != HB_GATE_OFF;

    for (size_t i = 0; i < gate->overrides_count; i++)
        wanted |= (gate->overrides[i].set >> HB_GATE_INSTRUCTIONS & 1) != 0 &&
                  gate->overrides[i].margins[HB_GATE_INSTRUCTIONS].weight != HB_GATE_OFF;
    return wanted;
}

/* Who gates on counts wants them counted, and need not say so twice. */
static void load_counting(struct hb_loading *loading)
{
    const struct hb_node *run = loading->raw->run.node;
    struct hb_scenario *scenario = loading->scenario;
    enum hb_wire least =
        wants_instructions(&scenario->gate) ? HB_WIRE_INSTRUCTIONS : HB_WIRE_SYSTEM_CALLS;

    if (scenario->gate.basis != HB_GATE_BY_COUNTS || scenario->run.wire >= least)
        return;
    if (hb_node_get(run, "wire") != NULL)
        hb_diag(loading->diags, hb_node_place(run, "wire"),
                "a gate with 'basis: counts' and these margins needs 'wire: %s', which it sets "
                "when nothing is written",
                least == HB_WIRE_INSTRUCTIONS ? "instructions" : "system_calls");
    scenario->run.wire = least;
}

/* What says how pairs of timed runs are judged says nothing here. */
static void check_counted_keys(struct hb_loading *loading)
{
    static const char *const of_pairs[] = {"pairs", "route_above", "alpha", "suite_margin",
                                           "sentinels"};
    const struct hb_node *node = loading->raw->gate.node;

    if (loading->scenario->gate.basis != HB_GATE_BY_COUNTS)
        return;
    for (size_t i = 0; i < HB_ARRAY_LEN(of_pairs); i++)
        if (hb_node_get(node, of_pairs[i]) != NULL)
            hb_diag(loading->diags, hb_node_place(node, of_pairs[i]),
                    "'%s' is about pairs of timed runs, and means nothing with 'basis: counts'",
                    of_pairs[i]);
}

void hb_load_gate(struct hb_loading *loading)
{
    const struct hb_raw_gate *raw = &loading->raw->gate;
    struct hb_gate_options *gate = &loading->scenario->gate;

    *gate = (struct hb_gate_options){
        .basis = (enum hb_gate_basis)raw->basis,
        .budget_ns = raw->budget_ns,
        .must_resolve = raw->must_resolve,
        .fail_inconclusive = raw->on_inconclusive == 1,
        .screen_pairs = (unsigned)raw->pairs.screen,
        .confirm_pairs = (unsigned)raw->pairs.confirm,
        .pooled_pairs = load_pooled(loading, &raw->pairs),
        .open_pairs = open_pairs(&raw->pairs),
        .route_above = raw->route_above,
        .alpha = raw->alpha,
        .suite_margin = raw->suite_margin,
        .sentinels = (unsigned)raw->sentinels,
    };
    default_margins(loading, gate->margins);
    (void)load_margins(loading, &raw->margins, gate->margins);
    load_overrides(loading);
    load_counting(loading);
    check_counted_keys(loading);
    check_shares(loading, raw);
}
