/* install: get clients and servers, list and remove what was got. One line on standard output says
 * what became of each; what package managers print is progress. */
#include <string.h>

#include "cli/commands.h"
#include "cli/environments.h"
#include "cli/progress.h"
#include "exec/machine_lock.h"
#include "registry/choice.h"
#include "registry/install.h"

struct install_options {
    struct hb_strings client_folders, removes;
    const char *scenario, *python, *kind;
    bool list, anew, system, quiet;
};

#define AT(member) offsetof(struct install_options, member)

static const char *kind_choice(size_t index)
{
    static const char *const kinds[] = {"clients", "servers"};

    return index < HB_ARRAY_LEN(kinds) ? kinds[index] : NULL;
}

static const struct hb_option install_option_table[] = {
    {"for", 0, HB_VALUE_STRING, AT(scenario), "FILE", 0, 0, NULL,
     "All that this scenario needs, in the versions it names"},
    {"only", 0, HB_VALUE_CHOICE, AT(kind), "KIND", 0, 0, kind_choice,
     "Without names: only clients, or only servers"},
    {"python", 0, HB_VALUE_STRING, AT(python), "PATH", 0, 0, NULL,
     "The interpreter to make environments with; scenarios write {name: …, python: PATH}"},
    {"anew", 0, HB_VALUE_FLAG, AT(anew), NULL, 0, 0, NULL, "Install again what is there already"},
    {"yes", 'y', HB_VALUE_FLAG, AT(system), NULL, 0, 0, NULL,
     "Run apt-get for what comes from the system, as root or with a sudo that asks nothing"},
    {"list", 0, HB_VALUE_FLAG, AT(list), NULL, 0, 0, NULL,
     "List the environments there are, and install nothing"},
    {"remove", 0, HB_VALUE_STRINGS, AT(removes), "NAME", 0, 0, NULL,
     "Remove environments: httpx@0.27.2, or all of httpx"},
    HB_OPTION_CLIENTS(install_options),
    {"quiet", 'q', HB_VALUE_FLAG, AT(quiet), NULL, 0, 0, NULL, "Only the outcomes and errors"},
};

/* What is to be installed, and what came of it. */
struct installing {
    struct hb_cli *cli;
    struct hb_registry registry;
    struct hb_install_options options;
    struct hb_progress_line progress;
    struct hb_machine_lock lock;     /* taken when there is something to do */
    const struct hb_entry **entries; /* in cli->arena */
    size_t count, capacity;
    const char *unreachable; /* a way to install whose registry was not reached */
    bool all;                /* no names: whatever this machine can get */
    int exit_code;
};

static void show_line(void *context, const char *line)
{
    struct installing *installing = context;

    hb_progress_show_text(&installing->progress, hb_cli_safe(installing->cli, line));
}

/* Installing would disturb what is being measured, and change what is being used. */
static int keep_sweeps_away(void *context, struct hb_error *err)
{
    struct installing *installing = context;

    return installing->lock.fd >= 0 ? 0 : hb_machine_lock_take(&installing->lock, err);
}

static void add_entry(struct installing *installing, const struct hb_entry *entry)
{
    for (size_t i = 0; i < installing->count; i++) {
        if (strcmp(hb_entry_environment(installing->entries[i]), hb_entry_environment(entry)) == 0)
            return;
    }
    if (installing->count == installing->capacity) {
        size_t capacity = installing->capacity * 2 + 16;
        const struct hb_entry **entries =
            hb_arena_calloc(&installing->cli->arena, capacity, sizeof(const struct hb_entry *));

        if (installing->count > 0)
            memcpy(entries, installing->entries,
                   installing->count * sizeof(const struct hb_entry *));
        installing->entries = entries;
        installing->capacity = capacity;
    }
    installing->entries[installing->count++] = entry;
}

static int fail_unknown(const struct hb_registry *registry, const char *name, struct hb_error *err)
{
    const char *nearest = hb_registry_nearest(registry, HB_ENTRY_CLIENT, name);

    if (nearest == NULL)
        nearest = hb_registry_nearest(registry, HB_ENTRY_SERVER, name);
    if (nearest != NULL)
        return hb_fail(err, HB_ERR_INPUT, "unknown client or server '%.100s'; did you mean '%s'?",
                       name, nearest);
    return hb_fail(err, HB_ERR_INPUT,
                   "unknown client or server '%.100s'; 'http-benchmark list clients' and 'list "
                   "servers' show those there are",
                   name);
}

