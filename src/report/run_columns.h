/*
 * What is told of a run, as one table: the columns of both CSV forms and the keys of the JSON form.
 * Labels say which run it is; metrics are figures, empty (null) where there is none: not measured
 * differs from zero.
 */
#ifndef HB_REPORT_RUN_COLUMNS_H
#define HB_REPORT_RUN_COLUMNS_H

#include <stdbool.h>

#include "store/store.h"

struct hb_run_label {
    const char *name;
    const char *(*text)(const struct hb_run_row *run, char *scratch); /* scratch: HB_LABEL_BYTES */
};

#define HB_LABEL_BYTES 256

struct hb_run_metric {
    const char *name; /* the unit is in the name */
    bool (*value)(const struct hb_run_row *run, double *ret_value);
};

extern const struct hb_run_label hb_run_labels[];
extern const size_t hb_run_labels_count;
extern const struct hb_run_metric hb_run_metrics[];
extern const size_t hb_run_metrics_count;

#endif
