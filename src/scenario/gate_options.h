/*
 * What a scenario's `gate` block says: which metrics decide between two subjects, by how much one
 * may differ, and how much time there is to find out. Filled with defaults also where a scenario
 * has no such block, so that a gate is sane without any parameter. What is done with it: gate/.
 */
#ifndef HB_SCENARIO_GATE_OPTIONS_H
#define HB_SCENARIO_GATE_OPTIONS_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/place.h"

struct hb_pattern;

/* What base and head are compared by. Those up to HB_GATE_RSS are measured and scatter from run to
 * run; the others are counts. */
enum hb_gate_metric {
    HB_GATE_THROUGHPUT,   /* verified responses a second; the only one of which more is better */
    HB_GATE_CPU,          /* client CPU a request, ns */
    HB_GATE_P50,          /* response time, ns */
    HB_GATE_P99,          /* response time, ns; needs 10,000 requests a run */
    HB_GATE_RSS,          /* peak memory of the client, bytes */
    HB_GATE_BYTES,        /* on the wire a request, both ways */
    HB_GATE_CONNECTIONS,  /* opened by the client in the window */
    HB_GATE_SYSTEM_CALLS, /* a request, in a counted run */
    HB_GATE_INSTRUCTIONS, /* a request, in a counted run */
    HB_GATE_METRICS
};

const char *hb_gate_metric_name(enum hb_gate_metric metric); /* as a scenario writes it: "p99" */

enum hb_gate_weight {
    HB_GATE_DECIDES,  /* a regression of it is one of the cell's */
    HB_GATE_ADVISORY, /* shown, and decides nothing */
    HB_GATE_OFF,      /* not looked at */
};

/* A change counts only beyond both. */
struct hb_gate_margin {
    double relative; /* 0.03: three percent worse; 0: exact, any difference counts */
    double floor;    /* in the metric's unit: smaller differences are nothing to anyone */
    enum hb_gate_weight weight;
};

/* Other margins for the cells that a pattern names. Members that are not overridden have their
 * `set` bit (1 << enum hb_gate_metric) off. */
struct hb_gate_override {
    const struct hb_pattern *pattern;
    struct hb_gate_margin margins[HB_GATE_METRICS];
    unsigned set;
};

enum hb_gate_basis {
    HB_GATE_BY_TIME,   /* pairs of runs, by the clock */
    HB_GATE_BY_COUNTS, /* counted runs and a coarse guard by the clock: for shared machines */
};

/* Numbers of pairs that a scenario did not write: the planner may choose others. */
enum { HB_GATE_OPEN_SCREEN = 1 << 0, HB_GATE_OPEN_CONFIRM = 1 << 1, HB_GATE_OPEN_POOLED = 1 << 2 };

struct hb_gate_options {
    enum hb_gate_basis basis;
    struct hb_gate_margin margins[HB_GATE_METRICS];
    const struct hb_gate_override *overrides; /* the last that matches wins, metric by metric */
    size_t overrides_count;
    int64_t budget_ns;   /* wall time for everything; default 12 min */
    double must_resolve; /* 0.1: a cell in which a change of 10 % could not be seen is inconclusive
                            and the gate says so (exit 4); 0: not asked */
    bool fail_inconclusive; /* on_inconclusive: fail; default pass */
    unsigned screen_pairs;  /* default 5 */
    unsigned confirm_pairs; /* fresh ones that decide; default 15 */
    unsigned pooled_pairs;  /* the last look, at screen, confirmation and extension; default 30 */
    unsigned open_pairs;    /* HB_GATE_OPEN_…; not stored */
    double route_above;     /* a screened estimate beyond this goes to confirmation; default 0.02 */
    double alpha;           /* of the confirmation, one-sided against the margin; default 0.01 */
    double suite_margin;    /* of the geometric mean over cells; default 0.01 */
    unsigned sentinels;     /* cells in which base runs against base; default 3 */
};

#endif
