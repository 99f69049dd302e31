/* The tables of the HTML report. Each function writes a whole <section>, or nothing when it would
 * be empty. */
#ifndef HB_REPORT_HTML_TABLES_H
#define HB_REPORT_HTML_TABLES_H

#include "report/group.h"
#include "report/report.h"

/* For each group of comparable cells: clients ranked, with intervals. */
void hb_html_rankings(const struct hb_report *report, const struct hb_cell_group *groups,
                      size_t groups_count, FILE *out);
void hb_html_flags(const struct hb_report *report,
                   FILE *out); /* what the trust flags mean, and where they are */
/* What the libraries of clients could not obey. */
void hb_html_unhonoured(const struct hb_report *report, FILE *out);
void hb_html_failures(const struct hb_report *report,
                      FILE *out); /* failed runs with their reason and log */
void hb_html_runs(const struct hb_report *report, FILE *out); /* every run, in order of execution */

/* Geometric means over the loads that all clients (or servers) share. */
void hb_html_rollups(const struct hb_report *report, FILE *out);

/* A figure with its unit; NAN: "not measured". */
void hb_html_value(enum hb_metric metric, double value, FILE *out);

#endif
