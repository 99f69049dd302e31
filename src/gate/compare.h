/*
 * Comparisons of what is stored, without a gate's procedure: everything there is decides at once,
 * each cell on its own. What a person asks for who wants to know what changed; a gate, which must
 * not cry wolf over many cells and many days, confirms on fresh pairs (gate/procedure.h).
 */
#ifndef HB_GATE_COMPARE_H
#define HB_GATE_COMPARE_H

#include "gate/judge.h"

/* One-sided, against the margin, a cell: five pairs can reach it. */
#define HB_COMPARE_ALPHA 0.05

/* `rules` are by cell, `options` of the suite, which decides nothing here. Of the result the caller
 * sets base, head and notices; everything else is in `arena`, texts are borrowed from the cells'
 * labels. */
int hb_compare_pairs(const struct hb_paired_cells *cells, const struct hb_rules *rules,
                     const struct hb_gate_options *options, struct hb_arena *arena,
                     struct hb_comparison_result *ret_result, struct hb_error *err) HB_MUST_CHECK;
/* `unmatched` is said of cells that only head has: HB_VERDICT_NEW or HB_VERDICT_NO_BASELINE. */
int hb_compare_stored(const struct hb_unpaired_cells *cells, const struct hb_rules *rules,
                      const struct hb_gate_options *options, enum hb_verdict unmatched,
                      struct hb_arena *arena, struct hb_comparison_result *ret_result,
                      struct hb_error *err) HB_MUST_CHECK;

#endif
