/* A cell's timed runs say whether there is anything to judge; then come its counts. */
#include "gate/counted.h"

#include <math.h>
#include <string.h>

#include "base/macros.h"
#include "gate/verdict_order.h"

/* ---- what is counted ---- */

/* How far two countings may be apart, relative to `base`. */
typedef double apart_fn(const struct hb_counts *base, const struct hb_counts *head);

static double instructions_apart(const struct hb_counts *base, const struct hb_counts *head)
{
    return fmax(HB_COUNTED_INSTRUCTIONS_APART,
                fmax(base->instructions_spread, head->instructions_spread));
}

static double calls_apart(const struct hb_counts *base, const struct hb_counts *head HB_UNUSED)
{
    return HB_COUNTED_CALLS_APART_SHARE + HB_COUNTED_CALLS_APART / base->system_calls_per_request;
}

static double bytes_apart(const struct hb_counts *base, const struct hb_counts *head)
{
    return fmax(base->bytes_apart, head->bytes_apart);
}

static double nothing_apart(const struct hb_counts *base HB_UNUSED,
                            const struct hb_counts *head HB_UNUSED)
{
    return 0;
}

static double instructions_of(const struct hb_counts *counts)
{
    return counts->instructions_per_request;
}

static double calls_of(const struct hb_counts *counts)
{
    return counts->system_calls_per_request;
}

static double bytes_of(const struct hb_counts *counts)
{
    return counts->bytes_per_request;
}

static double connections_of(const struct hb_counts *counts)
{
    return (double)counts->connections;
}

static const char *why_no_instructions(const struct hb_counts *counts)
{
    return counts->instructions_why;
}

static const char *why_no_calls(const struct hb_counts *counts)
{
    return counts->system_calls_why;
}

static const char *why_none(const struct hb_counts *counts)
{
    return counts->failure;
}

static const struct countable {
    enum hb_gate_metric metric;
    const char *what;
    double (*of)(const struct hb_counts *counts); /* negative: unknown */
    const char *(*why)(const struct hb_counts *counts);
    apart_fn *apart;
} countables[] = {
    {HB_GATE_INSTRUCTIONS, "instructions", instructions_of, why_no_instructions,
     instructions_apart},
    {HB_GATE_SYSTEM_CALLS, "system calls", calls_of, why_no_calls, calls_apart},
    {HB_GATE_BYTES, "bytes", bytes_of, why_none, bytes_apart},
    {HB_GATE_CONNECTIONS, "connections", connections_of, why_none, nothing_apart},
};

/* ---- a metric ---- */

/* Exact ones repeat or do not. */
static void conclude_exact(struct hb_metric_verdict *verdict)
{
    verdict->verdict = verdict->ratio.low > 1    ? HB_VERDICT_REGRESSED
                       : verdict->ratio.high < 1 ? HB_VERDICT_IMPROVED
                                                 : HB_VERDICT_UNCHANGED;
}

/* Of something that was not there before there is no ratio. */
static void judge_zero(struct hb_metric_verdict *verdict)
{
    verdict->ratio = (struct hb_interval){NAN, NAN, NAN, 1, true};
    verdict->resolution = NAN;
    verdict->limit = 1;
    verdict->verdict =
        verdict->head > verdict->margin.floor ? HB_VERDICT_REGRESSED : HB_VERDICT_UNCHANGED;
}

static struct hb_metric_verdict judge_count(const struct hb_gate_margin *margin, double base,
                                            double head, double apart)
{
    struct hb_metric_verdict verdict = {
        .measured = true,
        .weight = margin->weight,
        .margin = *margin,
        .base = base,
        .head = head,
        .p_worse = NAN,
        .scatter = NAN,
        .pairs = HB_COUNTED_PAIRS,
    };
    double ratio = head / base;

    if (base <= 0) {
        judge_zero(&verdict);
        return verdict;
    }
    verdict.limit = 1 + fmax(margin->relative, margin->floor / base);
    verdict.ratio = (struct hb_interval){ratio, ratio / (1 + apart), ratio * (1 + apart), 1, true};
    verdict.resolution = verdict.limit * (1 + apart) - 1;
    if (verdict.limit > 1)
        hb_conclude(&verdict);
    else
        conclude_exact(&verdict);
    return verdict;
}

/* ---- what is unknown ---- */

static const char *side_name(size_t side)
{
    return side == HB_SIDE_BASE ? "base" : "head";
}

