/* Verdicts by the procedure: which look decides what, the null control, and the whole. */
#include "gate/procedure_state.h"

#include <math.h>
#include <stdlib.h>
#include <string.h>

#include "base/macros.h"
#include "gate/power.h"
#include "gate/verdict_order.h"

/* ---- a cell ---- */

/* Tolerated are failed runs only while they are as few, of all, as was allowed. */
static struct hb_rules rules_of(const struct hb_procedure *procedure, size_t cell)
{
    struct hb_rules rules = procedure->cells[cell].rules;

    if ((double)procedure->failed_runs > rules.allow_failed * (double)procedure->learned_runs)
        rules.allow_failed = 0;
    return rules;
}

int hb_judge_screen(const struct hb_procedure *procedure, size_t cell, struct hb_arena *arena,
                    struct hb_cell_verdict *ret_verdict, struct hb_error *err)
{
    struct hb_paired_cell pairs = hb_stage_pairs(procedure, cell, HB_STAGE_SCREEN);
    struct hb_rules rules = rules_of(procedure, cell);

    return hb_judge_paired_cell(&pairs, &rules, arena, ret_verdict, err);
}

double hb_route_bar(const struct hb_gate_options *options, const struct hb_metric_verdict *metric)
{
    return 1 + options->route_above + fmax(metric->limit - 1 - metric->margin.relative, 0);
}

static bool is_routed(const struct hb_procedure *procedure, enum hb_gate_metric number,
                      const struct hb_metric_verdict *metric, bool control)
{
    double bar = hb_route_bar(procedure->options, metric);

    if (!metric->measured || metric->weight != HB_GATE_DECIDES)
        return false;
    if (control)
        return hb_is_time_based(number) &&
               (metric->ratio.estimate > bar || metric->ratio.estimate < 1 / bar);
    if (hb_is_exact(number, &metric->margin))
        return metric->verdict == HB_VERDICT_REGRESSED;
    return metric->ratio.estimate > bar;
}

unsigned hb_routed_metrics(const struct hb_procedure *procedure, size_t cell,
                           const struct hb_cell_verdict *screened)
{
    bool control = procedure->cells[cell].control;
    unsigned routed = 0;

    for (unsigned i = 0; !hb_is_precluded(screened->verdict) && i < HB_GATE_METRICS; i++) {
        if (is_routed(procedure, (enum hb_gate_metric)i, &screened->metrics[i], control))
            routed |= 1u << i;
    }
    return routed;
}

double hb_routed_by(const struct hb_cell_verdict *screened, unsigned routed)
{
    double most = 0;

    for (unsigned i = 0; i < HB_GATE_METRICS; i++) {
        if ((routed >> i & 1) != 0)
            most = fmax(most, fabs(log(screened->metrics[i].ratio.estimate)));
    }
    return most;
}

/* What is known of how one cell went through the stages. */
struct passage {
    const struct hb_family *family;
    struct hb_rules rules;
    struct hb_paired_cell fresh;
    unsigned routed; /* metrics */
    bool confirmed;  /* there are fresh pairs */
    bool extended;
};

/* What the gate as a whole could have seen: by way of screen and confirmation, or by the last look
 * where there was one. */
static void set_resolution(const struct hb_procedure *procedure, const struct passage *passage,
                           bool routed, struct hb_metric_verdict *metric)
{
    bool left_out = routed && !passage->confirmed;
    double by_gate = left_out ? NAN
                              : hb_resolution_of_gate(procedure->options, passage->family->fresh,
                                                      metric->scatter, metric->limit);

    metric->resolution = passage->extended ? fmin(metric->resolution, by_gate) : by_gate;
}

/* Beyond the margin also at the level that the others leave it. Counts repeat or do not. */
static bool is_regression(const struct hb_metric_verdict *metric, double level)
{
    return metric->measured && metric->verdict == HB_VERDICT_REGRESSED &&
           (isnan(metric->p_worse) || metric->p_worse <= level + HB_PROBABILITY_SLACK);
}

