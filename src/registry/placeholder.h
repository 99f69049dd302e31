/* Inside the registry layer: `{word}` in command templates. */
#ifndef HB_REGISTRY_PLACEHOLDER_H
#define HB_REGISTRY_PLACEHOLDER_H

#include "base/buf.h"

enum hb_placeholder {
    HB_PLACEHOLDER_LIBEXEC,
    HB_PLACEHOLDER_SHARE,
    HB_PLACEHOLDER_HERE, /* the folder of the registry file */
    HB_PLACEHOLDER_ENV,
    HB_PLACEHOLDER_PYTHON,
    HB_PLACEHOLDER_NODE,
    HB_PLACEHOLDER_MODE,
    HB_PLACEHOLDER_COUNT
};

/* "libexec" …, HB_PLACEHOLDER_COUNT of them. */
extern const char *const hb_placeholder_names[];

/*
 * Append `text` with its placeholders replaced by values[enum hb_placeholder]. A placeholder is a
 * word of lowercase letters and underscores in braces; other braces are plain text. NULL when all
 * is well, else the start of the first word that names none, or whose value is NULL: *ret_length
 * bytes.
 */
const char *hb_placeholders_replace(const char *text,
                                    const char *const values[HB_PLACEHOLDER_COUNT],
                                    struct hb_buf *ret_text, size_t *ret_length);

#endif
