/* The grammar of registry files, as tables. What a table cannot express is checked in entry.c. */
#include "registry/entry_fields.h"

static const char *const option_type_names[] = {
    [HB_OPTION_BOOL] = "bool", [HB_OPTION_INTEGER] = "integer", [HB_OPTION_STRING] = "string",
    [HB_OPTION_ENUM] = "enum", [HB_OPTION_ENUM + 1] = NULL,
};

static const char *const yardstick_names[] = {
    [HB_YARDSTICK_HTTP] = "http",
    [HB_YARDSTICK_HTTPS] = "https",
    [HB_YARDSTICK_H2] = "h2",
    [HB_YARDSTICK_COUNT] = NULL,
};

static const struct hb_field limit_fields[] = {
    {.key = "value",
     HB_AT(struct raw_limit, value),
     .type = &hb_type_int,
     .minimum = 0,
     .maximum = INT64_C(1) << 40,
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
    .key_member = HB_MEMBER(struct raw_limit, name),
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
     HB_ARRAY_AT(struct raw_option, values.items, values.count),
     .type = &hb_type_string,
     .shape = HB_SHAPE_LIST,
     .nonempty = true,
     .help = "Of an enum: the values there are."},
    {.key = "minimum",
     HB_AT(struct raw_option, minimum),
     .type = &hb_type_int,
     .help = "Of an integer: the least that is allowed."},
    {.key = "maximum",
     HB_AT(struct raw_option, maximum),
     .type = &hb_type_int,
     .help = "Of an integer: the most that is allowed."},
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
     HB_ARRAY_AT(struct raw_install, pip.items, pip.count),
     .type = &hb_type_string,
     .shape = HB_SHAPE_ONE_OR_MANY,
     .nonempty = true,
     .help = "Requirement files with hashes, relative to the folder of shared data; {here} is "
             "that of this file."},
    {.key = "npm",
     HB_AT(struct raw_install, npm),
     .type = &hb_type_string,
     .help = "A folder with package.json and package-lock.json, relative to the folder of shared "
             "data; its node_modules end up in {env}."},
    {.key = "go",
     HB_AT(struct raw_install, go),
     .type = &hb_type_string,
     .help = "A folder with go.mod, go.sum and a program, relative to the folder of shared data; "
             "it is built as {env}/bin/NAME."},
    {.key = "package",
     HB_ARRAY_AT(struct raw_install, packages.items, packages.count),
     .type = &hb_type_string,
     .shape = HB_SHAPE_ONE_OR_MANY,
     .nonempty = true,
     .help = "What a version of the user's choice is a version of, as the package manager knows "
             "it, such as `httpx[http2]`; further ones come along. Without it, the name."},
    {.key = "apt",
     HB_ARRAY_AT(struct raw_install, apt.items, apt.count),
     .type = &hb_type_string,
     .shape = HB_SHAPE_ONE_OR_MANY,
     .nonempty = true,
     .help = "Debian packages."},
    {.key = "manual",
     HB_ARRAY_AT(struct raw_install, manual.items, manual.count),
     .type = &hb_type_string,
     .shape = HB_SHAPE_ONE_OR_MANY,
     .nonempty = true,
     .help = "For any other ecosystem: what to type."},
};
static const struct hb_table install_table = {
    HB_TABLE("install", struct raw_install, install_fields),
    .help = "How to get it: one of these, and what it is called there.",
    .node_member = HB_MEMBER(struct raw_install, node),
};

static const struct hb_field count_fields[] = {
    {.key = "pattern",
     HB_AT(struct raw_count, pattern),
     .type = &hb_type_string,
     .required = true,
     .help = "An extended regular expression: what its last group matches is added up, over all "
             "matches in the text."},
    {.key = "own",
     HB_AT(struct raw_count, own),
     .type = &hb_type_int,
     .minimum = 0,
     .maximum = 1000,
     .default_text = "0",
     .help = "How much a reading adds to the figure by itself."},
};
static const struct hb_table count_table = {
    HB_TABLE("figure", struct raw_count, count_fields),
    .help = "Where a figure stands in what the server tells.",
    .node_member = HB_MEMBER(struct raw_count, node),
    .key_member = HB_MEMBER(struct raw_count, name),
};

static const struct hb_field counts_fields[] = {
    {.key = "url",
     HB_AT(struct raw_counts, url),
     .type = &hb_type_string,
     .required = true,
     .help = "Where it tells them, as text."},
    {.key = "figures",
     HB_ARRAY_AT(struct raw_counts, figures, figures_count),
     .type = &hb_type_struct,
     .shape = HB_SHAPE_MAP,
     .table = &count_table,
     .required = true,
     .help = "requests, connections, bytes_in, bytes_out: those that it tells."},
};
static const struct hb_table counts_table = {
    HB_TABLE("counts", struct raw_counts, counts_fields),
    .help = "What a server counted since it started.",
    .node_member = HB_MEMBER(struct raw_counts, node),
};

