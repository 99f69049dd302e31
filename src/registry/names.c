/* Names of modes and protocols, both ways. */
#include "registry/registry.h"

#include <string.h>

#include "base/assert.h"

struct bit_name {
    unsigned bit;
    const char *name;
};

static const struct bit_name modes[] = {{HB_MODE_SYNC, "sync"}, {HB_MODE_ASYNC, "async"}};
static const struct bit_name protocols[] = {{HB_HTTP_1_1, "http/1.1"}, {HB_HTTP_2, "h2"}};

static const char *name_of(const struct bit_name *names, size_t count, unsigned bit)
{
    for (size_t i = 0; i < count; i++) {
        if (names[i].bit == bit)
            return names[i].name;
    }
    HB_ASSERT(!"a single known bit");
    return "";
}

static int from_name(const struct bit_name *names, size_t count, const char *name,
                     unsigned *ret_bit)
{
    for (size_t i = 0; i < count; i++) {
        if (strcmp(names[i].name, name) == 0) {
            *ret_bit = names[i].bit;
            return 0;
        }
    }
    return -1;
}

const char *hb_mode_name(enum hb_mode mode)
{
    return name_of(modes, HB_ARRAY_LEN(modes), mode);
}

int hb_mode_from_name(const char *name, enum hb_mode *ret_mode)
{
    unsigned bit;

    if (from_name(modes, HB_ARRAY_LEN(modes), name, &bit) != 0)
        return -1;
    *ret_mode = (enum hb_mode)bit;
    return 0;
}

const char *hb_http_name(enum hb_http http)
{
    return name_of(protocols, HB_ARRAY_LEN(protocols), http);
}

int hb_http_from_name(const char *name, enum hb_http *ret_http)
{
    unsigned bit;

    if (from_name(protocols, HB_ARRAY_LEN(protocols), name, &bit) != 0)
        return -1;
    *ret_http = (enum hb_http)bit;
    return 0;
}