/* NULL: both sides are known, and of one kind. */
static const char *find_gap(const struct hb_counted_cell *cell, const struct countable *countable,
                            struct hb_arena *arena)
{
    const struct hb_counts *base = cell->sides[HB_SIDE_BASE], *head = cell->sides[HB_SIDE_HEAD];

    for (size_t i = HB_SIDES; i-- > 0;)
        if (countable->of(cell->sides[i]) < 0)
            return hb_arena_printf(arena, "%s of %s are not known: %s", countable->what,
                                   side_name(i), countable->why(cell->sides[i]));
    if (countable->metric == HB_GATE_INSTRUCTIONS && strcmp(base->how, head->how) != 0)
        return hb_arena_printf(arena,
                               "instructions of base were counted by %s and those of head by %s, "
                               "which differ",
                               base->how, head->how);
    return NULL;
}

static bool fail(struct hb_cell_verdict *verdict, const char *why)
{
    verdict->verdict = HB_VERDICT_ERROR;
    verdict->why = why;
    return false;
}

/* Whether there is anything to compare. */
static bool admit(const struct hb_counted_cell *cell, struct hb_arena *arena,
                  struct hb_cell_verdict *verdict)
{
    for (size_t i = HB_SIDES; i-- > 0;) {
        const struct hb_counts *side = cell->sides[i];

        if (side == NULL)
            return fail(verdict, hb_arena_printf(arena, "nothing was counted of %s", side_name(i)));
        if (side->failure[0] != '\0')
            return fail(verdict, hb_arena_printf(arena, "nothing was counted of %s: %s",
                                                 side_name(i), side->failure));
        if (side->unverified > 0)
            return fail(verdict,
                        hb_arena_printf(arena,
                                        "%llu requests that were counted of %s did not "
                                        "get the expected response",
                                        (unsigned long long)side->unverified, side_name(i)));
    }
    return true;
}

/* ---- a cell ---- */

static bool judge_counts(const struct hb_counted_cell *cell, struct hb_arena *arena,
                         struct hb_cell_verdict *verdict)
{
    const struct hb_counts *base = cell->sides[HB_SIDE_BASE], *head = cell->sides[HB_SIDE_HEAD];

    for (size_t i = 0; i < HB_ARRAY_LEN(countables); i++) {
        const struct countable *countable = &countables[i];
        const struct hb_gate_margin *margin = &cell->rules.margins[countable->metric];
        const char *gap = margin->weight == HB_GATE_OFF ? NULL : find_gap(cell, countable, arena);

        if (gap != NULL && margin->weight == HB_GATE_DECIDES)
            return fail(verdict, gap);
        if (gap == NULL && margin->weight != HB_GATE_OFF)
            verdict->metrics[countable->metric] = judge_count(
                margin, countable->of(base), countable->of(head), countable->apart(base, head));
    }
    return true;
}

/* The rule of the guard, whatever few pairs can prove. */
static void judge_guard(struct hb_metric_verdict *metric)
{
    if (!metric->measured)
        return;
    metric->resolution = NAN;
    if (metric->pairs < HB_COUNTED_GUARD_LEAST) {
        metric->verdict = HB_VERDICT_INCONCLUSIVE;
        metric->reason = HB_TOO_FEW_PAIRS;
        return;
    }
    metric->reason = HB_CONCLUSIVE;
    metric->verdict =
        metric->ratio.low > metric->limit ? HB_VERDICT_REGRESSED : HB_VERDICT_UNCHANGED;
}

/* Counts know nothing of a server at its limit, or of a machine that drifts. */
static struct hb_rules guard_rules(const struct hb_rules *rules)
{
    struct hb_rules guard = *rules;

    guard.invalidating &= HB_FLAG_COUNT_MISMATCH | HB_FLAG_SERVER_DEGRADED;
    for (size_t i = 0; i < HB_ARRAY_LEN(countables); i++)
        guard.margins[countables[i].metric].weight = HB_GATE_OFF;
    return guard;
}

static const enum hb_gate_metric guards[] = {HB_GATE_THROUGHPUT, HB_GATE_P50};

