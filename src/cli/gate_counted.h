/*
 * A gate that decides by counts: whether everything it needs can be counted here, and what it will
 * run. It has no procedure: each side of a cell is counted, and a few short pairs guard the clock.
 */
#ifndef HB_CLI_GATE_COUNTED_H
#define HB_CLI_GATE_COUNTED_H

#include <stdio.h>

#include "cli/gate_run.h"

/* What is timed beside the counts. */
#define HB_COUNTED_GUARD_PAIRS 5u
#define HB_COUNTED_WINDOW_NS (500 * HB_NS_PER_MS)
#define HB_COUNTED_WARMUP_NS (100 * HB_NS_PER_MS)

/* Refuses, with the remedy, what decides and cannot be counted: of a client, or on this machine. */
int hb_gate_counted_check(struct hb_gate_run *run, struct hb_error *err) HB_MUST_CHECK;

/* What was planned fits the budget. */
int hb_gate_counted_fits(const struct hb_gate_run *run, struct hb_error *err) HB_MUST_CHECK;

void hb_gate_counted_print_plan(struct hb_gate_run *run, FILE *out);

#endif
