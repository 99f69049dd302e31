/* From what an entry names to what is there: files, commits, trees; and one hash of it all. */
#include "registry/identity.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>

#include <xxhash.h>

#include "registry/capture.h"
#include "registry/choice.h"
#include "registry/command.h"
#include "registry/tree.h"

enum { GIT_OUTPUT_BYTES = 4096, REQUIREMENTS_MAX_BYTES = 4 << 20 };

static const int64_t GIT_TIMEOUT_NS = 20 * HB_NS_PER_S;

/* The only line that git prints. */
static int ask_git(const struct hb_package *package, const char *const *question,
                   struct hb_arena *arena, const char **ret_answer, struct hb_error *err)
{
    HB_CLEANUP(hb_capture_release) struct hb_capture capture;
    const char *const command[] = {"git",       "-C", package->folder, "rev-parse", question[0],
                                   question[1], NULL};
    char *argv[HB_ARRAY_LEN(command)] = {NULL};

    for (size_t i = 0; command[i] != NULL; i++)
        argv[i] = hb_arena_strdup(arena, command[i]);
    hb_capture_init(&capture, GIT_OUTPUT_BYTES);
    if (hb_capture_run(&capture, argv, GIT_TIMEOUT_NS, err) != 0)
        return -1;
    if (capture.spawn_errno != 0)
        return hb_fail(err, HB_ERR_UNAVAILABLE, "'%s' needs git: apt-get install git",
                       package->text);
    if (capture.timed_out || capture.status != 0)
        return hb_fail(err, HB_ERR_UNAVAILABLE, "'%s': git knows no such revision in %s",
                       package->text, package->folder);
    *ret_answer = hb_arena_strndup(arena, hb_buf_text(&capture.out),
                                   strcspn(hb_buf_text(&capture.out), "\n"));
    return 0;
}

static int resolve_revision(const struct hb_package *package, struct hb_arena *arena,
                            const char **ret_argument, const char **ret_state, struct hb_error *err)
{
    const char *revision = hb_arena_printf(arena, "%s^{commit}", package->value);
    const char *const which_commit[] = {"--verify", revision};
    const char *const which_folder[] = {"--show-toplevel", NULL};
    const char *folder = "";

    *ret_state = "";
    if (ask_git(package, which_commit, arena, ret_state, err) != 0 ||
        ask_git(package, which_folder, arena, &folder, err) != 0)
        return -1;
    *ret_argument = hb_arena_printf(arena, "git+file://%s@%s", folder, *ret_state);
    return 0;
}

static int resolve_path(const struct hb_package *package, struct hb_arena *arena,
                        const char **ret_argument, const char **ret_state, struct hb_error *err)
{
    uint64_t hash;

    *ret_argument = package->value;
    if (hb_tree_fingerprint(package->value, &hash, err) != 0)
        return hb_wrap(err, "'%s'", package->text);
    *ret_state = hb_arena_printf(arena, "%016" PRIx64, hash);
    return 0;
}

int hb_package_resolve(const struct hb_package *package, struct hb_arena *arena,
                       const char **ret_argument, const char **ret_state, struct hb_error *err)
{
    if (package->kind == HB_PACKAGE_REVISION)
        return resolve_revision(package, arena, ret_argument, ret_state, err);
    if (package->kind == HB_PACKAGE_PATH)
        return resolve_path(package, arena, ret_argument, ret_state, err);
    if (package->kind == HB_PACKAGE_REMOTE) { /* it is not asked over a network here */
        *ret_argument = hb_arena_printf(arena, "git+%s@%s", package->url,
                                        package->commit != NULL ? package->commit : package->value);
        *ret_state = package->commit != NULL ? package->commit : "";
        return 0;
    }
    *ret_argument = package->value;
    *ret_state = "";
    return 0;
}

int hb_install_path(const struct hb_registry *registry, const struct hb_entry *entry,
                    const char *text, struct hb_arena *arena, const char **ret_path,
                    struct hb_error *err)
{
    char *path;

    if (hb_command_word(registry, entry, text, 0, arena, &path, err) != 0)
        return -1;
    *ret_path =
        path[0] == '/' ? path : hb_arena_printf(arena, "%s/%s", registry->paths.share, path);
    return 0;
}

static void put_text(uint64_t *hash, const char *text)
{
    *hash = XXH3_64bits_withSeed(text, strlen(text) + 1, *hash);
}

static int put_contents(uint64_t *hash, const char *path, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf text;

    hb_buf_init(&text, REQUIREMENTS_MAX_BYTES);
    if (hb_buf_read_file(&text, path, err) != 0)
        return -1;
    *hash = XXH3_64bits_withSeed(hb_buf_text(&text), text.length, *hash);
    return 0;
}

static int put_folder(uint64_t *hash, const char *path, struct hb_error *err)
{
    uint64_t tree;

    if (hb_tree_fingerprint(path, &tree, err) != 0)
        return -1;
    *hash = XXH3_64bits_withSeed(&tree, sizeof tree, *hash);
    return 0;
}

/* Requirement files by what they say; folders of sources by their files. */
static int put_shipped(uint64_t *hash, const struct hb_registry *registry,
                       const struct hb_entry *entry, struct hb_arena *arena, struct hb_error *err)
{
    bool folders = strcmp(entry->install_kind, "pip") != 0;

    for (const char *const *argument = entry->install_args; *argument != NULL; argument++) {
        const char *path;

        if (hb_install_path(registry, entry, *argument, arena, &path, err) != 0)
            return -1;
        if ((folders ? put_folder(hash, path, err) : put_contents(hash, path, err)) != 0)
            return -1;
    }
    return 0;
}

static int put_choice(uint64_t *hash, const struct hb_choice *choice, struct hb_arena *arena,
                      struct hb_error *err)
{
    put_text(hash, choice->version != NULL ? choice->version : "");
    put_text(hash, choice->python != NULL ? choice->python : "");
    for (size_t i = 0; i < choice->packages_count; i++) {
        struct hb_package package = choice->packages[i];
        const char *argument = "", *state = "";

        package.commit = NULL; /* which of others know only after asking */
        if (hb_package_resolve(&package, arena, &argument, &state, err) != 0)
            return -1;
        put_text(hash, argument);
        put_text(hash, state);
    }
    return 0;
}

int hb_identity_of(const struct hb_registry *registry, const struct hb_entry *entry,
                   char ret_identity[HB_IDENTITY_BYTES], struct hb_error *err)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    uint64_t hash = 0;

    hb_arena_init(&arena);
    put_text(&hash, entry->install_kind);
    for (const char *const *package = entry->packages; package != NULL && *package != NULL;
         package++)
        put_text(&hash, *package);
    if (put_shipped(&hash, registry, entry, &arena, err) != 0 ||
        (entry->choice != NULL && put_choice(&hash, entry->choice, &arena, err) != 0))
        return -1;
    snprintf(ret_identity, HB_IDENTITY_BYTES, "%016" PRIx64, hash);
    return 0;
}
