/* Environments on disk, what they are called, and what their receipts say. */
#include "../test.h"

#include <dirent.h>

#include "registry/choice.h"
#include "registry/dependencies.h"
#include "registry/env_store.h"
#include "registry/identity.h"
#include "registry/receipt.h"
#include "registry/requirements.h"
#include "registry/tree.h"
#include "scratch.h"

/* ---- the store ---- */

static void open_store(struct hb_env_store *store, const char *folder)
{
    struct hb_error err = {0};

    if (hb_env_store_open(store, folder, NULL, NULL, &err) != 0)
        fail_msg("%s", err.message);
}

/* Make an environment that holds one file named `mark`. */
static void make(struct hb_env_store *store, const char *name, const char *mark, bool commit)
{
    char folder[NAME_MAX + 1];
    struct hb_error err = {0};

    assert_int_equal(hb_env_store_begin(store, name, folder, &err), 0);
    scratch_write(scratch_path(scratch_path(store->env_dir, folder), mark), "");
    if (commit && hb_env_store_commit(store, name, folder, &err) != 0)
        fail_msg("%s", err.message);
}

static size_t count_stored(const char *env_dir)
{
    DIR *directory = opendir(scratch_path(env_dir, ".store"));
    const struct dirent *item;
    size_t count = 0;

    assert_non_null(directory);
    while ((item = readdir(directory)) != NULL)
        count += item->d_name[0] != '.';
    closedir(directory);
    return count;
}

static void an_environment_shows_only_when_it_is_whole(void **state)
{
    HB_CLEANUP(hb_env_store_close) struct hb_env_store store;

    open_store(&store, *state);
    make(&store, "httpx", "half", false);
    assert_false(hb_env_store_has(*state, "httpx"));
    make(&store, "httpx", "whole", true);
    assert_true(scratch_has(*state, "httpx/whole"));
    assert_false(scratch_has(*state, "httpx/half"));
    assert_int_equal(count_stored(*state), 1); /* what was interrupted is gone */
}

static void a_new_one_takes_the_place_of_the_old_one(void **state)
{
    HB_CLEANUP(hb_env_store_close) struct hb_env_store store;

    open_store(&store, *state);
    make(&store, "httpx", "old", true);
    make(&store, "httpx@0.27.2", "other", true);
    make(&store, "httpx", "new", true);
    assert_true(scratch_has(*state, "httpx/new"));
    assert_false(scratch_has(*state, "httpx/old"));
    assert_true(scratch_has(*state, "httpx@0.27.2/other"));
    assert_int_equal(count_stored(*state), 2);
}

static void a_plain_folder_of_that_name_gives_way(void **state)
{
    HB_CLEANUP(hb_env_store_close) struct hb_env_store store;

    mkdir(scratch_path(*state, "httpx"), 0777);
    scratch_write(scratch_path(*state, "httpx/by-hand"), "");
    open_store(&store, *state);
    make(&store, "httpx", "ours", true);
    assert_true(scratch_has(*state, "httpx/ours"));
    assert_false(scratch_has(*state, "httpx/by-hand"));
}

static void removal_takes_one_and_leaves_the_others(void **state)
{
    HB_CLEANUP(hb_env_store_close) struct hb_env_store store;
    struct hb_error err = {0};

    open_store(&store, *state);
    make(&store, "httpx", "a", true);
    make(&store, "requests", "b", true);
    assert_int_equal(hb_env_store_remove(&store, "httpx", &err), 0);
    assert_false(hb_env_store_has(*state, "httpx"));
    assert_true(hb_env_store_has(*state, "requests"));
    assert_int_equal(count_stored(*state), 1);
    assert_int_equal(hb_env_store_remove(&store, "httpx", &err), -1);
    assert_int_equal(err.code, HB_ERR_NOT_FOUND);
}

static void note_waiting(void *context)
{
    hb_env_store_close(context); /* the other one ends */
    ((struct hb_env_store *)context)->env_dir = NULL;
}

static void two_at_a_time_wait_for_each_other(void **state)
{
    HB_CLEANUP(hb_env_store_close) struct hb_env_store first, second;

    open_store(&first, *state);
    assert_int_equal(hb_env_store_open(&second, *state, note_waiting, &first, NULL), 0);
    assert_null(first.env_dir);
}

static void a_folder_that_cannot_be_made_is_an_error(void **state)
{
    struct hb_env_store store;
    struct hb_error err = {0};

    scratch_write(scratch_path(*state, "file"), "");
    assert_int_equal(hb_env_store_open(&store, scratch_path(*state, "file/env"), NULL, NULL, &err),
                     -1);
    assert_non_null(strstr(err.message, "file"));
}

