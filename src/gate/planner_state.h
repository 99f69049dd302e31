/* Inside the planner: what the arithmetic and the refusals share. */
#ifndef HB_GATE_PLANNER_STATE_H
#define HB_GATE_PLANNER_STATE_H

#include "gate/planner.h"

/* The machine's, or what is assumed of one that was not calibrated. */
struct hb_calibration hb_planner_calibration(const struct hb_planner_input *input);

/* Of so many cells, those whose confirmation has to fit for the gate to be of use. */
size_t hb_planner_must_confirm(const struct hb_planner_input *input, size_t count);

/* Metrics of as many cells: what asks for fresh pairs at once. */
size_t hb_planner_tests(const struct hb_planner_input *input);

/* What a gate shows of a cell when so many ask. */
double hb_planner_resolution(const struct hb_planner_input *input,
                             const struct hb_gate_options *options, double noise, double limit);

/* Sets the numbers of pairs that the scenario leaves open, by the calibration. */
void hb_planner_choose_pairs(const struct hb_planner_input *input, struct hb_gate_plan *plan);

/* One less of them, the screen last and never below what it is without calibration; false: there is
 * none to spare. */
bool hb_planner_cut_pairs(const struct hb_planner_input *input, struct hb_gate_plan *plan);

/* Each refuses with the arithmetic and the remedies. */
int hb_planner_check_options(const struct hb_planner_input *input,
                             struct hb_error *err) HB_MUST_CHECK;
int hb_planner_check_time(const struct hb_planner_input *input, const struct hb_gate_plan *plan,
                          struct hb_error *err) HB_MUST_CHECK;
int hb_planner_check_resolution(const struct hb_planner_input *input,
                                const struct hb_gate_plan *plan,
                                struct hb_error *err) HB_MUST_CHECK;

#endif
