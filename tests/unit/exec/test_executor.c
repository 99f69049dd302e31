/*
 * The executor against workers that behave and workers that do everything wrong: each costs one
 * run, with a reason a person can read, and the sweep goes on.
 */
#include <dirent.h>
#include <setjmp.h>
#include <signal.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cmocka.h>

#include "base/clock.h"
#include "exec/result.h"
#include "sweep_fixture.h"

static struct sweep_fixture fixture;

static int set_up(void **state HB_UNUSED)
{
    fixture_init(&fixture);
    return 0;
}

static int tear_down(void **state HB_UNUSED)
{
    fixture_release(&fixture);
    return 0;
}

static void expect_swept(void)
{
    if (fixture.err.code != HB_OK)
        print_error("%s\n", fixture.err.message);
    assert_int_equal(fixture.err.code, HB_OK);
}

static void expect_ok(const struct seen_result *seen)
{
    assert_string_equal(seen->failure, "");
    assert_int_equal(seen->status, HB_RUN_OK);
}

/* The scripted worker has a request end each millisecond, whatever the machine is busy with; the
 * window may be longer or shorter than asked for, by as much as its readings were late. */
static void expect_requests(const struct seen_result *seen, unsigned each_ms)
{
    double expected = seen->window_s * 1000 * each_ms;

    assert_true(seen->window_s < 3);
    assert_true((double)(seen->verified + seen->failed) >= expected - each_ms - 1);
    assert_true((double)(seen->verified + seen->failed) <= expected + each_ms + 1);
}

/* Directories of runs that were not removed. */
static size_t count_run_directories(void)
{
    const char *temporary = getenv("TMPDIR");
    DIR *directory = opendir(temporary != NULL ? temporary : "/tmp");
    const struct dirent *entry;
    size_t count = 0;

    assert_non_null(directory);
    while ((entry = readdir(directory)) != NULL)
        count += strncmp(entry->d_name, "http-benchmark-", 15) == 0;
    closedir(directory);
    return count;
}

static void an_honest_worker_is_measured(void **state HB_UNUSED)
{
    const struct seen_result *seen = &fixture.seen[0];

    fixture_add_scripted(&fixture, "Honest");
    fixture_sweep(&fixture, 1);
    expect_swept();
    expect_ok(seen);
    assert_int_equal(fixture.summary.ok, 1);
    expect_requests(seen, 1);
    assert_true(seen->warmup_verified >= 19);
    assert_int_equal(seen->failed, 0);
    assert_int_equal(seen->response_mean_ns, HB_NS_PER_MS);
    assert_int_equal(seen->service_mean_ns, HB_NS_PER_MS);
    assert_true(seen->client_cpu_ns >= 0);
    assert_string_equal(seen->client_version, "1.0");
    assert_false(seen->flags & (HB_FLAG_ERRORS | HB_FLAG_LITTLES_LAW | HB_FLAG_COUNT_MISMATCH));
}

static void every_phase_is_told(void **state HB_UNUSED)
{
    fixture.scenario.run.cooldown_ns = HB_NS_PER_MS;
    fixture_add_scripted(&fixture, "Honest");
    fixture_sweep(&fixture, 2);
    expect_swept();
    for (unsigned phase = HB_PHASE_SERVER_START; phase <= HB_PHASE_COOLDOWN; phase++)
        assert_true(fixture.phases[phase]);
}

struct misdeed {
    const char *behaviour;
    const char *failure; /* part of the text */
    const char *log;     /* part of the log tail; NULL: not looked at */
};

