/* One registry file: read by its tables, then checked for what they cannot express. A mistake in a
 * registry file is its author's to mend, so each is told with its place, all in one pass. */
#include "registry/entry.h"

#include <regex.h>
#include <string.h>

#include "registry/entry_fields.h"
#include "registry/placeholder.h"

struct reader {
    enum hb_entry_kind kind;
    struct hb_arena *arena;
    struct hb_diags *diags;
    const struct raw_entry *raw;
    bool defined; /* by a scenario */
    int result;   /* -1 once a problem was found */
};

static struct hb_place place_of(const struct reader *reader, const char *key)
{
    return hb_node_place(reader->raw->node, key);
}

#define PROBLEM(reader, ...) ((reader)->result = hb_diag((reader)->diags, __VA_ARGS__))

static bool is_name(const char *name)
{
    static const char first[] = "abcdefghijklmnopqrstuvwxyz0123456789";
    static const char rest[] = "abcdefghijklmnopqrstuvwxyz0123456789._-";
    size_t length = strlen(name);

    return length > 0 && length <= HB_ENTRY_NAME_MAX && strchr(first, name[0]) != NULL &&
           strspn(name, rest) == length;
}

static void check_name(struct reader *reader, const char *expected_name)
{
    const char *name = reader->raw->name;

    if (!is_name(name))
        PROBLEM(reader, place_of(reader, "name"),
                "'name': expected at most %d of a-z 0-9 . _ -, the first a letter or digit, got %s",
                HB_ENTRY_NAME_MAX, hb_quote(reader->diags, name));
    else if (strcmp(name, expected_name) != 0)
        PROBLEM(reader, place_of(reader, "name"), "'name': this is the place of %s, not of %s",
                hb_quote(reader->diags, expected_name), hb_quote(reader->diags, name));
}

static void check_line(struct reader *reader, struct hb_place place, const char *key,
                       const char *text)
{
    if (*text == '\0' || strchr(text, '\n') != NULL)
        PROBLEM(reader, place, "'%s': expected one line of text", key);
}

static void check_modes(struct reader *reader)
{
    if (reader->kind == HB_ENTRY_CLIENT && reader->raw->modes_count == 0)
        PROBLEM(reader, place_of(reader, "modes"),
                "'modes': a client has at least one: sync, async");
    if (reader->kind == HB_ENTRY_SERVER && hb_node_get(reader->raw->node, "modes") != NULL)
        PROBLEM(reader, place_of(reader, "modes"), "'modes': a server has none");
}

/* Any value will do: this only asks whether each placeholder is one that has a value. */
static void check_argument(struct reader *reader, struct hb_place place, const char *argument)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;
    const char *values[HB_PLACEHOLDER_COUNT];
    const char *unknown, *word;
    size_t length;

    for (size_t i = 0; i < HB_PLACEHOLDER_COUNT; i++)
        values[i] = i == HB_PLACEHOLDER_MODE && reader->kind == HB_ENTRY_SERVER ? NULL : "";
    hb_buf_init(&text, 1 << 16);
    unknown = hb_placeholders_replace(argument, values, &text, &length);
    if (unknown == NULL)
        return;
    word = hb_arena_strndup(reader->arena, unknown, length);
    PROBLEM(reader, place, "%s is no placeholder of a %s", hb_quote(reader->diags, word),
            reader->kind == HB_ENTRY_SERVER ? "server" : "client");
    hb_diag_suggest(reader->diags, word, hb_placeholder_names, HB_PLACEHOLDER_COUNT);
}

static void check_command(struct reader *reader, const char *key, const struct raw_strings *command)
{
    const struct hb_node *list = hb_node_get(reader->raw->node, key);

    for (size_t i = 0; i < command->count; i++)
        check_argument(reader, list->items[i]->place, command->items[i]);
    if (*command->items[0] == '\0')
        PROBLEM(reader, list->place, "'%s': the program has no name", key);
}

static const char *const *copy_strings(struct reader *reader, const struct raw_strings *strings)
{
    const char **copy = hb_arena_calloc(reader->arena, strings->count + 1, sizeof *copy);

    if (strings->count > 0)
        memcpy(copy, strings->items, strings->count * sizeof *copy);
    return copy;
}

