/* By which rules cells of stored results are judged, whoever compares them. */
#ifndef HB_CLI_CELL_RULES_H
#define HB_CLI_CELL_RULES_H

#include "cli/planning.h"
#include "gate/judge.h"

struct hb_cell_rules {
    const struct hb_planning *judging; /* margins: of its scenario, and overrides by its cells */
    const struct hb_run_row *first;    /* set by hb_cell_rules_see() */
    bool clients, servers;
};

/* Every cell's label is seen before the first rules are asked for: servers are compared where one
 * client meets several, else clients (gate/trust_rules.h). */
void hb_cell_rules_see(struct hb_cell_rules *rules, const struct hb_run_row *label);

/* Of one cell, for a comparison without a gate's procedure. */
struct hb_rules hb_cell_rules_of(const struct hb_cell_rules *rules, const char *cell_id);

#endif
