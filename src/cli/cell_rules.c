/* Rules of cells that are known by their ids. */
#include "cli/cell_rules.h"

#include <string.h>

#include "gate/compare.h"

void hb_cell_rules_see(struct hb_cell_rules *rules, const struct hb_run_row *label)
{
    if (rules->first == NULL)
        rules->first = label;
    rules->clients |= strcmp(label->client, rules->first->client) != 0;
    rules->servers |= strcmp(label->server, rules->first->server) != 0;
}

static const struct hb_cell *planned_cell(const struct hb_plan *plan, const char *cell_id)
{
    char id[HB_CELL_ID_BYTES];

    for (size_t i = 0; i < plan->cells_count; i++) {
        hb_cell_format_id(&plan->cells[i], id);
        if (strcmp(id, cell_id) == 0)
            return &plan->cells[i];
    }
    return NULL;
}

struct hb_rules hb_cell_rules_of(const struct hb_cell_rules *rules, const char *cell_id)
{
    const struct hb_scenario *scenario = rules->judging->scenario;
    const struct hb_cell *cell = planned_cell(&rules->judging->plan, cell_id);
    enum hb_comparison comparison =
        rules->servers && !rules->clients ? HB_COMPARE_SERVERS : HB_COMPARE_CLIENTS;
    struct hb_rules found =
        hb_rules_of(&scenario->gate, comparison, cell != NULL ? scenario : NULL, cell);

    found.alpha = HB_COMPARE_ALPHA;
    return found;
}
