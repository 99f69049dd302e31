/* Registry files: what good ones say, and what bad ones are told. */
#include <dirent.h>
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include <cmocka.h>

#include "../arena_state.h"

#include "config/document.h"
#include "registry/entry.h"

#define DATA HB_TEST_DIR "/data"

static void load(const char *share, struct hb_arena *arena, struct hb_registry *ret_registry)
{
    struct hb_paths paths = {.libexec = "/libexec"};
    struct hb_error err = {0};
    struct hb_diags diags;

    hb_diags_init(&diags);
    snprintf(paths.share, sizeof paths.share, "%s", share);
    if (hb_registry_load(ret_registry, arena, &paths, &diags, &err) != 0)
        fail_msg("%s", err.message);
    assert_int_equal(hb_diags_total(&diags), 0);
    hb_diags_release(&diags);
}

static void every_key_arrives_in_the_entry(void **state)
{
    struct hb_registry registry;
    const struct hb_entry *full;

    load(DATA "/share", *state, &registry);
    full = hb_registry_find(&registry, HB_ENTRY_CLIENT, "full");
    assert_non_null(full);
    assert_int_equal(full->kind, HB_ENTRY_CLIENT);
    assert_string_equal(full->summary, "Every key there is");
    assert_string_equal(full->language, "python");
    assert_int_equal(full->modes, HB_MODE_SYNC | HB_MODE_ASYNC);
    assert_int_equal(full->protocols, HB_HTTP_1_1 | HB_HTTP_2);
    assert_string_equal(full->command[1], "-u");
    assert_null(full->command[5]);
    assert_string_equal(full->version_command[1], "--version");
    assert_string_equal(full->install_kind, "pip");
    assert_string_equal(full->install_args[1], "clients/requirements/kit.txt");
    assert_null(full->install_args[2]);
    assert_int_equal(hb_entry_limit(full, "max_concurrency")->value, 2000);
    assert_string_equal(hb_entry_limit(full, "descriptors_per_task")->why, "a connection a task");
    assert_null(hb_entry_limit(full, "nothing"));
    assert_non_null(strstr(full->path, "clients/full.yaml"));
}

static void options_keep_their_type_and_default(void **state)
{
    static const struct {
        const char *name;
        enum hb_option_type type;
        const char *default_json;
    } cases[] = {
        {"pool", HB_OPTION_INTEGER, "10"},
        {"proxies", HB_OPTION_BOOL, "false"},
        {"loop", HB_OPTION_ENUM, "\"asyncio\""},
        {"agent", HB_OPTION_STRING, "\"1.0\""},
    };
    struct hb_registry registry;
    const struct hb_entry *full;

    load(DATA "/share", *state, &registry);
    full = hb_registry_find(&registry, HB_ENTRY_CLIENT, "full");
    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        const struct hb_entry_option *option = hb_entry_option(full, cases[i].name);

        assert_non_null(option);
        assert_int_equal(option->type, cases[i].type);
        assert_string_equal(option->default_json, cases[i].default_json);
        assert_true((option->values != NULL) == (option->type == HB_OPTION_ENUM));
    }
    assert_string_equal(hb_entry_option(full, "loop")->values[1], "uvloop");
    assert_null(hb_entry_option(full, "loop")->values[2]);
    assert_null(hb_entry_option(full, "nothing"));
}

static void entries_come_sorted_and_other_files_are_left_alone(void **state)
{
    struct hb_registry registry;

    load(DATA "/share", *state, &registry);
    assert_int_equal(registry.clients_count, 2);
    assert_string_equal(registry.clients[0].name, "full");
    assert_string_equal(registry.clients[1].name, "least");
    assert_int_equal(registry.servers_count, 1);
    assert_string_equal(registry.servers[0].name, "plain");
    assert_int_equal(registry.servers[0].kind, HB_ENTRY_SERVER);
    assert_int_equal(registry.servers[0].modes, 0);
}

static void a_typo_gets_the_nearest_name(void **state)
{
    struct hb_registry registry;

    load(DATA "/share", *state, &registry);
    assert_null(hb_registry_find(&registry, HB_ENTRY_CLIENT, "laest"));
    assert_string_equal(hb_registry_nearest(&registry, HB_ENTRY_CLIENT, "laest"), "least");
    assert_null(hb_registry_nearest(&registry, HB_ENTRY_CLIENT, "something-else"));
    assert_null(hb_registry_find(&registry, HB_ENTRY_SERVER, "least"));
}

static void the_shipped_files_are_good(void **state)
{
    struct hb_registry registry;

    load(HB_BUILD_DIR "/share/http-benchmark", *state, &registry);
    assert_true(registry.clients_count > 0);
    assert_true(registry.servers_count > 0);
    assert_non_null(hb_registry_find(&registry, HB_ENTRY_SERVER, "builtin"));
}

static void a_users_own_folder_adds_to_the_registry(void **state)
{
    struct hb_registry registry;
    struct hb_error err = {0};
    struct hb_diags diags;

    load(DATA "/share", *state, &registry);
    hb_diags_init(&diags);
    assert_int_equal(hb_registry_add(&registry, HB_ENTRY_CLIENT, DATA "/own", &diags, &err), 0);
    assert_int_equal(registry.clients_count, 3);
    assert_string_equal(hb_registry_find(&registry, HB_ENTRY_CLIENT, "mine")->install_kind,
                        "manual");
    assert_non_null(hb_registry_find(&registry, HB_ENTRY_CLIENT, "least"));
    hb_diags_release(&diags);
}

