/*
 * What trust flags do to comparisons: one table says which flag of a cell makes it unfit to be
 * compared, and why. A run's flags are computed elsewhere (exec/trust.h); a cell carries those of
 * any of its runs. Flags that are not in the table are shown beside the figure and change nothing.
 */
#ifndef HB_GATE_TRUST_RULES_H
#define HB_GATE_TRUST_RULES_H

#include "gate/summary.h"

/* What a table of figures compares. */
enum hb_comparison {
    HB_COMPARE_CLIENTS, /* on one server */
    HB_COMPARE_SERVERS, /* through one client */
};

/* Servers when all cells have one client and there are several servers; else clients. */
enum hb_comparison hb_comparison_of(const struct hb_summaries *cells);

/* Flags of which any one makes a cell unfit for this comparison. */
unsigned hb_invalidating_flags(enum hb_comparison comparison);

/* Why that flag does; NULL when it does not. */
const char *hb_flag_objection(unsigned bit_number, enum hb_comparison comparison);

/* A cell that was not measured objects to nothing. */
bool hb_is_comparable(const struct hb_cell_summary *cell, enum hb_comparison comparison);

#endif