/* "httpx@0.27.2" and --python. */
static int add_named(struct installing *installing, const char *text, const char *python,
                     struct hb_error *err)
{
    const struct hb_registry *registry = &installing->registry;
    const char *at = strchr(text, '@');
    const char *name =
        at == NULL ? text : hb_arena_strndup(&installing->cli->arena, text, (size_t)(at - text));
    struct hb_choice choice = {.version = at != NULL ? at + 1 : NULL, .python = python};
    const struct hb_entry *entry = hb_registry_find(registry, HB_ENTRY_CLIENT, name);
    const char *problem = choice.version != NULL ? hb_version_problem(choice.version) : NULL;

    if (entry == NULL)
        entry = hb_registry_find(registry, HB_ENTRY_SERVER, name);
    if (entry == NULL)
        return fail_unknown(registry, name, err);
    if (problem != NULL)
        return hb_fail(err, HB_ERR_INPUT, "'%.100s': %s after '@'", text, problem);
    problem = hb_choice_problem(entry, &choice);
    if (problem != NULL)
        return hb_fail(err, HB_ERR_INPUT, "%s %s", name, problem);
    add_entry(installing, hb_entry_choose(entry, &choice, &installing->cli->arena));
    return 0;
}

static int add_scenario(struct installing *installing, const char *path, struct hb_error *err)
{
    const struct hb_scenario_overrides overrides = {0};
    struct hb_scenario *scenario;

    if (hb_cli_load_scenario(installing->cli, path, &overrides, &installing->registry, &scenario,
                             err) != 0)
        return -1;
    for (size_t i = 0; i < scenario->clients_count; i++)
        add_entry(installing, scenario->clients[i].entry);
    for (size_t i = 0; i < scenario->servers_count; i++) {
        if (scenario->servers[i].entry != NULL)
            add_entry(installing, scenario->servers[i].entry);
    }
    return 0;
}

static void add_entries(struct installing *installing, const struct hb_entry *entries, size_t count)
{
    for (size_t i = 0; i < count; i++)
        add_entry(installing, &entries[i]);
}

static bool is_choice(const char *choice, const char *word)
{
    return choice != NULL && strcmp(choice, word) == 0;
}

static int choose_entries(struct installing *installing, const struct install_options *options,
                          char *const *names, int count, struct hb_error *err)
{
    const struct hb_registry *registry = &installing->registry;
    bool all = installing->all = count == 0 && options->scenario == NULL;

    if (all && options->python != NULL)
        return hb_fail(err, HB_ERR_INPUT, "--python needs the name of a client");
    if (!all && options->kind != NULL)
        return hb_fail(err, HB_ERR_INPUT, "--only is for an installation without names");
    if (all && !is_choice(options->kind, "servers"))
        add_entries(installing, registry->clients, registry->clients_count);
    if (all && !is_choice(options->kind, "clients"))
        add_entries(installing, registry->servers, registry->servers_count);
    for (int i = 0; i < count; i++) {
        if (add_named(installing, names[i], options->python, err) != 0)
            return -1;
    }
    return options->scenario != NULL ? add_scenario(installing, options->scenario, err) : 0;
}

static void tell_outcome(struct installing *installing, const struct hb_entry *entry,
                         const struct hb_install_result *result)
{
    static const char *const words[] = {[HB_INSTALLED] = "installed",
                                        [HB_INSTALL_KEPT] = "is there",
                                        [HB_INSTALL_BUILTIN] = "is part of this program"};
    const char *name = hb_entry_environment(entry);

    if (result->outcome == HB_INSTALL_BY_HAND)
        printf("%s: not installed by this program; to get it: %s\n", name, result->command);
    else
        printf("%s: %s (%s)\n", name, words[result->outcome],
               hb_cli_safe(installing->cli, result->version));
    fflush(stdout);
}

/* A failure is told at once, and the others are tried: it decides the exit code at the end. What a
 * machine has no package manager for was not asked for by name. */
static void tell_failure(struct installing *installing, const struct hb_entry *entry,
                         const struct hb_error *failure, bool unreachable)
{
    bool excused = installing->all && failure->code == HB_ERR_UNAVAILABLE && !unreachable;

    fprintf(stderr, "http-benchmark: %s: %s\n", hb_entry_environment(entry),
            hb_cli_safe(installing->cli, failure->message));
    if (!excused)
        installing->exit_code =
            hb_exit_worst(installing->exit_code, hb_error_exit_code(failure->code));
}

