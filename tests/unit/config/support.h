/* What the tests of this layer share: a text read into a tree, with its diagnostics. */
#ifndef HB_TEST_CONFIG_SUPPORT_H
#define HB_TEST_CONFIG_SUPPORT_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "config/document.h"

struct parsed {
    struct hb_document document;
    struct hb_diags diags;
    int result;
};

static inline void parsed_init(struct parsed *parsed)
{
    hb_document_init(&parsed->document, NULL);
    hb_diags_init(&parsed->diags);
}

static inline void parsed_release(struct parsed *parsed)
{
    hb_document_release(&parsed->document);
    hb_diags_release(&parsed->diags);
}

static inline void parse_bytes(struct parsed *ret, const char *text, size_t length,
                               unsigned features)
{
    parsed_init(ret);
    ret->result =
        hb_document_parse(&ret->document, "t.yaml", text, length, features, NULL, 0, &ret->diags);
}

static inline void parse(struct parsed *ret, const char *text)
{
    parse_bytes(ret, text, strlen(text), HB_DOCUMENT_ENVIRONMENT);
}

/* The tree as canonical JSON: what the text means. */
static inline void assert_means(const char *text, const char *json)
{
    struct parsed parsed;

    parse(&parsed, text);
    if (parsed.result != 0)
        print_error("%s\n%s\n", text, parsed.diags.items[0].message);
    assert_int_equal(parsed.result, 0);
    assert_string_equal(hb_node_canonical(&parsed.diags.arena, parsed.document.root, false), json);
    parsed_release(&parsed);
}

/* The text is refused, first of all at this place with a message that begins so. */
static inline void assert_refused(const char *text, size_t length, unsigned line, unsigned column,
                                  const char *message)
{
    struct parsed parsed;

    parse_bytes(&parsed, text, length, HB_DOCUMENT_ENVIRONMENT);
    assert_int_equal(parsed.result, -1);
    assert_true(parsed.diags.count > 0);
    if (strncmp(parsed.diags.items[0].message, message, strlen(message)) != 0)
        assert_string_equal(parsed.diags.items[0].message, message);
    assert_int_equal(parsed.diags.items[0].line, line);
    assert_int_equal(parsed.diags.items[0].column, column);
    parsed_release(&parsed);
}

#endif
