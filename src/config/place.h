/* Where something stands in what the user wrote: a file, or an argument such as --set. */
#ifndef HB_CONFIG_PLACE_H
#define HB_CONFIG_PLACE_H

#include <stddef.h>

struct hb_source {
    const char *directory; /* relative paths written in it start here; "." for arguments */
    const char *text;      /* NUL-terminated */
    size_t length;
};

/* A copyable position. Lines and columns count from 1; columns count characters, not bytes. */
struct hb_place {
    const char *file;               /* as shown: the path as given, or "--set"; NULL: unknown */
    const struct hb_source *source; /* outlives the place; NULL: no text to show */
    unsigned line, column;
};

#endif
