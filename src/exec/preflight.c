/*
 * What can be known before the first run. How much a cell needs follows from the protocol (a task
 * has a connection for itself, in sync clients a thread too) and from the client's registry file.
 */
#include "exec/preflight.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>
#include <unistd.h>

#include "exec/cgroup.h"
#include "exec/host.h"
#include "exec/proc_file.h"

/* Beside what tasks need: libraries, pipes, event loops, interpreters; generous, yet small. */
#define SPARE_DESCRIPTORS 64
#define SPARE_TASKS 64
#define SPARE_MAPS 1024
#define MAPS_PER_THREAD 2 /* a stack and its guard page */

/* ---- the machine's limits ---- */

static uint64_t hard_limit(__rlimit_resource_t resource)
{
    struct rlimit limit;

    if (getrlimit(resource, &limit) != 0 || limit.rlim_max == RLIM_INFINITY)
        return UINT64_MAX;
    return limit.rlim_max;
}

/* The number in a file below /proc/sys; UINT64_MAX when it cannot be read. */
static uint64_t system_number(const char *path)
{
    char text[64];

    return hb_proc_read(path, text, sizeof text) == 0 ? strtoull(text, NULL, 10) : UINT64_MAX;
}

/* What is left of a limit on all threads of the machine. */
static uint64_t threads_left(uint64_t limit)
{
    char text[128];
    const char *slash;
    uint64_t present;

    if (limit == UINT64_MAX || hb_proc_read("/proc/loadavg", text, sizeof text) != 0)
        return limit;
    slash = strchr(hb_proc_word(text, 3), '/'); /* "running/present" */
    present = slash != NULL ? strtoull(slash + 1, NULL, 10) : 0;
    return limit > present ? limit - present : 0;
}

/* All that there are: those in use will be free in a minute, which the pause before a run waits
 * for. */
static uint64_t ports_total(void)
{
    struct hb_host_state state;

    hb_host_state_read(&state);
    return state.ports_total > 0 ? state.ports_total : UINT64_MAX;
}

void hb_machine_limits_read(struct hb_machine_limits *ret_limits)
{
    *ret_limits = (struct hb_machine_limits){
        .items =
            {
                {HB_RESOURCE_DESCRIPTORS, "the hard limit of open files (RLIMIT_NOFILE)",
                 hard_limit(RLIMIT_NOFILE), "raise it, as root: ulimit -Hn ", ""},
                {HB_RESOURCE_PORTS, "net.ipv4.ip_local_port_range", ports_total(),
                 "sysctl -w net.ipv4.ip_local_port_range='1024 65535'", NULL},
                {HB_RESOURCE_TASKS, "kernel.threads-max, less what runs,",
                 threads_left(system_number("/proc/sys/kernel/threads-max")),
                 "raise it: sysctl -w kernel.threads-max=…", NULL},
                {HB_RESOURCE_TASKS, "kernel.pid_max, less what runs,",
                 threads_left(system_number("/proc/sys/kernel/pid_max")),
                 "sysctl -w kernel.pid_max=4194304", NULL},
                {HB_RESOURCE_TASKS, "the limit of processes of this user (RLIMIT_NPROC)",
                 geteuid() == 0 ? UINT64_MAX : hard_limit(RLIMIT_NPROC),
                 "raise it, as root: ulimit -Hu ", ""},
                {HB_RESOURCE_TASKS, "pids.max of the control group, less what runs,",
                 hb_cgroup_tasks_left(), "raise it (docker: --pids-limit, systemd: TasksMax=) to ",
                 " more than what runs"},
                {HB_RESOURCE_MAPS, "vm.max_map_count", system_number("/proc/sys/vm/max_map_count"),
                 "sysctl -w vm.max_map_count=", ""},
            },
        .count = HB_MACHINE_LIMITS_MAX,
    };
}

/* ---- what a plan needs ---- */

static uint64_t entry_limit(const struct hb_entry *entry, const char *name, uint64_t otherwise)
{
    const struct hb_entry_limit *limit = hb_entry_limit(entry, name);

    return limit != NULL ? limit->value : otherwise;
}

/* Tasks of the fullest of a run's processes. */
static uint64_t tasks_of_one(const struct hb_scenario *scenario, const struct hb_cell *cell)
{
    uint64_t tasks = scenario->concurrency[cell->concurrency];
    uint64_t processes = scenario->run.processes > 0 ? scenario->run.processes : 1;

    return (tasks + processes - 1) / processes;
}