/* ---- choices ---- */

static const struct hb_entry httpx = {.name = "httpx", .install_kind = "pip"};

static const char *environment_of(const struct hb_choice *choice, struct hb_arena *arena)
{
    return hb_entry_environment(hb_entry_choose(&httpx, choice, arena));
}

static struct hb_package package(const char *text, const char *folder, struct hb_arena *arena)
{
    struct hb_package package;

    assert_null(hb_package_parse(text, folder, arena, &package));
    return package;
}

static void each_choice_has_an_environment_of_its_own(void **state HB_UNUSED)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_package main_here, main_there, pinned;
    const char *names[6];

    hb_arena_init(&arena);
    main_here = package("git:main", "/here", &arena);
    main_there = package("git:main", "/there", &arena);
    pinned = package("httpx==0.27.2", "/here", &arena);
    names[0] = environment_of(&(struct hb_choice){0}, &arena);
    names[1] = environment_of(&(struct hb_choice){.version = "0.27.2"}, &arena);
    names[2] = environment_of(&(struct hb_choice){.python = "python3.12"}, &arena);
    names[3] =
        environment_of(&(struct hb_choice){.packages = &main_here, .packages_count = 1}, &arena);
    names[4] =
        environment_of(&(struct hb_choice){.packages = &main_there, .packages_count = 1}, &arena);
    names[5] =
        environment_of(&(struct hb_choice){.packages = &pinned, .packages_count = 1}, &arena);
    assert_string_equal(names[0], "httpx");
    assert_string_equal(names[1], "httpx@0.27.2");
    assert_int_equal(strlen(names[5]), strlen("httpx+0123456789abcdef"));
    for (size_t i = 0; i < 6; i++) {
        struct hb_receipt receipt = {.environment = names[i]};

        assert_true(hb_receipt_is_of(&receipt, "httpx"));
        assert_false(hb_receipt_is_of(&receipt, "http"));
        for (size_t j = 0; j < i; j++)
            assert_string_not_equal(names[i], names[j]);
    }
}

static void what_is_installed_is_told_apart_by_how_it_is_written(void **state HB_UNUSED)
{
    static const struct {
        const char *text, *value;
        int kind;
    } known[] = {
        {"httpx==0.28.1", "httpx==0.28.1", HB_PACKAGE_INDEX},
        {"git+https://127.0.0.1/x@main", "git+https://127.0.0.1/x@main", HB_PACKAGE_INDEX},
        {"..", "/checkout/..", HB_PACKAGE_PATH},
        {"./wheels/x.whl", "/checkout/./wheels/x.whl", HB_PACKAGE_PATH},
        {"/elsewhere", "/elsewhere", HB_PACKAGE_PATH},
        {"git:v1.0^", "v1.0^", HB_PACKAGE_REVISION},
    };
    static const char *const refused[] = {"", "-e", "--pre", "git:", "git:--all", "a\nb"};
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_package parsed;

    hb_arena_init(&arena);
    for (size_t i = 0; i < HB_ARRAY_LEN(known); i++) {
        parsed = package(known[i].text, "/checkout", &arena);
        assert_int_equal(parsed.kind, known[i].kind);
        assert_string_equal(parsed.value, known[i].value);
    }
    for (size_t i = 0; i < HB_ARRAY_LEN(refused); i++)
        assert_non_null(hb_package_parse(refused[i], "/checkout", &arena, &parsed));
}

static void a_revision_may_be_of_another_repository(void **state HB_UNUSED)
{
    static const struct {
        const char *text, *value, *folder, *url;
    } known[] = {
        {"git:origin/main", "origin/main", "/checkout", NULL},
        {"git:main@{1}", "main@{1}", "/checkout", NULL},
        {"git:../lib@v1", "v1", "/checkout/../lib", NULL},
        {"git:/src/lib", "HEAD", "/src/lib", NULL},
        {"git:file:///src/lib@a/b", "a/b", "/src/lib", NULL},
        {"git:https://h/x@a/b", "a/b", "/checkout", "https://h/x"},
        {"git:ssh://git@h/x", "HEAD", "/checkout", "ssh://git@h/x"},
        {"git:ssh://git@h/x@v2", "v2", "/checkout", "ssh://git@h/x"},
        {"git:ext::sh -c x", "ext::sh -c x", "/checkout", NULL},
    };
    static const char *const refused[] = {
        "git:https://h/x@",
        "git:https://h/x@-x",
        "git:../x@-x",
        "git:https://token@h/x@v1",
        "git:ssh://git:secret@h/x",
        "lib @ https://user:secret@h/lib.whl",
    };
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_package parsed;

    hb_arena_init(&arena);
    for (size_t i = 0; i < HB_ARRAY_LEN(known); i++) {
        parsed = package(known[i].text, "/checkout", &arena);
        assert_string_equal(parsed.value, known[i].value);
        assert_string_equal(parsed.folder, known[i].folder);
        assert_int_equal(parsed.kind,
                         known[i].url != NULL ? HB_PACKAGE_REMOTE : HB_PACKAGE_REVISION);
        if (known[i].url != NULL)
            assert_string_equal(parsed.url, known[i].url);
    }
    for (size_t i = 0; i < HB_ARRAY_LEN(refused); i++)
        assert_non_null(hb_package_parse(refused[i], "/checkout", &arena, &parsed));
}

