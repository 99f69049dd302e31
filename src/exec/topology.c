/*
 * Topologies: from a registry entry to running processes and one URL. At present each entry is one
 * process; everything here goes over the array, so that proxies with several instances need no
 * other interface.
 */
#include "exec/topology.h"

#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/clock.h"
#include "base/memory.h"
#include "exec/server_process.h"

#define READY_LIMIT_NS (10 * HB_NS_PER_S)
#define COUNTS_LIMIT_NS (1 * HB_NS_PER_S)
#define OPTIONS_MAX 64

struct hb_topology {
    char *url;
    struct hb_server_process *processes; /* the first is the one that clients reach */
    size_t count;                        /* 0: an origin of the user's own */
    char *log_text;
};

/* ---- starting ---- */

/* "--name=value" for one option; NULL for a flag that is off. */
static const char *option_argument(struct hb_arena *arena, const char *name, json_t *value)
{
    char *text;
    const char *argument;

    if (json_is_true(value))
        return hb_arena_printf(arena, "--%s", name);
    if (json_is_false(value) || json_is_null(value))
        return NULL;
    if (json_is_string(value))
        return hb_arena_printf(arena, "--%s=%s", name, json_string_value(value));
    text = json_dumps(value, JSON_ENCODE_ANY | JSON_COMPACT);
    argument = hb_arena_printf(arena, "--%s=%s", name, text);
    free(text);
    return argument;
}

/* `command` with the options of `options_json` behind it; in `arena`. */
static int add_options(char *const *command, const char *options_json, struct hb_arena *arena,
                       const char ***ret_argv, struct hb_error *err)
{
    json_t *options = json_loads(options_json, 0, NULL);
    size_t count = 0;
    const char **argv;
    const char *name;
    json_t *value;

    if (!json_is_object(options) || json_object_size(options) > OPTIONS_MAX) {
        json_decref(options);
        return hb_fail(err, HB_ERR_INTERNAL, "server options are no JSON object: %.200s",
                       options_json);
    }
    while (command[count] != NULL)
        ++count;
    argv = hb_arena_calloc(arena, count + json_object_size(options) + 1, sizeof *argv);
    for (size_t i = 0; i < count; ++i)
        argv[i] = command[i];
    json_object_foreach(options, name, value)
    {
        const char *argument = option_argument(arena, name, value);

        if (argument != NULL)
            argv[count++] = argument;
    }
    json_decref(options);
    *ret_argv = argv;
    return 0;
}

static int start_process(struct hb_topology *topology, const struct hb_registry *registry,
                         const struct hb_server_spec *spec, const char *cpus, struct hb_error *err)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    const char **argv = NULL;
    char **command = NULL;

    hb_arena_init(&arena);
    if (hb_registry_command(registry, spec->entry, spec->entry->command, 0, &arena, &command,
                            err) != 0 ||
        add_options(command, spec->options_json, &arena, &argv, err) != 0 ||
        hb_server_process_start(&topology->processes[topology->count], &registry->paths, argv, cpus,
                                hb_now_ns() + READY_LIMIT_NS, err) != 0)
        return -1;
    ++topology->count;
    return 0;
}

static char *url_of(const struct hb_server_process *process)
{
    const char *brackets[2] = {"", ""};

    if (strchr(process->host, ':') != NULL) {
        brackets[0] = "[";
        brackets[1] = "]";
    }
    return hb_asprintf("http://%s%s%s:%u", brackets[0], process->host, brackets[1], process->port);
}

static char *without_trailing_slash(const char *url)
{
    size_t length = strlen(url);

    while (length > 0 && url[length - 1] == '/')
        --length;
    return hb_strndup(url, length);
}

int hb_topology_start(const struct hb_registry *registry, const struct hb_server_spec *spec,
                      const char *cpus, struct hb_topology **ret_topology, struct hb_error *err)
{
    struct hb_topology *topology = hb_alloc(sizeof *topology);

    if (spec->entry == NULL) {
        topology->url = without_trailing_slash(spec->url);
    } else {
        topology->processes = hb_calloc(1, sizeof *topology->processes);
        if (start_process(topology, registry, spec, cpus, err) != 0) {
            hb_topology_stop(topology);
            return hb_wrap(err, "server %s", spec->name);
        }
        topology->url = url_of(&topology->processes[0]);
    }
    *ret_topology = topology;
    return 0;
}

/* ---- questions ---- */

const char *hb_topology_url(const struct hb_topology *topology)
{
    return topology->url;
}

const char *hb_topology_version(const struct hb_topology *topology)
{
    return topology->count > 0 ? topology->processes[0].version : "";
}

int hb_topology_fd(const struct hb_topology *topology)
{
    return topology->count > 0 ? topology->processes[0].events_fd : -1;
}

bool hb_topology_alive(struct hb_topology *topology)
{
    bool alive = true;

    for (size_t i = 0; i < topology->count; ++i) {
        hb_server_process_drain(&topology->processes[i]);
        alive &= !topology->processes[i].ended;
    }
    return alive;
}

const char *hb_topology_log_tail(struct hb_topology *topology)
{
    free(topology->log_text);
    topology->log_text = NULL;
    if (topology->count > 0) {
        hb_server_process_drain(&topology->processes[0]);
        topology->log_text = hb_tail_text(&topology->processes[0].log);
    }
    return topology->log_text != NULL ? topology->log_text : "";
}

void hb_topology_watch(const struct hb_topology *topology, struct hb_monitor *monitor)
{
    for (size_t i = 0; i < topology->count; ++i)
        hb_monitor_add_child(monitor, &topology->processes[i].child);
}

void hb_topology_counts(struct hb_topology *topology, struct hb_server_counts *ret_counts)
{
    *ret_counts = (struct hb_server_counts){.known = false};
    if (topology->count > 0)
        hb_server_process_counts(&topology->processes[0], hb_now_ns() + COUNTS_LIMIT_NS,
                                 ret_counts);
}

void hb_topology_stop(struct hb_topology *topology)
{
    if (topology == NULL)
        return;
    for (size_t i = 0; i < topology->count; ++i)
        hb_child_end(&topology->processes[i].child); /* all at once, then wait for each */
    for (size_t i = 0; i < topology->count; ++i)
        hb_server_process_stop(&topology->processes[i]);
    free(topology->processes);
    free(topology->log_text);
    free(topology->url);
    free(topology);
}
