/* Installations from beginning to end, with a Python that pretends (data/fake-python); and the
 * runner of programs below them. */
#include "../test.h"

#include <pthread.h>
#include <signal.h>

#include "base/clock.h"
#include "registry/choice.h"
#include "registry/follow.h"
#include "registry/install.h"
#include "registry/receipt.h"
#include "scratch.h"

#define FAKE_PYTHON HB_TEST_DIR "/data/fake-python"

static const char *const version_command[] = {"{python}", "-c", "print the version", NULL};
static const char *const requirement_files[] = {"thing.txt", NULL};

struct fixture {
    void *folder; /* of the environments, in scratch */
    struct hb_registry registry;
    struct hb_entry entry;
    char said[4096]; /* every line that was told */
    struct hb_install_options options;
    struct hb_install_result result;
    struct hb_error err;
};

static void note_line(void *context, const char *line)
{
    struct fixture *fixture = context;
    size_t length = strlen(fixture->said);

    snprintf(fixture->said + length, sizeof fixture->said - length, "%s\n", line);
}

/* python3 in PATH is the one that pretends. */
static int set_up(void **state)
{
    struct fixture *fixture = calloc(1, sizeof *fixture);
    char path[PATH_MAX + 100];

    scratch_make(&fixture->folder);
    mkdir(scratch_path(fixture->folder, "bin"), 0777);
    assert_int_equal(symlink(FAKE_PYTHON, scratch_path(fixture->folder, "bin/python3")), 0);
    snprintf(path, sizeof path, "%s:/usr/bin:/bin", scratch_path(fixture->folder, "bin"));
    setenv("PATH", path, 1);
    setenv("HB_FAKE_LOG", scratch_path(fixture->folder, "asked"), 1);
    setenv("HB_FAKE_MODE", "", 1);
    unsetenv("HB_FAKE_VERSION");
    fixture->registry.env_dir = strdup(scratch_path(fixture->folder, "env"));
    snprintf(fixture->registry.paths.share, PATH_MAX, "%s", HB_TEST_DIR "/data/installs");
    fixture->entry = (struct hb_entry){.name = "thing",
                                       .kind = HB_ENTRY_CLIENT,
                                       .modes = HB_MODE_SYNC,
                                       .path = "thing.yaml",
                                       .version_command = version_command,
                                       .install_kind = "pip",
                                       .install_args = requirement_files};
    fixture->options = (struct hb_install_options){.line = note_line, .context = fixture};
    *state = fixture;
    return 0;
}

static int tear_down(void **state)
{
    struct fixture *fixture = *state;

    free((char *)(uintptr_t)fixture->registry.env_dir);
    scratch_remove(&fixture->folder);
    free(fixture);
    return 0;
}

static int install(struct fixture *fixture, const struct hb_entry *entry)
{
    fixture->err = (struct hb_error){0};
    fixture->said[0] = '\0';
    return hb_install(&fixture->registry, entry, &fixture->options, &fixture->result,
                      &fixture->err);
}

static void must_install(struct fixture *fixture, const struct hb_entry *entry)
{
    if (install(fixture, entry) != 0)
        fail_msg("%s", fixture->err.message);
}

/* What pip was asked, call by call. */
static const char *asked(const struct fixture *fixture)
{
    static char text[8192];
    FILE *file = fopen(scratch_path(fixture->folder, "asked"), "r");

    text[file != NULL ? fread(text, 1, sizeof text - 1, file) : 0] = '\0';
    if (file != NULL)
        fclose(file);
    return text;
}

static void what_is_shipped_is_installed_with_its_hashes(void **state)
{
    struct fixture *fixture = *state;
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_receipt receipt;

    hb_arena_init(&arena);
    must_install(fixture, &fixture->entry);
    assert_int_equal(fixture->result.outcome, HB_INSTALLED);
    assert_string_equal(fixture->result.version, "1.2");
    assert_non_null(
        strstr(asked(fixture), "--require-hashes -r " HB_TEST_DIR "/data/installs/thing.txt"));
    hb_receipt_read(fixture->registry.env_dir, "thing", &arena, &receipt);
    assert_string_equal(receipt.version, "1.2");
    assert_string_equal(receipt.chosen, "as shipped");
    assert_string_equal(receipt.interpreter, "3.99 (/fake/python)");
}

static void what_is_there_stays(void **state)
{
    struct fixture *fixture = *state;

    must_install(fixture, &fixture->entry);
    must_install(fixture, &fixture->entry);
    assert_int_equal(fixture->result.outcome, HB_INSTALL_KEPT);
    assert_string_equal(fixture->said, "");
    fixture->options.anew = true;
    must_install(fixture, &fixture->entry);
    assert_int_equal(fixture->result.outcome, HB_INSTALLED);
}

