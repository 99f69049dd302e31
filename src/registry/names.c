/* Names of modes, protocols and profiles, both ways. A name's position is the number of its bit. */
#include <string.h>

#include "base/assert.h"
#include "registry/entry_fields.h"

const char *const hb_mode_names[] = {"sync", "async", NULL};
const char *const hb_http_names[] = {"http/1.1", "h2", NULL};
const char *const hb_profile_names[] = {"tuned", "stock", NULL};

static const char *name_of(const char *const *names, unsigned bit)
{
    for (unsigned i = 0; names[i] != NULL; i++) {
        if (bit == 1u << i)
            return names[i];
    }
    HB_ASSERT(!"a single known bit");
    return "";
}

static int bit_of(const char *const *names, const char *name, unsigned *ret_bit)
{
    for (unsigned i = 0; names[i] != NULL; i++) {
        if (strcmp(names[i], name) == 0) {
            *ret_bit = 1u << i;
            return 0;
        }
    }
    return -1;
}

const char *hb_mode_name(enum hb_mode mode)
{
    return name_of(hb_mode_names, mode);
}

int hb_mode_from_name(const char *name, enum hb_mode *ret_mode)
{
    unsigned bit;

    if (bit_of(hb_mode_names, name, &bit) != 0)
        return -1;
    *ret_mode = (enum hb_mode)bit;
    return 0;
}

const char *hb_profile_name(enum hb_profile profile)
{
    return name_of(hb_profile_names, profile);
}

const char *hb_http_name(enum hb_http http)
{
    return name_of(hb_http_names, http);
}

int hb_http_from_name(const char *name, enum hb_http *ret_http)
{
    unsigned bit;

    if (bit_of(hb_http_names, name, &bit) != 0)
        return -1;
    *ret_http = (enum hb_http)bit;
    return 0;
}