static void keep_open(const struct passage *passage, bool routed, struct hb_metric_verdict *metric)
{
    bool refuted = routed && passage->confirmed;
    bool shown = passage->extended && is_regression(metric, passage->family->last);

    if (metric->verdict == HB_VERDICT_REGRESSED && !shown) {
        metric->verdict = HB_VERDICT_INCONCLUSIVE;
        metric->reason = HB_TOO_FEW_PAIRS;
    }
    if (metric->verdict == HB_VERDICT_INCONCLUSIVE && refuted)
        metric->reason = HB_NOT_CONFIRMED;
}

/* Only fresh pairs decide, or the last look at all of them; what else looks worse stays open. */
static int rule_metric(const struct hb_procedure *procedure, const struct passage *passage,
                       enum hb_gate_metric number, struct hb_metric_verdict *metric,
                       struct hb_error *err)
{
    const struct hb_gate_margin *margin = &passage->rules.margins[number];
    bool routed = (passage->routed >> number & 1) != 0;
    struct hb_metric_verdict fresh = {0};

    if (!metric->measured)
        return 0;
    if (routed && passage->confirmed &&
        hb_judge_pairs(number, margin, passage->rules.alpha, passage->fresh.pairs,
                       passage->fresh.count, &fresh, err) != 0)
        return -1;
    if (is_regression(&fresh, passage->family->fresh)) {
        *metric = fresh;
        return 0;
    }
    if (!hb_is_exact(number, margin))
        set_resolution(procedure, passage, routed, metric);
    keep_open(passage, routed, metric);
    return 0;
}

static int find_passage(const struct hb_procedure *procedure, size_t cell, struct hb_arena *arena,
                        struct passage *ret_passage, struct hb_error *err)
{
    struct hb_paired_cell more = hb_stage_pairs(procedure, cell, HB_STAGE_EXTEND);
    struct hb_cell_verdict screened;

    if (hb_judge_screen(procedure, cell, arena, &screened, err) != 0)
        return -1;
    *ret_passage = (struct passage){
        .rules = rules_of(procedure, cell),
        .fresh = hb_stage_pairs(procedure, cell, HB_STAGE_CONFIRM),
        .routed = hb_routed_metrics(procedure, cell, &screened),
        .extended = hb_count_made(&more) > 0,
    };
    ret_passage->confirmed = hb_count_made(&ret_passage->fresh) > 0;
    return 0;
}

int hb_judge_so_far(const struct hb_procedure *procedure, size_t cell,
                    const struct hb_family *family, struct hb_arena *arena,
                    struct hb_cell_verdict *ret_verdict, struct hb_error *err)
{
    struct hb_paired_cell all = hb_stage_pairs(procedure, cell, HB_STAGE_SCREEN);
    struct passage passage;

    all.count = procedure->rounds;
    if (find_passage(procedure, cell, arena, &passage, err) != 0 ||
        hb_judge_paired_cell(&all, &passage.rules, arena, ret_verdict, err) != 0)
        return -1;
    if (hb_is_precluded(ret_verdict->verdict))
        return 0;
    passage.family = family;
    for (size_t i = 0; i < HB_GATE_METRICS; i++) {
        if (rule_metric(procedure, &passage, (enum hb_gate_metric)i, &ret_verdict->metrics[i],
                        err) != 0)
            return -1;
    }
    hb_settle_cell(ret_verdict);
    return 0;
}

/* ---- the whole ---- */

static void contaminate(struct hb_metric_verdict metrics[HB_GATE_METRICS])
{
    for (size_t i = 0; i < HB_GATE_METRICS; i++) {
        if (!metrics[i].measured || !hb_is_time_based((enum hb_gate_metric)i))
            continue;
        metrics[i].verdict = HB_VERDICT_INCONCLUSIVE;
        metrics[i].reason = HB_CONTAMINATED;
    }
}

/* A cell that could not have seen what it must see says nothing, whatever its figures are. */
static void require_resolution(const struct hb_gate_options *options, struct hb_cell_verdict *cell)
{
    bool blind = options->must_resolve > 0 && hb_cell_resolution(cell) > options->must_resolve;

    if (!blind || (cell->verdict != HB_VERDICT_UNCHANGED && cell->verdict != HB_VERDICT_IMPROVED))
        return;
    cell->verdict = HB_VERDICT_INCONCLUSIVE;
    cell->reason = HB_WIDE;
}