/* ---- what environments are made of ---- */

static void write_packages(const char *env_dir, const char *environment, const char *packages)
{
    char folder[PATH_MAX], text[1000];
    struct hb_error err = {0};
    json_t *receipt;

    snprintf(folder, sizeof folder, "%s/%s", env_dir, environment);
    assert_int_equal(mkdir(folder, 0777), 0);
    snprintf(text, sizeof text,
             "{\"interpreter\": {\"path\": \"p\", \"version\": \"3.11\"}, \"packages\": %s}",
             packages);
    receipt = json_loads(text, 0, NULL);
    assert_non_null(receipt);
    assert_int_equal(hb_receipt_write(folder, receipt, &err), 0);
    json_decref(receipt);
}

static void what_differs_between_two_environments_is_told_by_name(void **state)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_entry base = httpx, head = httpx, nowhere = httpx;
    const struct hb_entry *const entries[2] = {&base, &head};
    struct hb_registry registry = {.env_dir = *state};
    const struct hb_dependency_change *changes;
    struct hb_dependencies sides[2];
    size_t count;

    hb_arena_init(&arena);
    base.environment = "a";
    head.environment = "b";
    nowhere.environment = "c";
    write_packages(*state, "a",
                   "{\"httpx\": \"1\", \"h11\": \"2\", \"Zeta_x\": \"3\", \"old\": \"1\"}");
    write_packages(*state, "b",
                   "{\"HTTPX\": \"2\", \"h11\": \"2\", \"zeta-x\": \"4\", \"new\": \"1\"}");
    sides[0] = hb_dependencies_read(&registry, &base, &arena);
    sides[1] = hb_dependencies_read(&registry, &head, &arena);
    assert_true(sides[0].known);
    assert_int_equal(sides[0].count, 5);
    hb_dependencies_compare(sides, entries, &arena, &changes, &count);
    assert_int_equal(count, 4);
    assert_string_equal(changes[0].base, "1");
    assert_string_equal(changes[0].head, "2");
    assert_true(changes[0].own);
    assert_string_equal(changes[1].name, "new");
    assert_null(changes[1].base);
    assert_string_equal(changes[2].name, "old");
    assert_null(changes[2].head);
    assert_string_equal(changes[3].head, "4");
    assert_false(changes[3].own);
    sides[1] = hb_dependencies_read(&registry, &nowhere, &arena);
    assert_false(sides[1].known);
    hb_dependencies_compare(sides, entries, &arena, &changes, &count);
    assert_int_equal(count, 0);
}

static void versions_cannot_be_paths_or_options(void **state HB_UNUSED)
{
    static const char *const bad[] = {"", "../x", "1/2", "-1", "1 2", "1;rm", "@1"};
    static const char *const good[] = {"1", "0.27.2", "1.0rc1", "1!2.0+local", "v8.12.4"};

    for (size_t i = 0; i < HB_ARRAY_LEN(bad); i++)
        assert_non_null(hb_version_problem(bad[i]));
    for (size_t i = 0; i < HB_ARRAY_LEN(good); i++)
        assert_null(hb_version_problem(good[i]));
}

/* ---- requirement files ---- */

static void pins_are_read_without_hashes_and_without_what_is_chosen(void **state HB_UNUSED)
{
    static const char *const thing[] = {"Thing[extra]==9", NULL}, *const none[] = {NULL};
    HB_CLEANUP(hb_buf_release) struct hb_buf pins;

    hb_buf_init(&pins, 1000);
    assert_int_equal(
        hb_requirements_pins(HB_TEST_DIR "/data/installs/thing.txt", none, &pins, NULL), 0);
    assert_string_equal(hb_buf_text(&pins), "Other_Part==4.0\nthing==1.2\n"
                                            "old-python==1 ; python_version < \"3.8\"\n");
    hb_buf_clear(&pins);
    assert_int_equal(
        hb_requirements_pins(HB_TEST_DIR "/data/installs/thing.txt", thing, &pins, NULL), 0);
    assert_null(strstr(hb_buf_text(&pins), "thing"));
    assert_int_equal(hb_requirements_pins("/nonexistent", none, &pins, NULL), -1);
}

