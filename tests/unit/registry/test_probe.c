/* Version commands: what they tell, and that none of them can hold, flood or outlive us. */
#include <errno.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>

#include <cmocka.h>

#include "base/clock.h"
#include "registry/capture.h"
#include "registry/registry.h"

static const struct hb_registry registry = {.paths = {.share = HB_TEST_DIR "/data/share"},
                                            .env_dir = "/home/x y/env"};

static const char *const no_arguments[] = {NULL};

static struct hb_availability probe_entry(const char *const *version_command, const char *kind,
                                          const char *const *install_args)
{
    struct hb_entry entry = {.name = "thing",
                             .path = "thing.yaml",
                             .kind = HB_ENTRY_CLIENT,
                             .modes = HB_MODE_ASYNC,
                             .version_command = version_command,
                             .install_kind = kind,
                             .install_args = install_args};
    struct hb_availability availability;
    struct hb_error err = {0};

    if (hb_registry_probe(&registry, &entry, &availability, &err) != 0)
        fail_msg("%s", err.message);
    return availability;
}

static struct hb_availability probe(const char *script)
{
    const char *const command[] = {"/bin/sh", "-c", script, NULL};

    return probe_entry(command, "apt", (const char *const[]){"thing", NULL});
}

static void the_version_is_the_first_line_that_holds_anything(void **state)
{
    (void)state;
    assert_string_equal(probe("echo; echo '  2.32.5'; echo more").version, "2.32.5");
    assert_true(probe("echo 1").available);
    assert_string_equal(probe("echo '/opt/x/bin/envoy  version: 9e/1.40.0'").version,
                        "envoy version: 9e/1.40.0");
}

static void a_version_on_standard_error_counts_when_output_is_empty(void **state)
{
    (void)state;
    assert_string_equal(probe("echo 'nginx version: nginx/1.22.1' >&2").version,
                        "nginx version: nginx/1.22.1");
    assert_string_equal(probe("echo warning >&2; echo 3.1").version, "3.1");
}

static void a_failing_command_gives_its_last_words_as_the_reason(void **state)
{
    struct hb_availability found =
        probe("echo 1.0; printf 'Traceback\\n  line 1\\nModuleNotFoundError: no requests\\n\\n' "
              ">&2; exit 3");

    (void)state;
    assert_false(found.available);
    assert_string_equal(found.reason,
                        "/bin/sh exited with code 3: ModuleNotFoundError: no requests");
    assert_string_equal(found.remedy, "sudo apt-get install thing");
}

static void a_command_without_output_is_no_receipt(void **state)
{
    (void)state;
    assert_string_equal(probe("exit 0").reason, "/bin/sh printed no version");
}

static void a_crash_names_its_signal(void **state)
{
    (void)state;
    assert_string_equal(probe("kill -SEGV $$").reason, "/bin/sh was ended by SIGSEGV");
}

static void a_program_that_is_not_there_is_unavailable(void **state)
{
    const char *const command[] = {"hb-no-such-program", "--version", NULL};
    struct hb_availability found =
        probe_entry(command, "manual", (const char *const[]){"make", "make install", NULL});

    (void)state;
    assert_false(found.available);
    assert_string_equal(found.reason, "hb-no-such-program: No such file or directory");
    assert_string_equal(found.remedy, "make && make install");
}

static void the_remedy_of_what_is_installed_is_a_command_of_ours(void **state)
{
    static const char *const command[] = {"{python}", NULL};
    struct hb_registry odd = registry;
    struct hb_choice choice = {.version = "1.2", .python = "/opt/it's/python"};
    struct hb_entry entry = {.name = "thing",
                             .path = "thing.yaml",
                             .kind = HB_ENTRY_CLIENT,
                             .version_command = command,
                             .install_kind = "pip",
                             .install_args = no_arguments};
    struct hb_availability found;

    assert_string_equal(probe_entry(command, "pip", no_arguments).remedy,
                        "http-benchmark install thing");
    entry.choice = &choice;
    snprintf(odd.paths.program, sizeof odd.paths.program, "/no where/http-benchmark");
    assert_int_equal(hb_registry_probe(&odd, &entry, &found, NULL), 0);
    assert_string_equal(found.remedy, "'/no where/http-benchmark' install thing@1.2 --python "
                                      "'/opt/it'\\''s/python'");
    choice = (struct hb_choice){
        .packages = &(struct hb_package){.text = ".."}, .packages_count = 1, .file = "ci.yaml"};
    assert_int_equal(hb_registry_probe(&odd, &entry, &found, NULL), 0);
    assert_string_equal(found.remedy, "'/no where/http-benchmark' install --for ci.yaml");
    (void)state;
}

static void a_missing_part_of_ours_tells_to_install_again(void **state)
{
    const char *const command[] = {"{libexec}/hb-nothing", NULL};

    (void)state;
    assert_non_null(strstr(probe_entry(command, "builtin", no_arguments).remedy, "install"));
}