/* A guard that is silent is not what the verdict is about, however far off it is. */
static void settle(struct hb_cell_verdict *verdict)
{
    struct hb_cell_verdict counted = *verdict;

    for (size_t i = 0; i < HB_ARRAY_LEN(guards); i++)
        counted.metrics[guards[i]].measured = false;
    hb_settle_cell(verdict);
    hb_settle_cell(&counted);
    if (counted.verdict == verdict->verdict)
        verdict->worst = counted.worst;
}

/* With no guard that decides the runs still have to be well. */
static void forget_timing(struct hb_cell_verdict *verdict, const struct hb_rules *rules)
{
    if (rules->margins[HB_GATE_THROUGHPUT].weight == HB_GATE_DECIDES ||
        rules->margins[HB_GATE_P50].weight == HB_GATE_DECIDES || verdict->base_ok == 0 ||
        verdict->head_ok == 0 || verdict->verdict != HB_VERDICT_ERROR ||
        verdict->base_failed + verdict->head_failed > 0 ||
        verdict->base_errors + verdict->head_errors > 0)
        return;
    verdict->verdict = HB_VERDICT_UNCHANGED;
    verdict->why = "";
}

int hb_judge_counted_cell(const struct hb_counted_cell *cell, struct hb_arena *arena,
                          struct hb_cell_verdict *ret_verdict, struct hb_error *err)
{
    struct hb_rules guard = guard_rules(&cell->rules);

    if (hb_judge_paired_cell(&cell->guard, &guard, arena, ret_verdict, err) != 0)
        return -1;
    forget_timing(ret_verdict, &guard);
    if (hb_is_precluded(ret_verdict->verdict))
        return 0;
    ret_verdict->flags &= guard.invalidating;
    for (size_t i = 0; i < HB_ARRAY_LEN(guards); i++)
        judge_guard(&ret_verdict->metrics[guards[i]]);
    if (admit(cell, arena, ret_verdict) && judge_counts(cell, arena, ret_verdict))
        settle(ret_verdict);
    return 0;
}

/* ---- the whole ---- */

/* Failed runs are tolerated while they are as few, of all, as was allowed. */
static bool too_many_failed(const struct hb_counted_cell *cells, size_t count)
{
    size_t runs = 0, failed = 0;

    for (size_t i = 0; i < count; i++) {
        for (size_t run = 0; run < cells[i].guard.count * HB_SIDES; run++) {
            enum hb_observed state =
                cells[i].guard.pairs[run / HB_SIDES].sides[run % HB_SIDES].state;

            runs += state != HB_OBSERVED_NOT;
            failed += state == HB_OBSERVED_FAILED || state == HB_OBSERVED_SKIPPED;
        }
    }
    return count > 0 && (double)failed > cells[0].rules.allow_failed * (double)runs;
}

static void require_resolution(double must_resolve, struct hb_cell_verdict *cell)
{
    bool blind = must_resolve > 0 && hb_cell_resolution(cell) > must_resolve;

    if (!blind || (cell->verdict != HB_VERDICT_UNCHANGED && cell->verdict != HB_VERDICT_IMPROVED))
        return;
    cell->verdict = HB_VERDICT_INCONCLUSIVE;
    cell->reason = HB_WIDE;
}

int hb_judge_counted(const struct hb_gate_options *options, const struct hb_counted_cell *cells,
                     size_t count, struct hb_arena *arena, struct hb_comparison_result *ret_result,
                     struct hb_error *err)
{
    struct hb_cell_verdict *verdicts = hb_arena_calloc(arena, count, sizeof *verdicts);
    struct hb_comparison_result result = {.kind = HB_COMPARED_PAIRS,
                                          .cells_count = count,
                                          .verdict =
                                              count > 0 ? HB_VERDICT_UNCHANGED : HB_VERDICT_ERROR,
                                          .contamination = "",
                                          .resolution = NAN,
                                          .must_resolve = options->must_resolve};
    bool strict = too_many_failed(cells, count);

    for (size_t i = 0; i < count; i++) {
        struct hb_counted_cell cell = cells[i];

        if (strict)
            cell.rules.allow_failed = 0;
        if (hb_judge_counted_cell(&cell, arena, &verdicts[i], err) != 0)
            return -1;
        require_resolution(options->must_resolve, &verdicts[i]);
        hb_verdicts_count(&result, &verdicts[i]);
    }
    result.cells = hb_verdicts_sort(verdicts, count, arena);
    result.unresolved = result.must_resolve > 0 && !(result.resolution <= result.must_resolve);
    *ret_result = result;
    return 0;
}
