/* The grammar of registry files, as tables. What a table cannot express is checked in entry.c. */
#include "registry/entry_fields.h"

static const char *const option_type_names[] = {
    [HB_OPTION_BOOL] = "bool", [HB_OPTION_INTEGER] = "integer", [HB_OPTION_STRING] = "string",
    [HB_OPTION_ENUM] = "enum", [HB_OPTION_ENUM + 1] = NULL,
};

#define STRINGS(struct_type, member)                                                               \
    HB_ARRAY_AT(struct_type, member.items, member.count), .type = &hb_type_string

static const struct hb_field limit_fields[] = {
    {.key = "value",
     HB_AT(struct raw_limit, value),
     .type = &hb_type_int,
     .minimum = 0,
     .maximum = 1000000,
     .required = true,
     .help = "The largest value that works."},
    {.key = "why",
     HB_AT(struct raw_limit, why),
     .type = &hb_type_string,
     .required = true,
     .help = "The reason, which errors and reports give."},
};
static const struct hb_table limit_table = {
    HB_TABLE("limit", struct raw_limit, limit_fields),
    .help = "Something a user cannot exceed.",
    .node_member = HB_MEMBER(struct raw_limit, node),
};

static const struct hb_field limits_fields[] = {
    {.key = "max_concurrency",
     HB_AT(struct raw_limits, max_concurrency),
     .type = &hb_type_struct,
     .table = &limit_table,
     .help = "More tasks than this in one process are refused."},
    {.key = "descriptors_per_task",
     HB_AT(struct raw_limits, descriptors_per_task),
     .type = &hb_type_struct,
     .table = &limit_table,
     .help = "Open files that a task needs, held against the limit on them before a run."},
};
static const struct hb_table limits_table = {
    HB_TABLE("limits", struct raw_limits, limits_fields),
    .help = "What the library or its way of working does not go beyond.",
};

static const struct hb_field option_fields[] = {
    {.key = "type",
     HB_AT(struct raw_option, type),
     .type = &hb_type_enum,
     .values = option_type_names,
     .required = true,
     .help = "What kind of value it takes."},
    {.key = "default",
     HB_AT(struct raw_option, value),
     .type = &hb_type_scalar,
     .required = true,
     .help = "The value when a scenario says nothing."},
    {.key = "help",
     HB_AT(struct raw_option, help),
     .type = &hb_type_string,
     .required = true,
     .help = "One sentence for people who choose."},
    {.key = "values",
     STRINGS(struct raw_option, values),
     .shape = HB_SHAPE_LIST,
     .nonempty = true,
     .help = "Of an enum: the values there are."},
};
static const struct hb_table option_table = {
    HB_TABLE("option", struct raw_option, option_fields),
    .help = "A setting of the client's or server's own, which a scenario may give.",
    .node_member = HB_MEMBER(struct raw_option, node),
    .key_member = HB_MEMBER(struct raw_option, name),
};

static const struct hb_field install_fields[] = {
    {.key = "builtin",
     HB_AT(struct raw_install, builtin),
     .type = &hb_type_bool,
     .help = "It is part of this program."},
    {.key = "pip",
     STRINGS(struct raw_install, pip),
     .shape = HB_SHAPE_ONE_OR_MANY,
     .nonempty = true,
     .help = "Requirement files with hashes, relative to the folder of shared data."},
    {.key = "apt",
     STRINGS(struct raw_install, apt),
     .shape = HB_SHAPE_ONE_OR_MANY,
     .nonempty = true,
     .help = "Debian packages."},
    {.key = "manual",
     STRINGS(struct raw_install, manual),
     .shape = HB_SHAPE_ONE_OR_MANY,
     .nonempty = true,
     .help = "For any other ecosystem: what to type."},
};
static const struct hb_table install_table = {
    HB_TABLE("install", struct raw_install, install_fields),
    .help = "How to get it: one of these.",
    .node_member = HB_MEMBER(struct raw_install, node),
};

static const struct hb_field entry_fields[] = {
    {.key = "name",
     HB_AT(struct raw_entry, name),
     .type = &hb_type_string,
     .required = true,
     .help = "As scenarios write it; also the name of the file or folder."},
    {.key = "summary",
     HB_AT(struct raw_entry, summary),
     .type = &hb_type_string,
     .required = true,
     .help = "One line for listings."},
    {.key = "language",
     HB_AT(struct raw_entry, language),
     .type = &hb_type_string,
     .required = true,
     .help = "The language it is written for: c, python, node, go …"},
    {.key = "modes",
     HB_ARRAY_AT(struct raw_entry, modes, modes_count),
     .type = &hb_type_enum,
     .shape = HB_SHAPE_LIST,
     .values = hb_mode_names,
     .help = "Of a client: the ways it can be driven. Servers have none."},
    {.key = "protocols",
     HB_ARRAY_AT(struct raw_entry, protocols, protocols_count),
     .type = &hb_type_enum,
     .shape = HB_SHAPE_LIST,
     .values = hb_http_names,
     .required = true,
     .nonempty = true,
     .help = "The protocols it speaks."},
    {.key = "command",
     STRINGS(struct raw_entry, command),
     .shape = HB_SHAPE_LIST,
     .required = true,
     .nonempty = true,
     .help = "Program and arguments, started without a shell. {libexec}, {share}, {python}, {node} "
             "and {mode} are replaced."},
    {.key = "version_command",
     STRINGS(struct raw_entry, version_command),
     .shape = HB_SHAPE_LIST,
     .required = true,
     .nonempty = true,
     .help = "Prints the version as its first line: the receipt that it is there."},
    {.key = "install",
     HB_AT(struct raw_entry, install),
     .type = &hb_type_struct,
     .table = &install_table,
     .required = true,
     .help = "How to get it."},
    {.key = "limits",
     HB_AT(struct raw_entry, limits),
     .type = &hb_type_struct,
     .table = &limits_table,
     .help = "What it does not go beyond, each with its reason."},
    {.key = "options",
     HB_ARRAY_AT(struct raw_entry, options, options_count),
     .type = &hb_type_struct,
     .shape = HB_SHAPE_MAP,
     .table = &option_table,
     .help = "Settings of its own, by name."},
};
const struct hb_table hb_entry_table = {
    HB_TABLE("registry file", struct raw_entry, entry_fields),
    .help = "A client or a server.",
    .node_member = HB_MEMBER(struct raw_entry, node),
};
