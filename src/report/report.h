/*
 * Reports of one sweep, made from SQLite alone: every one can be made again later. Reports never
 * measure; they show what was stored, with n, interval and trust flags beside every figure.
 */
#ifndef HB_REPORT_REPORT_H
#define HB_REPORT_REPORT_H

#include <stdio.h>

#include "base/arena.h"
#include "base/error.h"
#include "gate/summary.h"
#include "report/cell_counts.h"
#include "report/yardstick.h"
#include "store/store.h"

struct hb_report {
    const struct hb_sweep_row *sweep;
    const struct hb_run_row *runs; /* in order of execution */
    size_t runs_count;
    struct hb_ceilings yardsticks;
    const struct hb_server_row *servers; /* by name; none in files of older versions */
    size_t servers_count;
    const struct hb_hop_row *hops; /* programs of servers with several, in order of execution */
    size_t hops_count;
    const struct hb_unhonoured_row *unhonoured; /* by client */
    size_t unhonoured_count;
    const struct hb_wire_row *wires; /* those of one request next to each other */
    size_t wires_count;
    struct hb_cell_counts counts;
    struct hb_summaries cells;
    struct hb_store *store; /* for series and histograms */
    struct hb_arena *arena; /* for what exporters make on the way */
    const char *made_by;    /* the command line that made the report */
};

/* One format. Adding one is a file ending in such a struct and a line in report.c. */
struct hb_exporter {
    const char *format;    /* "html" */
    const char *extension; /* "html" */
    const char *summary;   /* for --help */
    /* Write the whole report to `out`; stream errors are checked by the caller. */
    int (*write)(const struct hb_report *report, FILE *out, struct hb_error *err);
};

const struct hb_exporter *hb_exporter_find(const char *format); /* NULL when unknown */
/* The first whose extension is that of `path`; NULL when there is none. */
const struct hb_exporter *hb_exporter_for_path(const char *path);
const struct hb_exporter *const *
hb_exporters(void); /* NULL-terminated: text, html, csv, csv-long, json */

/* Load what a report needs. Everything in `arena`. */
int hb_report_load(struct hb_store *store, const char *sweep_selector, const char *made_by,
                   struct hb_arena *arena, struct hb_report *ret_report,
                   struct hb_error *err) HB_MUST_CHECK;

/* Write into a temporary file beside `path`, then rename over it; "-" is standard output. */
int hb_report_write(const struct hb_report *report, const struct hb_exporter *exporter,
                    const char *path, struct hb_error *err) HB_MUST_CHECK;

#endif
