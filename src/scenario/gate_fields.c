/* The `gate` block as field tables. */
#include "scenario/language.h"

#include "base/assert.h"
#include "config/units.h"

static const char *const basis_names[] = {"time", "counts", NULL};
static const char *const verdict_names[] = {"pass", "fail", NULL};
static const char *const weight_names[] = {"decides", "advisory", "off", NULL};

static int read_probability(struct hb_bind *bind, const struct hb_field *field,
                            const struct hb_node *node, void *ret)
{
    double value;

    if (!hb_node_is_scalar(node) || hb_parse_number(node->text, &value) != 0 || value <= 0 ||
        value > 0.5)
        return hb_bind_mismatch(bind, field, node);
    *(double *)ret = value;
    return 0;
}

static const struct hb_type type_probability = {
    .name = "probability",
    .expected = "a number above 0 and at most 0.5",
    .schema = "{\"type\": \"number\", \"exclusiveMinimum\": 0, \"maximum\": 0.5}",
    .bytes = sizeof(double),
    .read = read_probability};

/* A margin is the same for all metrics but for the unit of its floor. */
#define MARGIN_TABLE(prefix, title, floor_member, floor_type, floor_example)                       \
    static const struct hb_field prefix##_fields[] = {                                             \
        {.key = "margin",                                                                          \
         HB_AT(struct hb_raw_margin, relative),                                                    \
         .type = &hb_type_percent,                                                                 \
         .help = "How much worse it may be; 0%: any difference counts."},                          \
        {.key = "floor",                                                                           \
         HB_AT(struct hb_raw_margin, floor_member),                                                \
         .type = &hb_type_##floor_type,                                                            \
         .maximum = INT64_MAX,                                                                     \
         .help = "A smaller difference is nothing to anyone, whatever its share.",                 \
         .example = (floor_example)},                                                              \
        {.key = "weight",                                                                          \
         HB_AT(struct hb_raw_margin, weight),                                                      \
         .type = &hb_type_enum,                                                                    \
         .values = weight_names,                                                                   \
         .help = "Whether a regression of it is one of the cell's, is only shown, or is not "      \
                 "looked at."},                                                                    \
    };                                                                                             \
    static const struct hb_table prefix##_table = {                                                \
        HB_TABLE(title, struct hb_raw_margin, prefix##_fields),                                    \
        .help = "By how much the head may be worse than the base, and whether that decides. Keys " \
                "that are left out keep their default.",                                           \
        .scalar_key = "margin",                                                                    \
        .node_member = HB_MEMBER(struct hb_raw_margin, node),                                      \
    }

MARGIN_TABLE(throughput, "throughput_margin", floor_real, rate, "5/s");
MARGIN_TABLE(time, "time_margin", floor_integer, duration, "20us");
MARGIN_TABLE(size, "size_margin", floor_integer, size, "1MiB");
MARGIN_TABLE(count, "count_margin", floor_real, number, "0.5");

#define MARGIN(metric_key, metric, kind, defaults, what)                                           \
    {                                                                                              \
        .key = (metric_key), .type = &hb_type_struct, .table = &kind##_table,                      \
        .offset = offsetof(struct hb_raw_margins, of) + (metric) * sizeof(struct hb_raw_margin),   \
        .default_text = "{" defaults "}", .help = (what)                                           \
    }

static const struct hb_field margins_fields[] = {
    MARGIN("throughput", HB_GATE_THROUGHPUT, throughput, "margin: 3%",
           "Verified responses a second."),
    MARGIN("cpu", HB_GATE_CPU, time, "margin: 3%, floor: 200ns",
           "CPU time of the client a request."),
    MARGIN("p50", HB_GATE_P50, time, "margin: 5%, floor: 20us", "Median response time."),
    MARGIN("p99", HB_GATE_P99, time, "margin: 10%, floor: 100us, weight: advisory",
           "99th percentile of response times, of runs with 10,000 requests or more."),
    MARGIN("rss", HB_GATE_RSS, size, "margin: 5%, floor: 1MiB",
           "Highest resident memory of the client."),
    MARGIN("bytes", HB_GATE_BYTES, size, "margin: 0%", "Bytes on the wire a request, both ways."),
    MARGIN("connections", HB_GATE_CONNECTIONS, count, "margin: 0%",
           "Connections that the client opens."),
    MARGIN("system_calls", HB_GATE_SYSTEM_CALLS, count, "margin: 0%, floor: 0.5",
           "System calls a request, with `basis: counts`."),
    MARGIN("instructions", HB_GATE_INSTRUCTIONS, count, "margin: 3%",
           "Instructions a request in user space, with `basis: counts`."),
};
static const struct hb_table margins_table = {
    HB_TABLE("margins", struct hb_raw_margins, margins_fields),
    .help = "What base and head are compared by, and what difference counts: one that is beyond "
            "margin and floor.",
    .node_member = HB_MEMBER(struct hb_raw_margins, node),
};

#define GLOB(axis)                                                                                 \
    {                                                                                              \
        .key = #axis, HB_AT(struct hb_raw_gate_override, pattern.axis), .type = &hb_type_string,   \
        .help = "A value of the axis, or a glob."                                                  \
    }

