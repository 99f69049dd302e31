/*
 * A gate's result from what is stored, and its verdicts into the store. The commands that run a
 * gate use the same way back: so what they print can be made again at any time.
 */
#ifndef HB_GATE_STORED_H
#define HB_GATE_STORED_H

#include "base/arena.h"
#include "gate/verdict.h"
#include "store/gates.h"

/*
 * *ret_found: false for a sweep that is no gate. Everything in `arena`. HB_ERR_INPUT for a file in
 * which someone has altered what belongs together.
 */
int hb_gate_load_result(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                        struct hb_comparison_result *ret_result, bool *ret_found,
                        struct hb_error *err) HB_MUST_CHECK;

int hb_gate_save_verdicts(struct hb_store *store, int64_t sweep_id,
                          const struct hb_comparison_result *result,
                          struct hb_error *err) HB_MUST_CHECK;

#endif
