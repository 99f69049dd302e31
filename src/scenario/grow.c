/* Values that are looked for in an axis, and added behind the others when they are new. */
#include "scenario/grow.h"

#include <string.h>

bool hb_same_servers(const void *left, const void *right)
{
    const struct hb_server_spec *a = left, *b = right;

    return strcmp(a->canonical, b->canonical) == 0;
}

bool hb_same_clients(const void *left, const void *right)
{
    const struct hb_client_spec *a = left, *b = right;

    return a->subject == b->subject && strcmp(a->canonical, b->canonical) == 0;
}

bool hb_same_urls(const void *left, const void *right)
{
    const struct hb_url_spec *a = left, *b = right;

    return strcmp(a->canonical, b->canonical) == 0;
}

bool hb_same_concurrency(const void *left, const void *right)
{
    return *(const uint32_t *)left == *(const uint32_t *)right;
}

bool hb_same_durations(const void *left, const void *right)
{
    return *(const int64_t *)left == *(const int64_t *)right;
}

bool hb_same_rates(const void *left, const void *right)
{
    const struct hb_rate *a = left, *b = right;

    return a->per_second == b->per_second && a->arrivals == b->arrivals && a->burst == b->burst &&
           a->every_ns == b->every_ns;
}

bool hb_same_protocols(const void *left, const void *right)
{
    return *(const enum hb_http *)left == *(const enum hb_http *)right;
}

bool hb_same_profiles(const void *left, const void *right)
{
    return *(const enum hb_profile *)left == *(const enum hb_profile *)right;
}

size_t hb_axis_find_or_add(const struct hb_growing_axis *axis, const void *value)
{
    char *values = axis->values;

    for (size_t i = 0; i < *axis->count; i++) {
        if (axis->same(values + i * axis->bytes, value))
            return i;
    }
    memcpy(values + *axis->count * axis->bytes, value, axis->bytes);
    ++*axis->appended;
    return (*axis->count)++;
}
