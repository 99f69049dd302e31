/*
 * What a comparison of two subjects is printed as: for the terminal, for other programs, for a pull
 * request, for a CI system's own displays, as a page. Every format shows the same verdicts; none
 * judges. Nothing in a result is trusted: names come from scenarios, databases and command lines.
 * So before any format sees them, in all texts secrets are masked, what steers a terminal or breaks
 * a line is escaped, and the over-long are cut; each format escapes what means something to it.
 */
#ifndef HB_REPORT_COMPARISON_H
#define HB_REPORT_COMPARISON_H

#include <stdio.h>

#include "base/arena.h"
#include "config/secrets.h"
#include "gate/verdict.h"

struct hb_comparison_report {
    const struct hb_comparison_result *result;
    const char *scenario;             /* its name: the title, and the marker of a comment */
    const char *scenario_path;        /* where annotations point; "": unknown */
    unsigned scenario_line;           /* 0: unknown */
    int64_t measured_wall_ns;         /* when the head was; 0: unknown */
    const char *made_by;              /* the command line */
    const char *const *next;          /* commands worth typing now; NULL-terminated */
    const struct hb_secrets *secrets; /* to mask; NULL: none */
    bool colours;                     /* of the text format: it goes to a terminal */
    struct hb_arena *arena;           /* for what formats make on the way */
};

/* One format. Adding one is a file ending in such a struct and a line in comparison.c. */
struct hb_comparison_format {
    const char *name;      /* "markdown" */
    const char *extension; /* "md" */
    const char *summary;   /* for --help */
    /* What it gets is clean, and has no NULL texts and lists. */
    int (*write)(const struct hb_comparison_report *report, FILE *out, struct hb_error *err);
};

/* NULL-terminated: text, json, csv, markdown, annotations, junit, html */
const struct hb_comparison_format *const *hb_comparison_formats(void);
const struct hb_comparison_format *hb_comparison_format_find(const char *name); /* or NULL */

/* Onto a stream, whose errors are checked by the caller. */
int hb_comparison_put(const struct hb_comparison_report *report,
                      const struct hb_comparison_format *format, FILE *out,
                      struct hb_error *err) HB_MUST_CHECK;

/* Into a file, whole or not at all; "-" is standard output. */
int hb_comparison_write(const struct hb_comparison_report *report,
                        const struct hb_comparison_format *format, const char *path,
                        struct hb_error *err) HB_MUST_CHECK;

#endif
