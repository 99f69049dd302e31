/*
 * Many cells are many chances of a false alarm. An unchanged cell that is quiet against its margin
 * has none worth the name; one that is noisy has nearly alpha, and of two hundred such one is
 * always unlucky. So what counts is not how many are asked but what each may do: of the scatter
 * that each has, how probable it is that it is called regressed while nothing changed. The expected
 * number of such alarms in one gate is held at gate.alpha; where it would be more, all are held
 * against a lower level. Cells that are quiet lose nothing by it, however many there are. (Holm's
 * and Hochberg's corrections, which count tests, miss half of the true +8 % in 200 cells with a few
 * outliers.)
 *
 * alpha is spent in three places: on fresh pairs, on the last look, and on the suite.
 */
#ifndef HB_GATE_FAMILY_H
#define HB_GATE_FAMILY_H

#include "base/error.h"
#include "scenario/gate_options.h"

#define HB_SHARE_CONFIRM 0.5
#define HB_SHARE_LAST 0.4
#define HB_SHARE_SUITE 0.1

struct hb_arena;
struct hb_procedure;

/* The largest p against the margin that is a regression: alpha, or less. */
struct hb_family {
    double fresh, last;
};

int hb_find_family(const struct hb_procedure *procedure, struct hb_arena *arena,
                   struct hb_family *ret_family, struct hb_error *err) HB_MUST_CHECK;

/* Metrics, as bits, that decide and are judged by an interval. Of HB_GATE_METRICS margins. */
unsigned hb_interval_metrics(const struct hb_gate_margin *margins);

#endif
