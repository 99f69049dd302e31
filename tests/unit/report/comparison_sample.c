/* Results as a gate would make them, with figures that agree with their verdicts. */
#include "comparison_sample.h"

#include <math.h>

#include "exec/result.h"

const char *hb_made_up_name(enum hb_made_up sample)
{
    static const char *const names[HB_MADE_UPS] = {
        "ordinary", "nasty", "empty", "stored", "large", "green", "suite", "contaminated",
    };

    return names[sample];
}

static struct hb_metric_verdict measured(enum hb_verdict verdict, double ratio, double base)
{
    double half = verdict == HB_VERDICT_INCONCLUSIVE ? 0.06 : 0.012;

    return (struct hb_metric_verdict){
        .measured = true,
        .verdict = verdict,
        .reason = verdict == HB_VERDICT_INCONCLUSIVE ? HB_WIDE : HB_CONCLUSIVE,
        .margin = {.relative = 0.03},
        .limit = 1.03,
        .base = base,
        .head = base * ratio,
        .ratio = {ratio, ratio * (1 - half), ratio * (1 + half), 0.98, true},
        .p_worse = verdict == HB_VERDICT_REGRESSED ? 0.0002 : 0.7,
        .resolution = 0.041,
        .pairs = 15,
    };
}

static void fill_metrics(struct hb_metric_verdict *metrics, enum hb_verdict verdict, double ratio)
{
    metrics[HB_GATE_THROUGHPUT] = measured(verdict, ratio, 8123.4);
    metrics[HB_GATE_THROUGHPUT].head = 8123.4 / ratio;
    metrics[HB_GATE_CPU] = measured(verdict, ratio, 91500);
    metrics[HB_GATE_CPU].margin.floor = 200;
    metrics[HB_GATE_P50] = measured(HB_VERDICT_UNCHANGED, 1.002, 1.9e6);
    metrics[HB_GATE_P99] = measured(HB_VERDICT_INCONCLUSIVE, 1.05, 6.1e6);
    metrics[HB_GATE_P99].weight = HB_GATE_ADVISORY;
    metrics[HB_GATE_RSS] = measured(HB_VERDICT_UNCHANGED, 1.0001, 41.9 * 1024 * 1024);
    metrics[HB_GATE_CONNECTIONS] = (struct hb_metric_verdict){
        .measured = true,
        .verdict = HB_VERDICT_UNCHANGED,
        .limit = 1,
        .base = 0,
        .head = 0,
        .ratio = {NAN, NAN, NAN, 1, true},
        .p_worse = NAN,
        .resolution = NAN,
        .pairs = 15,
    };
    metrics[HB_GATE_BYTES].weight = HB_GATE_OFF;
}

static bool has_figures(enum hb_verdict verdict)
{
    return verdict == HB_VERDICT_REGRESSED || verdict >= HB_VERDICT_IMPROVED ||
           verdict == HB_VERDICT_INCONCLUSIVE;
}

static const char *why(enum hb_verdict verdict)
{
    switch (verdict) {
    case HB_VERDICT_ERROR:
        return "2 of 15 runs of the head failed: the worker ended with code 1";
    case HB_VERDICT_REMOVED:
        return "the head has no such cell";
    case HB_VERDICT_NO_BASELINE:
        return "the base has no such cell";
    case HB_VERDICT_INCOMPARABLE:
        return "the window of base is 5 s, that of head 2 s";
    case HB_VERDICT_INVALID:
        return "12 of 15 runs of the base: server_limited";
    case HB_VERDICT_NEW:
        return "the base has no such cell";
    default:
        return "";
    }
}

static struct hb_cell_verdict make_cell(enum hb_verdict verdict, size_t index, const char *nasty,
                                        struct hb_arena *arena)
{
    static const double ratios[HB_VERDICT_COUNT] = {[HB_VERDICT_REGRESSED] = 1.092,
                                                    [HB_VERDICT_INCONCLUSIVE] = 1.024,
                                                    [HB_VERDICT_IMPROVED] = 0.91,
                                                    [HB_VERDICT_UNCHANGED] = 1.004,
                                                    [HB_VERDICT_NEW] = 1};
    struct hb_cell_verdict cell = {
        .cell_id = hb_arena_printf(arena, "3f2a%04zx91bc44d0", index),
        .client = nasty != NULL    ? nasty
                  : index % 2 == 0 ? "httpx/async"
                                   : "requests",
        .client_library = nasty != NULL    ? nasty
                          : index % 2 == 0 ? "httpx"
                                           : "requests",
        .server = nasty != NULL ? nasty : "builtin",
        .method = nasty != NULL ? nasty : "GET",
        .url = nasty != NULL ? nasty : "/get",
        .concurrency = 16,
        .rate = index % 3 == 0 ? 500 : 0,
        .duration_ns = 2000000000,
        .verdict = verdict,
        .reason = verdict == HB_VERDICT_INCONCLUSIVE ? HB_WIDE : HB_CONCLUSIVE,
        .why = nasty != NULL && why(verdict)[0] != '\0' ? nasty : why(verdict),
        .base_ok = 15,
        .head_ok = verdict == HB_VERDICT_ERROR ? 13 : 15,
        .head_failed = verdict == HB_VERDICT_ERROR ? 2 : 0,
        .head_errors = verdict == HB_VERDICT_ERROR ? 417 : 0,
        .flags = verdict == HB_VERDICT_INVALID ? (1u << HB_FLAG_COUNT) - 1 : 0,
    };

    if (has_figures(verdict) && verdict != HB_VERDICT_NEW)
        fill_metrics(cell.metrics, verdict, ratios[verdict]);
    return cell;
}

