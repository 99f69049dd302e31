/* Inside the store: margins of a gate, a row a cell and metric. */
#ifndef HB_STORE_GATE_MARGINS_H
#define HB_STORE_GATE_MARGINS_H

#include "store/db.h"
#include "store/gates.h"

int hb_gate_margins_insert(struct hb_store *store, int64_t sweep_id,
                           const struct hb_gate_margins *margins, size_t count,
                           struct hb_error *err) HB_MUST_CHECK;

/* By cell id. Metrics that are not in the file are off. */
int hb_gate_margins_load(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                         struct hb_gate_margins **ret_margins, size_t *ret_count,
                         struct hb_error *err) HB_MUST_CHECK;

/* The metric of that name; HB_GATE_METRICS: none. */
enum hb_gate_metric hb_gate_metric_of(const char *name);

#endif
