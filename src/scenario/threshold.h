/* Inside the scenario layer: "<250ms", ">500", "<=0.1%": a comparison and a bound in a unit. */
#ifndef HB_SCENARIO_THRESHOLD_H
#define HB_SCENARIO_THRESHOLD_H

#include "config/fields.h"
#include "scenario/scenario.h"

/* Field types, by the unit of the metric; each stores the node: const struct hb_node *. */
extern const struct hb_type hb_type_threshold_number;
extern const struct hb_type hb_type_threshold_percent;
extern const struct hb_type hb_type_threshold_duration;
extern const struct hb_type hb_type_threshold_size;

/* The field type that a metric's threshold is written in. */
const struct hb_type *hb_threshold_type(enum hb_metric metric);

/* Parse a text that the metric's field type has accepted. */
struct hb_threshold hb_threshold_parse(enum hb_metric metric, const struct hb_node *node);

#endif
