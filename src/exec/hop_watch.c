/*
 * Accounting by program: a monitor each, and their own counts. The first program's counts are read
 * for the run as a whole already, so only the others are asked here.
 */
#include "exec/hop_watch.h"

#include <stdio.h>
#include <stdlib.h>

#include "base/memory.h"
#include "exec/hop.h"
#include "exec/monitor.h"

struct watched {
    struct hb_hop *hop;
    struct hb_monitor *monitor;
    struct hb_server_counts before, open;
    struct hb_usage usage;
    struct hb_server_counts window;
};

struct hb_hop_watch {
    struct hb_topology *topology;
    struct watched *items;
    size_t count;
    unsigned *cores;
};

struct hb_hop_watch *hb_hop_watch_new(struct hb_topology *topology)
{
    size_t count = hb_topology_hops(topology);
    struct hb_hop_watch *watch;

    if (count < 2)
        return NULL;
    watch = hb_alloc(sizeof *watch);
    watch->topology = topology;
    watch->items = hb_calloc(count, sizeof *watch->items);
    watch->cores = hb_calloc(count, sizeof *watch->cores);
    watch->count = count;
    for (size_t i = 0; i < count; i++) {
        struct watched *item = &watch->items[i];

        item->hop = hb_topology_hop(topology, i);
        item->monitor = hb_monitor_new();
        hb_monitor_add_child(item->monitor, &item->hop->process.child);
        if (i > 0)
            hb_hop_counts(item->hop, &item->before);
    }
    return watch;
}

void hb_hop_watch_free(struct hb_hop_watch *watch)
{
    if (watch == NULL)
        return;
    for (size_t i = 0; i < watch->count; i++)
        hb_monitor_free(watch->items[i].monitor);
    free(watch->items);
    free(watch->cores);
    free(watch);
}

void hb_hop_watch_sample(struct hb_hop_watch *watch)
{
    for (size_t i = 0; watch != NULL && i < watch->count; i++)
        hb_monitor_sample(watch->items[i].monitor);
}

/* All CPU readings first, so that they lie close together. */
void hb_hop_watch_open(struct hb_hop_watch *watch)
{
    for (size_t i = 0; watch != NULL && i < watch->count; i++)
        hb_monitor_window_start(watch->items[i].monitor);
    for (size_t i = 1; watch != NULL && i < watch->count; i++)
        hb_hop_counts(watch->items[i].hop, &watch->items[i].open);
}

void hb_hop_watch_close(struct hb_hop_watch *watch)
{
    for (size_t i = 0; watch != NULL && i < watch->count; i++)
        hb_monitor_window_end(watch->items[i].monitor, &watch->items[i].usage);
    for (size_t i = 1; watch != NULL && i < watch->count; i++) {
        struct watched *item = &watch->items[i];
        struct hb_server_counts now;

        hb_hop_counts(item->hop, &now);
        item->window = hb_server_counts_since(&now, &item->open);
    }
}

void hb_hop_watch_finish(struct hb_hop_watch *watch, struct hb_run_result *result)
{
    if (watch == NULL)
        return;
    (void)hb_topology_alive(watch->topology); /* notices who has ended */
    result->hops = hb_calloc(watch->count, sizeof *result->hops);
    result->hops_count = watch->count;
    for (size_t i = 0; i < watch->count; i++) {
        const struct watched *item = &watch->items[i];
        struct hb_hop_report *report = &result->hops[i];
        struct hb_server_counts now;

        snprintf(report->name, sizeof report->name, "%s", item->hop->label);
        report->ended = item->hop->process.ended;
        report->usage = item->usage;
        if (i == 0) {
            report->counts = result->server_counts;
            report->window = result->server_window;
            continue;
        }
        hb_hop_counts(item->hop, &now);
        report->counts = hb_server_counts_since(&now, &item->before);
        report->window = item->window;
    }
}

const unsigned *hb_hop_watch_cores(struct hb_hop_watch *watch, unsigned given)
{
    if (watch == NULL)
        return NULL;
    for (size_t i = 0; i < watch->count; i++) {
        unsigned cores = watch->items[i].hop->cores;

        watch->cores[i] = cores > 0 && cores < given ? cores : given;
    }
    return watch->cores;
}
