/*
 * Base against head by counts: instructions, system calls, connections and bytes a request, which
 * hardly depend on how busy a machine is. Pure.
 *
 * A count is one figure a side, and how far repeated countings may be apart is known: that makes
 * the interval of the ratio, and gate/judge.h's rule the verdict. Throughput and p50 of a few timed
 * pairs are a guard beside it, since waiting costs no instruction: regressed when every pair is
 * beyond the margin, unchanged otherwise, inconclusive with fewer than HB_COUNTED_GUARD_LEAST.
 *
 * What decides and is not known of a side, whatever the reason, makes the cell an error.
 */
#ifndef HB_GATE_COUNTED_H
#define HB_GATE_COUNTED_H

#include "exec/counts.h"
#include "gate/judge.h"

/* A verdict of counts is of no pairs. */
#define HB_COUNTED_PAIRS 0u

#define HB_COUNTED_GUARD_LEAST 3u

/* How far two countings of one program may be apart (docs/counted.md): of instructions, relative;
 * of system calls, this many and relative. */
#define HB_COUNTED_INSTRUCTIONS_APART 0.01
#define HB_COUNTED_CALLS_APART 0.1
#define HB_COUNTED_CALLS_APART_SHARE 0.002

struct hb_counted_cell {
    struct hb_paired_cell guard; /* the timed runs */
    struct hb_rules rules;
    const struct hb_counts *sides[HB_SIDES]; /* NULL: none was kept */
};

/* Texts as hb_judge_paired_cell() has them. */
int hb_judge_counted_cell(const struct hb_counted_cell *cell, struct hb_arena *arena,
                          struct hb_cell_verdict *ret_verdict, struct hb_error *err) HB_MUST_CHECK;

/* All of them. The caller sets base, head and notices. */
int hb_judge_counted(const struct hb_gate_options *options, const struct hb_counted_cell *cells,
                     size_t count, struct hb_arena *arena, struct hb_comparison_result *ret_result,
                     struct hb_error *err) HB_MUST_CHECK;

#endif
