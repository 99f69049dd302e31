/*
 * Cells of subjects. Those of one id belong together: the base among them is held against each of
 * the others, and in some it runs once more, as the control.
 */
#include "plan/subjects.h"

#include <string.h>

#include "base/assert.h"

static const struct hb_subject *subject_of(const struct hb_scenario *scenario,
                                           const struct hb_cell *cell)
{
    uint32_t subject = scenario->clients[cell->client].subject;

    return subject < scenario->subjects_count ? &scenario->subjects[subject] : NULL;
}

const char *hb_cell_subject(const struct hb_scenario *scenario, const struct hb_cell *cell)
{
    const struct hb_subject *subject = subject_of(scenario, cell);

    return subject != NULL ? subject->name : "";
}

bool hb_cell_is_control(const struct hb_scenario *scenario, const struct hb_cell *cell)
{
    const struct hb_subject *subject = subject_of(scenario, cell);

    return subject != NULL && subject->control;
}

size_t hb_subjects_named(const struct hb_scenario *scenario)
{
    return scenario->subjects_count - (scenario->control_cells > 0 && scenario->subjects_count > 0);
}

static bool is_base(const struct hb_scenario *scenario, const struct hb_cell *cell)
{
    return scenario->clients[cell->client].subject == 0;
}

/* An open-addressing table of the base's cells by their id: numbers plus one, 0: free. */
struct bases {
    const struct hb_cell *cells;
    uint32_t *slots;
    size_t mask;
};

static size_t slot_of(const struct bases *bases, uint64_t id)
{
    size_t slot = id & bases->mask;

    while (bases->slots[slot] != 0 && bases->cells[bases->slots[slot] - 1].id != id)
        slot = (slot + 1) & bases->mask;
    return slot;
}

static struct bases index_bases(const struct hb_plan *plan, struct hb_arena *scratch)
{
    struct bases bases = {.cells = plan->cells, .mask = 1};

    while (bases.mask < 2 * plan->cells_count)
        bases.mask = bases.mask * 2 + 1;
    bases.slots = hb_arena_calloc(scratch, bases.mask + 1, sizeof *bases.slots);
    for (size_t i = 0; i < plan->cells_count; i++) {
        if (is_base(plan->scenario, &plan->cells[i]))
            bases.slots[slot_of(&bases, plan->cells[i].id)] = (uint32_t)i + 1;
    }
    return bases;
}

static size_t pair_up(const struct hb_plan *plan, struct hb_cell_pair *pairs)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena scratch;
    struct bases bases;
    size_t count = 0;

    hb_arena_init(&scratch);
    bases = index_bases(plan, &scratch);
    for (size_t i = 0; i < plan->cells_count; i++) {
        uint32_t base = bases.slots[slot_of(&bases, plan->cells[i].id)];

        if (base != 0 && !is_base(plan->scenario, &plan->cells[i]))
            pairs[count++] = (struct hb_cell_pair){base - 1, (uint32_t)i, HB_NO_CELL};
    }
    return count;
}

/* The first pairs of their base: a base with several heads has one control. */
static size_t list_first_pairs(struct hb_cell_pair *pairs, size_t count, size_t cells_count,
                               struct hb_cell_pair **ret_first)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena scratch;
    bool *seen;
    size_t first_count = 0;

    hb_arena_init(&scratch);
    seen = hb_arena_calloc(&scratch, cells_count, sizeof *seen);
    for (size_t i = 0; i < count; i++) {
        if (!seen[pairs[i].base])
            ret_first[first_count++] = &pairs[i];
        seen[pairs[i].base] = true;
    }
    return first_count;
}

/* The control's client stands behind those of the other subjects. */
static struct hb_cell control_of(const struct hb_scenario *scenario, const struct hb_cell *base)
{
    struct hb_cell cell = *base;

    cell.client += (uint32_t)scenario->subjects_count - 1;
    HB_ASSERT(hb_cell_is_control(scenario, &cell));
    return cell;
}

/* Evenly over the pairs, so that each server and each kind of client has its share. */
static size_t add_controls(const struct hb_plan *plan, struct hb_cell *cells,
                           struct hb_cell_pair *const *first, size_t count)
{
    size_t wanted = plan->scenario->control_cells;

    if (wanted > count)
        wanted = count;
    for (size_t i = 0; i < wanted; i++) {
        struct hb_cell_pair *pair = first[(2 * i + 1) * count / (2 * wanted)];

        pair->control = (uint32_t)(plan->cells_count + i);
        cells[pair->control] = control_of(plan->scenario, &cells[pair->base]);
    }
    return wanted;
}

void hb_plan_pair(struct hb_plan *plan, struct hb_cell *cells, struct hb_arena *arena)
{
    struct hb_cell_pair *pairs, **first;
    size_t count;

    if (plan->scenario->subjects_count == 0)
        return;
    pairs = hb_arena_calloc(arena, plan->cells_count, sizeof *pairs);
    plan->pairs_count = pair_up(plan, pairs);
    plan->pairs = pairs;
    first = hb_arena_calloc(arena, plan->pairs_count, sizeof(const struct hb_cell_pair *));
    count = list_first_pairs(pairs, plan->pairs_count, plan->cells_count, first);
    plan->cells_count += add_controls(plan, cells, first, count);
}