static void add_suites(struct hb_comparison_result *result, const char *name, double ratio,
                       struct hb_arena *arena)
{
    struct hb_suite_verdict *suites = hb_arena_calloc(arena, 3, sizeof *suites);

    suites[0] = (struct hb_suite_verdict){.cells = 4};
    suites[1] = (struct hb_suite_verdict){.name = name, .cells = 2};
    suites[2] = (struct hb_suite_verdict){.name = "requests", .cells = 2};
    for (size_t i = 0; i < 3; i++) {
        enum hb_verdict verdict = ratio > 1.01 ? HB_VERDICT_REGRESSED : HB_VERDICT_UNCHANGED;

        suites[i].metrics[HB_GATE_THROUGHPUT] = measured(verdict, ratio, NAN);
        suites[i].metrics[HB_GATE_CPU] = measured(HB_VERDICT_UNCHANGED, 1.001, NAN);
    }
    result->suites = suites;
    result->suites_count = 3;
}

static void add_cells(struct hb_comparison_result *result, size_t count,
                      enum hb_verdict (*verdict_of)(size_t index), const char *nasty,
                      struct hb_arena *arena)
{
    struct hb_cell_verdict *cells = hb_arena_calloc(arena, count + 1, sizeof *cells);

    for (size_t i = 0; i < count; i++) {
        cells[i] = make_cell(verdict_of(i), i, nasty, arena);
        result->counts[cells[i].verdict]++;
    }
    cells[count] = make_cell(HB_VERDICT_UNCHANGED, count, nasty, arena);
    cells[count].control = true;
    result->cells = cells;
    result->cells_count = count + 1;
}

static enum hb_verdict each(size_t index)
{
    return index < HB_VERDICT_COUNT ? (enum hb_verdict)index : HB_VERDICT_UNCHANGED;
}

static enum hb_verdict unchanged(HB_UNUSED size_t index)
{
    return HB_VERDICT_UNCHANGED;
}

static enum hb_verdict thirds(size_t index)
{
    return index < 1667   ? HB_VERDICT_REGRESSED
           : index < 3334 ? HB_VERDICT_INCONCLUSIVE
                          : HB_VERDICT_UNCHANGED;
}

static struct hb_comparison_result *ordinary(struct hb_arena *arena)
{
    static const char *const notices[] = {
        "besides the subject, idna differs: 3.10 in base, 3.11 in head", NULL};
    struct hb_comparison_result *result = hb_arena_alloc(arena, sizeof *result);

    *result = (struct hb_comparison_result){
        .base = "origin/main",
        .head = ".",
        .notices = notices,
        .verdict = HB_VERDICT_ERROR,
        .contamination = "",
        .resolution = 0.041,
    };
    return result;
}

/* Every text is nasty, and holds the secret. */
static void make_nasty(struct hb_comparison_report *report, struct hb_comparison_result *result,
                       struct hb_arena *arena)
{
    static const char *const nasty_texts[] = {HB_NASTY HB_SECRET, NULL};

    result->base = result->head = result->contamination = nasty_texts[0];
    result->notices = nasty_texts;
    result->contaminated = true;
    report->scenario = report->scenario_path = report->made_by = nasty_texts[0];
    report->next = nasty_texts;
    add_suites(result, nasty_texts[0], 1.092, arena);
}

static void fill(enum hb_made_up sample, struct hb_comparison_result *result,
                 struct hb_comparison_report *report, struct hb_arena *arena)
{
    bool nasty = sample == HB_MADE_UP_NASTY || sample == HB_MADE_UP_LARGE;
    bool quiet = sample == HB_MADE_UP_GREEN || sample == HB_MADE_UP_SUITE;

    if (sample == HB_MADE_UP_EMPTY) {
        result->resolution = NAN;
        return;
    }
    add_suites(result, "httpx/async", quiet ? 1.001 : 1.092, arena);
    if (quiet)
        add_cells(result, 4, unchanged, NULL, arena);
    else
        add_cells(result, sample == HB_MADE_UP_LARGE ? 5000 : HB_VERDICT_COUNT + 1,
                  sample == HB_MADE_UP_LARGE ? thirds : each, nasty ? HB_NASTY HB_SECRET : NULL,
                  arena);
    if (nasty)
        make_nasty(report, result, arena);
    if (quiet)
        result->verdict = HB_VERDICT_UNCHANGED;
    if (sample == HB_MADE_UP_LARGE)
        result->verdict = HB_VERDICT_REGRESSED;
}

struct hb_comparison_report hb_made_up_report(enum hb_made_up sample, struct hb_arena *arena)
{
    static const char *const next[] = {
        "http-benchmark show 3f2a0001 --sweep 12",
        "http-benchmark compare base head --sweep 12 --format html -o compare.html", NULL};
    struct hb_comparison_result *result = ordinary(arena);
    struct hb_comparison_report report = {
        .result = result,
        .scenario = "ci-gate",
        .scenario_path = "benchmarks/ci-gate.yaml",
        .scenario_line = 7,
        .measured_wall_ns = 1764000000000000000,
        .made_by = "http-benchmark compare base head",
        .next = next,
        .arena = arena,
    };

    fill(sample, result, &report, arena);
    if (sample == HB_MADE_UP_STORED)
        result->kind = HB_COMPARED_STORED;
    if (sample == HB_MADE_UP_GREEN)
        result->must_resolve = 0.05;
    if (sample == HB_MADE_UP_SUITE) {
        add_suites(result, "httpx/async", 1.024, arena);
        result->verdict = HB_VERDICT_REGRESSED;
    }
    if (sample == HB_MADE_UP_CONTAMINATED) {
        result->contaminated = true;
        result->contamination = "throughput of requests differed by 7 % (p = 0.002)";
        result->must_resolve = 0.03;
        result->unresolved = true;
    }
    return report;
}