/* The next of the same kind would wait for the same registry in vain. */
static bool is_hopeless(const struct installing *installing, const struct hb_entry *entry)
{
    return installing->unreachable != NULL &&
           strcmp(installing->unreachable, entry->install_kind) == 0;
}

static int install_one(struct installing *installing, const struct hb_entry *entry,
                       struct hb_error *err)
{
    struct hb_install_result result;
    struct hb_error failure = {0};

    if (is_hopeless(installing, entry)) {
        hb_cli_notice(installing->cli, "%s: not tried, for the same reason",
                      hb_entry_environment(entry));
        return 0;
    }
    if (hb_install(&installing->registry, entry, &installing->options, &result, &failure) == 0) {
        hb_progress_clear(&installing->progress);
        tell_outcome(installing, entry, &result);
        return 0;
    }
    hb_progress_clear(&installing->progress);
    if (failure.code == HB_ERR_INTERRUPTED) {
        *err = failure;
        return -1;
    }
    tell_failure(installing, entry, &failure, result.unreachable);
    if (result.unreachable)
        installing->unreachable = entry->install_kind;
    return 0;
}

static int install_all(struct installing *installing, const struct install_options *options,
                       char *const *names, int count, struct hb_error *err)
{
    if (choose_entries(installing, options, names, count, err) != 0)
        return -1;
    installing->options = (struct hb_install_options){.anew = options->anew,
                                                      .system = options->system,
                                                      .before = keep_sweeps_away,
                                                      .line = show_line,
                                                      .context = installing};
    for (size_t i = 0; i < installing->count; i++) {
        if (install_one(installing, installing->entries[i], err) != 0)
            return -1;
    }
    return 0;
}

static int list_environments(struct installing *installing, struct hb_error *err)
{
    const char *env_dir = installing->registry.env_dir;
    struct hb_receipt *receipts;
    size_t count;

    if (hb_receipts_list(env_dir, &installing->cli->arena, &receipts, &count, err) != 0)
        return -1;
    if (count > 0)
        hb_environments_print(installing->cli, receipts, count);
    printf("%s%s\n", count > 0 ? "\nin " : "none in ", env_dir);
    return 0;
}

static int remove_environments(struct installing *installing, const struct hb_strings *names,
                               struct hb_error *err)
{
    for (size_t i = 0; i < names->count; i++) {
        size_t count;

        if (hb_uninstall(&installing->registry, names->items[i], &count, err) != 0)
            return -1;
        printf("%s: removed %zu environment%s\n", names->items[i], count, count == 1 ? "" : "s");
    }
    return 0;
}

static int run_install(struct hb_cli *cli, const void *opaque, char *const *arguments, int count,
                       int *exit_code, struct hb_error *err)
{
    const struct install_options *options = opaque;
    struct installing installing = {.cli = cli, .lock = HB_MACHINE_LOCK_NONE};
    int result;

    cli->quiet = options->quiet;
    cli->client_folders = options->client_folders;
    if ((options->list || options->removes.count > 0) && count > 0)
        return hb_fail(err, HB_ERR_INPUT, "--list and --remove install nothing: leave out '%.100s'",
                       arguments[0]);
    if (hb_cli_load_registry(cli, &installing.registry, err) != 0)
        return -1;
    if (options->removes.count > 0)
        return remove_environments(&installing, &options->removes, err);
    if (options->list)
        return list_environments(&installing, err);
    hb_progress_init(&installing.progress, options->quiet);
    result = install_all(&installing, options, arguments, count, err);
    hb_machine_lock_release(&installing.lock);
    *exit_code = hb_exit_worst(*exit_code, installing.exit_code);
    return result;
}

const struct hb_command hb_command_install = {
    .name = "install",
    .arguments = "[NAME[@VERSION]…]",
    .summary = "Get clients and servers, each in an environment of its own",
    .description =
        "Install clients and servers: as this program ships them, pinned with hashes, or in a "
        "version of your choice (httpx@0.27.2). Without names, all that this machine can get. "
        "Each has an environment of its own below HTTP_BENCHMARK_ENV_DIR (default: "
        "~/.local/share/http-benchmark/env), which may be removed at any time. What is there "
        "already stays; an interrupted installation leaves nothing half-made.",
    .options = install_option_table,
    .options_count = HB_ARRAY_LEN(install_option_table),
    .options_bytes = sizeof(struct install_options),
    .arguments_min = 0,
    .arguments_max = -1,
    .run = run_install,
};