/* How to get a client whose author does not say: whatever makes its version command work. */
static void describe_command(struct reader *reader, struct hb_entry *entry)
{
    const char **steps = hb_arena_calloc(reader->arena, 2, sizeof *steps);

    steps[0] =
        hb_arena_printf(reader->arena, "make this work: %s", reader->raw->version_command.items[0]);
    entry->install_kind = "manual";
    entry->install_args = steps;
}

static void read_install(struct reader *reader, struct hb_entry *entry)
{
    static const struct raw_strings nothing;
    const struct raw_install *install = &reader->raw->install;
    const char *folder = install->npm != NULL ? install->npm : install->go;
    const struct raw_strings folders = {&folder, 1};
    const struct {
        const char *kind;
        bool given;
        const struct raw_strings *arguments;
    } ways[] = {
        {"builtin", install->builtin, &nothing},
        {"pip", install->pip.count > 0, &install->pip},
        {"npm", install->npm != NULL, &folders},
        {"go", install->go != NULL, &folders},
        {"apt", install->apt.count > 0, &install->apt},
        {"manual", install->manual.count > 0, &install->manual},
    };
    size_t given = 0;

    for (size_t i = 0; i < HB_ARRAY_LEN(ways); i++) {
        if (!ways[i].given)
            continue;
        given++;
        entry->install_kind = ways[i].kind;
        entry->install_args = copy_strings(reader, ways[i].arguments);
    }
    if (given == 0 && reader->defined && install->node == NULL)
        describe_command(reader, entry);
    else if (given != 1)
        PROBLEM(reader, place_of(reader, "install"),
                "'install': expected one of builtin: true, pip, npm, go, apt, manual");
    entry->packages = copy_strings(reader, &install->packages);
}

/* Limits that the program acts on. A name that is nearly one of them is a slip; others only tell.
 */
static void check_limit(struct reader *reader, const struct raw_limit *limit)
{
    static const char *const known[] = {"max_concurrency", "descriptors_per_task"};
    const char *nearest = hb_nearest(limit->name, known, HB_ARRAY_LEN(known));

    check_line(reader, limit->node->place, "why", limit->why);
    if (nearest != NULL && strcmp(nearest, limit->name) != 0) {
        PROBLEM(reader, limit->node->place, "unknown limit %s",
                hb_quote(reader->diags, limit->name));
        hb_diag_suggest(reader->diags, limit->name, known, HB_ARRAY_LEN(known));
    }
    if (strcmp(limit->name, "max_concurrency") == 0 && limit->value == 0)
        PROBLEM(reader, limit->node->place, "'max_concurrency': expected at least 1");
}

static void read_limits(struct reader *reader, struct hb_entry *entry)
{
    size_t count = reader->raw->limits_count;
    struct hb_entry_limit *limits = hb_arena_calloc(reader->arena, count, sizeof *limits);

    for (size_t i = 0; i < count; i++) {
        const struct raw_limit *limit = &reader->raw->limits[i];

        check_limit(reader, limit);
        limits[i] = (struct hb_entry_limit){.name = hb_arena_strdup(reader->arena, limit->name),
                                            .value = (uint64_t)limit->value,
                                            .why = limit->why};
    }
    entry->limits = limits;
    entry->limits_count = count;
}

static bool is_among(const char *text, const struct raw_strings *values)
{
    for (size_t i = 0; i < values->count; i++) {
        if (strcmp(values->items[i], text) == 0)
            return true;
    }
    return false;
}

static void check_default(struct reader *reader, const struct raw_option *option)
{
    static const struct {
        enum hb_node_kind kind;
        const char *expected;
    } wanted[] = {
        [HB_OPTION_BOOL] = {HB_NODE_BOOL, "true or false"},
        [HB_OPTION_INTEGER] = {HB_NODE_INT, "an integer"},
        [HB_OPTION_STRING] = {HB_NODE_STRING, "a string (in quotes if it looks otherwise)"},
        [HB_OPTION_ENUM] = {HB_NODE_STRING, "a string (in quotes if it looks otherwise)"},
    };
    const struct hb_node *value = option->value;

    if (value->kind != wanted[option->type].kind)
        PROBLEM(reader, value->place, "'default': expected %s, got %s",
                wanted[option->type].expected, hb_node_kind_name(value->kind));
    else if (option->values.count > 0 && !is_among(value->text, &option->values))
        PROBLEM(reader, value->place, "'default': %s is not among the values",
                hb_quote(reader->diags, value->text));
}

