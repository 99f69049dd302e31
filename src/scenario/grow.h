/* Inside the scenario layer: axes that get values beside those of the matrix. */
#ifndef HB_SCENARIO_GROW_H
#define HB_SCENARIO_GROW_H

#include "scenario/load.h"

/* An axis that may grow; its array has room for what includes and yardsticks add. */
struct hb_growing_axis {
    const char *key; /* as `include` names it */
    void *values;
    size_t *count, *appended;
    size_t bytes; /* of one value */
    bool (*same)(const void *left, const void *right);
};

#define HB_GROWING_AXIS(name, loading, array, plural)                                              \
    {                                                                                              \
        .key = (name), .values = (loading)->axes.array,                                            \
        .count = &(loading)->scenario->plural##_count,                                             \
        .appended = &(loading)->scenario->appended.plural,                                         \
        .bytes = sizeof(*(loading)->axes.array), .same = hb_same_##plural                          \
    }

bool hb_same_servers(const void *left, const void *right);
bool hb_same_clients(const void *left, const void *right);
bool hb_same_urls(const void *left, const void *right);
bool hb_same_concurrency(const void *left, const void *right);
bool hb_same_durations(const void *left, const void *right);
bool hb_same_rates(const void *left, const void *right);
bool hb_same_protocols(const void *left, const void *right);
bool hb_same_profiles(const void *left, const void *right);

/* The index of a value, which is added when the axis does not have it. */
size_t hb_axis_find_or_add(const struct hb_growing_axis *axis, const void *value);

#endif