static const struct hb_field override_fields[] = {
    GLOB(server),
    GLOB(client),
    GLOB(method),
    GLOB(url),
    GLOB(concurrency),
    GLOB(duration),
    GLOB(rate),
    GLOB(protocol),
    GLOB(profile),
    {.key = "margins",
     HB_AT(struct hb_raw_gate_override, margins),
     .type = &hb_type_struct,
     .table = &margins_table,
     .required = true,
     .help = "What is different in these cells.",
     .example = "{p99: 20%}"},
};
static const struct hb_table override_table = {
    HB_TABLE("override", struct hb_raw_gate_override, override_fields),
    .help = "Other margins for the cells that match all of its other keys. The last that matches "
            "wins, metric by metric.",
    .node_member = HB_MEMBER(struct hb_raw_gate_override, pattern.node),
};

#define PAIRS_RANGE .minimum = 1, .maximum = 1000

static const struct hb_field pairs_fields[] = {
    {.key = "screen",
     HB_AT(struct hb_raw_pairs, screen),
     .type = &hb_type_int,
     PAIRS_RANGE,
     .default_text = "5",
     .help = "Of every cell, to see which ones deserve a closer look."},
    {.key = "confirm",
     HB_AT(struct hb_raw_pairs, confirm),
     .type = &hb_type_int,
     PAIRS_RANGE,
     .default_text = "15",
     .help = "Fresh ones of those cells. Only these decide."},
    {.key = "pooled",
     HB_AT(struct hb_raw_pairs, pooled),
     .type = &hb_type_int,
     PAIRS_RANGE,
     .help = "How many there are when the last look is taken at what is still open; 30, or as many "
             "as the two together when these are more."},
};
static const struct hb_table pairs_table = {
    HB_TABLE("pairs", struct hb_raw_pairs, pairs_fields),
    .help = "How many pairs of runs (base and head next to each other) there are.",
    .node_member = HB_MEMBER(struct hb_raw_pairs, node),
};

static const struct hb_field gate_fields[] = {
    {.key = "budget",
     HB_AT(struct hb_raw_gate, budget_ns),
     .type = &hb_type_duration,
     .minimum = 10 * HB_NS_PER_S,
     .maximum = 168 * 3600 * HB_NS_PER_S,
     .default_text = "12m",
     .help = "Wall time for everything."},
    {.key = "basis",
     HB_AT(struct hb_raw_gate, basis),
     .type = &hb_type_enum,
     .values = basis_names,
     .default_text = "time",
     .help = "What decides: pairs of runs by the clock, or counted runs (instructions, system "
             "calls, connections, bytes), for machines where time cannot be trusted. With `counts` "
             "throughput and p50 are a coarse guard, with a margin of 50%, and cpu, p99 and rss "
             "are not looked at."},
    {.key = "margins",
     HB_AT(struct hb_raw_gate, margins),
     .type = &hb_type_struct,
     .table = &margins_table,
     .help = "By how much the head may be worse than the base.",
     .example = "{throughput: 5%, p99: {margin: 20%, weight: decides}}"},
    {.key = "overrides",
     HB_ARRAY_AT(struct hb_raw_gate, overrides, overrides_count),
     .type = &hb_type_struct,
     .table = &override_table,
     .shape = HB_SHAPE_LIST,
     .max_items = 1000,
     .help = "Other margins for some of the cells.",
     .example = "[{client: \"httpx/*\", margins: {throughput: 5%}}]"},
    {.key = "must_resolve",
     HB_AT(struct hb_raw_gate, must_resolve),
     .type = &hb_type_percent,
     .help = "A cell in which a change of this size could not have been seen is inconclusive, and "
             "the gate says so (exit code 4).",
     .example = "10%"},
    {.key = "on_inconclusive",
     HB_AT(struct hb_raw_gate, on_inconclusive),
     .type = &hb_type_enum,
     .values = verdict_names,
     .default_text = "pass",
     .help = "What the gate makes of cells that it could not decide."},
    {.key = "pairs",
     HB_AT(struct hb_raw_gate, pairs),
     .type = &hb_type_struct,
     .table = &pairs_table,
     .help =
         "How many pairs of runs there are at most. Numbers that are not written are chosen for "
         "what this machine was calibrated to show, and cut where the budget is short.",
     .example = "{screen: 5, confirm: 15, pooled: 30}"},
    {.key = "route_above",
     HB_AT(struct hb_raw_gate, route_above),
     .type = &hb_type_percent,
     .default_text = "2%",
     .help = "A cell whose screened difference is larger goes to confirmation."},
    {.key = "alpha",
     HB_AT(struct hb_raw_gate, alpha),
     .type = &type_probability,
     .default_text = "0.01",
     .help = "How probable a regression may be, in any cell of a gate, where there is none."},
    {.key = "suite_margin",
     HB_AT(struct hb_raw_gate, suite_margin),
     .type = &hb_type_percent,
     .default_text = "1%",
     .help = "By how much all cells together (their geometric mean) may be worse."},
    {.key = "sentinels",
     HB_AT(struct hb_raw_gate, sentinels),
     .type = &hb_type_int,
     .minimum = 0,
     .maximum = 1000,
     .default_text = "3",
     .help = "In how many cells the base also runs against itself: if it differs from itself, the "
             "machine was not quiet, and no verdict by time stands."},
};
const struct hb_table hb_gate_table = {
    HB_TABLE("gate", struct hb_raw_gate, gate_fields),
    .help = "When `http-benchmark gate` calls the head worse than the base (docs/gating.md). All "
            "of it has defaults.",
    .node_member = HB_MEMBER(struct hb_raw_gate, node),
};
