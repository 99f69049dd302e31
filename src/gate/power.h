/*
 * What a test can see. All for normal scatter; tests/bench/gate_simulation holds the formulas
 * against the judge and the procedure themselves.
 */
#ifndef HB_GATE_POWER_H
#define HB_GATE_POWER_H

#include "scenario/gate_options.h"

#define HB_POWER 0.9 /* nine times in ten */

/*
 * What a gate that chooses its pairs chooses them for: 19 times in 20, on a machine that has become
 * noisier by a quarter. Pairs that are made one after the other scatter alike, so what a hundred
 * of them say of the machine is true for some minutes; tests/bench/gate_proofs.py measures what
 * comes of it.
 */
#define HB_CATCH 0.95
#define HB_CAUTION 1.25

#define HB_SCREEN_MOST 20u /* pairs of every cell */
#define HB_PAIRS_MOST 180u /* of a cell that is confirmed; with the screen's, exact tests end */
#define HB_ACQUIT_MOST 60u /* to show that nothing changed, time for which all cells take */

/* The probability that `pairs` pairs of this scatter (standard deviation of ln(head / base) of one
 * pair) show at `alpha` that a true shift lies above 0. 0 when so few never can. */
double hb_power_of_pairs(unsigned pairs, double alpha, double scatter, double shift);

/* The smallest relative change beyond a limit (1.03) that they show with HB_POWER; NAN when none.
 */
double hb_resolution_of_pairs(unsigned pairs, double alpha, double scatter, double limit);

/* The same of unpaired runs, scatter that of the logarithms of one side's runs. */
double hb_resolution_of_runs(unsigned base, unsigned head, double alpha, double scatter,
                             double limit);

/* What may cry wolf: so many pairs of this scatter, of which nothing is true. */
struct hb_alarm {
    unsigned pairs;
    double scatter, limit;
};

/* The largest level up to alpha at which all of them together raise no more than alpha * share
 * alarms, on average. */
double hb_alarm_level(const struct hb_alarm *alarms, size_t count, double alpha, double share);

/* The probability that a gate calls a change of one cell regressed: the screen has to route it, and
 * the fresh pairs to show at `level` that it is beyond the limit. */
double hb_power_of_gate(const struct hb_gate_options *options, double level, double scatter,
                        double limit, double change);

/* The smallest change that it calls so with HB_POWER; NAN. */
double hb_resolution_of_gate(const struct hb_gate_options *options, double level, double scatter,
                             double limit);

/* The level of the confirmation when so many tests are alike. */
double hb_level_among(const struct hb_gate_options *options, size_t tests, double scatter,
                      double limit);

/* Numbers of pairs with which a gate catches a change with HB_CATCH; 0, 0: none that it makes. */
struct hb_pairs_needed {
    unsigned screen, confirm;
};

/* The next number to try: one more, of many three in a hundred more, up to HB_PAIRS_MOST. */
unsigned hb_more_pairs(unsigned pairs);

/* The fewest (of many: a few more) when pairs scatter HB_CAUTION times as much; those that the
 * options do not leave open (open_pairs) as they are. The screen may lose half of what is lost. */
struct hb_pairs_needed hb_pairs_to_catch(const struct hb_gate_options *options, size_t tests,
                                         double scatter, double limit, double change);

/* The fewest pairs that show nine times in ten that nothing changed by more than the margin; 0:
 * more than HB_ACQUIT_MOST. */
unsigned hb_pairs_to_acquit(double alpha, double scatter, double margin);

/* The smallest margin within which so many pairs show nine times in ten that nothing changed; NAN.
 */
double hb_unchanged_margin(unsigned pairs, double alpha, double scatter);

/* Of a pair, as the half width of the exact interval of so many shows it, on average. */
double hb_scatter_of_interval(unsigned pairs, double confidence, double reach);

/* Of the Hodges-Lehmann estimate, as a logarithm; NAN: unknown. */
double hb_estimate_variance(unsigned pairs, double scatter);

#endif
