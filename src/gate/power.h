/*
 * What a test can see. All for normal scatter; tests/bench/gate_simulation holds the formulas
 * against the judge and the procedure themselves.
 */
#ifndef HB_GATE_POWER_H
#define HB_GATE_POWER_H

#include "scenario/gate_options.h"

#define HB_POWER 0.9 /* nine times in ten */

/* The probability that `pairs` pairs of this scatter (standard deviation of ln(head / base) of one
 * pair) show at `alpha` that a true shift lies above 0. 0 when so few never can. */
double hb_power_of_pairs(unsigned pairs, double alpha, double scatter, double shift);

/* The smallest relative change beyond a limit (1.03) that they show with HB_POWER; NAN when none.
 */
double hb_resolution_of_pairs(unsigned pairs, double alpha, double scatter, double limit);

/* The same of unpaired runs, scatter that of the logarithms of one side's runs. */
double hb_resolution_of_runs(unsigned base, unsigned head, double alpha, double scatter,
                             double limit);

/* The same of a gate: the screen has to route it, and the confirmation to confirm it. */
double hb_resolution_of_gate(const struct hb_gate_options *options, double scatter, double limit);

/* The smallest margin within which so many pairs show nine times in ten that nothing changed; NAN.
 */
double hb_unchanged_margin(unsigned pairs, double alpha, double scatter);

/* Of the Hodges-Lehmann estimate, as a logarithm; NAN: unknown. */
double hb_estimate_variance(unsigned pairs, double scatter);

#endif