static void read_option(struct reader *reader, const struct raw_option *raw,
                        struct hb_entry_option *ret_option)
{
    struct hb_place place = raw->node->place;

    if (!is_name(raw->name))
        PROBLEM(reader, place, "option %s: expected a name of a-z 0-9 . _ -",
                hb_quote(reader->diags, raw->name));
    if ((raw->type == HB_OPTION_ENUM) != (raw->values.count > 0))
        PROBLEM(reader, place, "option %s: an enum lists its 'values', other types have none",
                hb_quote(reader->diags, raw->name));
    check_line(reader, place, "help", raw->help);
    *ret_option = (struct hb_entry_option){.name = hb_arena_strdup(reader->arena, raw->name),
                                           .type = (enum hb_option_type)raw->type,
                                           .help = raw->help};
    if (raw->values.count > 0)
        ret_option->values = copy_strings(reader, &raw->values);
    check_default(reader, raw);
    ret_option->default_json = hb_node_canonical(reader->arena, raw->value, false);
    ret_option->minimum = raw->minimum;
    ret_option->maximum = raw->maximum;
    if (raw->minimum > raw->maximum ||
        (raw->type != HB_OPTION_INTEGER && (raw->minimum != 0 || raw->maximum != 0)))
        PROBLEM(reader, place, "option %s: 'minimum' and 'maximum' are a range of integers",
                hb_quote(reader->diags, raw->name));
}

static void read_options(struct reader *reader, struct hb_entry *entry)
{
    size_t count = reader->raw->options_count;
    struct hb_entry_option *options = hb_arena_calloc(reader->arena, count, sizeof *options);

    for (size_t i = 0; i < count; i++)
        read_option(reader, &reader->raw->options[i], &options[i]);
    entry->options = options;
    entry->options_count = count;
}

static bool is_figure(const char *name)
{
    static const char *const names[] = {"requests", "connections", "bytes_in", "bytes_out"};

    for (size_t i = 0; i < HB_ARRAY_LEN(names); i++) {
        if (strcmp(names[i], name) == 0)
            return true;
    }
    return false;
}

static void read_count(struct reader *reader, const struct raw_count *raw,
                       struct hb_entry_count *ret_count)
{
    regex_t compiled;

    *ret_count =
        (struct hb_entry_count){hb_arena_strdup(reader->arena, raw->name), raw->pattern, raw->own};
    if (!is_figure(raw->name))
        PROBLEM(reader, raw->node->place,
                "figure %s: expected requests, connections, bytes_in or bytes_out",
                hb_quote(reader->diags, raw->name));
    if (regcomp(&compiled, raw->pattern, REG_EXTENDED | REG_NEWLINE) != 0) {
        PROBLEM(reader, raw->node->place, "'pattern': not a regular expression");
        return;
    }
    if (compiled.re_nsub == 0)
        PROBLEM(reader, raw->node->place, "'pattern': expected a group around the number");
    regfree(&compiled);
}

/* Files are named, not found by paths: they lie beside the registry file. */
static void check_file_names(struct reader *reader, const struct raw_topology *topology)
{
    for (size_t i = 0; i < topology->configuration.count; i++) {
        const char *name = topology->configuration.items[i];

        if (strchr(name, '/') != NULL || name[0] == '.' || name[0] == '\0')
            PROBLEM(reader, topology->node->place, "'configuration': expected a file name, got %s",
                    hb_quote(reader->diags, name));
    }
}

