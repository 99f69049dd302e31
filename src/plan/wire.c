/*
 * Which cells send the same: those that differ only in how hard they push. Each is looked up by the
 * rest of its axes in an open-addressing table, since there may be a million.
 */
#include <string.h>

#include <xxhash.h>

#include "plan/expand.h"
#include "plan/subjects.h"

/* The control is the base once more. */
static struct hb_cell without_load(const struct hb_scenario *scenario, const struct hb_cell *cell)
{
    struct hb_cell copy = *cell;

    if (hb_cell_is_control(scenario, cell))
        copy.client -= scenario->clients[cell->client].subject;
    copy.concurrency = copy.duration = copy.rate = 0;
    return copy;
}

static bool sends_the_same(const struct hb_scenario *scenario, const struct hb_cell *a,
                           const struct hb_cell *b)
{
    struct hb_cell left = without_load(scenario, a), right = without_load(scenario, b);

    return memcmp(left.at, right.at, sizeof left.at) == 0;
}

void hb_plan_add_wire(struct hb_plan *plan, struct hb_arena *arena)
{
    uint32_t *first = hb_arena_calloc(arena, plan->cells_count, sizeof *first), *slots;
    struct hb_arena scratch;
    size_t mask = 1;

    while (mask < 2 * plan->cells_count)
        mask = mask * 2 + 1;
    hb_arena_init(&scratch);
    slots = hb_arena_calloc(&scratch, mask + 1, sizeof *slots); /* cells, plus one; 0: free */
    for (size_t i = 0; i < plan->cells_count; i++) {
        struct hb_cell key = without_load(plan->scenario, &plan->cells[i]);
        size_t slot = XXH3_64bits(key.at, sizeof key.at) & mask;

        while (slots[slot] != 0 &&
               !sends_the_same(plan->scenario, &plan->cells[slots[slot] - 1], &plan->cells[i]))
            slot = (slot + 1) & mask;
        if (slots[slot] == 0)
            slots[slot] = (uint32_t)i + 1;
        first[i] = slots[slot] - 1;
    }
    hb_arena_release(&scratch);
    plan->wire_first = first;
}
