/*
 * A trend for people and programs: text for the terminal, JSON (schemas/trend.schema.json), and one
 * self-contained page. All say the same; none judges.
 */
#ifndef HB_REPORT_TREND_H
#define HB_REPORT_TREND_H

#include <stdio.h>

#include "gate/trend.h"

struct hb_trend_report {
    const struct hb_trend *trend;
    const char *made_by;    /* the command line */
    struct hb_arena *arena; /* for what formats make on the way */
};

/* One format. Adding one is a file ending in such a struct and a line in trend.c. */
struct hb_trend_format {
    const char *name; /* "html" */
    int (*write)(const struct hb_trend_report *report, FILE *out, struct hb_error *err);
};

/* NULL-terminated: text, json, html */
const struct hb_trend_format *const *hb_trend_formats(void);

/* Into a file, whole or not at all; "-" is standard output. */
int hb_trend_write(const struct hb_trend_report *report, const struct hb_trend_format *format,
                   const char *path, struct hb_error *err) HB_MUST_CHECK;

#endif
