/* The only substitution in command templates. There is no quoting and no shell: each argument stays
 * one argument, whatever a value holds. */
#include "registry/placeholder.h"

#include <string.h>

const char *const hb_placeholder_names[] = {
    [HB_PLACEHOLDER_LIBEXEC] = "libexec", [HB_PLACEHOLDER_SHARE] = "share",
    [HB_PLACEHOLDER_HERE] = "here",       [HB_PLACEHOLDER_ENV] = "env",
    [HB_PLACEHOLDER_PYTHON] = "python",   [HB_PLACEHOLDER_NODE] = "node",
    [HB_PLACEHOLDER_MODE] = "mode",
};

/* Length of the word when `brace` opens a placeholder, else 0. */
static size_t word_length(const char *brace)
{
    size_t length = strspn(brace + 1, "abcdefghijklmnopqrstuvwxyz_");

    return brace[1 + length] == '}' ? length : 0;
}

static const char *value_of(const char *word, size_t length,
                            const char *const values[HB_PLACEHOLDER_COUNT])
{
    for (size_t i = 0; i < HB_PLACEHOLDER_COUNT; i++) {
        const char *name = hb_placeholder_names[i];

        if (strlen(name) == length && memcmp(name, word, length) == 0)
            return values[i];
    }
    return NULL;
}

const char *hb_placeholders_replace(const char *text,
                                    const char *const values[HB_PLACEHOLDER_COUNT],
                                    struct hb_buf *ret_text, size_t *ret_length)
{
    while (*text != '\0') {
        size_t plain = strcspn(text, "{");
        size_t length = text[plain] == '{' ? word_length(text + plain) : 0;
        const char *value;

        hb_buf_append(ret_text, text, plain);
        text += plain;
        if (length == 0) {
            hb_buf_append(ret_text, text, *text != '\0');
            text += *text != '\0';
            continue;
        }
        value = value_of(text + 1, length, values);
        if (value == NULL) {
            *ret_length = length;
            return text + 1;
        }
        hb_buf_puts(ret_text, value);
        text += length + 2;
    }
    return NULL;
}
