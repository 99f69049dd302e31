/*
 * Which wire profiles of a sweep are taken already, and the taking of those that are due: once a
 * sweep for all cells that send the same, when one of them is about to run for the first time.
 */
#ifndef HB_EXEC_WIRE_BOOK_H
#define HB_EXEC_WIRE_BOOK_H

#include "exec/progress.h"
#include "exec/wire.h"

struct hb_wire_book {
    const struct hb_plan *plan;
    bool *taken; /* by cell; NULL: none is wanted */
};

/* Nothing is due when the plan wants no profiles, or nobody takes them. */
void hb_wire_book_init(struct hb_wire_book *book, const struct hb_plan *plan,
                       const struct hb_exec_sink *sink);
void hb_wire_book_release(struct hb_wire_book *book);

/* How long the profiles that are not taken yet will take. */
int64_t hb_wire_book_left_ns(const struct hb_wire_book *book);

/* Whether the profile that belongs to a cell is to be taken now. */
bool hb_wire_book_is_due(const struct hb_wire_book *book, size_t cell);

/*
 * Take it and hand it to the sink; setup->cell is overwritten. A client that fails is told to the
 * sink, too; only the sink's own failure is one. When the interrupt came it stays due.
 */
int hb_wire_book_take(struct hb_wire_book *book, size_t cell, struct hb_wire_setup *setup,
                      const struct hb_exec_sink *sink, struct hb_error *err) HB_MUST_CHECK;

#endif
