/* Which cells stay together in a round, and in which order: drift within the minutes of a round
 * must favour neither side of a pair, so sides change places from one round to the next, and half
 * of the pairs begin with each. */
#include "plan/subjects.h"

#include "base/assert.h"
#include "base/rng.h"

static const uint64_t TURN_SEED = UINT64_C(0x9e3779b97f4a7c15); /* apart from the rounds' seeds */

/* The base's partners of one unit, nearest first. */
struct partners {
    uint32_t cells[HB_SUBJECTS_MAX + 1];
    size_t count;
};

static void add_partner(struct partners *partners, uint32_t cell)
{
    if (cell == HB_NO_CELL)
        return;
    HB_ASSERT(partners->count < HB_SUBJECTS_MAX + 1);
    partners->cells[partners->count++] = cell;
}

/* Alternately behind and before the base, the nearest first. */
static size_t put_unit(uint32_t base, const struct partners *partners, uint32_t *ret)
{
    size_t before = partners->count / 2;

    ret[before] = base;
    for (size_t i = 0; i < partners->count; i++)
        ret[i % 2 == 0 ? before + 1 + i / 2 : before - 1 - i / 2] = partners->cells[i];
    return partners->count + 1;
}

/* The pairs of each base, by chains: the number of the first pair of a cell plus one. */
struct chains {
    uint32_t *first, *last, *next;
    bool *is_partner;
};

static struct chains chain_pairs(const struct hb_plan *plan, struct hb_arena *scratch)
{
    struct chains chains = {
        .first = hb_arena_calloc(scratch, plan->cells_count, sizeof *chains.first),
        .last = hb_arena_calloc(scratch, plan->cells_count, sizeof *chains.last),
        .next = hb_arena_calloc(scratch, plan->pairs_count, sizeof *chains.next),
        .is_partner = hb_arena_calloc(scratch, plan->cells_count, sizeof *chains.is_partner),
    };

    for (size_t i = 0; i < plan->pairs_count; i++) {
        const struct hb_cell_pair *pair = &plan->pairs[i];
        uint32_t number = (uint32_t)i + 1;

        if (chains.first[pair->base] == 0)
            chains.first[pair->base] = number;
        else
            chains.next[chains.last[pair->base] - 1] = number;
        chains.last[pair->base] = number;
        chains.is_partner[pair->head] = true;
        if (pair->control != HB_NO_CELL)
            chains.is_partner[pair->control] = true;
    }
    return chains;
}

static size_t put_sides(const struct hb_plan *plan, const struct chains *chains, uint32_t base,
                        uint32_t *ret)
{
    struct partners partners = {.count = 0};

    for (uint32_t at = chains->first[base]; at != 0; at = chains->next[at - 1]) {
        add_partner(&partners, plan->pairs[at - 1].head);
        add_partner(&partners, plan->pairs[at - 1].control);
    }
    return put_unit(base, &partners, ret);
}

/* Of the units with several sides half, chosen by the seed. */
static void turn_half(struct hb_units *units, uint64_t seed, struct hb_arena *scratch)
{
    struct hb_rng rng = {.state = seed ^ TURN_SEED};
    size_t *pairs = hb_arena_calloc(scratch, units->count, sizeof *pairs), left = 0;
    bool turned = hb_rng_below(&rng, 2) == 1;

    for (size_t u = 0; u < units->count; u++) {
        if (units->begins[u + 1] - units->begins[u] > 1)
            pairs[left++] = u;
    }
    while (left > 0) {
        size_t pick = hb_rng_below(&rng, left);

        units->turned[pairs[pick]] = turned;
        pairs[pick] = pairs[--left];
        turned = !turned;
    }
}

void hb_units_make(struct hb_units *ret, const struct hb_plan *plan, struct hb_arena *arena)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena scratch;
    struct chains chains;
    size_t at = 0;

    hb_arena_init(&scratch);
    chains = chain_pairs(plan, &scratch);
    *ret = (struct hb_units){
        .sides = hb_arena_calloc(arena, plan->cells_count, sizeof *ret->sides),
        .begins = hb_arena_calloc(arena, plan->cells_count + 1, sizeof *ret->begins),
        .turned = hb_arena_calloc(arena, plan->cells_count, sizeof *ret->turned),
    };
    for (uint32_t cell = 0; cell < plan->cells_count; cell++) {
        if (chains.is_partner[cell])
            continue;
        at += put_sides(plan, &chains, cell, ret->sides + at);
        ret->begins[++ret->count] = at;
    }
    HB_ASSERT(at == plan->cells_count);
    turn_half(ret, plan->scenario->run.seed, &scratch);
}
