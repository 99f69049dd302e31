/*
 * Topologies: from a registry entry to running programs and URLs. The instances come first, then
 * the proxy that is told where they are. Everything here goes over the array of hops; how one of
 * them is started is hop.c's business.
 */
#include "exec/topology.h"

#include <errno.h>
#include <jansson.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/epoll.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/memory.h"
#include "exec/hop.h"

#define READY_LIMIT_NS (30 * HB_NS_PER_S)
#define INSTANCES_MAX 64

struct hb_topology {
    char *url;
    struct hb_hop *hops; /* the first is the one that clients reach */
    size_t count;        /* 0: an origin of the user's own */
    int events_fd;       /* readable when any of them has something to take in; -1: none */
    char *log_text;
    char *configuration;
    char version[128];
};

/* What a start needs to know. */
struct plan {
    const struct hb_registry *registry;
    const struct hb_server_spec *spec;
    const struct hb_topology_setting *setting;
    struct hb_certificates *certificates;
    int64_t deadline_ns;
};

/* ---- options ---- */

static void release_json(json_t **json)
{
    json_decref(*json);
}

static const char *backend_name(const struct hb_server_spec *spec, json_t *options)
{
    return spec->entry != NULL && spec->entry->topology != NULL
               ? json_string_value(json_object_get(options, "backend"))
               : NULL;
}

const struct hb_entry *hb_topology_backend(const struct hb_registry *registry,
                                           const struct hb_server_spec *spec)
{
    HB_CLEANUP(release_json) json_t *options = json_loads(spec->options_json, 0, NULL);
    const char *name = backend_name(spec, options);

    return name != NULL ? hb_registry_find(registry, HB_ENTRY_SERVER, name) : NULL;
}

/* All of an entry's options at their defaults. */
static char *default_options(const struct hb_entry *entry)
{
    HB_CLEANUP(release_json) json_t *options = json_object();

    for (size_t i = 0; i < entry->options_count; i++)
        json_object_set_new(options, entry->options[i].name,
                            json_loads(entry->options[i].default_json, JSON_DECODE_ANY, NULL));
    return json_dumps(options, JSON_COMPACT);
}

static int count_instances(const struct hb_server_spec *spec, size_t *ret_count,
                           struct hb_error *err)
{
    HB_CLEANUP(release_json) json_t *options = json_loads(spec->options_json, 0, NULL);
    json_int_t instances = json_integer_value(json_object_get(options, "instances"));

    *ret_count = 0;
    if (backend_name(spec, options) == NULL)
        return 0;
    if (instances < 1 || instances > INSTANCES_MAX)
        return hb_fail(err, HB_ERR_INPUT, "instances: expected 1 to %d", INSTANCES_MAX);
    *ret_count = (size_t)instances;
    return 0;
}

/* ---- starting ---- */

static int start_instances(struct hb_topology *topology, const struct plan *plan, size_t instances,
                           struct hb_error *err)
{
    const struct hb_entry *backend = hb_topology_backend(plan->registry, plan->spec);
    HB_CLEANUP(hb_free_ptr) char *options = NULL;
    char label[HB_HOP_LABEL_BYTES];

    if (instances == 0)
        return 0;
    if (backend == NULL || hb_entry_option(backend, "backend") != NULL)
        return hb_fail(err, HB_ERR_INPUT, "backend: no server of that name can be behind it");
    options = default_options(backend);
    for (size_t i = 1; i <= instances; i++) {
        struct hb_hop_spec spec = {.registry = plan->registry,
                                   .entry = backend,
                                   .label = label,
                                   .options_json = options,
                                   .cpus = plan->setting->cpus,
                                   .certificates = plan->certificates,
                                   .deadline_ns = plan->deadline_ns,
                                   .interrupt = plan->setting->interrupt};

        snprintf(label, sizeof label, "%s %zu", backend->name, i);
        if (hb_hop_start(&topology->hops[i], &spec, err) != 0)
            return hb_wrap(err, "%s", label);
        topology->count = i + 1;
    }
    return 0;
}

