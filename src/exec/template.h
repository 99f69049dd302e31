/*
 * Configuration templates: text in which @words@ stand for values, and lines repeat.
 *
 *     listen 127.0.0.1:@http@;
 *     @each backend@
 *     server @backend@;
 *     @end@
 *
 * A placeholder is `@`, a word of a-z 0-9 _ and `@`; any other `@` is plain text. `@each NAME@` and
 * `@end@` stand alone on their lines, which vanish; what is between appears once for each value of
 * NAME (not at all where there is none), with @NAME@ the value, @NAME_number@ counted from 1, and
 * lists of the same length in step. Blocks do not nest. Unknown words are errors: a slip must not
 * become a configuration.
 *
 * There is no quoting, since every program quotes in its own way: so values hold nothing that could
 * need it (hb_template_set). Files are at most HB_TEMPLATE_MAX_BYTES, before and after.
 */
#ifndef HB_EXEC_TEMPLATE_H
#define HB_EXEC_TEMPLATE_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"

#define HB_TEMPLATE_MAX_BYTES (1u << 20)
#define HB_TEMPLATE_MAX_VARIABLES 64

struct hb_template_variable {
    const char *name;
    const char *const *values; /* several of a list */
    size_t count;
    bool is_list;
    bool used; /* set when a template asked for it */
};

/* What the words stand for. Zero-initialised is empty. Strings live in the arena. */
struct hb_template_values {
    struct hb_arena *arena;
    struct hb_template_variable variables[HB_TEMPLATE_MAX_VARIABLES];
    size_t count;
};

/*
 * Define a word, or a list for `@each`. A value is made of letters, digits and `._:/+,=~@%-` only;
 * anything else fails with HB_ERR_INPUT. A name that is there already gets the new value.
 */
int hb_template_set(struct hb_template_values *values, const char *name, const char *value,
                    struct hb_error *err) HB_MUST_CHECK;
int hb_template_set_list(struct hb_template_values *values, const char *name,
                         const char *const *items, size_t count,
                         struct hb_error *err) HB_MUST_CHECK;

/* Whether a template has asked for the word so far. */
bool hb_template_used(const struct hb_template_values *values, const char *name);

/*
 * Append the text with its words replaced. HB_ERR_INPUT with the line for an unknown word, a list
 * outside `@each`, a block that does not end; HB_ERR_LIMIT when `ret_text` (give it a maximum of
 * HB_TEMPLATE_MAX_BYTES) cannot take it.
 */
int hb_template_expand(struct hb_template_values *values, const char *text, struct hb_buf *ret_text,
                       struct hb_error *err) HB_MUST_CHECK;

#endif
