/*
 * The course of an installation: is it there already, else fill a new environment, ask it for its
 * version, write the receipt, and only then make it the one that is used. How an environment is
 * filled is for the installers to know.
 */
#include "registry/install.h"

#include <errno.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "registry/choice.h"
#include "registry/env_store.h"
#include "registry/identity.h"
#include "registry/installer.h"
#include "registry/receipt.h"
#include "registry/remedy.h"
#include "registry/remote_revision.h"

static const struct hb_installer *const installers[] = {&hb_installer_pip, &hb_installer_npm,
                                                        &hb_installer_go, &hb_installer_apt};

static const struct hb_installer *find_installer(const char *kind)
{
    for (size_t i = 0; i < HB_ARRAY_LEN(installers); i++) {
        if (strcmp(installers[i]->kind, kind) == 0)
            return installers[i];
    }
    return NULL;
}

static void put_remedy(const struct hb_registry *registry, const struct hb_entry *entry,
                       struct hb_install_result *result)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf command;

    hb_buf_init(&command, sizeof result->command - 1);
    hb_remedy_put(registry, entry, &command);
    memcpy(result->command, hb_buf_text(&command), command.length + 1);
}

/* Whether it is there and as it should be. */
static int is_there(const struct hb_registry *registry, const struct hb_entry *entry,
                    struct hb_install_result *result, bool *ret_there, struct hb_error *err)
{
    struct hb_availability found;

    if (hb_registry_probe(registry, entry, &found, err) != 0)
        return -1;
    *ret_there = found.available;
    memcpy(result->version, found.version, sizeof found.version);
    return 0;
}

/* Environments made by other means have no receipt, and are made anew once. */
static bool has_receipt(const struct hb_registry *registry, const struct hb_entry *entry,
                        struct hb_arena *arena)
{
    struct hb_receipt receipt;

    hb_receipt_read(registry->env_dir, hb_entry_environment(entry), arena, &receipt);
    return receipt.version != NULL;
}

/* ---- repositories elsewhere ---- */

/* A copy of the entry whose revisions of repositories elsewhere are commits: those of now. */
static int ask_remotes(const struct hb_entry *entry, struct hb_arena *arena,
                       const struct hb_entry **ret_entry, struct hb_error *err)
{
    const struct hb_choice *choice = entry->choice;
    struct hb_entry *asked = hb_arena_memdup(arena, entry, sizeof *entry);
    struct hb_choice *own;
    struct hb_package *packages;

    *ret_entry = entry;
    if (choice == NULL || choice->packages_count == 0)
        return 0;
    own = hb_arena_memdup(arena, choice, sizeof *choice);
    packages = hb_arena_memdup(arena, choice->packages, choice->packages_count * sizeof *packages);
    for (size_t i = 0; i < choice->packages_count; i++) {
        if (packages[i].kind == HB_PACKAGE_REMOTE &&
            hb_remote_commit(packages[i].url, packages[i].value, arena, &packages[i].commit, err) !=
                0)
            return hb_wrap(err, "'%.200s'", packages[i].text);
    }
    own->packages = packages;
    asked->choice = own;
    *ret_entry = asked;
    return 0;
}

/* Whether the environment that is there was made of other commits than those of now. */
static bool has_moved(const struct hb_registry *registry, const struct hb_entry *entry,
                      struct hb_arena *arena)
{
    const struct hb_choice *choice = entry->choice;

    for (size_t i = 0; choice != NULL && i < choice->packages_count; i++) {
        const char *state;

        if (choice->packages[i].kind != HB_PACKAGE_REMOTE)
            continue;
        state = hb_receipt_state(registry->env_dir, hb_entry_environment(entry), i, arena);
        if (strcmp(state, choice->packages[i].commit) != 0)
            return true;
    }
    return false;
}

/* ---- receipts ---- */

static json_t *describe_choice(const struct hb_choice *choice, struct hb_arena *arena,
                               struct hb_error *err)
{
    json_t *chosen = json_object();
    json_t *packages = json_array();

