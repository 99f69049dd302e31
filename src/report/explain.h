/*
 * Why is this number so: all that the store knows of one cell, or of one of its runs, gathered as a
 * list of facts. Text and JSON print the same list, so they cannot disagree. Measures nothing.
 */
#ifndef HB_REPORT_EXPLAIN_H
#define HB_REPORT_EXPLAIN_H

#include <stdio.h>

#include "gate/trust_rules.h"
#include "store/store.h"

enum hb_fact_section {
    HB_FACTS_FIGURES,     /* what was measured, with intervals */
    HB_FACTS_LIMITS,      /* what may have held it back */
    HB_FACTS_REQUESTS,    /* how they ended, and who counted how many */
    HB_FACTS_CONNECTIONS, /* and bytes */
    HB_FACTS_WAITS,       /* where requests spent their time */
    HB_FACTS_PROVENANCE,
    HB_FACTS_SECTIONS
};

struct hb_fact {
    enum hb_fact_section section;
    const char *key;   /* in JSON; the unit is in the name */
    const char *label; /* for people */
    const char *text;  /* for people, with units */
    double value;      /* in JSON; NAN: unknown, unless `string` is there */
    const char *string;
    const struct hb_estimate *estimate; /* in JSON: the interval too; may be NULL */
};

/* A trust flag that some run carries. */
struct hb_flag_fact {
    unsigned bit_number;
    size_t runs;           /* that carry it, of `ok` */
    const char *evidence;  /* "run 3: the server used 0.97 CPUs (0)" */
    const char *objection; /* why the cell is not comparable; NULL when it is */
};

struct hb_explanation {
    const struct hb_sweep_row *sweep;
    const struct hb_run_row *run; /* the one asked for; NULL: the whole cell */
    struct hb_summaries cells;    /* the one */
    struct hb_fact *facts;        /* by section */
    size_t facts_count;
    struct hb_flag_fact *flags;
    size_t flags_count;
    const char *const *commands; /* to type next; NULL-terminated */
};

/*
 * `what` is the number of a run in its sweep, from 1 (digits, fewer than eight of them), or the
 * beginning of a cell's id. `database` is named in the commands when not NULL. Everything in
 * `arena`. HB_ERR_NOT_FOUND says what there is.
 */
int hb_explain(struct hb_store *store, const char *sweep_selector, const char *what,
               const char *database, struct hb_arena *arena, struct hb_explanation *ret_explanation,
               struct hb_error *err) HB_MUST_CHECK;

/* At most 80 columns, save where a name or a command is longer. Escaped for terminals. */
void hb_explanation_text(const struct hb_explanation *explanation, FILE *out);
void hb_explanation_json(const struct hb_explanation *explanation, FILE *out);

#endif
