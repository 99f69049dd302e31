/*
 * What is told of a run, as one table: the columns of both CSV forms and the keys of the JSON form.
 * Labels say which run it is; metrics are figures, empty (null) where there is none: not measured
 * differs from zero.
 */
#ifndef HB_REPORT_RUN_COLUMNS_H
#define HB_REPORT_RUN_COLUMNS_H

#include <stdbool.h>
#include <stddef.h>

#include "store/store.h"

#define HB_LABEL_BYTES 256

struct hb_run_label {
    const char *name;
    size_t offset; /* of a text in struct hb_run_row */
    const char *(*make)(const struct hb_run_row *run, char *scratch); /* instead; NULL: none */
};

/* How a figure lies in struct hb_run_row. */
enum hb_run_type {
    HB_RUN_U32,
    HB_RUN_U64,
    HB_RUN_I64,
    HB_RUN_DOUBLE,
};

/* When a run has a figure. */
enum hb_run_condition {
    HB_RUN_ALWAYS,    /* the plan says it */
    HB_RUN_PLANNED,   /* the plan says it, of some runs; 0 stands for none */
    HB_RUN_MEASURED,  /* the run was ok */
    HB_RUN_VERIFIED,  /* … and something was verified */
    HB_RUN_OPEN_LOOP, /* … and it had a rate */
    HB_RUN_KNOWN,     /* … and it is not negative, which stands for unknown */
    HB_RUN_POSITIVE,  /* … and it is not 0, which stands for unknown */
};

struct hb_run_metric {
    const char *name; /* the unit is in the name */
    enum hb_run_type type;
    size_t offset;
    enum hb_run_condition condition;
    double scale;      /* 0: 1 */
    double add;        /* after scaling */
    bool per_verified; /* divided by the verified requests; needs some */
};

extern const struct hb_run_label hb_run_labels[];
extern const size_t hb_run_labels_count;

/* Never NULL. `scratch` must live as long as the result. */
const char *hb_run_label_text(const struct hb_run_label *label, const struct hb_run_row *run,
                              char scratch[HB_LABEL_BYTES]);

extern const struct hb_run_metric hb_run_metrics[];
extern const size_t hb_run_metrics_count;

/* The figure of a run; false when it has none. */
bool hb_run_metric_value(const struct hb_run_metric *metric, const struct hb_run_row *run,
                         double *ret_value);

#endif
