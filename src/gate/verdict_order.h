/* What every result does with its cells, whoever judged them: put the worst first, and count. */
#ifndef HB_GATE_VERDICT_ORDER_H
#define HB_GATE_VERDICT_ORDER_H

#include "base/arena.h"
#include "gate/verdict.h"

/* A copy in `arena`: the worst first, then as they are; controls last. */
struct hb_cell_verdict *hb_verdicts_sort(const struct hb_cell_verdict *cells, size_t count,
                                         struct hb_arena *arena);

/* Add a cell to the counts, verdict and resolution of a result. Controls add nothing. */
void hb_verdicts_count(struct hb_comparison_result *result, const struct hb_cell_verdict *cell);

#endif