static void other_pins_than_installed_are_out_of_date(void **state)
{
    struct fixture *fixture = *state;
    struct hb_availability found;
    const char *more[] = {"thing.txt", "thing.txt", NULL};

    must_install(fixture, &fixture->entry);
    fixture->entry.install_args = more;
    assert_int_equal(hb_registry_probe(&fixture->registry, &fixture->entry, &found, NULL), 0);
    assert_false(found.available);
    assert_non_null(strstr(found.reason, "something else"));
    must_install(fixture, &fixture->entry);
    assert_int_equal(fixture->result.outcome, HB_INSTALLED);
    assert_int_equal(hb_registry_probe(&fixture->registry, &fixture->entry, &found, NULL), 0);
    assert_true(found.available);
}

static void versions_stand_side_by_side(void **state)
{
    struct fixture *fixture = *state;
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_choice choice = {.version = "0.9"};
    const struct hb_entry *older;

    hb_arena_init(&arena);
    older = hb_entry_choose(&fixture->entry, &choice, &arena);
    must_install(fixture, &fixture->entry);
    setenv("HB_FAKE_VERSION", "0.9", 1);
    must_install(fixture, older);
    assert_string_equal(fixture->result.version, "0.9");
    assert_true(scratch_has(fixture->registry.env_dir, "thing/bin/python"));
    assert_true(scratch_has(fixture->registry.env_dir, "thing@0.9/bin/python"));
    assert_non_null(strstr(asked(fixture), " thing==0.9 --constraint "));
}

static void the_package_may_have_another_name_and_company(void **state)
{
    static const char *const packages[] = {"Thing[fast]", "helper", NULL};
    struct fixture *fixture = *state;
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_choice choice = {.version = "0.9"};

    hb_arena_init(&arena);
    fixture->entry.packages = packages;
    must_install(fixture, hb_entry_choose(&fixture->entry, &choice, &arena));
    assert_non_null(strstr(asked(fixture), " Thing[fast]==0.9 helper --constraint "));
}

static void constraints_that_do_not_fit_are_dropped_and_it_is_noted(void **state)
{
    struct fixture *fixture = *state;
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_choice choice = {.version = "0.1"};
    json_t *receipt;

    hb_arena_init(&arena);
    setenv("HB_FAKE_MODE", "conflict", 1);
    must_install(fixture, hb_entry_choose(&fixture->entry, &choice, &arena));
    receipt =
        json_load_file(scratch_path(fixture->registry.env_dir, "thing@0.1/receipt.json"), 0, NULL);
    assert_string_equal(json_string_value(json_object_get(receipt, "constraints")),
                        "none: the shipped versions do not fit");
    assert_true(json_is_false(json_object_get(receipt, "hashes")));
    json_decref(receipt);
}

static void a_registry_out_of_reach_is_told_in_one_message(void **state)
{
    struct fixture *fixture = *state;

    setenv("HB_FAKE_MODE", "offline", 1);
    assert_int_equal(install(fixture, &fixture->entry), -1);
    assert_int_equal(fixture->err.code, HB_ERR_UNAVAILABLE);
    assert_true(fixture->result.unreachable);
    assert_non_null(strstr(fixture->err.message, "the Python package index was not reached"));
    assert_non_null(strstr(fixture->err.message, "PIP_INDEX_URL"));
    assert_null(strchr(fixture->err.message, '\n'));
}

static void a_failure_leaves_what_was_there_and_says_where_all_output_is(void **state)
{
    struct fixture *fixture = *state;

    must_install(fixture, &fixture->entry);
    setenv("HB_FAKE_MODE", "refused", 1);
    fixture->options.anew = true;
    assert_int_equal(install(fixture, &fixture->entry), -1);
    assert_int_equal(fixture->err.code, HB_ERR_RUN);
    assert_non_null(
        strstr(fixture->err.message, "ERROR: the hashes do not match; all output is in"));
    assert_true(scratch_has(fixture->registry.env_dir, ".logs/thing.log"));
    assert_true(scratch_has(fixture->registry.env_dir, "thing/bin/python"));
}

static void what_does_not_work_does_not_become_the_environment(void **state)
{
    struct fixture *fixture = *state;

    setenv("HB_FAKE_MODE", "broken", 1);
    assert_int_equal(install(fixture, &fixture->entry), -1);
    assert_non_null(strstr(fixture->err.message, "printed no version"));
    assert_false(scratch_has(fixture->registry.env_dir, "thing"));
}

static void a_missing_python_is_named_with_its_package(void **state)
{
    struct fixture *fixture = *state;

    setenv("PATH", scratch_path(fixture->folder, "nothing"), 1);
    assert_int_equal(install(fixture, &fixture->entry), -1);
    assert_int_equal(fixture->err.code, HB_ERR_UNAVAILABLE);
    assert_non_null(strstr(fixture->err.message, "apt-get install python3 python3-venv"));
}

static void parts_of_the_system_are_left_to_the_user(void **state)
{
    static const char *const packages[] = {"thing-server", NULL};
    static const char *const nothing[] = {"/nonexistent/thing", NULL};
    struct fixture *fixture = *state;

    fixture->entry.install_kind = "apt";
    fixture->entry.install_args = packages;
    fixture->entry.version_command = nothing;
    must_install(fixture, &fixture->entry);
    assert_int_equal(fixture->result.outcome, HB_INSTALL_BY_HAND);
    assert_string_equal(fixture->result.command, "sudo apt-get install thing-server");
}

