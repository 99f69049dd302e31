/* Inside the explanation: what its parts share. */
#ifndef HB_REPORT_EXPLAIN_PARTS_H
#define HB_REPORT_EXPLAIN_PARTS_H

#include <math.h>

#include "report/explain.h"

/* What facts are made of: the cell's measured runs (or the one run), added up. */
struct hb_evidence {
    struct hb_arena *arena;
    const struct hb_sweep_row *sweep;
    const struct hb_cell_summary *cell;
    enum hb_comparison comparison;            /* of the sweep */
    const struct hb_run_row *ceiling, *floor; /* yardsticks; NULL: none */
    const struct hb_server_row *server;       /* NULL: unknown */
    const struct hb_hop_row *hops;            /* of the whole sweep */
    size_t hops_count;
    const struct hb_worker_row *workers; /* of the first measured run */
    size_t workers_count;
    const struct hb_counts *counts; /* of counted runs; NULL: nobody looked */
    int64_t worker_requests;        /* that the workers say they recorded, all runs; -1: unknown */
    struct hb_hist response, service, ttfb, connect, lag; /* all runs merged */
};

/* ---- adding facts ---- */

struct hb_facts {
    const struct hb_evidence *evidence;
    struct hb_explanation *to;
    enum hb_fact_section section; /* that facts are added to */
};

/* A figure, and how people read it. Labels and keys are constants, texts are copied. */
void hb_fact_number(struct hb_facts *facts, const char *key, const char *label, double value,
                    const char *format, ...) HB_PRINTF(5, 6);
void hb_fact_text(struct hb_facts *facts, const char *key, const char *label, const char *text);
void hb_fact_unknown(struct hb_facts *facts, const char *key, const char *label, const char *why);

/* "312 ms"; in the arena. */
const char *hb_fact_format(const struct hb_facts *facts, enum hb_metric metric, double value);
const char *hb_fact_duration(const struct hb_facts *facts, double ns);

/* A figure of a run; NAN: unknown. */
typedef double hb_figure_fn(const struct hb_run_row *run);

/* Over the measured runs; NAN when there is none, or one is unknown. */
double hb_fact_sum(const struct hb_facts *facts, hb_figure_fn *figure);

/* A figure function for an expression over `run`. */
#define HB_FIGURE(function, expression)                                                            \
    static double function(const struct hb_run_row *run)                                           \
    {                                                                                              \
        return expression;                                                                         \
    }

/* -1 stands for unknown. */
static inline double hb_known(int64_t value)
{
    return value >= 0 ? (double)value : NAN;
}

/* ---- the parts ---- */

void hb_explain_counts(struct hb_facts *facts);
void hb_explain_provenance(struct hb_facts *facts);

/* Every section but the flags, in order. */
void hb_explain_facts(const struct hb_evidence *evidence, struct hb_explanation *explanation);
void hb_explain_flags(const struct hb_evidence *evidence, struct hb_store *store,
                      struct hb_explanation *explanation);
void hb_explain_commands(const struct hb_evidence *evidence, const char *database,
                         struct hb_explanation *explanation);

#endif