static const struct misdeed misdeeds[] = {
    {"CrashBeforeReady", "exited with code 1 before it was ready", "no such library"},
    {"GarbageReady", "no JSON object: Loading configuration ?[31m...", NULL},
    {"WrongClock", "clock is not CLOCK_MONOTONIC", NULL},
    {"Unsupported", "HTTP/2 needs the h2 package", NULL},
    {"Unavailable", "the package is not installed", NULL},
    {"TalksBeforeGo", "before it was told to go", NULL},
    {"CrashInRun", "was killed by signal 9", "something broke"},
    {"DoneEarly", "before its time", NULL},
    {"LiesInTotals", "requests, but wrote", NULL},
    {"LiesInBytes", "bytes, but its samples say", NULL},
    {"LiesInSamples", "sample 1 ends before it starts", NULL},
    {"PartialRecord", "cut off after 13 bytes", NULL},
    {"GarbageSamples", "unknown kind", NULL},
    {"FloodsOutput", "line longer than", NULL},
    {"FloodsErrors", "on standard error", "noise\nnoise\n"},
    {"TalksAfterDone", "wrote more after it was done", NULL},
    {"FailsAfterDone", "exited with code 3 after it was done", NULL},
    {"NothingVerified", "no response was verified in the window: ", NULL},
    {"HangInRun", "did not say that it is done in time", NULL},
};

static void each_misdeed_costs_one_run_and_is_named(void **state HB_UNUSED)
{
    for (size_t i = 0; i < HB_ARRAY_LEN(misdeeds); i++)
        fixture_add_scripted(&fixture, misdeeds[i].behaviour);
    fixture_add_scripted(&fixture, "Honest");
    fixture_sweep(&fixture, 1);
    expect_swept();
    assert_int_equal(fixture.seen_count, HB_ARRAY_LEN(misdeeds) + 1);
    for (size_t i = 0; i < HB_ARRAY_LEN(misdeeds); i++) {
        const struct seen_result *seen = &fixture.seen[i];

        if (strstr(seen->failure, misdeeds[i].failure) == NULL)
            fail_msg("%s: \"%s\"", misdeeds[i].behaviour, seen->failure);
        assert_int_equal(seen->status, HB_RUN_FAILED);
        if (misdeeds[i].log != NULL && strstr(seen->log, misdeeds[i].log) == NULL)
            fail_msg("%s: log \"%s\"", misdeeds[i].behaviour, seen->log);
    }
    expect_ok(&fixture.seen[HB_ARRAY_LEN(misdeeds)]);
    assert_int_equal(fixture.summary.failed, HB_ARRAY_LEN(misdeeds));
    assert_int_equal(fixture.summary.ok, 1);
}

static void a_worker_that_does_not_get_ready_is_ended(void **state HB_UNUSED)
{
    fixture.options.ready_limit_ns = 300 * HB_NS_PER_MS;
    fixture_add_scripted(&fixture, "HangBeforeReady");
    fixture_add_scripted(&fixture, "IgnoreSigterm");
    fixture_add_scripted(&fixture, "NeverReads");
    fixture_sweep(&fixture, 1);
    expect_swept();
    for (size_t i = 0; i < 3; i++) {
        assert_non_null(strstr(fixture.seen[i].failure, "did not say that it is ready in time"));
        assert_true(fixture.seen[i].wall_ns < 20 * HB_NS_PER_S);
    }
}

static void a_job_larger_than_a_pipe_waits_for_a_worker_that_does_not_read(void **state HB_UNUSED)
{
    struct hb_header header = {"X-Large", NULL};
    char *value = hb_arena_alloc(&fixture.arena, 300000);

    memset(value, 'x', 299999);
    header.value = value;
    fixture.url.headers = &header;
    fixture.url.headers_count = 1;
    fixture.options.ready_limit_ns = 400 * HB_NS_PER_MS;
    fixture_add_scripted(&fixture, "NeverReads");
    fixture_sweep(&fixture, 1);
    expect_swept();
    assert_non_null(strstr(fixture.seen[0].failure, "ready in time"));

    fixture.options.ready_limit_ns = 20 * HB_NS_PER_S;
    fixture.scenario.clients_count = 0;
    fixture_add_scripted(&fixture, "Honest");
    fixture_sweep(&fixture, 1);
    expect_ok(&fixture.seen[1]);
}

