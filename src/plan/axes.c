/* The one table of axes. How values are combined is left to expand.c; this file only knows what a
 * single value is called and which globs name it. */
#include "plan/axes.h"

#include <fnmatch.h>
#include <inttypes.h>
#include <string.h>

#include "base/assert.h"
#include "config/units.h"

enum { LABEL_BYTES = 64 << 10 }; /* longer labels (of URLs) match no glob but an exact one */

struct axis {
    const char *name, *plural;
    size_t pattern_offset; /* of the glob in struct hb_pattern */
    size_t count_offset, appended_offset;
    void (*label)(const struct hb_scenario *scenario, size_t index, struct hb_buf *ret_text);
    void (*canonical)(const struct hb_scenario *scenario, size_t index, struct hb_buf *ret_json);
};

static void server_label(const struct hb_scenario *scenario, size_t index, struct hb_buf *ret)
{
    hb_buf_puts(ret, scenario->servers[index].name);
}

static void server_canonical(const struct hb_scenario *scenario, size_t index, struct hb_buf *ret)
{
    hb_buf_printf(ret, "\"server\":%s", scenario->servers[index].canonical);
}

static void client_label(const struct hb_scenario *scenario, size_t index, struct hb_buf *ret)
{
    hb_buf_puts(ret, scenario->clients[index].label);
}

static void client_canonical(const struct hb_scenario *scenario, size_t index, struct hb_buf *ret)
{
    hb_buf_printf(ret, "\"client\":%s", scenario->clients[index].canonical);
}

static void url_label(const struct hb_scenario *scenario, size_t index, struct hb_buf *ret)
{
    hb_buf_puts(ret, scenario->urls[index].url);
}

static void url_canonical(const struct hb_scenario *scenario, size_t index, struct hb_buf *ret)
{
    hb_buf_printf(ret, "\"url\":%s", scenario->urls[index].canonical);
}

static void method_label(const struct hb_scenario *scenario HB_UNUSED, size_t index,
                         struct hb_buf *ret)
{
    hb_buf_puts(ret, hb_method_name((enum hb_method)index));
}

static void method_canonical(const struct hb_scenario *scenario HB_UNUSED, size_t index,
                             struct hb_buf *ret)
{
    hb_buf_printf(ret, "\"method\":\"%s\"", hb_method_name((enum hb_method)index));
}

static void concurrency_label(const struct hb_scenario *scenario, size_t index, struct hb_buf *ret)
{
    hb_buf_printf(ret, "%" PRIu32, scenario->concurrency[index]);
}

static void concurrency_canonical(const struct hb_scenario *scenario, size_t index,
                                  struct hb_buf *ret)
{
    hb_buf_printf(ret, "\"concurrency\":%" PRIu32, scenario->concurrency[index]);
}

static void duration_label(const struct hb_scenario *scenario, size_t index, struct hb_buf *ret)
{
    char text[HB_DURATION_TEXT_BYTES];

    hb_format_duration(text, scenario->durations_ns[index]);
    hb_buf_puts(ret, text);
}

static void duration_canonical(const struct hb_scenario *scenario, size_t index, struct hb_buf *ret)
{
    hb_buf_printf(ret, "\"duration_ns\":%" PRId64, scenario->durations_ns[index]);
}

/* Whole rates, which nearly all are, without an exponent or a fraction. */
static void put_rate(const struct hb_rate *rate, struct hb_buf *ret)
{
    bool whole = rate->per_second < 1e15 && rate->per_second == (double)(int64_t)rate->per_second;

    hb_buf_printf(ret, whole ? "%.0f" : "%.17g", rate->per_second);
}

void hb_rate_label(const struct hb_rate *rate, struct hb_buf *ret)
{
    char every[HB_DURATION_TEXT_BYTES];

    if (rate->per_second == 0) {
        hb_buf_puts(ret, "closed");
        return;
    }
    if (rate->arrivals == HB_ARRIVALS_BURSTS) {
        hb_format_duration(every, rate->every_ns);
        hb_buf_printf(ret, "%" PRIu32 " every %s", rate->burst, every);
        return;
    }
    put_rate(rate, ret);
    hb_buf_puts(ret, rate->arrivals == HB_ARRIVALS_POISSON ? "/s poisson" : "/s");
}

static void rate_label(const struct hb_scenario *scenario, size_t index, struct hb_buf *ret)
{
    hb_rate_label(&scenario->rates[index], ret);
}

static void rate_canonical(const struct hb_scenario *scenario, size_t index, struct hb_buf *ret)
{
    const struct hb_rate *rate = &scenario->rates[index];

    if (rate->per_second == 0)
        return;
    if (rate->arrivals == HB_ARRIVALS_BURSTS) {
        hb_buf_printf(ret, "\"rate\":{\"burst\":%" PRIu32 ",\"every_ns\":%" PRId64 "}", rate->burst,
                      rate->every_ns);
        return;
    }
    hb_buf_puts(ret, "\"rate\":{");
    if (rate->arrivals == HB_ARRIVALS_POISSON)
        hb_buf_puts(ret, "\"arrivals\":\"poisson\",");
    hb_buf_puts(ret, "\"per_second\":");
    put_rate(rate, ret);
    hb_buf_putc(ret, '}');
}

static void protocol_label(const struct hb_scenario *scenario, size_t index, struct hb_buf *ret)
{
    hb_buf_puts(ret, hb_http_name(scenario->protocols[index]));
}

