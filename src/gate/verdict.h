/*
 * What a comparison of two subjects (base and head) says of a cell, and of all of them together.
 * Plain data: gate/judge.h makes it of observations, reports print it, the store keeps it.
 *
 * Ratios are oriented so that above 1 is worse, whatever the metric. Verdicts compare the interval
 * [low, high] of the ratio with the limit: see gate/judge.h.
 */
#ifndef HB_GATE_VERDICT_H
#define HB_GATE_VERDICT_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "measure/stats_interval.h"
#include "scenario/gate_options.h"

/* The worst first: of several verdicts (metrics of a cell, cells of a gate) the first one counts.
 */
enum hb_verdict {
    /* What precludes a verdict. */
    HB_VERDICT_ERROR,        /* runs or requests failed; no ratio is computed */
    HB_VERDICT_REGRESSED,    /* low > 1 + margin, confirmed where a gate confirms */
    HB_VERDICT_REMOVED,      /* the head has no such cell */
    HB_VERDICT_NO_BASELINE,  /* the base has no such cell in what was stored */
    HB_VERDICT_INCOMPARABLE, /* fingerprints or settings differ */
    HB_VERDICT_INVALID,      /* trust flags: the figures say something else than they seem to */
    HB_VERDICT_INCONCLUSIVE,
    HB_VERDICT_NEW,       /* the base has no such cell, and need not */
    HB_VERDICT_IMPROVED,  /* high < 1 / (1 + margin) */
    HB_VERDICT_UNCHANGED, /* all of the interval inside the margin */
    HB_VERDICT_COUNT
};

const char *hb_verdict_name(enum hb_verdict verdict); /* "regressed" */

enum hb_inconclusive {
    HB_CONCLUSIVE,
    HB_TOO_FEW_PAIRS,    /* no outcome could have been significant */
    HB_WIDE,             /* the interval is wider than the margin allows */
    HB_BORDERLINE,       /* narrow enough, but it lies across the margin */
    HB_CONTAMINATED,     /* base against base differed */
    HB_NOT_CONFIRMED,    /* worse in the screen, not in the fresh pairs, and not shown unchanged */
    HB_TOO_FEW_REQUESTS, /* of p99: under 10,000 a run */
};

const char *hb_inconclusive_name(enum hb_inconclusive reason); /* "too_few_pairs" */

/* One metric of one cell. */
struct hb_metric_verdict {
    bool measured; /* false: nothing else is set */
    enum hb_gate_weight weight;
    enum hb_verdict verdict;
    enum hb_inconclusive reason;  /* when the verdict is HB_VERDICT_INCONCLUSIVE */
    struct hb_gate_margin margin; /* what it was judged by */
    double limit;                 /* 1 + margin, or more where the floor is larger; 1: exact */
    double base, head;            /* medians over runs, in the metric's unit; NAN: not known */
    struct hb_interval ratio; /* head / base, or base / head where more is better; NAN for an exact
                                 metric that is 0 on one side */
    double p_worse;           /* one-sided, against 1 + margin; NAN when it was not computed */
    double scatter; /* standard deviation of ln(ratio) of one pair, or of one run; NAN: unknown */
    double resolution; /* the smallest relative change that so many pairs of this scatter show nine
                          times in ten: 0.04; NAN when unknown */
    unsigned pairs;    /* or, unpaired, runs of the smaller side */
};

/* One cell. Texts borrowed from what was compared. */
struct hb_cell_verdict {
    const char *cell_id;                                         /* the same for both subjects */
    const char *client, *client_library, *server, *method, *url; /* as struct hb_run_row has them */
    uint32_t concurrency, burst;                                 /* burst: 0: no bursts */
    double rate;      /* 0: closed loop; of bursts the mean */
    int64_t every_ns; /* from one burst to the next */
    int64_t duration_ns;
    enum hb_verdict verdict; /* the worst of the metrics that decide, or what precludes one */
    enum hb_inconclusive reason;
    enum hb_gate_metric worst; /* the metric that the verdict is of */
    const char *why;           /* in words, for what precludes a verdict; else "" */
    struct hb_metric_verdict metrics[HB_GATE_METRICS];
    unsigned base_ok, base_failed, head_ok, head_failed; /* runs */
    uint64_t base_errors, head_errors;                   /* requests that failed */
    unsigned flags;                                      /* of either's runs, hb_trust_flag bits */
    bool control; /* base against base: takes part in no count and no suite */
};

/* A line of the ranking or of the suite: geometric mean of ratios over the cells both sides have.
 */
struct hb_suite_verdict {
    const char *name; /* of a client over its cells; NULL: all cells */
    struct hb_metric_verdict metrics[HB_GATE_METRICS];
    size_t cells; /* over how many */
};

enum hb_comparison_kind {
    HB_COMPARED_PAIRS,  /* made in pairs, in one sweep */
    HB_COMPARED_STORED, /* of two sweeps or a baseline: advisory */
};

struct hb_comparison_result {
    enum hb_comparison_kind kind;
    const char *base, *head;    /* what people call them: "origin/main", "sweep 12" */
    const char *const *notices; /* NULL-terminated: dependencies that differ, fingerprints, … */
    const struct hb_cell_verdict *cells; /* worst first, then as in the sweep; controls last */
    size_t cells_count;
    const struct hb_suite_verdict *suites; /* [0]: all cells; then one a client, best first */
    size_t suites_count;
    size_t counts[HB_VERDICT_COUNT]; /* cells by verdict, without controls */
    enum hb_verdict verdict;         /* of everything: the worst cell's, or the suite's */
    bool contaminated;
    const char *contamination; /* why, in words; else "" */
    double resolution;         /* the largest of the cells' best: what every cell could have seen */
    double must_resolve;       /* as asked; 0: not */
    bool unresolved;           /* resolution is worse than must_resolve */
};

#endif
