/* Command templates, names of modes and protocols, and where environments are. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cmocka.h>

#include "../arena_state.h"

#include "config/diag.h"
#include "registry/registry.h"

static const struct hb_registry registry = {
    .paths = {.libexec = "/opt/lib exec", .share = "/opt/share"}, .env_dir = "/home/x/env"};
static const struct hb_entry client = {
    .kind = HB_ENTRY_CLIENT, .name = "requests", .path = "requests.yaml"};
static const struct hb_entry server = {
    .kind = HB_ENTRY_SERVER, .name = "nginx", .path = "server.yaml"};

static const char *argument(const struct hb_entry *entry, const char *text, struct hb_arena *arena,
                            struct hb_error *err)
{
    const char *const template_argv[] = {"/bin/true", text, NULL};
    char **argv;

    if (hb_registry_command(&registry, entry, template_argv, HB_MODE_ASYNC, arena, &argv, err) != 0)
        return NULL;
    assert_null(argv[2]);
    return argv[1];
}

static void placeholders_become_paths_of_this_installation(void **state)
{
    static const char *const cases[][2] = {
        {"{libexec}/hb-client-epoll", "/opt/lib exec/hb-client-epoll"},
        {"{share}{share}", "/opt/share/opt/share"},
        {"{python}", "/home/x/env/requests/bin/python"},
        {"--mode={mode}", "--mode=async"},
        {"{node}", "node"},
        {"", ""},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++)
        assert_string_equal(argument(&client, cases[i][0], *state, NULL), cases[i][1]);
}

static void other_braces_are_plain_text(void **state)
{
    static const char *const texts[] = {"{}", "{",   "}", "{UPPER}", "{a b}", "{\"json\": 1}",
                                        "a{", "{{}}"};

    for (size_t i = 0; i < HB_ARRAY_LEN(texts); i++)
        assert_string_equal(argument(&client, texts[i], *state, NULL), texts[i]);
    assert_string_equal(argument(&client, "{{node}}", *state, NULL), "{node}");
}

static void an_unknown_placeholder_is_an_error(void **state)
{
    struct hb_error err = {0};

    assert_null(argument(&client, "{libexce}", *state, &err));
    assert_int_equal(err.code, HB_ERR_INPUT);
    assert_string_equal(err.message, "requests.yaml: no such placeholder here: {libexce}");
    assert_null(argument(&server, "{mode}", *state, &err));
}

static void a_value_is_not_expanded_again_nor_split(void **state)
{
    struct hb_registry odd = {.paths = {.libexec = "{share} $HOME;x"}};
    const char *const template_argv[] = {"{libexec}/x", NULL};
    char **argv;

    odd.env_dir = "";
    assert_int_equal(
        hb_registry_command(&odd, &client, template_argv, HB_MODE_SYNC, *state, &argv, NULL), 0);
    assert_string_equal(argv[0], "{share} $HOME;x/x");
    assert_null(argv[1]);
}

static const char *program(const char *name, struct hb_arena *arena)
{
    const char *const template_argv[] = {name, NULL};
    char **argv;

    assert_int_equal(
        hb_registry_command(&registry, &client, template_argv, HB_MODE_SYNC, arena, &argv, NULL),
        0);
    return argv[0];
}

static void a_bare_program_is_looked_up_in_path_and_then_in_sbin(void **state)
{
    char folder[] = "/tmp/hb-test-XXXXXX", path[100], own[100];

    assert_non_null(mkdtemp(folder));
    snprintf(own, sizeof own, "%s/hb-own-program", folder);
    assert_int_equal(symlink("/bin/true", own), 0);
    snprintf(path, sizeof path, "::relative:%s:/bin", folder);
    setenv("PATH", path, 1);
    assert_string_equal(program("hb-own-program", *state), own);
    assert_string_equal(program("sh", *state), "/bin/sh");
    setenv("PATH", "/nowhere", 1);
    assert_non_null(strstr(program("ldconfig", *state), "sbin/ldconfig"));
    assert_string_equal(program("hb-own-program", *state), "hb-own-program");
    assert_string_equal(program("./hb-own-program", *state), "./hb-own-program");
    unlink(own);
    rmdir(folder);
}

static const char *env_dir(const char *own, const char *data, const char *home,
                           struct hb_arena *arena)
{
    struct hb_paths paths = {.share = HB_TEST_DIR "/data/share"};
    struct hb_registry loaded;
    struct hb_diags diags;

    setenv("HTTP_BENCHMARK_ENV_DIR", own, 1);
    setenv("XDG_DATA_HOME", data, 1);
    setenv("HOME", home, 1);
    hb_diags_init(&diags);
    assert_int_equal(hb_registry_load(&loaded, arena, &paths, &diags, NULL), 0);
    hb_diags_release(&diags);
    return loaded.env_dir;
}

static void environments_are_where_the_user_says_or_in_the_data_folder(void **state)
{
    char directory[PATH_MAX], relative[PATH_MAX + 10];

    assert_string_equal(env_dir("/own", "/data", "/home/x", *state), "/own");
    assert_string_equal(env_dir("", "/data", "/home/x", *state), "/data/http-benchmark/env");
    assert_string_equal(env_dir("", "", "/home/x", *state),
                        "/home/x/.local/share/http-benchmark/env");
    assert_string_equal(env_dir("", "data", "/home/x", *state),
                        "/home/x/.local/share/http-benchmark/env");
    assert_string_equal(env_dir("", "", "", *state), HB_TEST_DIR "/data/share/env");
    assert_non_null(getcwd(directory, sizeof directory));
    snprintf(relative, sizeof relative, "%s/envs", directory);
    assert_string_equal(env_dir("envs", "", "", *state), relative);
}

static void names_of_modes_and_protocols_go_both_ways(void **state)
{
    enum hb_mode mode;
    enum hb_http http;

    (void)state;
    assert_int_equal(hb_mode_from_name("async", &mode), 0);
    assert_int_equal(mode, HB_MODE_ASYNC);
    assert_string_equal(hb_mode_name(HB_MODE_SYNC), "sync");
    assert_int_equal(hb_mode_from_name("a", &mode), -1);
    assert_int_equal(hb_http_from_name("h2", &http), 0);
    assert_int_equal(http, HB_HTTP_2);
    assert_string_equal(hb_http_name(HB_HTTP_1_1), "http/1.1");
    assert_int_equal(hb_http_from_name("", &http), -1);
}

int main(void)
{
#define TEST(name) cmocka_unit_test_setup_teardown(name, arena_setup, arena_teardown)
    const struct CMUnitTest tests[] = {
        TEST(placeholders_become_paths_of_this_installation),
        TEST(other_braces_are_plain_text),
        TEST(an_unknown_placeholder_is_an_error),
        TEST(a_value_is_not_expanded_again_nor_split),
        TEST(a_bare_program_is_looked_up_in_path_and_then_in_sbin),
        TEST(environments_are_where_the_user_says_or_in_the_data_folder),
        TEST(names_of_modes_and_protocols_go_both_ways),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
