/* Cells that differ in nothing but the client, ranked: what may be compared with each other. */
#ifndef HB_REPORT_GROUP_H
#define HB_REPORT_GROUP_H

#include "gate/summary.h"

struct hb_cell_group {
    const struct hb_cell_summary *
        *cells; /* most verified requests a second first; what was not measured last */
    size_t count;
};

/* Whether two cells differ in nothing but the client. */
bool hb_same_group(const struct hb_run_row *a, const struct hb_run_row *b);

/* Groups in the order of the summaries; everything in `arena`. */
void hb_group_cells(const struct hb_summaries *cells, struct hb_arena *arena,
                    struct hb_cell_group **ret_groups, size_t *ret_count);

#endif