static void read_topology(struct reader *reader, struct hb_entry *entry)
{
    const struct raw_topology *raw = &reader->raw->topology;
    struct hb_entry_topology *topology;
    struct hb_entry_count *counts;

    if (raw->node == NULL)
        return;
    if (reader->kind != HB_ENTRY_SERVER)
        PROBLEM(reader, raw->node->place, "'topology': a client has none");
    check_file_names(reader, raw);
    topology = hb_arena_alloc(reader->arena, sizeof *topology);
    counts = hb_arena_calloc(reader->arena, raw->counts.figures_count, sizeof *counts);
    for (size_t i = 0; i < raw->counts.figures_count; i++)
        read_count(reader, &raw->counts.figures[i], &counts[i]);
    *topology = (struct hb_entry_topology){
        .configuration = copy_strings(reader, &raw->configuration),
        .environment = copy_strings(reader, &raw->environment),
        .ready = raw->ready,
        .probe = raw->probe,
        .counts_url = raw->counts.url,
        .counts = counts,
        .counts_count = raw->counts.figures_count,
    };
    entry->topology = topology;
}

static unsigned to_bits(const int *indices, size_t count)
{
    unsigned bits = 0;

    for (size_t i = 0; i < count; i++)
        bits |= 1u << indices[i];
    return bits;
}

static unsigned profiles_of(const struct reader *reader)
{
    if (reader->kind == HB_ENTRY_SERVER)
        return 0;
    if (reader->raw->profiles_count == 0)
        return HB_PROFILE_TUNED | HB_PROFILE_STOCK;
    return to_bits(reader->raw->profiles, reader->raw->profiles_count);
}

/* Keys that a scenario may leave out where a registry file may not. */
static void check_given(struct reader *reader, const char *key)
{
    if (!reader->defined && hb_node_get(reader->raw->node, key) == NULL)
        PROBLEM(reader, reader->raw->node->place, "registry file lacks the key '%s'", key);
}

static void read_entry(struct reader *reader, const char *expected_name, struct hb_entry *entry)
{
    const struct raw_entry *raw = reader->raw;

    check_name(reader, expected_name);
    check_given(reader, "summary");
    check_given(reader, "install");
    if (raw->summary != NULL)
        check_line(reader, place_of(reader, "summary"), "summary", raw->summary);
    check_line(reader, place_of(reader, "language"), "language", raw->language);
    check_modes(reader);
    check_command(reader, "command", &raw->command);
    check_command(reader, "version_command", &raw->version_command);
    entry->name = raw->name;
    entry->summary = raw->summary != NULL ? raw->summary : "";
    entry->language = raw->language;
    entry->modes = to_bits(raw->modes, raw->modes_count);
    entry->protocols = to_bits(raw->protocols, raw->protocols_count);
    entry->profiles = profiles_of(reader);
    entry->yardstick = to_bits(raw->yardstick, raw->yardstick_count);
    entry->sends_nothing = raw->sends_nothing;
    entry->command = copy_strings(reader, &raw->command);
    entry->version_command = copy_strings(reader, &raw->version_command);
    read_install(reader, entry);
    read_limits(reader, entry);
    read_options(reader, entry);
    read_topology(reader, entry);
}

int hb_entry_read(const struct hb_node *root, enum hb_entry_kind kind, const char *expected_name,
                  const char *path, struct hb_arena *arena, struct hb_diags *diags,
                  struct hb_entry *ret_entry)
{
    struct raw_entry raw;
    struct hb_bind bind = {.arena = arena, .diags = diags};
    struct reader reader = {.kind = kind, .arena = arena, .diags = diags, .raw = &raw};

    /* What follows trusts every value to be one of its type. */
    if (hb_bind(&bind, &hb_entry_table, root, &raw) != 0)
        return -1;
    *ret_entry = (struct hb_entry){.kind = kind, .path = hb_arena_strdup(arena, path)};
    read_entry(&reader, expected_name, ret_entry);
    return reader.result;
}

int hb_entry_read_definition(const struct raw_entry *raw, const char *path, struct hb_arena *arena,
                             struct hb_diags *diags, struct hb_entry *ret_entry)
{
    struct reader reader = {
        .kind = HB_ENTRY_CLIENT, .arena = arena, .diags = diags, .raw = raw, .defined = true};

    *ret_entry = (struct hb_entry){
        .kind = HB_ENTRY_CLIENT, .path = hb_arena_strdup(arena, path), .defined = true};
    read_entry(&reader, raw->name, ret_entry);
    return reader.result;
}
