/* Many cells as one: the geometric mean of their ratios, of all and client by client. */
#ifndef HB_GATE_SUITE_H
#define HB_GATE_SUITE_H

#include "base/arena.h"
#include "gate/verdict.h"

/* [0]: all cells, then one a client, best first; only [0] decides anything, and that only of two
 * cells and more. Of `cells`, which get sorted, none may be a control or have a verdict that
 * precludes figures. In `arena`; names are borrowed. */
struct hb_suite_verdict *hb_suites_of(const struct hb_gate_options *options,
                                      enum hb_comparison_kind kind, struct hb_cell_verdict *cells,
                                      size_t count, struct hb_arena *arena, size_t *ret_count);

#endif
