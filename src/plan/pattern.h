/*
 * Inside the plan layer: many patterns held against many cells. Each glob is held against each axis
 * value once; after that a cell is a handful of bit operations, however many patterns there are.
 */
#ifndef HB_PLAN_PATTERN_H
#define HB_PLAN_PATTERN_H

#include "plan/plan.h"

struct hb_pattern_set {
    size_t count, words;           /* patterns; 64-bit words for a bit each */
    uint64_t *bits[HB_AXIS_COUNT]; /* [value * words + w]: patterns that this value satisfies */
    uint64_t *matched;             /* patterns that have matched a cell so far */
};

void hb_pattern_set_init(struct hb_pattern_set *set, const struct hb_scenario *scenario,
                         const struct hb_pattern *patterns, size_t count, struct hb_arena *arena);

/* Whether any pattern matches the cell; notes which ones do. */
bool hb_pattern_set_match(struct hb_pattern_set *set, const struct hb_cell *cell);

/* The first pattern that has matched no cell; count when there is none. */
size_t hb_pattern_set_unmatched(const struct hb_pattern_set *set);

/* For each axis an array of flags, one a value: whether the filters keep it. Fails when a filter
 * names no value. */
int hb_filters_apply(const struct hb_scenario *scenario, const struct hb_plan_options *options,
                     struct hb_arena *arena, bool *ret_kept[HB_AXIS_COUNT],
                     struct hb_error *err) HB_MUST_CHECK;

/* HB_ERR_INPUT: the filters together leave no cell. */
int hb_filters_fail(const struct hb_plan_options *options, struct hb_error *err);

/* HB_ERR_INPUT for a glob that no value of its axis matches, with the nearest name; `who` wrote it:
 * "exclude", "--filter". */
int hb_glob_fail(const struct hb_scenario *scenario, enum hb_axis axis, const char *glob,
                 const char *who, struct hb_error *err);

/* Whether any value of the axis matches. */
bool hb_glob_matches_any(const struct hb_scenario *scenario, enum hb_axis axis, const char *glob);

#endif