static void finish_cell(const struct hb_gate_options *options, bool contaminated,
                        struct hb_cell_verdict *cell)
{
    if (contaminated && !hb_is_precluded(cell->verdict)) {
        contaminate(cell->metrics);
        hb_settle_cell(cell);
    }
    require_resolution(options, cell);
}

/* Nothing compared is an error: a gate that measured nothing is never green. */
static void sum_up(struct hb_comparison_result *result)
{
    const struct hb_suite_verdict *all = result->suites;
    size_t compared = 0;

    result->verdict = HB_VERDICT_UNCHANGED;
    result->resolution = NAN;
    for (size_t i = 0; i < result->cells_count; i++) {
        hb_verdicts_count(result, &result->cells[i]);
        compared += !result->cells[i].control;
    }
    for (size_t i = 0; result->suites_count > 0 && i < HB_GATE_METRICS; i++) {
        if (all->metrics[i].measured && all->metrics[i].weight == HB_GATE_DECIDES &&
            all->metrics[i].verdict == HB_VERDICT_REGRESSED &&
            result->verdict > HB_VERDICT_REGRESSED)
            result->verdict = HB_VERDICT_REGRESSED;
    }
    if (compared == 0)
        result->verdict = HB_VERDICT_ERROR;
    result->unresolved = result->must_resolve > 0 && !(result->resolution <= result->must_resolve);
}

int hb_procedure_result(struct hb_procedure *procedure, struct hb_arena *arena,
                        struct hb_comparison_result *ret_result, struct hb_error *err)
{
    struct hb_cell_verdict *cells = hb_arena_calloc(arena, procedure->count, sizeof *cells);
    struct hb_comparison_result result = {.kind = HB_COMPARED_PAIRS,
                                          .cells_count = procedure->count,
                                          .must_resolve = procedure->options->must_resolve};
    struct hb_suite_verdict *suites;
    struct hb_family family;

    if (hb_find_family(procedure, arena, &family, err) != 0)
        return -1;
    for (size_t i = 0; i < procedure->count; i++) {
        if (hb_judge_so_far(procedure, i, &family, arena, &cells[i], err) != 0)
            return -1;
    }
    if (hb_find_contamination(procedure, arena, &result.contamination, err) != 0 ||
        hb_judge_suites(procedure, cells, arena, &suites, &result.suites_count, err) != 0)
        return -1;
    result.contaminated = result.contamination[0] != '\0';
    for (size_t i = 0; i < procedure->count; i++)
        finish_cell(procedure->options, result.contaminated, &cells[i]);
    for (size_t i = 0; result.contaminated && i < result.suites_count; i++)
        contaminate(suites[i].metrics);
    result.cells = hb_verdicts_sort(cells, procedure->count, arena);
    result.suites = suites;
    sum_up(&result);
    *ret_result = result;
    return 0;
}

/* ---- from stored runs ---- */

static void learn_cell(struct hb_procedure *procedure, size_t number,
                       const struct hb_paired_cell *cell)
{
    for (size_t i = 0; i < cell->count; i++) {
        for (size_t side = 0; side < HB_SIDES; side++)
            hb_procedure_learn(procedure, number, (enum hb_side)side, cell->pairs[i].round,
                               &cell->pairs[i].sides[side]);
    }
}

static void free_procedure(struct hb_procedure **procedure)
{
    hb_procedure_free(*procedure);
}

int hb_procedure_replay(const struct hb_gate_options *options, const struct hb_paired_cells *cells,
                        const struct hb_rules *rules, struct hb_arena *arena,
                        struct hb_comparison_result *ret_result, struct hb_error *err)
{
    struct hb_procedure_cell *parts = hb_arena_calloc(arena, cells->count, sizeof *parts);
    HB_CLEANUP(free_procedure) struct hb_procedure *procedure = NULL;

    for (size_t i = 0; i < cells->count; i++)
        parts[i] = (struct hb_procedure_cell){
            .label = cells->cells[i].label, .rules = rules[i], .control = cells->cells[i].control};
    procedure = hb_procedure_new(options, parts, cells->count);
    for (size_t i = 0; i < cells->count; i++)
        learn_cell(procedure, i, &cells->cells[i]);
    return hb_procedure_result(procedure, arena, ret_result, err);
}
