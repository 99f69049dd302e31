/*
 * Cells that differ in nothing but what is compared, ranked: clients on one server, or servers
 * through one client (gate/trust_rules.h).
 */
#ifndef HB_REPORT_GROUP_H
#define HB_REPORT_GROUP_H

#include "base/buf.h"
#include "gate/trust_rules.h"

struct hb_cell_group {
    enum hb_comparison comparison;
    /* Most verified requests a second first; then cells that trust flags make unfit to be compared,
     * then what was not measured. */
    const struct hb_cell_summary **cells;
    size_t count;
    size_t comparable; /* of them, the first so many take part in the ranking */
};

/* Groups by server, method, URL, rate, duration and concurrency; everything in `arena`. */
void hb_group_cells(const struct hb_summaries *cells, struct hb_arena *arena,
                    struct hb_cell_group **ret_groups, size_t *ret_count);

/* Whether two groups differ in nothing but concurrency. */
bool hb_same_family(const struct hb_cell_group *a, const struct hb_cell_group *b);

/* The name of what is compared: of the client, or the server. */
const char *hb_compared_name(const struct hb_run_row *run, enum hb_comparison comparison);

/* What the cells of a group have in common: "GET /get on builtin" or "GET /get with requests", with
 * ", 16 at once" when `concurrency`, and the rate of an open loop. Not escaped. */
void hb_group_describe(const struct hb_cell_group *group, bool concurrency,
                       struct hb_buf *ret_text);

#endif
