/* Inside the plan layer: ids of many cells at once, and what all of them must satisfy. */
#ifndef HB_PLAN_IDS_H
#define HB_PLAN_IDS_H

#include "plan/plan.h"

/* Fill in the id of each cell. */
void hb_cells_identify(const struct hb_scenario *scenario, struct hb_cell *cells, size_t count);

/* The first cell whose id and subject an earlier one (*ret_first) has already; NULL when there is
 * none. */
const struct hb_cell *hb_cells_find_twin(const struct hb_scenario *scenario,
                                         const struct hb_cell *cells, size_t count,
                                         const struct hb_cell **ret_first);

/* That each cell's client speaks its protocol and has its profile; the remedy is an `exclude`. */
int hb_cells_check_abilities(const struct hb_scenario *scenario, const struct hb_cell *cells,
                             size_t count, struct hb_error *err) HB_MUST_CHECK;

#endif
