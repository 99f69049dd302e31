/* Inside the config layer: errors of a text as a whole, for yaml.c. */
#ifndef HB_CONFIG_YAML_ERRORS_H
#define HB_CONFIG_YAML_ERRORS_H

#include <stddef.h>
#include <yaml.h>

#include "config/diag.h"

struct hb_yaml_input {
    const char *file;
    const struct hb_source *source;
    const char *text;
    size_t length;
};

struct hb_place hb_yaml_place(const struct hb_yaml_input *input, yaml_mark_t mark);

/* Bytes that no YAML text may hold: NUL, what is not UTF-8, line separators that only YAML 1.1
 * knows. libyaml would give no position, or a wrong one. */
int hb_yaml_check_bytes(const struct hb_yaml_input *input, struct hb_diags *diags) HB_MUST_CHECK;

/*
 * What libyaml could not parse, in its words and ours; returns -1. What is still open at the end of
 * the text is shown where it began.
 */
int hb_yaml_syntax_error(const struct hb_yaml_input *input, const yaml_parser_t *parser,
                         struct hb_diags *diags);

#endif