static void removal_is_by_name_and_takes_all_of_an_entry(void **state)
{
    struct fixture *fixture = *state;
    HB_CLEANUP(hb_arena_release) struct hb_arena arena;
    struct hb_choice choice = {.version = "0.9"};
    size_t count;

    hb_arena_init(&arena);
    must_install(fixture, &fixture->entry);
    must_install(fixture, hb_entry_choose(&fixture->entry, &choice, &arena));
    assert_int_equal(hb_uninstall(&fixture->registry, "thing@0.9", &count, NULL), 0);
    assert_int_equal(count, 1);
    assert_true(scratch_has(fixture->registry.env_dir, "thing"));
    assert_int_equal(hb_uninstall(&fixture->registry, "thing", &count, NULL), 0);
    assert_false(scratch_has(fixture->registry.env_dir, "thing"));
    assert_int_equal(hb_uninstall(&fixture->registry, "thing", &count, &fixture->err), -1);
    assert_int_equal(fixture->err.code, HB_ERR_NOT_FOUND);
}

/* ---- programs that take their time ---- */

static int follow(struct fixture *fixture, const char *script, int64_t timeout_ns)
{
    char shell[] = "/bin/sh", option[] = "-c";
    char *argv[] = {shell, option, strdup(script), NULL};
    const struct hb_follow run = {
        .argv = argv, .timeout_ns = timeout_ns, .line = note_line, .context = fixture};
    int result = hb_follow_run(&run, &fixture->err);

    free(argv[2]);
    return result;
}

static void lines_come_as_they_are_printed_to_either_output(void **state)
{
    struct fixture *fixture = *state;

    assert_int_equal(follow(fixture, "printf 'one\\ntwo'; echo three >&2; printf '\\r\\rlast'",
                            10 * HB_NS_PER_S),
                     0);
    assert_string_equal(fixture->said, "one\ntwothree\nlast\n");
}

static void a_program_that_hangs_is_ended_at_its_limit(void **state)
{
    struct fixture *fixture = *state;
    int64_t begin_ns = hb_now_ns();

    assert_int_equal(follow(fixture, "echo begun; sleep 60", 200 * HB_NS_PER_MS), -1);
    assert_int_equal(fixture->err.code, HB_ERR_LIMIT);
    assert_true(hb_now_ns() - begin_ns < 30 * HB_NS_PER_S);
}

static void *send_signal(void *line_was_told)
{
    const char *said = line_was_told;

    for (int i = 0; i < 5000 && strstr(said, "begun") == NULL; i++)
        hb_sleep_until_ns(hb_now_ns() + HB_NS_PER_MS);
    kill(getpid(), SIGINT);
    return NULL;
}

/* The signal is sent once a line was told, so it comes while the program runs. */
static void an_interrupted_installation_leaves_nothing(void **state)
{
    struct fixture *fixture = *state;
    sigset_t interrupt, before;
    pthread_t sender;

    sigemptyset(&interrupt);
    sigaddset(&interrupt, SIGINT);
    setenv("HB_FAKE_MODE", "slow", 1);
    pthread_sigmask(SIG_BLOCK, &interrupt, &before);
    fixture->said[0] = '\0';
    assert_int_equal(pthread_create(&sender, NULL, send_signal, fixture->said), 0);
    assert_int_equal(install(fixture, &fixture->entry), -1);
    pthread_join(sender, NULL);
    pthread_sigmask(SIG_SETMASK, &before, NULL);
    assert_int_equal(fixture->err.code, HB_ERR_INTERRUPTED);
    assert_false(scratch_has(fixture->registry.env_dir, "thing"));
    setenv("HB_FAKE_MODE", "", 1);
    must_install(fixture, &fixture->entry); /* nor is anything in the way */
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(what_is_shipped_is_installed_with_its_hashes),
        TEST(what_is_there_stays),
        TEST(other_pins_than_installed_are_out_of_date),
        TEST(versions_stand_side_by_side),
        TEST(the_package_may_have_another_name_and_company),
        TEST(constraints_that_do_not_fit_are_dropped_and_it_is_noted),
        TEST(a_registry_out_of_reach_is_told_in_one_message),
        TEST(a_failure_leaves_what_was_there_and_says_where_all_output_is),
        TEST(what_does_not_work_does_not_become_the_environment),
        TEST(a_missing_python_is_named_with_its_package),
        TEST(parts_of_the_system_are_left_to_the_user),
        TEST(removal_is_by_name_and_takes_all_of_an_entry),
        TEST(lines_come_as_they_are_printed_to_either_output),
        TEST(a_program_that_hangs_is_ended_at_its_limit),
        TEST(an_interrupted_installation_leaves_nothing),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
