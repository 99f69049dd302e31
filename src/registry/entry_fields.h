/* Inside the registry layer: a registry file as it is written. */
#ifndef HB_REGISTRY_ENTRY_FIELDS_H
#define HB_REGISTRY_ENTRY_FIELDS_H

#include "config/fields.h"
#include "registry/definition.h"
#include "registry/registry.h"

struct raw_strings {
    const char **items;
    size_t count;
};

struct raw_limit {
    const char *name;
    int64_t value;
    const char *why;
    const struct hb_node *node;
};

struct raw_option {
    const char *name;
    int type; /* enum hb_option_type */
    const struct hb_node *value;
    const char *help;
    struct raw_strings values;
    int64_t minimum, maximum;
    const struct hb_node *node;
};

struct raw_count {
    const char *name, *pattern;
    int64_t own;
    const struct hb_node *node;
};

struct raw_counts {
    const char *url;
    struct raw_count *figures;
    size_t figures_count;
    const struct hb_node *node;
};

struct raw_topology {
    struct raw_strings configuration, environment;
    const char *ready, *probe;
    struct raw_counts counts;
    const struct hb_node *node; /* NULL: not written */
};

struct raw_install {
    bool builtin;
    const char *npm, *go;
    struct raw_strings pip, apt, manual, packages;
    const struct hb_node *node;
};

struct raw_entry {
    const char *name, *summary, *language;
    int *modes, *protocols, *profiles; /* indices into hb_mode_names … */
    size_t modes_count, protocols_count, profiles_count;
    int *yardstick; /* enum hb_yardstick */
    size_t yardstick_count;
    bool sends_nothing;
    struct raw_strings command, version_command;
    struct raw_install install;
    struct raw_limit *limits;
    size_t limits_count;
    struct raw_option *options;
    size_t options_count;
    struct raw_topology topology;
    const struct hb_node *node;
};

extern const struct hb_table hb_entry_table;

/* Names in the order of their bits; NULL-terminated. */
extern const char *const hb_mode_names[];
extern const char *const hb_http_names[];
extern const char *const hb_profile_names[];

#endif
