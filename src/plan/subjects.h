/* Inside the plan layer: cells of several subjects. */
#ifndef HB_PLAN_SUBJECTS_H
#define HB_PLAN_SUBJECTS_H

#include "plan/plan.h"

/* How many subjects have cells of the matrix: all but the control. */
size_t hb_subjects_named(const struct hb_scenario *scenario);

/* Fill in plan->pairs, and add the cells of the control behind plan->cells, which is `cells` and
 * has room for scenario->control_cells more. */
void hb_plan_pair(struct hb_plan *plan, struct hb_cell *cells, struct hb_arena *arena);

/*
 * Cells that are run next to each other: those of one id, each in the order in which they follow
 * one another; without subjects each is alone. The sides of unit u are sides[begins[u]] up to
 * sides[begins[u + 1]], the base's neighbours being the first head and the control.
 */
struct hb_units {
    uint32_t *sides;
    size_t *begins;
    bool *turned; /* in even rounds the other way round */
    size_t count;
};

/* In `arena`. */
void hb_units_make(struct hb_units *ret, const struct hb_plan *plan, struct hb_arena *arena);

#endif