static void a_name_that_is_taken_is_refused(void **state)
{
    struct hb_registry registry;
    struct hb_error err = {0};
    struct hb_diags diags;

    load(DATA "/share", *state, &registry);
    hb_diags_init(&diags);
    assert_int_equal(hb_registry_add(&registry, HB_ENTRY_CLIENT, DATA "/taken", &diags, &err), -1);
    assert_int_equal(hb_diags_total(&diags), 1);
    assert_non_null(strstr(err.message, "'least' is in the registry already"));
    assert_int_equal(registry.clients_count, 2);
    hb_diags_release(&diags);
}

static void a_folder_that_is_not_there_is_an_error(void **state)
{
    struct hb_paths paths = {.share = DATA "/nowhere"};
    struct hb_registry registry;
    struct hb_error err = {0};
    struct hb_diags diags;

    hb_diags_init(&diags);
    assert_int_equal(hb_registry_load(&registry, *state, &paths, &diags, &err), -1);
    assert_int_equal(err.code, HB_ERR_SYSTEM);
    assert_non_null(strstr(err.message, "nowhere/clients"));
    hb_diags_release(&diags);
}

/* The first line of a bad file says what its author should be told. */
static void expected_message(const char *path, char *text, size_t bytes)
{
    static const char prefix[] = "# expect: ";
    FILE *file = fopen(path, "r");
    char line[300];

    assert_non_null(file);
    assert_non_null(fgets(line, sizeof line, file));
    fclose(file);
    assert_memory_equal(line, prefix, strlen(prefix));
    line[strcspn(line, "\n")] = '\0';
    snprintf(text, bytes, "%s", line + strlen(prefix));
}

static void check_bad_file(const char *file, struct hb_arena *arena)
{
    char path[PATH_MAX], expected[300], name[100];
    struct hb_document document;
    struct hb_entry entry;
    struct hb_diags diags;
    struct hb_buf text;

    snprintf(path, sizeof path, DATA "/bad/%s", file);
    snprintf(name, sizeof name, "%.*s", (int)(strlen(file) - strlen(".yaml")), file);
    expected_message(path, expected, sizeof expected);
    hb_diags_init(&diags);
    hb_document_init(&document, NULL);
    hb_buf_init(&text, 100000);
    if (hb_document_load(&document, path, HB_DOCUMENT_PLAIN, NULL, 0, &diags) == 0)
        assert_int_equal(
            hb_entry_read(document.root, HB_ENTRY_CLIENT, name, path, arena, &diags, &entry), -1);
    hb_diags_render(&diags, NULL, &text);
    if (hb_diags_total(&diags) != 1 || strstr(hb_buf_text(&text), expected) == NULL)
        fail_msg("%s: expected one problem with '%s', got:\n%s", file, expected,
                 hb_buf_text(&text));
    assert_true(diags.items[0].line > 1);
    hb_buf_release(&text);
    hb_document_release(&document);
    hb_diags_release(&diags);
}

static void each_bad_file_gets_one_message_with_its_place(void **state)
{
    DIR *folder = opendir(DATA "/bad");
    const struct dirent *item;
    int checked = 0;

    assert_non_null(folder);
    while ((item = readdir(folder)) != NULL) {
        if (item->d_name[0] == '.')
            continue;
        check_bad_file(item->d_name, *state);
        checked++;
    }
    closedir(folder);
    assert_true(checked >= 25);
}

static void a_server_has_no_modes(void **state)
{
    static const char text[] = "name: x\nsummary: x\nlanguage: c\nmodes: [sync]\n"
                               "protocols: [h2]\ncommand: ['{mode}']\nversion_command: [x]\n"
                               "install: {apt: x}\n";
    struct hb_document document;
    struct hb_entry entry;
    struct hb_diags diags;

    hb_diags_init(&diags);
    hb_document_init(&document, NULL);
    assert_int_equal(hb_document_parse(&document, "server.yaml", text, strlen(text),
                                       HB_DOCUMENT_PLAIN, NULL, 0, &diags),
                     0);
    assert_int_equal(
        hb_entry_read(document.root, HB_ENTRY_SERVER, "x", "server.yaml", *state, &diags, &entry),
        -1);
    assert_int_equal(hb_diags_total(&diags), 2);
    assert_string_equal(diags.items[0].message, "'modes': a server has none");
    assert_string_equal(diags.items[1].message, "'mode' is no placeholder of a server");
    hb_document_release(&document);
    hb_diags_release(&diags);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
    const struct CMUnitTest tests[] = {
        TEST(every_key_arrives_in_the_entry),
        TEST(options_keep_their_type_and_default),
        TEST(entries_come_sorted_and_other_files_are_left_alone),
        TEST(a_typo_gets_the_nearest_name),
        TEST(the_shipped_files_are_good),
        TEST(a_users_own_folder_adds_to_the_registry),
        TEST(a_name_that_is_taken_is_refused),
        TEST(a_folder_that_is_not_there_is_an_error),
        TEST(each_bad_file_gets_one_message_with_its_place),
        TEST(a_server_has_no_modes),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
