/* Inside the store layer: a pinned sweep is not removed. */
#ifndef HB_STORE_PINS_H
#define HB_STORE_PINS_H

#include "store/db.h"

/* HB_ERR_INPUT with the name by which it is pinned. */
int hb_store_check_not_pinned(struct hb_store *store, int64_t sweep_id,
                              struct hb_error *err) HB_MUST_CHECK;

#endif
