/* The order of runs: rounds outside, so that drift of the machine favours no cell; servers next, so
 * that each is started once a round; cells inside. */
#include "plan/expand.h"

#include <string.h>

#include "base/rng.h"

/* Cells grouped by server: those of server s are cells[begins[s]] up to cells[begins[s + 1]]. */
struct groups {
    uint32_t *cells;
    size_t *begins;
    uint32_t *servers;
    size_t servers_count;
    uint32_t *shuffled_cells, *shuffled_servers; /* room for the order of one round */
};

static void shuffle(uint32_t *items, size_t count, struct hb_rng *rng)
{
    for (size_t left = count; left > 1; left--) {
        size_t pick = hb_rng_below(rng, left);
        uint32_t item = items[left - 1];

        items[left - 1] = items[pick];
        items[pick] = item;
    }
}

static void group_by_server(struct groups *groups, const struct hb_plan *plan,
                            struct hb_arena *arena)
{
    size_t servers = plan->scenario->servers_count;
    size_t *next = hb_arena_calloc(arena, servers + 1, sizeof *next);

    groups->cells = hb_arena_calloc(arena, plan->cells_count, sizeof *groups->cells);
    groups->begins = hb_arena_calloc(arena, servers + 1, sizeof *groups->begins);
    groups->servers = hb_arena_calloc(arena, servers, sizeof *groups->servers);
    groups->servers_count = servers;
    groups->shuffled_cells = hb_arena_calloc(arena, plan->cells_count, sizeof(uint32_t));
    groups->shuffled_servers = hb_arena_calloc(arena, servers, sizeof(uint32_t));
    for (size_t i = 0; i < plan->cells_count; i++)
        groups->begins[plan->cells[i].server + 1]++;
    for (size_t s = 0; s < servers; s++) {
        groups->begins[s + 1] += groups->begins[s];
        groups->servers[s] = (uint32_t)s;
    }
    memcpy(next, groups->begins, (servers + 1) * sizeof *next);
    for (size_t i = 0; i < plan->cells_count; i++)
        groups->cells[next[plan->cells[i].server]++] = (uint32_t)i;
}

static struct hb_plan_run *put_round(const struct groups *groups, unsigned round, uint64_t seed,
                                     struct hb_plan_run *runs)
{
    struct hb_rng rng = {.state = seed};
    uint32_t *servers = groups->shuffled_servers, *cells = groups->shuffled_cells;

    memcpy(servers, groups->servers, groups->servers_count * sizeof *servers);
    shuffle(servers, groups->servers_count, &rng);
    for (size_t i = 0; i < groups->servers_count; i++) {
        size_t begin = groups->begins[servers[i]];
        size_t count = groups->begins[servers[i] + 1] - begin;

        memcpy(cells, groups->cells + begin, count * sizeof *cells);
        shuffle(cells, count, &rng);
        for (size_t k = 0; k < count; k++)
            *runs++ = (struct hb_plan_run){.cell = cells[k], .round = round};
    }
    return runs;
}

static int too_many(const struct hb_plan *plan, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, 200);
    hb_put_count(&text, plan->cells_count);
    hb_buf_puts(&text, " cells × ");
    hb_put_count(&text, plan->rounds);
    hb_buf_puts(&text, " rounds = ");
    hb_put_count(&text, (uint64_t)plan->cells_count * plan->rounds);
    hb_buf_puts(&text, " runs; the limit is ");
    hb_put_count(&text, HB_PLAN_MAX_RUNS);
    return hb_fail(err, HB_ERR_LIMIT, "the plan is too long: %s", hb_buf_text(&text));
}

int hb_plan_order(struct hb_plan *plan, struct hb_arena *arena, struct hb_error *err)
{
    struct hb_rng seeds = {.state = plan->scenario->run.seed};
    struct hb_plan_run *next;
    struct hb_arena scratch;
    struct groups groups;

    if ((uint64_t)plan->cells_count * plan->rounds > HB_PLAN_MAX_RUNS)
        return too_many(plan, err);
    hb_arena_init(&scratch);
    group_by_server(&groups, plan, &scratch);
    plan->runs_count = plan->cells_count * plan->rounds;
    next = hb_arena_calloc(arena, plan->runs_count, sizeof *next);
    plan->runs = next;
    for (unsigned round = 0; round < plan->rounds; round++)
        next = put_round(&groups, round, hb_rng_next(&seeds), next);
    hb_arena_release(&scratch);
    return 0;
}