static void a_client_that_cannot_be_executed_fails_its_run(void **state HB_UNUSED)
{
    static const char *const nothing[] = {"/nonexistent/client", NULL};

    fixture_add_client(&fixture, nothing);
    fixture_add_scripted(&fixture, "Honest");
    fixture_sweep(&fixture, 1);
    expect_swept();
    assert_int_equal(fixture.seen[0].status, HB_RUN_FAILED);
    assert_non_null(strstr(fixture.seen[0].failure, "No such file"));
    expect_ok(&fixture.seen[1]);
}

static void what_is_not_installed_is_skipped_when_the_scenario_says_so(void **state HB_UNUSED)
{
    fixture.scenario.run.missing_clients = HB_MISSING_SKIP;
    fixture_add_scripted(&fixture, "Unavailable");
    fixture_sweep(&fixture, 1);
    expect_swept();
    assert_int_equal(fixture.seen[0].status, HB_RUN_SKIPPED);
    assert_int_equal(fixture.summary.skipped, 1);
}

static void a_missing_client_refuses_the_sweep_or_skips_its_runs(void **state HB_UNUSED)
{
    static const char *const no_version[] = {"/nonexistent/version", NULL};

    fixture_add_scripted(&fixture, "Honest");
    fixture_add_scripted(&fixture, "Honest");
    fixture.entries[1].version_command = no_version;
    assert_int_equal(fixture_sweep(&fixture, 1), -1);
    assert_int_equal(fixture.err.code, HB_ERR_UNAVAILABLE);
    assert_int_equal(fixture.seen_count, 0);

    fixture.err = (struct hb_error){0};
    fixture.scenario.run.missing_clients = HB_MISSING_SKIP;
    fixture_sweep(&fixture, 1);
    expect_swept();
    expect_ok(&fixture.seen[0]);
    assert_int_equal(fixture.seen[1].status, HB_RUN_SKIPPED);
    assert_true(fixture.seen[1].failure[0] != '\0');
}

static void failures_are_counted_apart_and_flagged(void **state HB_UNUSED)
{
    fixture_add_scripted(&fixture, "SomeFail");
    fixture_sweep(&fixture, 1);
    expect_swept();
    expect_ok(&fixture.seen[0]);
    expect_requests(&fixture.seen[0], 1);
    assert_in_range(fixture.seen[0].failed * 9, fixture.seen[0].verified - 10,
                    fixture.seen[0].verified + 10);
    assert_true(fixture.seen[0].flags & HB_FLAG_ERRORS);
}

static void smoke_is_over_with_its_one_request(void **state HB_UNUSED)
{
    int64_t began_ns = hb_now_ns();

    fixture.options.smoke = true;
    fixture.concurrency = 50;
    fixture.duration_ns = 60 * HB_NS_PER_S;
    fixture.scenario.run.warmup_ns = 60 * HB_NS_PER_S;
    fixture_add_scripted(&fixture, "Honest");
    fixture_add_scripted(&fixture, "NothingVerified");
    fixture_sweep(&fixture, 1);
    expect_swept();
    expect_ok(&fixture.seen[0]);
    assert_int_equal(fixture.seen[0].purpose, HB_PURPOSE_SMOKE);
    assert_int_equal(fixture.seen[0].verified, 1);
    assert_int_equal(fixture.seen[0].flags, 0);
    assert_string_equal(
        fixture.seen[1].failure,
        "no response was verified in the window: 1 had another status than expected");
    assert_true(hb_now_ns() - began_ns < 30 * HB_NS_PER_S);
}

