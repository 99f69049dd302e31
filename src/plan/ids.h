/* Inside the plan layer: ids of many cells at once. */
#ifndef HB_PLAN_IDS_H
#define HB_PLAN_IDS_H

#include "plan/plan.h"

/* Fill in the id of each cell. */
void hb_cells_identify(const struct hb_scenario *scenario, struct hb_cell *cells, size_t count);

/* The first cell whose id an earlier one (*ret_first) has already; NULL when there is none. */
const struct hb_cell *hb_cells_find_twin(const struct hb_cell *cells, size_t count,
                                         const struct hb_cell **ret_first);

#endif
