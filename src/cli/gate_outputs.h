/* Where the result of a gate goes: printed, and into the files that were asked for. */
#ifndef HB_CLI_GATE_OUTPUTS_H
#define HB_CLI_GATE_OUTPUTS_H

#include "cli/gate_run.h"

struct hb_gate_outputs {
    const char *format;       /* on standard output; NULL: text */
    struct hb_strings output; /* "FORMAT=PATH" */
};

const char *hb_comparison_format_choice(size_t index);

/* The rows of these options, which lie `at` this offset of the options struct. */
#define HB_OPTIONS_GATE_OUTPUTS(at)                                                                \
    {"format",                                                                                     \
     0,                                                                                            \
     HB_VALUE_CHOICE,                                                                              \
     (at) + offsetof(struct hb_gate_outputs, format),                                              \
     "FORMAT",                                                                                     \
     0,                                                                                            \
     0,                                                                                            \
     hb_comparison_format_choice,                                                                  \
     "What is printed: text (the default), json, csv, markdown, junit, annotations or html"},      \
    {                                                                                              \
        "output", 'o', HB_VALUE_STRINGS, (at) + offsetof(struct hb_gate_outputs, output),          \
            "FORMAT=PATH", 0, 0, NULL, "Also write the result there: junit=gate.xml; repeatable"   \
    }

/* That every --output names a format and a path: before anything is run. */
int hb_gate_outputs_check(const struct hb_gate_outputs *outputs,
                          struct hb_error *err) HB_MUST_CHECK;

int hb_gate_outputs_write(struct hb_gate_run *run, const struct hb_gate_outputs *outputs,
                          struct hb_error *err) HB_MUST_CHECK;

#endif
