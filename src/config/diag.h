/*
 * Diagnostics about what the user wrote: collected, so that one pass tells everything, and
 * rendered as compilers do:
 *
 *     ci.yaml:7:3: error: unknown key 'concurency' in 'matrix'
 *        7 |   concurency: [1, 16]
 *          |   ^
 *     hint: did you mean 'concurrency'?
 *
 * The list copies what it keeps, so it may outlive the text it talks about. Everything is escaped
 * (control characters), shortened and masked (secrets) when it is rendered.
 */
#ifndef HB_CONFIG_DIAG_H
#define HB_CONFIG_DIAG_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "base/error.h"
#include "config/place.h"
#include "config/secrets.h"

#define HB_DIAGS_MAX 100        /* more are counted, not kept */
#define HB_DIAG_TEXT_BYTES 1000 /* of one message; longer ones are cut */

struct hb_diag {
    const char *file; /* NULL: no position */
    unsigned line, column;
    const char *message;
    const char *hint;        /* NULL: none */
    const char *source_line; /* NULL: none; the window of the line that holds the column */
    unsigned caret;          /* 0-based character of source_line */
};

struct hb_diags {
    struct hb_arena arena;
    struct hb_diag *items; /* in the order found */
    size_t count, capacity;
    size_t dropped; /* beyond HB_DIAGS_MAX */
};

void hb_diags_init(struct hb_diags *diags);
void hb_diags_release(struct hb_diags *diags);

/* Add an error. Returns -1, so that `return hb_diag(...)` reads well. */
int hb_diag(struct hb_diags *diags, struct hb_place place, const char *format, ...) HB_PRINTF(3, 4);

/* Attach a remedy to the diagnostic added last. */
void hb_diag_hint(struct hb_diags *diags, const char *format, ...) HB_PRINTF(2, 3);

/* Attach "did you mean 'x'?" to the diagnostic added last, when a candidate is near enough. */
void hb_diag_suggest(struct hb_diags *diags, const char *wrong, const char *const *candidates,
                     size_t count);

/* The candidate within a third of the word's length in edits, or NULL. Ties: the first. */
const char *hb_nearest(const char *wrong, const char *const *candidates, size_t count);

/* The start of line number `line` of a source, or NULL when it has fewer. */
const char *hb_source_line(const struct hb_source *source, unsigned line);

/* How many errors were found, the dropped ones included. */
size_t hb_diags_total(const struct hb_diags *diags);

/* All of them as text, sorted by file and position, with "and N more". NULL secrets: none. */
void hb_diags_render(struct hb_diags *diags, const struct hb_secrets *secrets, struct hb_buf *ret);

/* The first as an HB_ERR_INPUT with "file:line:column: message (and N more)"; returns -1. */
int hb_diags_fail(const struct hb_diags *diags, struct hb_error *err);

/* Append `text` with control characters and invalid UTF-8 as \xNN, cut with "…" after `max` bytes.
 */
void hb_escape(struct hb_buf *ret, const char *text, size_t length, size_t max);

/* Escaped, quoted and shortened for a message: 'abc'. In the arena of `diags`. */
const char *hb_quote(struct hb_diags *diags, const char *text);

#endif
