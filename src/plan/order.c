/* The order of runs: rounds outside, so that drift of the machine favours no cell; servers next, so
 * that each is started once a round; cells inside, those of one id next to each other. */
#include "plan/expand.h"

#include <string.h>

#include "base/rng.h"
#include "plan/subjects.h"

/* Units grouped by the server of their first side: those of server s are units[begins[s]] up to
 * units[begins[s + 1]]. */
struct groups {
    struct hb_units all;
    uint32_t *units;
    size_t *begins;
    uint32_t *servers;
    size_t servers_count;
    uint32_t *shuffled_units, *shuffled_servers; /* room for the order of one round */
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

/* Servers of different subjects are up together, so they count as one: that of the base. */
static uint32_t server_of(const struct hb_plan *plan, const struct hb_units *units, size_t unit)
{
    uint32_t server = plan->cells[units->sides[units->begins[unit]]].server;

    return plan->scenario->servers[server].subjects == HB_ALL_SUBJECTS ? server : 0;
}

static void group_by_server(struct groups *groups, const struct hb_plan *plan,
                            struct hb_arena *arena)
{
    size_t servers = plan->scenario->servers_count, units;
    size_t *next = hb_arena_calloc(arena, servers + 1, sizeof *next);

    hb_units_make(&groups->all, plan, arena);
    units = groups->all.count;
    groups->units = hb_arena_calloc(arena, units, sizeof *groups->units);
    groups->begins = hb_arena_calloc(arena, servers + 1, sizeof *groups->begins);
    groups->servers = hb_arena_calloc(arena, servers, sizeof *groups->servers);
    groups->servers_count = servers;
    groups->shuffled_units = hb_arena_calloc(arena, units, sizeof(uint32_t));
    groups->shuffled_servers = hb_arena_calloc(arena, servers, sizeof(uint32_t));
    for (size_t i = 0; i < units; i++)
        groups->begins[server_of(plan, &groups->all, i) + 1]++;
    for (size_t s = 0; s < servers; s++) {
        groups->begins[s + 1] += groups->begins[s];
        groups->servers[s] = (uint32_t)s;
    }
    memcpy(next, groups->begins, (servers + 1) * sizeof *next);
    for (size_t i = 0; i < units; i++)
        groups->units[next[server_of(plan, &groups->all, i)]++] = (uint32_t)i;
}

static struct hb_plan_run *put_unit(const struct hb_units *units, uint32_t unit, unsigned round,
                                    struct hb_plan_run *runs)
{
    size_t begin = units->begins[unit], count = units->begins[unit + 1] - begin;
    bool turned = units->turned[unit] != (round % 2 == 1);

    for (size_t k = 0; k < count; k++)
        *runs++ = (struct hb_plan_run){.cell = units->sides[begin + (turned ? count - 1 - k : k)],
                                       .round = round};
    return runs;
}

static struct hb_plan_run *put_round(const struct groups *groups, unsigned round, uint64_t seed,
                                     struct hb_plan_run *runs)
{
    struct hb_rng rng = {.state = seed};
    uint32_t *servers = groups->shuffled_servers, *units = groups->shuffled_units;

    memcpy(servers, groups->servers, groups->servers_count * sizeof *servers);
    shuffle(servers, groups->servers_count, &rng);
    for (size_t i = 0; i < groups->servers_count; i++) {
        size_t begin = groups->begins[servers[i]];
        size_t count = groups->begins[servers[i] + 1] - begin;

        memcpy(units, groups->units + begin, count * sizeof *units);
        shuffle(units, count, &rng);
        for (size_t k = 0; k < count; k++)
            runs = put_unit(&groups->all, units[k], round, runs);
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