    if (choice->version != NULL)
        json_object_set_new(chosen, "version", json_string(choice->version));
    if (choice->python != NULL)
        json_object_set_new(chosen, "python", json_string(choice->python));
    for (size_t i = 0; i < choice->packages_count; i++) {
        const char *argument = "", *state = "";

        if (hb_package_resolve(&choice->packages[i], arena, &argument, &state, err) != 0) {
            json_decref(packages);
            json_decref(chosen);
            return NULL;
        }
        json_array_append_new(packages,
                              json_pack("{s:s, s:s, s:s}", "asked", choice->packages[i].text,
                                        "argument", argument, "state", state));
    }
    if (choice->packages_count > 0)
        json_object_set(chosen, "install", packages);
    json_decref(packages);
    return chosen;
}

/* What is known before anything was installed. The identity is that of now: what changes meanwhile
 * makes the environment out of date. */
static int begin_receipt(struct hb_installation *installation, const char *environment,
                         struct hb_error *err)
{
    const struct hb_entry *entry = installation->entry;
    static const struct hb_choice as_shipped;
    char identity[HB_IDENTITY_BYTES], now[HB_TIMESTAMP_BYTES];
    json_t *chosen = describe_choice(entry->choice != NULL ? entry->choice : &as_shipped,
                                     installation->arena, err);

    if (chosen == NULL || hb_identity_of(installation->registry, entry, identity, err) != 0) {
        json_decref(chosen);
        return -1;
    }
    hb_format_timestamp(now, hb_wall_ns());
    installation->receipt =
        json_pack("{s:i, s:s, s:s, s:s, s:s, s:o, s:s}", "receipt", 1, "name", entry->name,
                  "environment", environment, "kind", entry->install_kind, "identity", identity,
                  "chosen", chosen, "installed_at", now);
    return 0;
}

/* The new environment must prove itself before it replaces anything. */
static int prove(struct hb_installation *installation, struct hb_install_result *result,
                 struct hb_error *err)
{
    struct hb_availability found;

    if (hb_registry_probe(installation->registry, installation->entry, &found, err) != 0)
        return -1;
    if (!found.available)
        return hb_fail(err, HB_ERR_RUN, "installed, but it does not work: %s", found.reason);
    memcpy(result->version, found.version, sizeof found.version);
    json_object_set_new(installation->receipt, "version", json_string(found.version));
    return hb_receipt_write(installation->folder, installation->receipt, err);
}

/* "requests: the Python package index was not reached (…)". */
static int explain(const struct hb_installation *installation, const struct hb_installer *installer,
                   struct hb_error *err)
{
    if (installation->unreachable && err->code == HB_ERR_RUN)
        return hb_fail(err, HB_ERR_UNAVAILABLE,
                       "%s was not reached (%s); try again when it is (%s); all output is in %s",
                       installer->registry_name, installation->said, installer->mirror_hint,
                       installation->log_path);
    if (err->code == HB_ERR_RUN && installation->said[0] != '\0')
        return hb_fail(err, HB_ERR_RUN, "%s; all output is in %s", installation->said,
                       installation->log_path);
    return -1;
}

static int fill(struct hb_installation *installation, const struct hb_installer *installer,
                const char *environment, struct hb_error *err)
{
    int result;

    installation->log_path = hb_arena_printf(installation->arena, "%s/.logs/%s.log",
                                             installation->registry->env_dir, environment);
    installation->log = fopen(installation->log_path, "we");
    if (installation->log == NULL)
        return hb_fail_errno(err, errno, "write %s", installation->log_path);
    result = installer->fill(installation, err);
    if (result != 0)
        result = explain(installation, installer, err);
    fclose(installation->log);
    return result;
}

/* The entry, but in the folder that is being filled. */
static const struct hb_entry *entry_in(const struct hb_entry *entry, const char *folder,
                                       struct hb_arena *arena)
{
    struct hb_entry *moved = hb_arena_memdup(arena, entry, sizeof *entry);

    moved->environment = hb_arena_strdup(arena, folder);
    return moved;
}

static int make_environment(struct hb_installation *installation, struct hb_env_store *store,
                            const struct hb_installer *installer, struct hb_install_result *result,
                            struct hb_error *err)
{
    const char *environment = hb_entry_environment(installation->entry);
    char folder[NAME_MAX + 1];