static const struct hb_field topology_fields[] = {
    {.key = "configuration",
     HB_ARRAY_AT(struct raw_topology, configuration.items, configuration.count),
     .type = &hb_type_string,
     .shape = HB_SHAPE_ONE_OR_MANY,
     .help = "Templates beside the registry file; NAME.in becomes @run@/NAME. A scenario's "
             "`config` replaces the first."},
    {.key = "environment",
     HB_ARRAY_AT(struct raw_topology, environment.items, environment.count),
     .type = &hb_type_string,
     .shape = HB_SHAPE_LIST,
     .help = "NAME=value for its environment, which is nearly empty otherwise."},
    {.key = "ready",
     HB_AT(struct raw_topology, ready),
     .type = &hb_type_string,
     .required = true,
     .help = "URL that answers 200 once the program says that it is up."},
    {.key = "probe",
     HB_AT(struct raw_topology, probe),
     .type = &hb_type_string,
     .default_text = "/status/200",
     .help = "A path that answers 200 once requests get through: asked before a server is used, "
             "over HTTP and HTTPS."},
    {.key = "counts",
     HB_AT(struct raw_topology, counts),
     .type = &hb_type_struct,
     .table = &counts_table,
     .help = "How to learn what it counted."},
};
static const struct hb_table topology_table = {
    HB_TABLE("topology", struct raw_topology, topology_fields),
    .help = "Of a server: how to run a program that knows nothing of this one.",
    .node_member = HB_MEMBER(struct raw_topology, node),
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
    {.key = "profiles",
     HB_ARRAY_AT(struct raw_entry, profiles, profiles_count),
     .type = &hb_type_enum,
     .shape = HB_SHAPE_LIST,
     .values = hb_profile_names,
     .nonempty = true,
     .help = "Of a client: the ways it can be set up. Without it, both: at its best under equal "
             "conditions (tuned), and as the library comes (stock)."},
    {.key = "command",
     HB_ARRAY_AT(struct raw_entry, command.items, command.count),
     .type = &hb_type_string,
     .shape = HB_SHAPE_LIST,
     .required = true,
     .nonempty = true,
     .help = "Program and arguments, started without a shell. {libexec}, {share}, {here} (the "
             "folder of this file), {env}, {python}, {node} and {mode} are replaced."},
    {.key = "version_command",
     HB_ARRAY_AT(struct raw_entry, version_command.items, version_command.count),
     .type = &hb_type_string,
     .shape = HB_SHAPE_LIST,
     .required = true,
     .nonempty = true,
     .help = "Prints the version as its first line: the receipt that it is there."},
    {.key = "install",
     HB_AT(struct raw_entry, install),
     .type = &hb_type_struct,
     .table = &install_table,
     .help = "How to get it."},
    {.key = "yardstick",
     HB_ARRAY_AT(struct raw_entry, yardstick, yardstick_count),
     .type = &hb_type_enum,
     .shape = HB_SHAPE_LIST,
     .values = yardstick_names,
     .help =
         "Of a client: the kinds of load (`http` is cleartext HTTP/1.1) for which it marks what "
         "a server can give; others are held against it. The first that says so is taken."},
    {.key = "sends_nothing",
     HB_AT(struct raw_entry, sends_nothing),
     .type = &hb_type_bool,
     .default_text = "false",
     .help = "Of a client: it only pretends, so that what is measured is this program itself."},
    {.key = "limits",
     HB_ARRAY_AT(struct raw_entry, limits, limits_count),
     .type = &hb_type_struct,
     .shape = HB_SHAPE_MAP,
     .table = &limit_table,
     .help = "What it does not go beyond, by name, each with its reason. max_concurrency and "
             "descriptors_per_task are checked before a run; others are shown."},
    {.key = "options",
     HB_ARRAY_AT(struct raw_entry, options, options_count),
     .type = &hb_type_struct,
     .shape = HB_SHAPE_MAP,
     .table = &option_table,
     .help = "Settings of its own, by name."},
    {.key = "topology",
     HB_AT(struct raw_entry, topology),
     .type = &hb_type_struct,
     .table = &topology_table,
     .help = "Of a server: how to run a program that knows nothing of this one."},
};
const struct hb_table hb_entry_table = {
    HB_TABLE("registry file", struct raw_entry, entry_fields),
    .help = "A client or a server.",
    .node_member = HB_MEMBER(struct raw_entry, node),
};

/* The name is the first field and what only servers have is the last, so that this is the same list
 * without them. */
const struct hb_table hb_definition_table = {
    .name = "definition",
    .fields = entry_fields + 1,
    .count = HB_ARRAY_LEN(entry_fields) - 2,
    .bytes = sizeof(struct raw_entry),
    .help = "A client as a registry file describes it, without its name, which is the key. "
            "`summary` and `install` may be left out.",
    .node_member = HB_MEMBER(struct raw_entry, node),
    .key_member = HB_MEMBER(struct raw_entry, name),
};