static void control_characters_do_not_reach_the_terminal(void **state)
{
    struct hb_availability found = probe("printf '\\033[2J1.0\\n'");

    (void)state;
    assert_true(found.available);
    assert_null(strchr(found.version, '\x1b'));
    assert_null(strchr(probe("printf '\\033[2J' >&2; exit 1").reason, '\x1b'));
}

static void a_long_version_is_cut(void **state)
{
    struct hb_availability found = probe("head -c 100000 /dev/zero | tr '\\0' x");

    (void)state;
    assert_true(found.available);
    assert_in_range(strlen(found.version), 50, sizeof found.version - 1);
}

/* Captures: the same code with a shorter limit. */

#define TIMEOUT_NS (300 * HB_NS_PER_MS)
#define GENEROUS_NS (30 * HB_NS_PER_S)

static void run(struct hb_capture *capture, const char *script)
{
    char *text = strdup(script);
    char shell[] = "/bin/sh", option[] = "-c";
    char *argv[] = {shell, option, text, NULL};
    struct hb_error err = {0};

    hb_capture_init(capture, 1000);
    assert_int_equal(hb_capture_run(capture, argv, TIMEOUT_NS, &err), 0);
    free(text);
}

static void a_command_that_hangs_is_ended_in_time(void **state)
{
    int64_t begin = hb_now_ns();
    struct hb_capture capture;

    (void)state;
    run(&capture, "trap '' TERM; echo begun; exec sleep 60");
    assert_true(capture.timed_out);
    assert_string_equal(hb_buf_text(&capture.out), "begun\n");
    assert_true(hb_now_ns() - begin < GENEROUS_NS);
    hb_capture_release(&capture);
}

static void a_command_that_floods_is_bounded_in_memory_and_time(void **state)
{
    int64_t begin = hb_now_ns();
    struct hb_capture capture;

    (void)state;
    run(&capture, "exec yes");
    assert_true(capture.timed_out);
    assert_true(capture.out.overflowed);
    assert_int_equal(capture.out.length, 1000);
    assert_true(hb_now_ns() - begin < GENEROUS_NS);
    hb_capture_release(&capture);
}

/* Whether a process runs: not gone, and not a corpse that nobody has buried yet. */
static bool is_running(long pid)
{
    char path[64], line[256] = "";
    const char *state;
    FILE *file;

    snprintf(path, sizeof path, "/proc/%ld/stat", pid);
    file = fopen(path, "r");
    if (file == NULL)
        return false;
    if (fgets(line, sizeof line, file) == NULL)
        line[0] = '\0';
    fclose(file);
    state = strrchr(line, ')');
    return state != NULL && state[2] != 'Z' && state[2] != 'X';
}

static void wait_until_gone(long pid)
{
    int64_t deadline = hb_now_ns() + GENEROUS_NS;

    while (is_running(pid) && hb_now_ns() < deadline)
        hb_sleep_until_ns(hb_now_ns() + HB_NS_PER_MS);
    assert_false(is_running(pid));
}

static void descendants_do_not_outlive_the_command(void **state)
{
    struct hb_capture capture;

    (void)state;
    run(&capture, "sleep 60 & echo $!; wait");
    assert_true(capture.timed_out);
    wait_until_gone(strtol(hb_buf_text(&capture.out), NULL, 10));
    hb_capture_release(&capture);
    run(&capture, "sleep 60 & echo $!");
    assert_false(capture.timed_out);
    assert_int_equal(capture.status, 0);
    wait_until_gone(strtol(hb_buf_text(&capture.out), NULL, 10));
    hb_capture_release(&capture);
}

static void standard_input_is_empty(void **state)
{
    struct hb_capture capture;

    (void)state;
    run(&capture, "cat; echo end");
    assert_false(capture.timed_out);
    assert_string_equal(hb_buf_text(&capture.out), "end\n");
    hb_capture_release(&capture);
}

static void nothing_is_left_to_wait_for(void **state)
{
    struct hb_capture capture;

    (void)state;
    run(&capture, "exit 7");
    assert_int_equal(waitpid(-1, NULL, WNOHANG), -1);
    assert_int_equal(errno, ECHILD);
    hb_capture_release(&capture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(the_version_is_the_first_line_that_holds_anything),
        cmocka_unit_test(a_version_on_standard_error_counts_when_output_is_empty),
        cmocka_unit_test(a_failing_command_gives_its_last_words_as_the_reason),
        cmocka_unit_test(a_command_without_output_is_no_receipt),
        cmocka_unit_test(a_crash_names_its_signal),
        cmocka_unit_test(a_program_that_is_not_there_is_unavailable),
        cmocka_unit_test(the_remedy_of_what_is_installed_is_a_command_of_ours),
        cmocka_unit_test(a_missing_part_of_ours_tells_to_install_again),
        cmocka_unit_test(control_characters_do_not_reach_the_terminal),
        cmocka_unit_test(a_long_version_is_cut),
        cmocka_unit_test(a_command_that_hangs_is_ended_in_time),
        cmocka_unit_test(a_command_that_floods_is_bounded_in_memory_and_time),
        cmocka_unit_test(descendants_do_not_outlive_the_command),
        cmocka_unit_test(standard_input_is_empty),
        cmocka_unit_test(nothing_is_left_to_wait_for),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
