/* Inside the store layer: the rows of a run's programs. */
#ifndef HB_STORE_SERVERS_H
#define HB_STORE_SERVERS_H

#include "exec/result.h"
#include "store/db.h"

int hb_hops_insert(struct hb_store *store, int64_t run_id, const struct hb_run_result *result,
                   struct hb_error *err) HB_MUST_CHECK;

#endif
