/* Choosing CPUs. Pinning itself is the keeper's work for children, the executor's for the runner.
 */
#include "exec/placement.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/proc_file.h"

/* The first number of thread_siblings_list ("0,4" or "0-1"); the CPU itself when it is not told. */
static int core_of(int cpu)
{
    char path[96], text[64];

    snprintf(path, sizeof path, "/sys/devices/system/cpu/cpu%d/topology/thread_siblings_list", cpu);
    return hb_proc_read(path, text, sizeof text) == 0 ? (int)strtol(text, NULL, 10) : cpu;
}

void hb_cpu_map_read(struct hb_cpu_map *ret_map)
{
    CPU_ZERO(&ret_map->allowed);
    if (sched_getaffinity(0, sizeof ret_map->allowed, &ret_map->allowed) != 0)
        CPU_SET(0, &ret_map->allowed); /* more CPUs than CPU_SETSIZE: as if there were one */
    for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu)
        ret_map->core[cpu] = CPU_ISSET(cpu, &ret_map->allowed) ? core_of(cpu) : cpu;
}

/* Allowed CPUs, those of one core side by side; returns how many. */
static int list_by_core(const struct hb_cpu_map *map, int cpus[CPU_SETSIZE])
{
    int count = 0;

    for (int core = 0; core < CPU_SETSIZE; ++core) {
        for (int cpu = core; cpu < CPU_SETSIZE; ++cpu) {
            if (map->core[cpu] == core && CPU_ISSET(cpu, &map->allowed))
                cpus[count++] = cpu;
        }
    }
    return count;
}

/* Two halves; the server's is the smaller one, and ends between cores unless there is but one. */
static void split(const struct hb_cpu_map *map, cpu_set_t *server, cpu_set_t *client)
{
    int cpus[CPU_SETSIZE];
    int count = list_by_core(map, cpus);
    int cut = count / 2;

    while (cut > 0 && map->core[cpus[cut]] == map->core[cpus[cut - 1]])
        --cut;
    if (cut == 0)
        cut = count / 2;
    CPU_ZERO(server);
    CPU_ZERO(client);
    for (int i = 0; i < count; ++i)
        CPU_SET(cpus[i], i < cut ? server : client);
}

static int parse_allowed(const struct hb_cpu_map *map, const char *text, const char *key,
                         cpu_set_t *ret_cpus, struct hb_error *err)
{
    cpu_set_t both;
    char allowed[HB_CPU_LIST_BYTES];

    if (hb_cpu_list_parse(text, ret_cpus, err) != 0)
        return hb_wrap(err, "run.cpus.%s", key);
    CPU_AND(&both, ret_cpus, &map->allowed);
    if (CPU_EQUAL(&both, ret_cpus))
        return 0;
    if (hb_cpu_list_format(&map->allowed, allowed, NULL) != 0)
        snprintf(allowed, sizeof allowed, "%d of them", CPU_COUNT(&map->allowed));
    return hb_fail(err, HB_ERR_INPUT, "run.cpus.%s: %s: this machine lets us use CPUs %s", key,
                   text, allowed);
}

/* Every allowed CPU that is not in `taken`. */
static void remaining(const struct hb_cpu_map *map, const cpu_set_t *taken, cpu_set_t *ret_rest)
{
    cpu_set_t both;

    CPU_AND(&both, &map->allowed, taken);
    CPU_XOR(ret_rest, &map->allowed, &both);
}

/* Both sides' CPUs; an empty set is a side that is not pinned. */
static int choose(const struct hb_cpu_map *map, const struct hb_run_options *run, cpu_set_t *server,
                  cpu_set_t *client, struct hb_error *err)
{
    CPU_ZERO(server);
    CPU_ZERO(client);
    if (run->server_cpus != NULL &&
        parse_allowed(map, run->server_cpus, "server", server, err) != 0)
        return -1;
    if (run->client_cpus != NULL &&
        parse_allowed(map, run->client_cpus, "client", client, err) != 0)
        return -1;
    if (run->server_cpus == NULL && run->client_cpus == NULL) {
        if (CPU_COUNT(&map->allowed) >= 2)
            split(map, server, client);
    } else if (run->client_cpus == NULL) {
        remaining(map, server, client);
    } else if (run->server_cpus == NULL) {
        remaining(map, client, server);
    }
    return 0;
}

static unsigned count_or_all(const cpu_set_t *cpus, const struct hb_cpu_map *map)
{
    return (unsigned)(CPU_COUNT(cpus) > 0 ? CPU_COUNT(cpus) : CPU_COUNT(&map->allowed));
}

int hb_placement_choose_on(const struct hb_cpu_map *map, const struct hb_run_options *run,
                           struct hb_placement *ret_placement, struct hb_error *err)
{
    cpu_set_t server, client;

    if (choose(map, run, &server, &client, err) != 0 ||
        hb_cpu_list_format(&server, ret_placement->server, err) != 0 ||
        hb_cpu_list_format(&client, ret_placement->client, err) != 0)
        return -1;
    memcpy(ret_placement->runner, ret_placement->server, sizeof ret_placement->runner);
    ret_placement->server_count = count_or_all(&server, map);
    ret_placement->client_count = count_or_all(&client, map);
    return 0;
}

int hb_placement_choose(const struct hb_run_options *run, struct hb_placement *ret_placement,
                        struct hb_error *err)
{
    struct hb_cpu_map map;

    hb_cpu_map_read(&map);
    return hb_placement_choose_on(&map, run, ret_placement, err);
}
