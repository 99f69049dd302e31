/*
 * What a request of each cell costs in countable things, found by the cell of a run: counting
 * happens once a cell, beside its runs.
 */
#ifndef HB_REPORT_CELL_COUNTS_H
#define HB_REPORT_CELL_COUNTS_H

#include "store/store.h"

struct hb_cell_counts {
    const struct hb_counts_row *rows; /* by cell, then subject */
    size_t count;
};

/* Those of a sweep, in `arena`; none in files of older versions. */
int hb_cell_counts_load(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                        struct hb_cell_counts *ret_counts, struct hb_error *err) HB_MUST_CHECK;

/* Those of the run's cell and subject; NULL when nobody looked. */
const struct hb_counts *hb_cell_counts_of(const struct hb_cell_counts *counts,
                                          const struct hb_run_row *run);

#endif
