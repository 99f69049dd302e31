/*
 * What a machine was found to resolve: base against base, many times (`calibrate --aa`). Plain
 * data, kept by the store under the machine's fingerprint and used by the planner.
 */
#ifndef HB_GATE_CALIBRATION_H
#define HB_GATE_CALIBRATION_H

#include "gate/observations.h"

#define HB_SOUGHT 0.1 /* the change that pairs are chosen for, where nothing else is said */

struct hb_calibration {
    size_t cells, pairs; /* that it was made of, all in all; 0: there is none */
    /* Standard deviation of ln(head / base) of one pair, pooled over cells; NAN: unknown. About
     * 1.4 times the variation from run to run. */
    double noise[HB_GATE_METRICS];
    /* By how much the second of a pair came out above the first in throughput, as a logarithm;
     * counterbalanced order takes it out of the figures. NAN: unknown. */
    double order_effect;
    /* Share of stretches of screen_pairs pairs, all of base against base, of which the estimate of
     * a metric that decides was beyond route_above: what confirmation costs for nothing. */
    double false_route_rate;
    /* The smallest that `unchanged` can be shown at nine times in ten within pooled_pairs; NAN. */
    double margins[HB_GATE_METRICS];
    /* With which a gate catches +10 % CPU of one cell 19 times in 20; 0: more than a gate makes.
     * What a gate is planned with follows from `noise` and its own margins. screen_pairs is not
     * kept. */
    unsigned screen_pairs, confirm_pairs;
};

/*
 * Of base against base: every cell counts, whether it is called a control or not, and of each the
 * first HB_WALSH_MAX pairs. order_effect is left NAN: who was first is the plan's to know.
 */
struct hb_calibration hb_calibrate(const struct hb_paired_cells *cells,
                                   const struct hb_gate_options *options);

/* Where no machine was calibrated: a shared virtual machine, as published figures show it. */
struct hb_calibration hb_calibration_assumed(void);

#endif