static void needs_of(const struct hb_scenario *scenario, const struct hb_cell *cell,
                     uint64_t needs[HB_RESOURCE_COUNT])
{
    const struct hb_client_spec *client = &scenario->clients[cell->client];
    uint64_t connections = scenario->concurrency[cell->concurrency];
    uint64_t tasks = tasks_of_one(scenario, cell);
    uint64_t descriptors = tasks * entry_limit(client->entry, "descriptors_per_task", 1);

    /* a server that we start holds one descriptor for each connection, in one process */
    if (scenario->servers[cell->server].entry != NULL && descriptors < connections)
        descriptors = connections;
    memset(needs, 0, HB_RESOURCE_COUNT * sizeof *needs);
    needs[HB_RESOURCE_DESCRIPTORS] = descriptors + SPARE_DESCRIPTORS;
    needs[HB_RESOURCE_PORTS] = connections;
    if (client->mode == HB_MODE_SYNC) {
        needs[HB_RESOURCE_TASKS] = connections + SPARE_TASKS;
        needs[HB_RESOURCE_MAPS] = tasks * MAPS_PER_THREAD + SPARE_MAPS;
    }
}

static int refuse(const struct hb_scenario *scenario, const struct hb_cell *cell, uint64_t need,
                  const struct hb_machine_limit *limit, struct hb_error *err)
{
    static const char *const nouns[HB_RESOURCE_COUNT] = {
        [HB_RESOURCE_DESCRIPTORS] = "open files in one process",
        [HB_RESOURCE_PORTS] = "local ports",
        [HB_RESOURCE_TASKS] = "threads",
        [HB_RESOURCE_MAPS] = "memory mappings in one process",
    };
    char number[32] = "";

    if (limit->after != NULL)
        snprintf(number, sizeof number, "%" PRIu64, need);
    return hb_fail(err, HB_ERR_LIMIT,
                   "%s at concurrency %" PRIu32 " needs %" PRIu64 " %s, but %s allows %" PRIu64
                   "; %s%s%s, or lower the concurrency",
                   scenario->clients[cell->client].label, scenario->concurrency[cell->concurrency],
                   need, nouns[limit->resource], limit->name, limit->available, limit->remedy,
                   number, limit->after != NULL ? limit->after : "");
}

static int check_client(const struct hb_scenario *scenario, const struct hb_cell *cell,
                        struct hb_error *err)
{
    const struct hb_client_spec *client = &scenario->clients[cell->client];
    const struct hb_entry_limit *limit = hb_entry_limit(client->entry, "max_concurrency");
    uint32_t concurrency = scenario->concurrency[cell->concurrency];

    if (limit == NULL || tasks_of_one(scenario, cell) <= limit->value)
        return 0;
    return hb_fail(err, HB_ERR_LIMIT,
                   "%s at concurrency %" PRIu32 ": its max_concurrency in one process is %" PRIu64
                   " (%s); split the run with run: {processes: %" PRIu64
                   "}, lower the concurrency, or exclude the combination",
                   client->label, concurrency, limit->value, limit->why,
                   (concurrency + limit->value - 1) / limit->value);
}

static int check_cell(const struct hb_scenario *scenario, const struct hb_cell *cell,
                      const struct hb_machine_limits *limits, struct hb_error *err)
{
    uint64_t needs[HB_RESOURCE_COUNT];

    needs_of(scenario, cell, needs);
    for (size_t i = 0; i < limits->count; ++i) {
        const struct hb_machine_limit *limit = &limits->items[i];

        if (needs[limit->resource] > limit->available)
            return refuse(scenario, cell, needs[limit->resource], limit, err);
    }
    return check_client(scenario, cell, err);
}

int hb_preflight_limits(const struct hb_plan *plan, const struct hb_machine_limits *limits,
                        struct hb_error *err)
{
    for (size_t i = 0; i < plan->cells_count; ++i) {
        if (check_cell(plan->scenario, &plan->cells[i], limits, err) != 0)
            return -1;
    }
    return 0;
}

/* ---- warnings ---- */

static void add_warning(struct hb_preflight *preflight, const struct hb_check *check)
{
    struct hb_preflight_warning *warning = &preflight->warnings[preflight->count++];

    snprintf(warning->what, sizeof warning->what, "%s", check->what);
    snprintf(warning->remedy, sizeof warning->remedy, "%s", check->remedy);
}

int hb_preflight(const struct hb_plan *plan, struct hb_preflight *ret_preflight,
                 struct hb_error *err)
{
    struct hb_check checks[HB_CHECKS_MAX];
    struct hb_machine_limits limits;
    struct hb_machine machine;
    size_t count;

    hb_machine_limits_read(&limits);
    if (hb_preflight_limits(plan, &limits, err) != 0)
        return -1;
    hb_machine_read(&machine);
    count = hb_checkup(&machine, checks);
    *ret_preflight = (struct hb_preflight){.count = 0};
    for (size_t i = 0; i < count; i++) {
        if (checks[i].spoils && checks[i].verdict == HB_CHECK_WARNING)
            add_warning(ret_preflight, &checks[i]);
    }
    return 0;
}