static void protocol_canonical(const struct hb_scenario *scenario, size_t index, struct hb_buf *ret)
{
    if (scenario->protocols[index] != HB_HTTP_1_1)
        hb_buf_printf(ret, "\"protocol\":\"%s\"", hb_http_name(scenario->protocols[index]));
}

static void profile_label(const struct hb_scenario *scenario, size_t index, struct hb_buf *ret)
{
    hb_buf_puts(ret, hb_profile_name(scenario->profiles[index]));
}

static void profile_canonical(const struct hb_scenario *scenario, size_t index, struct hb_buf *ret)
{
    if (scenario->profiles[index] != HB_PROFILE_TUNED)
        hb_buf_printf(ret, "\"profile\":\"%s\"", hb_profile_name(scenario->profiles[index]));
}

#define AXIS(axis_name, axis_plural, array)                                                        \
    .name = #axis_name, .plural = (axis_plural),                                                   \
    .pattern_offset = offsetof(struct hb_pattern, axis_name),                                      \
    .count_offset = offsetof(struct hb_scenario, array##_count),                                   \
    .appended_offset = offsetof(struct hb_scenario, appended.array), .label = axis_name##_label,   \
    .canonical = axis_name##_canonical

static const struct axis axes[HB_AXIS_COUNT] = {
    [HB_AXIS_SERVER] = {AXIS(server, "servers", servers)},
    [HB_AXIS_CLIENT] = {AXIS(client, "clients", clients)},
    [HB_AXIS_URL] = {AXIS(url, "urls", urls)},
    /* No array: a method is its own index, and each URL says which it is used with. */
    [HB_AXIS_METHOD] = {.name = "method",
                        .plural = "methods",
                        .pattern_offset = offsetof(struct hb_pattern, method),
                        .label = method_label,
                        .canonical = method_canonical},
    [HB_AXIS_CONCURRENCY] = {AXIS(concurrency, "concurrency", concurrency)},
    [HB_AXIS_DURATION] = {AXIS(duration, "duration", durations)},
    [HB_AXIS_RATE] = {AXIS(rate, "rate", rates)},
    [HB_AXIS_PROTOCOL] = {AXIS(protocol, "protocol", protocols)},
    [HB_AXIS_PROFILE] = {AXIS(profile, "profiles", profiles)},
};

static const struct axis *get_axis(enum hb_axis axis)
{
    HB_ASSERT((unsigned)axis < HB_AXIS_COUNT);
    return &axes[axis];
}

static size_t get_size(const struct hb_scenario *scenario, size_t offset)
{
    size_t value;

    memcpy(&value, (const char *)scenario + offset, sizeof value);
    return value;
}

const char *hb_axis_name(enum hb_axis axis)
{
    return get_axis(axis)->name;
}

int hb_axis_from_name(const char *name)
{
    for (int i = 0; i < HB_AXIS_COUNT; i++) {
        if (strcmp(axes[i].name, name) == 0 || strcmp(axes[i].plural, name) == 0)
            return i;
    }
    return -1;
}

size_t hb_axis_count(const struct hb_scenario *scenario, enum hb_axis axis)
{
    if (axis == HB_AXIS_METHOD)
        return HB_METHOD_COUNT;
    return get_size(scenario, get_axis(axis)->count_offset);
}

size_t hb_axis_matrix_count(const struct hb_scenario *scenario, enum hb_axis axis)
{
    if (axis == HB_AXIS_METHOD)
        return HB_METHOD_COUNT;
    return hb_axis_count(scenario, axis) - get_size(scenario, get_axis(axis)->appended_offset);
}

void hb_axis_label(const struct hb_scenario *scenario, enum hb_axis axis, size_t index,
                   struct hb_buf *ret_text)
{
    HB_ASSERT(index < hb_axis_count(scenario, axis));
    get_axis(axis)->label(scenario, index, ret_text);
}

void hb_axis_canonical(const struct hb_scenario *scenario, enum hb_axis axis, size_t index,
                       struct hb_buf *ret_json)
{
    HB_ASSERT(index < hb_axis_count(scenario, axis));
    get_axis(axis)->canonical(scenario, index, ret_json);
}

static bool text_matches(const char *text, const char *glob)
{
    return strcmp(text, glob) == 0 || fnmatch(glob, text, 0) == 0;
}

/* Other ways to write the same value. */
static bool alias_matches(const struct hb_scenario *scenario, enum hb_axis axis, size_t index,
                          const char *glob)
{
    int64_t duration_ns;

    if (axis == HB_AXIS_CLIENT)
        return text_matches(scenario->clients[index].entry->name, glob);
    if (axis == HB_AXIS_SERVER)
        return text_matches(hb_server_instance(&scenario->servers[index]), glob);
    if (axis == HB_AXIS_DURATION && hb_parse_duration(glob, &duration_ns) == 0)
        return duration_ns == scenario->durations_ns[index];
    return false;
}

bool hb_axis_matches(const struct hb_scenario *scenario, enum hb_axis axis, size_t index,
                     const char *glob)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf label;

    hb_buf_init(&label, LABEL_BYTES);
    hb_axis_label(scenario, axis, index, &label);
    return text_matches(hb_buf_text(&label), glob) || alias_matches(scenario, axis, index, glob);
}

const char *hb_pattern_glob(const struct hb_pattern *pattern, enum hb_axis axis)
{
    const char *glob;

    memcpy(&glob, (const char *)pattern + get_axis(axis)->pattern_offset, sizeof glob);
    return glob;
}