static void an_open_loop_counts_what_was_due_in_the_window(void **state HB_UNUSED)
{
    const struct seen_result *full = &fixture.seen[0], *late = &fixture.seen[1];

    fixture.rate.per_second = 2000;
    fixture_add_scripted(&fixture, "OpenLoop");
    fixture_add_scripted(&fixture, "OpenLoopLate");
    fixture_sweep(&fixture, 1);
    expect_swept();
    expect_ok(full);
    assert_in_range(full->scheduled, (uint64_t)(full->window_s * 2000) - 2,
                    (uint64_t)(full->window_s * 2000) + 2);
    assert_int_equal(full->verified, full->scheduled);
    assert_int_equal(full->unsent, 0);
    assert_int_equal(full->response_mean_ns - full->service_mean_ns, 100 * HB_NS_PER_US);
    assert_false(full->flags & HB_FLAG_GENERATOR_LATE);
    expect_ok(late);
    assert_true(late->unsent > 50);
    assert_int_equal(late->verified + late->unsent, late->scheduled);
    assert_true(late->flags & HB_FLAG_GENERATOR_LATE);
}

static void several_processes_share_the_concurrency(void **state HB_UNUSED)
{
    fixture.scenario.run.processes = 3;
    fixture.concurrency = 2; /* so two processes are enough */
    fixture_add_scripted(&fixture, "Honest");
    fixture_add_scripted(&fixture, "LiesInTotals");
    fixture_sweep(&fixture, 1);
    expect_swept();
    expect_ok(&fixture.seen[0]);
    expect_requests(&fixture.seen[0], 2);
    assert_non_null(strstr(fixture.seen[1].failure, "process "));
}

static void a_short_warm_up_is_stretched_to_the_ramp(void **state HB_UNUSED)
{
    fixture.scenario.run.warmup_ns = 0;
    fixture.concurrency = 1000; /* 50 ms of ramp */
    fixture_add_scripted(&fixture, "Honest");
    fixture_sweep(&fixture, 1);
    expect_swept();
    expect_ok(&fixture.seen[0]);
    assert_true(fixture.seen[0].warmup_verified >= 49);
    assert_true(fixture.seen[0].flags & HB_FLAG_LITTLES_LAW); /* one request at a time, not 1000 */
}

/* The honest worker's figure repeats to a thousandth, the moody one's never does. */
static void rounds_are_added_only_until_a_figure_is_known(void **state HB_UNUSED)
{
    size_t counts[2][HB_RUN_NOT_NEEDED + 1] = {{0}};

    fixture.scenario.run.rounds_min = 5;
    fixture.scenario.run.until_ci = 0.05;
    fixture.duration_ns = 100 * HB_NS_PER_MS;
    fixture_add_scripted(&fixture, "Honest");
    fixture_add_scripted(&fixture, "Moody");
    fixture_sweep(&fixture, 8);
    expect_swept();
    assert_int_equal(fixture.seen_count, 16);
    for (size_t i = 0; i < 16; i++)
        counts[i % 2][fixture.seen[i].status]++;
    assert_int_equal(counts[0][HB_RUN_OK], 6);
    assert_int_equal(counts[0][HB_RUN_NOT_NEEDED], 2);
    assert_int_equal(counts[1][HB_RUN_OK], 8);
    assert_int_equal(fixture.summary.ok, 14);
    assert_int_equal(fixture.summary.not_needed, 2);
    assert_int_equal(fixture.summary.left, 0);
    assert_int_equal(fixture.last_progress.runs_done, 13); /* in the middle of the last one */
    assert_int_equal(fixture.last_progress.runs_total, 14);
}

/* A caller's rule: the first cell needs the first and third rounds only. */
struct rule {
    unsigned asked, learnt, not_needed;
};

static bool only_even_rounds(void *context, size_t run)
{
    struct rule *rule = context;
    const struct hb_plan_run *planned = &fixture.plan.runs[run];

    rule->asked++;
    return planned->cell == 0 && planned->round % 2 == 1;
}

static void count_learnt(void *context, const struct hb_run_result *result)
{
    struct rule *rule = context;

    rule->learnt++;
    rule->not_needed += result->status == HB_RUN_NOT_NEEDED;
}