static void names_of_projects_are_compared_as_the_index_does(void **state HB_UNUSED)
{
    assert_true(hb_requirements_same_project("Other_Part==4", "other-part"));
    assert_true(hb_requirements_same_project("a.-_b", "A-B[x]>=1"));
    assert_false(hb_requirements_same_project("httpx", "httpx2"));
    assert_false(hb_requirements_same_project("http", "httpx"));
}

/* ---- identities ---- */

static void edits_change_the_fingerprint_of_a_folder_and_leftovers_do_not(void **state)
{
    uint64_t before, after;

    scratch_write(scratch_path(*state, "a.py"), "1");
    assert_int_equal(hb_tree_fingerprint(*state, &before, NULL), 0);
    mkdir(scratch_path(*state, "__pycache__"), 0777);
    scratch_write(scratch_path(*state, "__pycache__/a.pyc"), "x");
    mkdir(scratch_path(*state, ".git"), 0777);
    scratch_write(scratch_path(*state, ".git/index"), "x");
    assert_int_equal(hb_tree_fingerprint(*state, &after, NULL), 0);
    assert_true(before == after);
    scratch_write(scratch_path(*state, "b.py"), "");
    assert_int_equal(hb_tree_fingerprint(*state, &after, NULL), 0);
    assert_true(before != after);
    assert_int_equal(hb_tree_fingerprint(scratch_path(*state, "nothing"), &after, NULL), -1);
}

static void an_identity_follows_the_pins(void **state)
{
    struct hb_registry registry = {.env_dir = "/nonexistent"};
    const char *arguments[] = {"pins.txt", NULL};
    struct hb_entry entry = {.name = "thing",
                             .kind = HB_ENTRY_CLIENT,
                             .path = "thing.yaml",
                             .install_kind = "pip",
                             .install_args = arguments};
    char before[HB_IDENTITY_BYTES], same[HB_IDENTITY_BYTES], after[HB_IDENTITY_BYTES];
    struct hb_error err = {0};

    snprintf(registry.paths.share, sizeof registry.paths.share, "%s", (const char *)*state);
    assert_int_equal(hb_identity_of(&registry, &entry, before, &err), -1);
    assert_non_null(strstr(err.message, "pins.txt"));
    scratch_write(scratch_path(*state, "pins.txt"), "thing==1\n");
    assert_int_equal(hb_identity_of(&registry, &entry, before, NULL), 0);
    scratch_write(scratch_path(*state, "pins.txt"), "thing==1\n");
    assert_int_equal(hb_identity_of(&registry, &entry, same, NULL), 0);
    assert_string_equal(before, same);
    scratch_write(scratch_path(*state, "pins.txt"), "thing==2\n");
    assert_int_equal(hb_identity_of(&registry, &entry, after, NULL), 0);
    assert_string_not_equal(before, after);
}

static void run(const char *folder, const char *script)
{
    char command[PATH_MAX + 600];

    snprintf(command, sizeof command, "cd '%s' && { %s; } >/dev/null 2>&1", folder, script);
    assert_int_equal(system(command), 0);
}

#define COMMIT                                                                                     \
    "git -c user.name=t -c user.email=t@example.org commit --quiet --allow-empty -m change"

/* The commit, not the name of a branch: that is another one tomorrow, and elsewhere. */
static void a_revision_leads_to_its_commit_of_now(void **state)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_package main_now, unknown;
    const char *argument, *first, *second;
    struct hb_error err = {0};

    if (system("git --version >/dev/null 2>&1") != 0)
        skip();
    hb_arena_init(&arena);
    run(*state, "git init --quiet --initial-branch=main && mkdir scenarios && " COMMIT);
    main_now = package("git:main", scratch_path(*state, "scenarios"), &arena);
    assert_int_equal(hb_package_resolve(&main_now, &arena, &argument, &first, NULL), 0);
    assert_int_equal(strlen(first), 40);
    assert_string_equal(argument,
                        hb_arena_printf(&arena, "git+file://%s@%s", (const char *)*state, first));
    run(*state, COMMIT);
    assert_int_equal(hb_package_resolve(&main_now, &arena, &argument, &second, NULL), 0);
    assert_string_not_equal(first, second);
    unknown = package("git:v9", *state, &arena);
    assert_int_equal(hb_package_resolve(&unknown, &arena, &argument, &first, &err), -1);
    assert_non_null(strstr(err.message, "'git:v9': git knows no such revision in"));
}

