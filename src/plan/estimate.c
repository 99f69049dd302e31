/* How long a plan will take, from what runs and starts of servers have been seen to cost. A guess
 * for people who wait and for --budget; nothing measured depends on it. */
#include "plan/expand.h"

#include <string.h>

static const int64_t NATIVE_START_NS = 60 * HB_NS_PER_MS;   /* process, job, ready, done */
static const int64_t RUNTIME_START_NS = 500 * HB_NS_PER_MS; /* and an interpreter with imports */
static const int64_t IN_FLIGHT_NS = 20 * HB_NS_PER_MS;      /* a closed loop drains at once */
static const int64_t SMOKE_REQUEST_NS = 50 * HB_NS_PER_MS;
static const int64_t BUILTIN_SERVER_NS = 100 * HB_NS_PER_MS;
static const int64_t OTHER_SERVER_NS = 1500 * HB_NS_PER_MS;

static int64_t add(int64_t a, int64_t b)
{
    int64_t sum;

    return __builtin_add_overflow(a, b, &sum) ? INT64_MAX : sum;
}

static int64_t multiply(int64_t a, int64_t b)
{
    int64_t product;

    return __builtin_mul_overflow(a, b, &product) ? INT64_MAX : product;
}

static bool is_builtin(const struct hb_entry *entry)
{
    return entry != NULL && strcmp(entry->install_kind, "builtin") == 0;
}

static int64_t start_ns(const struct hb_scenario *scenario, const struct hb_cell *cell)
{
    return is_builtin(scenario->clients[cell->client].entry) ? NATIVE_START_NS : RUNTIME_START_NS;
}

int64_t hb_cell_estimate_ns(const struct hb_scenario *scenario, const struct hb_cell *cell)
{
    const struct hb_run_options *run = &scenario->run;
    int64_t in_flight = run->drain_ns < IN_FLIGHT_NS ? run->drain_ns : IN_FLIGHT_NS;
    int64_t pauses = add(run->warmup_ns, run->cooldown_ns);

    return add(add(start_ns(scenario, cell), in_flight),
               add(pauses, scenario->durations_ns[cell->duration]));
}

static int64_t server_start_ns(const struct hb_server_spec *server)
{
    if (server->entry == NULL)
        return 0;
    return is_builtin(server->entry) ? BUILTIN_SERVER_NS : OTHER_SERVER_NS;
}

/* Servers are next to each other in a round: each change is a start. */
static int64_t starts_ns(const struct hb_plan *plan)
{
    size_t per_round = plan->runs_count / plan->rounds;
    uint32_t up = UINT32_MAX;
    int64_t total = 0;

    for (size_t i = 0; i < per_round; i++) {
        uint32_t server = plan->cells[plan->runs[i].cell].server;

        if (server != up)
            total = add(total, server_start_ns(&plan->scenario->servers[server]));
        up = server;
    }
    return total;
}

int64_t hb_plan_estimate_ns(const struct hb_plan *plan, bool smoke)
{
    int64_t round = starts_ns(plan);

    for (size_t i = 0; i < plan->cells_count; i++) {
        const struct hb_cell *cell = &plan->cells[i];

        round = add(round, smoke ? start_ns(plan->scenario, cell) + SMOKE_REQUEST_NS
                                 : hb_cell_estimate_ns(plan->scenario, cell));
    }
    return multiply(round, plan->rounds);
}