static void a_caller_may_say_which_runs_are_needed(void **state HB_UNUSED)
{
    struct rule rule = {0};
    const struct hb_exec_policy policy = {&rule, only_even_rounds, count_learnt};

    fixture.options.policy = &policy;
    fixture.duration_ns = 100 * HB_NS_PER_MS;
    fixture_add_scripted(&fixture, "Honest");
    fixture_add_scripted(&fixture, "Honest");
    fixture_sweep(&fixture, 3);
    expect_swept();
    assert_int_equal(fixture.seen_count, 6);
    for (size_t i = 0; i < 6; i++)
        assert_int_equal(fixture.seen[i].status, i == 2 ? HB_RUN_NOT_NEEDED : HB_RUN_OK);
    assert_int_equal(rule.learnt, 6);
    assert_int_equal(rule.not_needed, 1);
    assert_true(rule.asked >= 6);
    assert_int_equal(fixture.summary.not_needed, 1);
    assert_int_equal(fixture.last_progress.runs_total, 5);
}

/* What was found out before an interruption counts, so only what is missing is made. */
static void a_resumed_sweep_remembers_what_is_known(void **state HB_UNUSED)
{
    static const size_t left[] = {4, 5, 6, 7};
    static const struct hb_exec_earlier earlier[] = {{0, 1000}, {1, 1000}, {2, 1000}, {3, 1000}};

    fixture.scenario.run.rounds_min = 5;
    fixture.scenario.run.until_ci = 0.05;
    fixture.duration_ns = 100 * HB_NS_PER_MS;
    fixture.options.runs = left;
    fixture.options.runs_count = 4;
    fixture.options.earlier = earlier;
    fixture.options.earlier_count = 4;
    fixture_add_scripted(&fixture, "Honest");
    fixture_sweep(&fixture, 8);
    expect_swept();
    assert_int_equal(fixture.summary.ok, 2);
    assert_int_equal(fixture.summary.not_needed, 2);
}

static void a_yardstick_runs_once_before_the_others_and_is_none_of_them(void **state HB_UNUSED)
{
    fixture_add_scripted(&fixture, "Honest");
    fixture_add_scripted(&fixture, "Honest");
    fixture.yardsticks = 1;
    fixture_sweep(&fixture, 2);
    expect_swept();
    assert_int_equal(fixture.seen_count, 3);
    assert_int_equal(fixture.seen[0].purpose, HB_PURPOSE_CEILING);
    assert_int_equal(fixture.seen[0].run, 2);
    expect_ok(&fixture.seen[0]);
    assert_int_equal(fixture.seen[1].purpose, HB_PURPOSE_MEASURED);
    assert_int_equal(fixture.summary.ok, 2);
    assert_int_equal(fixture.last_progress.runs_total, 3);
}

static void a_yardstick_that_fails_or_is_missing_spoils_nothing(void **state HB_UNUSED)
{
    static const char *const no_version[] = {"/nonexistent/version", NULL};

    fixture_add_scripted(&fixture, "Honest");
    fixture_add_scripted(&fixture, "CrashInRun");
    fixture_add_scripted(&fixture, "Honest");
    fixture.entries[2].version_command = no_version;
    fixture.entries[2].sends_nothing = true;
    fixture.yardsticks = 2;
    fixture_sweep(&fixture, 1);
    expect_swept();
    assert_int_equal(fixture.seen[0].status, HB_RUN_FAILED);
    assert_int_equal(fixture.seen[1].status, HB_RUN_SKIPPED);
    assert_int_equal(fixture.seen[1].purpose, HB_PURPOSE_FLOOR);
    expect_ok(&fixture.seen[2]);
    assert_int_equal(fixture.summary.failed + fixture.summary.skipped, 0);
}

