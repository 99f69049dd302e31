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

static const int64_t NATIVE_COUNT_NS = 5 * HB_NS_PER_S; /* three runs under valgrind */
static const int64_t PYTHON_COUNT_NS = 25 * HB_NS_PER_S;

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

int64_t hb_run_warmup_ns(const struct hb_plan *plan, size_t run)
{
    int64_t wanted = plan->scenario->run.warmup_ns;

    return hb_plan_is_yardstick(plan, run) && wanted > HB_YARDSTICK_WARMUP_NS
               ? HB_YARDSTICK_WARMUP_NS
               : wanted;
}

int64_t hb_run_estimate_ns(const struct hb_plan *plan, size_t run)
{
    const struct hb_scenario *scenario = plan->scenario;
    const struct hb_cell *cell = &plan->cells[plan->runs[run].cell];
    int64_t drain_ns = scenario->run.drain_ns;
    int64_t in_flight = drain_ns < IN_FLIGHT_NS ? drain_ns : IN_FLIGHT_NS;
    int64_t pauses = add(hb_run_warmup_ns(plan, run), scenario->run.cooldown_ns);

    return add(add(start_ns(scenario, cell), in_flight),
               add(pauses, scenario->durations_ns[cell->duration]));
}

/* Of the clients whose instructions repeat; what counts them here is not asked. */
static int64_t counting_ns(const struct hb_entry *client)
{
    if (strcmp(client->language, "c") == 0)
        return NATIVE_COUNT_NS;
    return strcmp(client->language, "python") == 0 ? PYTHON_COUNT_NS : 0;
}

/* One run, two more where the relay cannot read it, and one under strace, which makes the start of
 * a program three times as long. */
int64_t hb_wire_estimate_ns(const struct hb_plan *plan, size_t number)
{
    const struct hb_scenario *scenario = plan->scenario;
    const struct hb_cell *cell = &plan->cells[number];
    bool opaque =
        scenario->servers[cell->server].https || scenario->protocols[cell->protocol] == HB_HTTP_2;
    const struct hb_entry *client = scenario->clients[cell->client].entry;
    int64_t starts = (opaque ? 3 : 1) + (scenario->run.wire >= HB_WIRE_SYSTEM_CALLS ? 3 : 0);

    if (plan->wire_first == NULL || plan->wire_first[number] != number || client->sends_nothing)
        return 0;
    return starts * start_ns(scenario, cell) +
           (scenario->run.wire == HB_WIRE_INSTRUCTIONS ? counting_ns(client) : 0);
}

static int64_t server_start_ns(const struct hb_server_spec *server)
{
    if (server->entry == NULL)
        return 0;
    return is_builtin(server->entry) ? BUILTIN_SERVER_NS : OTHER_SERVER_NS;
}

/* Servers are next to each other in a round: each change is a start. Those of different subjects
 * are up together. */
static int64_t starts_ns(const struct hb_plan *plan)
{
    const struct hb_scenario *scenario = plan->scenario;
    size_t per_round = plan->runs_count / plan->rounds;
    uint32_t up = UINT32_MAX;
    int64_t total = 0;

    for (size_t i = 0; i < per_round; i++) {
        uint32_t server = plan->cells[plan->runs[i].cell].server;

        if (server == up || scenario->servers[server].subjects != HB_ALL_SUBJECTS)
            continue;
        total = add(total, server_start_ns(&scenario->servers[server]));
        up = server;
    }
    for (size_t i = 0; i < scenario->servers_count; i++) {
        if (scenario->servers[i].subjects != HB_ALL_SUBJECTS)
            total = add(total, server_start_ns(&scenario->servers[i]));
    }
    return total;
}

/* The first round has each cell once. */
static int64_t round_ns(const struct hb_plan *plan, bool smoke)
{
    size_t per_round = plan->runs_count / plan->rounds;
    int64_t total = starts_ns(plan);

    for (size_t i = 0; i < per_round; i++) {
        const struct hb_cell *cell = &plan->cells[plan->runs[i].cell];

        total = add(total, smoke ? start_ns(plan->scenario, cell) + SMOKE_REQUEST_NS
                                 : hb_run_estimate_ns(plan, i));
    }
    return total;
}

void hb_plan_estimate(struct hb_plan *plan, bool smoke)
{
    unsigned least = plan->scenario->run.rounds_min;
    int64_t round = round_ns(plan, smoke), once = 0;

    for (size_t i = 0; i < plan->yardsticks_count; i++)
        once = add(once, hb_run_estimate_ns(plan, plan->runs_count + i));
    for (size_t i = 0; plan->wire_first != NULL && i < plan->cells_count; i++)
        once = add(once, hb_wire_estimate_ns(plan, i));
    plan->estimated_ns = add(multiply(round, plan->rounds), once);
    plan->estimated_least_ns =
        add(multiply(round, least < plan->rounds ? least : plan->rounds), once);
}