    hb_env_store_sweep(store);
    if (begin_receipt(installation, environment, err) != 0 ||
        hb_env_store_begin(store, environment, folder, err) != 0)
        return -1;
    installation->entry = entry_in(installation->entry, folder, installation->arena);
    installation->folder = hb_arena_printf(installation->arena, "%s/%s", store->env_dir, folder);
    if (fill(installation, installer, environment, err) != 0 ||
        prove(installation, result, err) != 0 ||
        hb_env_store_commit(store, environment, folder, err) != 0) {
        hb_env_store_sweep(store);
        return -1;
    }
    return 0;
}

static void tell_waiting(void *context)
{
    const struct hb_install_options *options = context;

    options->line(options->context, "waiting for another installation to end");
}

static int install(struct hb_installation *installation, const struct hb_installer *installer,
                   struct hb_install_result *result, struct hb_error *err)
{
    HB_CLEANUP(hb_env_store_close) struct hb_env_store store = {.lock = -1};
    struct hb_install_options options = *installation->options;
    bool there = false;

    if (options.before != NULL && options.before(options.context, err) != 0)
        return -1;
    if (hb_env_store_open(&store, installation->registry->env_dir, tell_waiting, &options, err) !=
        0)
        return -1;
    if (installer->system) {
        if (fill(installation, installer, installation->entry->name, err) != 0 ||
            is_there(installation->registry, installation->entry, result, &there, err) != 0)
            return -1;
        return there ? 0 : hb_fail(err, HB_ERR_RUN, "installed, but it does not work");
    }
    return make_environment(installation, &store, installer, result, err);
}

/* What needs no installing, or none that this program may do. */
static bool is_settled(const struct hb_registry *registry, const struct hb_entry *entry,
                       const struct hb_install_options *options, bool there,
                       struct hb_install_result *result)
{
    const struct hb_installer *installer = find_installer(entry->install_kind);
    HB_CLEANUP(hb_arena_release) struct hb_arena scratch;

    hb_arena_init(&scratch);
    if (there && !options->anew &&
        (installer == NULL || installer->system || has_receipt(registry, entry, &scratch))) {
        result->outcome =
            strcmp(entry->install_kind, "builtin") == 0 ? HB_INSTALL_BUILTIN : HB_INSTALL_KEPT;
        return true;
    }
    if (installer != NULL && (!installer->system || options->system))
        return false;
    result->outcome = HB_INSTALL_BY_HAND;
    put_remedy(registry, entry, result);
    return true;
}

int hb_install(const struct hb_registry *registry, const struct hb_entry *entry,
               const struct hb_install_options *options, struct hb_install_result *ret_result,
               struct hb_error *err)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_installation installation = {
        .registry = registry, .entry = entry, .options = options, .arena = &arena};
    const char *problem = entry->choice != NULL ? hb_choice_problem(entry, entry->choice) : NULL;
    bool there;
    int result;

    *ret_result = (struct hb_install_result){.outcome = HB_INSTALLED};
    if (problem != NULL)
        return hb_fail(err, HB_ERR_INPUT, "%s %s", entry->name, problem);
    hb_arena_init(&arena);
    if (is_there(registry, entry, ret_result, &there, err) != 0 ||
        ask_remotes(entry, &arena, &installation.entry, err) != 0)
        return -1;
    there = there && !has_moved(registry, installation.entry, &arena);
    if (is_settled(registry, entry, options, there, ret_result))
        return 0;
    result = install(&installation, find_installer(entry->install_kind), ret_result, err);
    ret_result->unreachable = result != 0 && installation.unreachable;
    json_decref(installation.receipt);
    return result;
}

int hb_uninstall(const struct hb_registry *registry, const char *name, size_t *ret_count,
                 struct hb_error *err)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    HB_CLEANUP(hb_env_store_close) struct hb_env_store store = {.lock = -1};
    struct hb_receipt *receipts;
    size_t count;

    hb_arena_init(&arena);
    *ret_count = 0;
    if (hb_env_store_open(&store, registry->env_dir, NULL, NULL, err) != 0 ||
        hb_receipts_list(registry->env_dir, &arena, &receipts, &count, err) != 0)
        return -1;
    for (size_t i = 0; i < count; i++) {
        if (!hb_receipt_is_of(&receipts[i], name))
            continue;
        if (hb_env_store_remove(&store, receipts[i].environment, err) != 0)
            return -1;
        ++*ret_count;
    }
    return *ret_count > 0
               ? 0
               : hb_fail(err, HB_ERR_NOT_FOUND, "there is no environment of %.200s in %s", name,
                         registry->env_dir);
}