static void a_yardstick_that_nobody_needed_is_told_so(void **state HB_UNUSED)
{
    static const size_t left[] = {1};

    fixture_add_scripted(&fixture, "Honest");
    fixture_add_scripted(&fixture, "Honest");
    fixture.yardsticks = 1;
    fixture.options.runs = left;
    fixture.options.runs_count = 1;
    fixture_sweep(&fixture, 1);
    expect_swept();
    assert_int_equal(fixture.seen_count, 1);
    assert_int_equal(fixture.seen[0].status, HB_RUN_SKIPPED);
    assert_int_equal(fixture.summary.left, 0);
}

static void nothing_is_left_in_the_temporary_directory(void **state HB_UNUSED)
{
    char template[] = "/tmp/hb-test-XXXXXX";

    assert_non_null(mkdtemp(template));
    setenv("TMPDIR", template, 1);
    fixture.request.body = "{}";
    fixture.request.body_bytes = 2;
    fixture_add_scripted(&fixture, "Honest");
    fixture_add_scripted(&fixture, "CrashInRun");
    fixture_add_scripted(&fixture, "LeavesAProcess");
    fixture_sweep(&fixture, 1);
    expect_swept();
    expect_ok(&fixture.seen[0]);
    assert_int_equal(count_run_directories(), 0);
    assert_int_equal(rmdir(template), 0);
    unsetenv("TMPDIR");
}

static void interrupt_ourselves(void *context HB_UNUSED, const struct hb_exec_progress *progress)
{
    if (progress->run == 1 && progress->phase == HB_PHASE_WINDOW)
        raise(SIGINT);
}

static void an_interrupt_abandons_the_current_run_and_keeps_the_others(void **state HB_UNUSED)
{
    fixture.sink.progress = interrupt_ourselves;
    fixture_add_scripted(&fixture, "Honest");
    fixture_add_scripted(&fixture, "Honest");
    fixture_add_scripted(&fixture, "Honest");
    fixture.duration_ns = 500 * HB_NS_PER_MS;
    fixture_sweep(&fixture, 1);
    expect_swept();
    assert_true(fixture.summary.interrupted);
    assert_int_equal(fixture.seen_count, 1);
    assert_int_equal(fixture.seen[0].run, 0);
}

/* A child that sends us SIGINT in a while; to be waited for. */
static pid_t interrupt_later(void)
{
    pid_t pid = fork();

    assert_true(pid >= 0);
    if (pid == 0) {
        usleep(300000);
        kill(getppid(), SIGINT);
        _exit(0);
    }
    return pid;
}

static void expect_prompt_interrupt(void)
{
    int64_t began_ns = hb_now_ns();
    pid_t pid = interrupt_later();

    fixture_sweep(&fixture, 1);
    expect_swept();
    assert_true(fixture.summary.interrupted);
    assert_int_equal(fixture.seen_count, 0);
    assert_int_equal(fixture.summary.left, 1);
    assert_true(hb_now_ns() - began_ns < 10 * HB_NS_PER_S); /* of 30 */
    assert_int_equal(waitpid(pid, NULL, 0), pid);
}

static void an_interrupt_does_not_wait_for_a_version(void **state HB_UNUSED)
{
    static const char *const slow_version[] = {"sleep", "30", NULL};

    fixture_add_scripted(&fixture, "Honest");
    fixture.entries[0].version_command = slow_version;
    expect_prompt_interrupt();
}

static void an_interrupt_does_not_wait_for_a_server_to_get_ready(void **state HB_UNUSED)
{
    static const char *const never_ready[] = {"sleep", "30", NULL};
    static const struct hb_entry ours = {.name = "slow", .command = never_ready, .path = ""};
    static const char *const no_files[] = {NULL};
    static const struct hb_entry_topology topology = {.configuration = no_files,
                                                      .environment = no_files,
                                                      .ready = "http://127.0.0.1:@http@/",
                                                      .probe = "/"};
    static const struct hb_entry foreign = {
        .name = "slow", .command = never_ready, .path = "", .topology = &topology};

    fixture_add_scripted(&fixture, "Honest");
    fixture.server = (struct hb_server_spec){.name = "slow", .entry = &ours, .options_json = "{}"};
    expect_prompt_interrupt();
    fixture.server.entry = &foreign;
    expect_prompt_interrupt();
}

