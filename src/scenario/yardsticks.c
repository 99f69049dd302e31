/*
 * The axis values that yardsticks need. Which client is one is registry data: the first, in the
 * order of the registry, that says so. They are values like any other, so that cells, the store and
 * the executor need not know of a second kind.
 */
#include <string.h>

#include "scenario/grow.h"

#define LONGEST_NS (1 * HB_NS_PER_S)

/* At its default options, and asynchronous where it can be. */
static uint32_t add_client(struct hb_loading *loading, const struct hb_entry *entry)
{
    const struct hb_growing_axis axis = HB_GROWING_AXIS("client", loading, clients, clients);
    enum hb_mode mode = (entry->modes & HB_MODE_ASYNC) != 0 ? HB_MODE_ASYNC : HB_MODE_SYNC;
    json_t *json = json_pack("{s:s,s:s}", "name", entry->name, "mode", hb_mode_name(mode));
    struct hb_client_spec spec = {
        .library = entry->name, .entry = entry, .mode = mode, .subject = HB_NO_SUBJECT};
    struct hb_options options;

    if (hb_load_options(loading, entry, NULL, &options) != 0) {
        json_decref(json);
        return HB_YARDSTICK_NONE;
    }
    spec.options_json = options.json;
    spec.library = entry->name;
    spec.label = hb_arena_printf(loading->arena, "%s/%s", entry->name, hb_mode_name(mode));
    spec.canonical = hb_json_canonical(loading->arena, json);
    json_decref(options.own);
    json_decref(json);
    return (uint32_t)hb_axis_find_or_add(&axis, &spec);
}

static uint32_t find_yardstick(struct hb_loading *loading, unsigned kind)
{
    const struct hb_registry *registry = loading->registry;

    for (size_t i = 0; i < registry->clients_count; i++)
        if ((registry->clients[i].yardstick >> kind & 1) != 0)
            return add_client(loading, &registry->clients[i]);
    return HB_YARDSTICK_NONE;
}

static uint32_t find_floor(struct hb_loading *loading)
{
    const struct hb_registry *registry = loading->registry;

    for (size_t i = 0; i < registry->clients_count; i++)
        if (registry->clients[i].sends_nothing)
            return add_client(loading, &registry->clients[i]);
    return HB_YARDSTICK_NONE;
}

void hb_load_yardsticks(struct hb_loading *loading)
{
    const struct hb_growing_axis durations =
        HB_GROWING_AXIS("duration", loading, durations_ns, durations);
    const struct hb_growing_axis rates = HB_GROWING_AXIS("rate", loading, rates, rates);
    const struct hb_growing_axis profiles = HB_GROWING_AXIS("profile", loading, profiles, profiles);
    struct hb_yardsticks *yardsticks = &loading->scenario->yardsticks;

    for (unsigned kind = 0; kind < HB_YARDSTICK_COUNT; kind++)
        yardsticks->clients[kind] = find_yardstick(loading, kind);
    yardsticks->floor = find_floor(loading);
    yardsticks->duration = (uint32_t)hb_axis_find_or_add(&durations, &(int64_t){LONGEST_NS});
    yardsticks->rate = (uint32_t)hb_axis_find_or_add(&rates, &(struct hb_rate){0});
    yardsticks->profile =
        (uint32_t)hb_axis_find_or_add(&profiles, &(enum hb_profile){HB_PROFILE_TUNED});
}