static int start_front(struct hb_topology *topology, const struct plan *plan, size_t instances,
                       struct hb_error *err)
{
    struct hb_hop_spec spec = {
        .registry = plan->registry,
        .entry = plan->spec->entry,
        .label = plan->spec->entry->name,
        .options_json = plan->spec->options_json,
        .config = plan->spec->config,
        .cpus = plan->setting->cpus,
        .upstreams = topology->hops + 1,
        .upstreams_count = instances,
        .certificates = plan->certificates,
        .deadline_ns = plan->deadline_ns,
        .interrupt = plan->setting->interrupt,
    };

    if (hb_hop_start(&topology->hops[0], &spec, err) != 0)
        return -1;
    topology->count = instances + 1;
    return 0;
}

static int watch_hops(struct hb_topology *topology, struct hb_error *err)
{
    topology->events_fd = epoll_create1(EPOLL_CLOEXEC);
    if (topology->events_fd < 0)
        return hb_fail_errno(err, errno, "epoll");
    for (size_t i = 0; i < topology->count; i++) {
        struct epoll_event event = {.events = EPOLLIN};

        if (epoll_ctl(topology->events_fd, EPOLL_CTL_ADD, topology->hops[i].process.events_fd,
                      &event) != 0)
            return hb_fail_errno(err, errno, "epoll");
    }
    return 0;
}

/* A program of ours has said its version; others are asked, as `list servers` asks them. */
static int find_version(struct hb_topology *topology, const struct plan *plan, struct hb_error *err)
{
    struct hb_availability found;
    const struct hb_hop *front = &topology->hops[0];

    if (!front->process.foreign) {
        snprintf(topology->version, sizeof topology->version, "%s", front->process.version);
    } else {
        if (hb_registry_probe_until(plan->registry, front->entry,
                                    hb_interrupt_fd(plan->setting->interrupt), &found, err) != 0)
            return -1;
        snprintf(topology->version, sizeof topology->version, "%s", found.version);
    }
    if (plan->spec->version != NULL && strstr(topology->version, plan->spec->version) == NULL)
        return hb_fail(err, HB_ERR_UNAVAILABLE, "version %s is wanted, but this is %s",
                       plan->spec->version, topology->version);
    return 0;
}

static int choose_url(struct hb_topology *topology, const struct plan *plan, struct hb_error *err)
{
    const struct hb_hop *front = &topology->hops[0];
    const char *url = plan->spec->https ? front->https_url : front->http_url;

    if (url == NULL)
        return hb_fail(err, HB_ERR_INPUT, "its configuration does not serve %s",
                       plan->spec->https ? "https" : "http");
    topology->url = hb_strdup(url);
    return 0;
}

static void collect_configuration(struct hb_topology *topology)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, 64u << 20);
    for (size_t i = 0; i < topology->count; i++)
        hb_buf_printf(&text, "# %s\n%s\n", topology->hops[i].label,
                      hb_buf_text(&topology->hops[i].configuration));
    topology->configuration = hb_strdup(hb_buf_text(&text));
}

static int start_all(struct hb_topology *topology, const struct plan *plan, struct hb_error *err)
{
    size_t instances;

    if (count_instances(plan->spec, &instances, err) != 0)
        return -1;
    topology->hops = hb_calloc(instances + 1, sizeof *topology->hops);
    if (start_instances(topology, plan, instances, err) != 0 ||
        start_front(topology, plan, instances, err) != 0 ||
        find_version(topology, plan, err) != 0 || choose_url(topology, plan, err) != 0)
        return -1;
    collect_configuration(topology);
    return watch_hops(topology, err);
}

static char *without_trailing_slash(const char *url)
{
    size_t length = strlen(url);

    while (length > 0 && url[length - 1] == '/')
        --length;
    return hb_strndup(url, length);
}

int hb_topology_start_in(const struct hb_topology_setting *setting,
                         const struct hb_registry *registry, const struct hb_server_spec *spec,
                         struct hb_topology **ret_topology, struct hb_error *err)
{
    HB_CLEANUP(hb_certificates_release) struct hb_certificates own = {0};
    struct hb_topology *topology = hb_alloc(sizeof *topology);
    const struct plan plan = {
        .registry = registry,
        .spec = spec,
        .setting = setting,
        .certificates = setting->certificates != NULL ? setting->certificates : &own,
        .deadline_ns = hb_now_ns() + READY_LIMIT_NS,
    };