static void a_budget_ends_the_sweep_after_a_whole_round(void **state HB_UNUSED)
{
    fixture.options.budget_ns = HB_NS_PER_MS;
    fixture_add_scripted(&fixture, "Honest");
    fixture_add_scripted(&fixture, "Honest");
    fixture_sweep(&fixture, 3);
    expect_swept();
    assert_true(fixture.summary.budget_reached);
    assert_int_equal(fixture.seen_count, 2);
}

static void only_the_runs_asked_for_are_made(void **state HB_UNUSED)
{
    static const size_t left[] = {1, 3};

    fixture.options.runs = left;
    fixture.options.runs_count = 2;
    fixture_add_scripted(&fixture, "Honest");
    fixture_add_scripted(&fixture, "Honest");
    fixture_sweep(&fixture, 2);
    expect_swept();
    assert_int_equal(fixture.seen_count, 2);
    assert_int_equal(fixture.seen[0].run, 1);
    assert_int_equal(fixture.seen[1].run, 3);
}

static void a_sink_that_fails_ends_the_sweep(void **state HB_UNUSED)
{
    fixture.fail_after = 1;
    fixture_add_scripted(&fixture, "Honest");
    assert_int_equal(fixture_sweep(&fixture, 3), -1);
    assert_int_equal(fixture.seen_count, 1);
    assert_non_null(strstr(fixture.err.message, "disk full"));
}

static void an_incomplete_installation_is_refused(void **state HB_UNUSED)
{
    strcpy(fixture.registry.paths.libexec, "/nonexistent");
    fixture_add_scripted(&fixture, "Honest");
    assert_int_equal(fixture_sweep(&fixture, 1), -1);
    assert_non_null(strstr(fixture.err.message, "/nonexistent/hb-keeper"));
}

#define TEST(name) cmocka_unit_test_setup_teardown(name, set_up, tear_down)

int main(void)
{
    const struct CMUnitTest tests[] = {
        TEST(an_honest_worker_is_measured),
        TEST(every_phase_is_told),
        TEST(each_misdeed_costs_one_run_and_is_named),
        TEST(a_worker_that_does_not_get_ready_is_ended),
        TEST(a_job_larger_than_a_pipe_waits_for_a_worker_that_does_not_read),
        TEST(a_client_that_cannot_be_executed_fails_its_run),
        TEST(what_is_not_installed_is_skipped_when_the_scenario_says_so),
        TEST(a_missing_client_refuses_the_sweep_or_skips_its_runs),
        TEST(failures_are_counted_apart_and_flagged),
        TEST(smoke_is_over_with_its_one_request),
        TEST(an_open_loop_counts_what_was_due_in_the_window),
        TEST(several_processes_share_the_concurrency),
        TEST(a_short_warm_up_is_stretched_to_the_ramp),
        TEST(rounds_are_added_only_until_a_figure_is_known),
        TEST(a_caller_may_say_which_runs_are_needed),
        TEST(a_resumed_sweep_remembers_what_is_known),
        TEST(a_yardstick_runs_once_before_the_others_and_is_none_of_them),
        TEST(a_yardstick_that_fails_or_is_missing_spoils_nothing),
        TEST(a_yardstick_that_nobody_needed_is_told_so),
        TEST(nothing_is_left_in_the_temporary_directory),
        TEST(an_interrupt_abandons_the_current_run_and_keeps_the_others),
        TEST(an_interrupt_does_not_wait_for_a_version),
        TEST(an_interrupt_does_not_wait_for_a_server_to_get_ready),
        TEST(a_budget_ends_the_sweep_after_a_whole_round),
        TEST(only_the_runs_asked_for_are_made),
        TEST(a_sink_that_fails_ends_the_sweep),
        TEST(an_incomplete_installation_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
