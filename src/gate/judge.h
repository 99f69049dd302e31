/*
 * From observations to verdicts, cell by cell. Pure: what is judged and by which rules is all there
 * is.
 *
 * Figures are compared as logarithms of ratios, turned so that above 0 is worse. Of pairs: the
 * Hodges-Lehmann estimate of ln(head / base) with its exact interval and the exact signed-rank p
 * against the margin. Of unpaired runs: the shift between the two samples and the rank-sum p.
 * An interval of confidence 1 - 2 alpha and a one-sided test at alpha say the same.
 *
 *   low > limit                       regressed
 *   high < 1 / limit                  improved
 *   1 / limit < low, high < limit     unchanged
 *   else                              inconclusive, with the reason
 *
 * `limit` is 1 + margin, or more where the margin's floor is larger. The first two are said only
 * when so many pairs can reach alpha at all, "unchanged" when they reach HB_UNCHANGED_CONFIDENCE
 * (five pairs do): however alike a few figures are, they prove nothing.
 *
 * Exact metrics (a relative margin of 0) repeat or do not: regressed when every run of head is
 * above every run of base by more than the floor and what counting itself leaves open; unchanged
 * when none is off.
 */
#ifndef HB_GATE_JUDGE_H
#define HB_GATE_JUDGE_H

#include "base/error.h"
#include "gate/observations.h"
#include "gate/trust_rules.h"
#include "gate/verdict.h"

#define HB_UNCHANGED_CONFIDENCE 0.9 /* 5 % to either side */
/* Of one side's runs: more with a bad flag make a cell invalid, but no lone one of three or more.
 */
#define HB_INVALID_SHARE 0.1

struct hb_rules {
    struct hb_gate_margin margins[HB_GATE_METRICS]; /* of this cell, overrides applied */
    double alpha;                                   /* one-sided, in (0, 0.5) */
    unsigned invalidating; /* trust flags that make figures unfit: hb_invalidating_flags() */
    /* Share of all runs that may fail (the scenario's run.allow_failed). Above 0 a cell leaves out
     * failed runs as long as most did not fail; who knows all cells holds the share against them.
     */
    double allow_failed;
};

/* Of one cell: the margins of the options, with the overrides whose pattern matches it. Without a
 * scenario and cell (NULL): the options alone, and no run may fail. */
struct hb_rules hb_rules_of(const struct hb_gate_options *options, enum hb_comparison comparison,
                            const struct hb_scenario *scenario, const struct hb_cell *cell);

/* The fewest pairs, and the fewest runs a side of unpaired ones, of which the strongest outcome has
 * p <= alpha. */
unsigned hb_least_pairs(double alpha);
unsigned hb_least_runs(double alpha);

/* HB_ERR_LIMIT beyond HB_WALSH_MAX pairs. Pairs of which a side is not OK, or has no such figure
 * (NAN, infinite, or not above 0 for a ratio), do not count. */
int hb_judge_pairs(enum hb_gate_metric metric, const struct hb_gate_margin *margin, double alpha,
                   const struct hb_pair *pairs, size_t count, struct hb_metric_verdict *ret_verdict,
                   struct hb_error *err) HB_MUST_CHECK;

struct hb_observation_view {
    const struct hb_observation *runs;
    size_t count;
};

/* HB_ERR_LIMIT beyond HB_SHIFT_MAX runs a side. */
int hb_judge_unpaired(enum hb_gate_metric metric, const struct hb_gate_margin *margin, double alpha,
                      struct hb_observation_view base, struct hb_observation_view head,
                      struct hb_metric_verdict *ret_verdict, struct hb_error *err) HB_MUST_CHECK;

/* A whole cell: what precludes a verdict first, then its metrics. Texts are borrowed from the
 * label, `why` is in `arena`. */
int hb_judge_paired_cell(const struct hb_paired_cell *cell, const struct hb_rules *rules,
                         struct hb_arena *arena, struct hb_cell_verdict *ret_verdict,
                         struct hb_error *err) HB_MUST_CHECK;
int hb_judge_unpaired_cell(const struct hb_unpaired_cell *cell, const struct hb_rules *rules,
                           struct hb_arena *arena, struct hb_cell_verdict *ret_verdict,
                           struct hb_error *err) HB_MUST_CHECK;

/* The cell's verdict from those of its metrics that decide: the worst; sets `worst` and `reason`.
 * For what changes metrics after they were judged (contamination, confirmation). */
void hb_settle_cell(struct hb_cell_verdict *cell);

/* What a cell could have seen: the best of its metrics that decide. Memory counts only where
 * nothing else is judged by an interval: it scatters little and says nothing of speed. INFINITY:
 * nothing could have been shown; NAN: precluded, or judged by exact metrics alone. */
double hb_cell_resolution(const struct hb_cell_verdict *cell);

/* Whether the verdict is one of those that preclude figures. */
bool hb_is_precluded(enum hb_verdict verdict);

/* Whether a metric is read off the clock: what a contaminated machine voids. */
bool hb_is_time_based(enum hb_gate_metric metric);

/* Counts with a relative margin of 0. */
bool hb_is_exact(enum hb_gate_metric metric, const struct hb_gate_margin *margin);

/* The rule: verdict and reason by the ratio's interval and the limit. For ratios that were
 * estimated otherwise than from pairs or runs. */
void hb_conclude(struct hb_metric_verdict *verdict);

/* Throughput alone. */
bool hb_more_is_better(enum hb_gate_metric metric);

#endif
