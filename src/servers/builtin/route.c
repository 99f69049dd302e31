/* Matching of one path against one pattern, and the names of methods. */
#include "servers/builtin/route.h"

#include <stdio.h>

static const struct {
    const char *name;
    enum hb_method method;
} methods[] = {
    {"GET", HB_GET},     {"HEAD", HB_HEAD},     {"POST", HB_POST},       {"PUT", HB_PUT},
    {"PATCH", HB_PATCH}, {"DELETE", HB_DELETE}, {"OPTIONS", HB_OPTIONS}, {"TRACE", HB_TRACE},
};

enum { METHOD_COUNT = sizeof methods / sizeof methods[0] };

enum hb_method hb_method_parse(const char *name)
{
    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (strcmp(methods[i].name, name) == 0)
            return methods[i].method;
    return HB_METHOD_OTHER;
}

void hb_route_allow(const struct hb_route *route, char text[HB_ALLOW_BYTES])
{
    size_t length = 0;

    text[0] = '\0';
    for (size_t i = 0; i < METHOD_COUNT; i++)
        if (((route->methods | HB_OPTIONS) & methods[i].method) != 0)
            length += (size_t)snprintf(text + length, HB_ALLOW_BYTES - length, "%s%s",
                                       length > 0 ? ", " : "", methods[i].name);
}

static size_t segment_length(struct hb_span path)
{
    const char *slash = path.length > 0 ? memchr(path.data, '/', path.length) : NULL;

    return slash != NULL ? (size_t)(slash - path.data) : path.length;
}

static size_t digits_length(struct hb_span path)
{
    size_t length = 0;

    while (length < path.length && path.data[length] >= '0' && path.data[length] <= '9')
        length++;
    return length == segment_length(path) ? length : 0;
}

static size_t rest_length(struct hb_span path)
{
    return path.length > 0 && path.data[0] != '/' ? path.length : 0;
}

static const struct {
    struct hb_span name;
    size_t (*length)(struct hb_span path); /* how much of the path it takes; 0: no match */
} captures[] = {
    {{"{int}", 5}, digits_length},
    {{"{text}", 6}, segment_length},
    {{"{path}", 6}, rest_length},
};

/* The number of path bytes that the capture at the start of `*pattern` takes; moves `*pattern`
 * behind it. */
static size_t take_capture(const char **pattern, struct hb_span path)
{
    for (size_t i = 0; i < sizeof captures / sizeof captures[0]; i++) {
        if (strncmp(*pattern, captures[i].name.data, captures[i].name.length) != 0)
            continue;
        *pattern += captures[i].name.length;
        return captures[i].length(path);
    }
    return 0;
}

bool hb_route_match(const char *pattern, struct hb_span path,
                    struct hb_span ret_captures[HB_CAPTURES_MAX])
{
    size_t captured = 0;

    while (*pattern != '\0') {
        size_t length = 1;

        if (*pattern == '{') {
            length = take_capture(&pattern, path);
            if (length == 0 || captured == HB_CAPTURES_MAX)
                return false;
            ret_captures[captured++] = (struct hb_span){path.data, length};
        } else if (path.length == 0 || path.data[0] != *pattern++) {
            return false;
        }
        path = hb_span_from(path, length);
    }
    return path.length == 0;
}
