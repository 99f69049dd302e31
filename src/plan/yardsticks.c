/*
 * Which yardsticks a plan needs. Cells that differ only in who asks, how long or how fast share
 * one, so it is looked up by the rest: in an open-addressing table, since there may be a million.
 */
#include <stdlib.h>
#include <string.h>

#include <xxhash.h>

#include "base/memory.h"
#include "plan/expand.h"
#include "plan/ids.h"

struct collection {
    const struct hb_plan *plan;
    struct hb_cell *cells;
    size_t count, capacity;
    uint32_t *slots; /* of cells, plus one; 0: free */
    size_t mask;
};

static enum hb_yardstick kind_of(const struct hb_scenario *scenario, const struct hb_cell *cell)
{
    if (scenario->protocols[cell->protocol] == HB_HTTP_2)
        return HB_YARDSTICK_H2;
    return scenario->servers[cell->server].https ? HB_YARDSTICK_HTTPS : HB_YARDSTICK_HTTP;
}

/* No longer than the yardstick's own window. */
static uint32_t shorter(const struct hb_scenario *scenario, uint32_t duration)
{
    uint32_t longest = scenario->yardsticks.duration;

    return scenario->durations_ns[duration] > scenario->durations_ns[longest] ? longest : duration;
}

/* The yardstick of a cell; false when it has none. */
static bool yardstick_of(const struct hb_scenario *scenario, const struct hb_cell *cell,
                         struct hb_cell *ret_yardstick)
{
    uint32_t client = scenario->yardsticks.clients[kind_of(scenario, cell)];

    if (scenario->servers[cell->server].entry == NULL || client == HB_YARDSTICK_NONE)
        return false;
    *ret_yardstick = *cell;
    ret_yardstick->id = 0;
    ret_yardstick->client = client;
    ret_yardstick->duration = shorter(scenario, cell->duration);
    ret_yardstick->rate = scenario->yardsticks.rate;
    ret_yardstick->profile = scenario->yardsticks.profile;
    ret_yardstick->include = 0;
    return true;
}

static bool same_load(const struct hb_cell *a, const struct hb_cell *b)
{
    struct hb_cell copy = *a;

    copy.duration = b->duration;
    return memcmp(copy.at, b->at, sizeof copy.at) == 0;
}

size_t hb_plan_ceiling_of(const struct hb_plan *plan, const struct hb_cell *cell)
{
    struct hb_cell yardstick;

    if (plan->yardsticks_count == 0 || !yardstick_of(plan->scenario, cell, &yardstick))
        return HB_NO_CEILING;
    for (size_t i = 0; i < plan->yardsticks_count; i++)
        if (same_load(&plan->cells[plan->cells_count + i], &yardstick))
            return i;
    return HB_NO_CEILING;
}

static uint64_t hash_load(const struct hb_cell *cell)
{
    struct hb_cell copy = *cell;

    copy.duration = 0;
    return XXH3_64bits(copy.at, sizeof copy.at);
}

static void collect(struct collection *all, const struct hb_cell *yardstick)
{
    size_t slot = hash_load(yardstick) & all->mask;

    while (all->slots[slot] != 0 && !same_load(&all->cells[all->slots[slot] - 1], yardstick))
        slot = (slot + 1) & all->mask;
    if (all->slots[slot] != 0)
        return;
    all->cells = hb_grow(all->cells, &all->capacity, all->count, sizeof *all->cells);
    all->cells[all->count++] = *yardstick;
    all->slots[slot] = (uint32_t)all->count;
}

static void collect_ceilings(struct collection *all, struct hb_arena *scratch)
{
    const struct hb_plan *plan = all->plan;
    struct hb_cell yardstick;

    all->mask = 1;
    while (all->mask < 2 * plan->cells_count)
        all->mask = all->mask * 2 + 1;
    all->slots = hb_arena_calloc(scratch, all->mask + 1, sizeof *all->slots);
    for (size_t i = 0; i < plan->cells_count; i++)
        if (yardstick_of(plan->scenario, &plan->cells[i], &yardstick))
            collect(all, &yardstick);
}

/* At the first load there is: it sends nothing, so one is as good as another. */
static void add_floor(struct collection *all)
{
    const struct hb_scenario *scenario = all->plan->scenario;
    struct hb_cell floor = all->plan->cells[0];

    if (scenario->yardsticks.floor == HB_YARDSTICK_NONE)
        return;
    floor.client = scenario->yardsticks.floor;
    floor.duration = shorter(scenario, floor.duration);
    floor.rate = scenario->yardsticks.rate;
    floor.profile = scenario->yardsticks.profile;
    floor.include = 0;
    all->cells = hb_grow(all->cells, &all->capacity, all->count, sizeof *all->cells);
    all->cells[all->count++] = floor;
}

static void append(struct hb_plan *plan, const struct collection *all, struct hb_arena *arena)
{
    struct hb_cell *cells = hb_arena_calloc(arena, plan->cells_count + all->count, sizeof *cells);
    struct hb_plan_run *runs = hb_arena_calloc(arena, plan->runs_count + all->count, sizeof *runs);

    memcpy(cells, plan->cells, plan->cells_count * sizeof *cells);
    for (size_t i = 0; i < all->count; i++)
        cells[plan->cells_count + i] = all->cells[i];
    memcpy(runs, plan->runs, plan->runs_count * sizeof *runs);
    for (size_t i = 0; i < all->count; i++)
        runs[plan->runs_count + i].cell = (uint32_t)(plan->cells_count + i);
    plan->cells = cells;
    plan->runs = runs;
    plan->yardsticks_count = all->count;
}

void hb_plan_add_yardsticks(struct hb_plan *plan, struct hb_arena *arena)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena scratch;
    struct collection all = {.plan = plan};

    hb_arena_init(&scratch);
    collect_ceilings(&all, &scratch);
    add_floor(&all);
    hb_cells_identify(plan->scenario, all.cells, all.count);
    append(plan, &all, arena);
    free(all.cells);
}