/* ---- receipts ---- */

static void a_receipt_comes_back_as_it_was_written(void **state)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    json_t *json = json_pack("{s:s, s:s, s:s, s:{s:s, s:[{s:s}, {s:s}]}, s:{s:s, s:s}}", "version",
                             "1.2", "identity", "ab", "installed_at", "2026-11-24T00:00:00.000Z",
                             "chosen", "python", "python3.12", "install", "asked", "..", "asked",
                             "h2", "interpreter", "path", "/p", "version", "3.12");
    struct hb_receipt receipt;

    hb_arena_init(&arena);
    mkdir(scratch_path(*state, "x"), 0777);
    assert_int_equal(hb_receipt_write(scratch_path(*state, "x"), json, NULL), 0);
    hb_receipt_read(*state, "x", &arena, &receipt);
    assert_string_equal(receipt.version, "1.2");
    assert_string_equal(receipt.identity, "ab");
    assert_string_equal(receipt.interpreter, "3.12 (/p)");
    assert_non_null(strstr(receipt.chosen, "install .. h2"));
    assert_non_null(strstr(receipt.chosen, "python python3.12"));
    json_decref(json);
}

static void receipts_that_say_nonsense_say_nothing(void **state)
{
    static const char *const texts[] = {"",
                                        "{",
                                        "[]",
                                        "7",
                                        "{\"version\": 7, \"chosen\": [1]}",
                                        "{\"chosen\": {\"install\": [7, {}]}, \"interpreter\": 3}"};
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_receipt receipt;

    hb_arena_init(&arena);
    mkdir(scratch_path(*state, "x"), 0777);
    for (size_t i = 0; i < HB_ARRAY_LEN(texts); i++) {
        scratch_write(scratch_path(*state, "x/receipt.json"), texts[i]);
        hb_receipt_read(*state, "x", &arena, &receipt);
        assert_null(receipt.version);
        assert_null(receipt.interpreter);
        assert_non_null(receipt.chosen);
        assert_string_equal(receipt.identity, "");
    }
}

static void receipts_are_listed_by_name_and_hidden_ones_are_not(void **state)
{
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_receipt *receipts;
    size_t count;

    hb_arena_init(&arena);
    assert_int_equal(
        hb_receipts_list(scratch_path(*state, "none"), &arena, &receipts, &count, NULL), 0);
    assert_int_equal(count, 0);
    mkdir(scratch_path(*state, ".store"), 0777);
    mkdir(scratch_path(*state, "b"), 0777);
    mkdir(scratch_path(*state, "a"), 0777);
    assert_int_equal(hb_receipts_list(*state, &arena, &receipts, &count, NULL), 0);
    assert_int_equal(count, 2);
    assert_string_equal(receipts[0].environment, "a");
    assert_null(receipts[0].version);
}

#define IN_SCRATCH(name) cmocka_unit_test_setup_teardown(name, scratch_make, scratch_remove)

int main(void)
{
    const struct CMUnitTest tests[] = {
        IN_SCRATCH(an_environment_shows_only_when_it_is_whole),
        IN_SCRATCH(a_new_one_takes_the_place_of_the_old_one),
        IN_SCRATCH(a_plain_folder_of_that_name_gives_way),
        IN_SCRATCH(removal_takes_one_and_leaves_the_others),
        IN_SCRATCH(two_at_a_time_wait_for_each_other),
        IN_SCRATCH(a_folder_that_cannot_be_made_is_an_error),
        cmocka_unit_test(each_choice_has_an_environment_of_its_own),
        cmocka_unit_test(what_is_installed_is_told_apart_by_how_it_is_written),
        cmocka_unit_test(a_revision_may_be_of_another_repository),
        IN_SCRATCH(what_differs_between_two_environments_is_told_by_name),
        cmocka_unit_test(versions_cannot_be_paths_or_options),
        cmocka_unit_test(pins_are_read_without_hashes_and_without_what_is_chosen),
        cmocka_unit_test(names_of_projects_are_compared_as_the_index_does),
        IN_SCRATCH(edits_change_the_fingerprint_of_a_folder_and_leftovers_do_not),
        IN_SCRATCH(an_identity_follows_the_pins),
        IN_SCRATCH(a_revision_leads_to_its_commit_of_now),
        IN_SCRATCH(a_receipt_comes_back_as_it_was_written),
        IN_SCRATCH(receipts_that_say_nonsense_say_nothing),
        IN_SCRATCH(receipts_are_listed_by_name_and_hidden_ones_are_not),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