    topology->events_fd = -1;
    if (spec->entry == NULL) {
        topology->url = without_trailing_slash(spec->url);
    } else if (start_all(topology, &plan, err) != 0) {
        hb_topology_stop(topology);
        return hb_wrap(err, "server %s", spec->name);
    }
    *ret_topology = topology;
    return 0;
}

int hb_topology_start(const struct hb_registry *registry, const struct hb_server_spec *spec,
                      const char *cpus, struct hb_topology **ret_topology, struct hb_error *err)
{
    const struct hb_topology_setting setting = {.cpus = cpus};

    return hb_topology_start_in(&setting, registry, spec, ret_topology, err);
}

/* ---- questions ---- */

const char *hb_topology_url(const struct hb_topology *topology)
{
    return topology->url;
}

const char *hb_topology_http_url(const struct hb_topology *topology)
{
    return topology->count > 0 ? topology->hops[0].http_url : NULL;
}

const char *hb_topology_https_url(const struct hb_topology *topology)
{
    return topology->count > 0 ? topology->hops[0].https_url : NULL;
}

const char *hb_topology_authority(const struct hb_topology *topology)
{
    return topology->count > 0 ? topology->hops[0].authority : NULL;
}

const char *hb_topology_version(const struct hb_topology *topology)
{
    return topology->version;
}

const char *hb_topology_configuration(const struct hb_topology *topology)
{
    return topology->configuration != NULL ? topology->configuration : "";
}

int hb_topology_fd(const struct hb_topology *topology)
{
    return topology->events_fd;
}

/* One that has ended stays readable for ever, so it leaves the set. */
static void drain(struct hb_topology *topology)
{
    for (size_t i = 0; i < topology->count; ++i) {
        struct hb_server_process *process = &topology->hops[i].process;
        bool had_ended = process->ended;

        hb_server_process_drain(process);
        if (process->ended && !had_ended && i > 0)
            (void)epoll_ctl(topology->events_fd, EPOLL_CTL_DEL, process->events_fd, NULL);
    }
}

bool hb_topology_serves(struct hb_topology *topology)
{
    drain(topology);
    return topology->count == 0 || !topology->hops[0].process.ended;
}

bool hb_topology_alive(struct hb_topology *topology)
{
    drain(topology);
    for (size_t i = 0; i < topology->count; ++i) {
        if (topology->hops[i].process.ended)
            return false;
    }
    return true;
}

const char *hb_topology_log_tail(struct hb_topology *topology)
{
    struct hb_hop *speaker = topology->hops;

    free(topology->log_text);
    topology->log_text = NULL;
    drain(topology);
    for (size_t i = topology->count; i-- > 0;) {
        if (topology->hops[i].process.ended)
            speaker = &topology->hops[i];
    }
    if (topology->count > 0)
        topology->log_text = hb_tail_text(&speaker->process.log);
    return topology->log_text != NULL ? topology->log_text : "";
}

void hb_topology_watch(const struct hb_topology *topology, struct hb_monitor *monitor)
{
    for (size_t i = 0; i < topology->count; ++i)
        hb_monitor_add_child(monitor, &topology->hops[i].process.child);
}

size_t hb_topology_hops(const struct hb_topology *topology)
{
    return topology->count;
}

struct hb_hop *hb_topology_hop(const struct hb_topology *topology, size_t number)
{
    return &topology->hops[number];
}

void hb_topology_counts(struct hb_topology *topology, struct hb_server_counts *ret_counts)
{
    *ret_counts = (struct hb_server_counts){.known = false};
    if (topology->count > 0)
        hb_hop_counts(&topology->hops[0], ret_counts);
}

void hb_topology_stop(struct hb_topology *topology)
{
    if (topology == NULL)
        return;
    for (size_t i = 0; i < topology->count; ++i)
        hb_hop_end(&topology->hops[i]); /* all at once, then wait for each */
    for (size_t i = 0; i < topology->count; ++i)
        hb_hop_stop(&topology->hops[i]);
    hb_fd_close(&topology->events_fd);
    free(topology->hops);
    free(topology->log_text);
    free(topology->configuration);
    free(topology->url);
    free(topology);
}
