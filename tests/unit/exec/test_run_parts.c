/* Job lines, read back; run directories; due instants; messages and log tails; the cool-down's
 * decision. Everything of a run that needs no process. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>
#include <utime.h>

#include <cmocka.h>
#include <jansson.h>

#include "base/memory.h"
#include "base/sample.h"
#include "exec/cooldown.h"
#include "exec/due.h"
#include "exec/job.h"
#include "exec/message.h"
#include "exec/rundir.h"
#include "exec/tail.h"
#include "sweep_fixture.h"

/* ---- jobs ---- */

static struct sweep_fixture fixture;

static struct hb_job make_job(void)
{
    static const char *const command[] = {"client", NULL};

    fixture_init(&fixture);
    fixture_add_client(&fixture, command);
    fixture.plan = (struct hb_plan){.scenario = &fixture.scenario, .cells = fixture.cells};
    fixture.concurrency = 10;
    return (struct hb_job){
        .plan = &fixture.plan,
        .cell = &fixture.cells[0],
        .base_url = "http://127.0.0.1:8080",
        .processes = 1,
        .concurrency = 10,
        .directory = "/run",
    };
}

static json_t *read_job(const struct hb_job *job, unsigned process)
{
    struct hb_buf line;
    json_t *object;

    hb_buf_init(&line, HB_PROTOCOL_LINE_MAX);
    assert_int_equal(hb_job_line(job, process, &line, NULL), 0);
    assert_int_equal(line.data[line.length - 1], '\n');
    assert_ptr_equal(strchr(line.data, '\n'), line.data + line.length - 1);
    object = json_loads(line.data, 0, NULL);
    assert_non_null(object);
    hb_buf_release(&line);
    return object;
}

static void a_job_says_what_the_protocol_page_says(void **state HB_UNUSED)
{
    static const struct hb_header headers[] = {{"Accept", "*/*"}, {"X-Quote", "a\"b\\c\n"}};
    struct hb_job job = make_job();
    json_t *read, *expected;

    fixture.url.headers = headers;
    fixture.url.headers_count = 2;
    fixture.request = (struct hb_request){"/post?x=1", "body", 4};
    fixture.cells[0].method = HB_METHOD_POST;
    fixture.server.tls.ca = "/ca.pem";
    job.ramp_ns = 200000;
    read = read_job(&job, 0);
    expected = json_loads(
        "{\"type\":\"job\",\"protocol\":1,\"client\":\"client0\",\"mode\":\"async\",\"profile\":"
        "\"tuned\",\"options\":{},"
        "\"requests\":[{\"method\":\"POST\",\"url\":\"http://127.0.0.1:8080/post?x=1\","
        "\"headers\":[[\"Accept\",\"*/*\"],[\"X-Quote\",\"a\\\"b\\\\c\\n\"]],"
        "\"body_path\":\"/run/body-0\",\"body_bytes\":4}],"
        "\"concurrency\":10,\"ramp_ns\":200000,\"process\":{\"index\":0,\"count\":1},"
        "\"http\":\"1.1\",\"tls\":{\"verify\":true,\"ca\":\"/ca.pem\",\"cert\":null,\"key\":null,"
        "\"server_name\":null},\"timeout_ns\":1000000000,\"connect_timeout_ns\":1000000000,"
        "\"keepalive\":true,\"schedule\":null,\"max_requests\":0,\"tick_ns\":10000000}",
        0, NULL);
    assert_non_null(expected);
    if (!json_equal(read, expected))
        fail_msg("%s", json_dumps(read, 0));
    json_decref(read);
    json_decref(expected);
    fixture_release(&fixture);
}

static void tasks_are_shared_out_evenly_and_none_is_lost(void **state HB_UNUSED)
{
    struct hb_job job = make_job();

    for (job.concurrency = 1; job.concurrency < 40; job.concurrency++)
        for (job.processes = 1; job.processes <= job.concurrency; job.processes++) {
            uint32_t sum = 0;

            for (unsigned p = 0; p < job.processes; p++) {
                uint32_t tasks = hb_job_tasks(&job, p);

                assert_true(tasks >= 1 && tasks <= hb_job_tasks(&job, 0));
                assert_true(hb_job_tasks(&job, 0) - tasks <= 1);
                sum += tasks;
            }
            assert_int_equal(sum, job.concurrency);
        }
    fixture_release(&fixture);
}

static void text_that_is_not_utf8_is_refused(void **state HB_UNUSED)
{
    struct hb_header header = {"X", "\xff\xfe"};
    struct hb_job job = make_job();
    struct hb_error err = {0};
    struct hb_buf line;

    fixture.url.headers = &header;
    fixture.url.headers_count = 1;
    hb_buf_init(&line, HB_PROTOCOL_LINE_MAX);
    assert_int_equal(hb_job_line(&job, 0, &line, &err), -1);
    assert_int_equal(err.code, HB_ERR_INPUT);
    hb_buf_release(&line);
    fixture_release(&fixture);
}

static void a_job_that_is_too_long_is_refused(void **state HB_UNUSED)
{
    struct hb_job job = make_job();
    struct hb_error err = {0};
    struct hb_buf line;

    hb_buf_init(&line, 100);
    assert_int_equal(hb_job_line(&job, 0, &line, &err), -1);
    assert_int_equal(err.code, HB_ERR_LIMIT);
    hb_buf_release(&line);
    fixture_release(&fixture);
}

/* ---- run directories and due instants ---- */

static void a_run_directory_is_private_and_goes_with_its_contents(void **state HB_UNUSED)
{
    struct hb_rundir dir;
    char file[PATH_MAX], inner[PATH_MAX + 16];
    struct stat facts;

    assert_int_equal(hb_rundir_make(&dir, NULL), 0);
    assert_int_equal(stat(dir.path, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0700);
    assert_int_equal(hb_rundir_write(&dir, "body-0", "x", 1, file, NULL), 0);
    assert_int_equal(stat(file, &facts), 0);
    assert_int_equal(facts.st_mode & 0777, 0600);
    assert_int_equal(hb_rundir_write(&dir, "body-0", "x", 1, file, NULL), -1);
    snprintf(inner, sizeof(inner), "%s/deep", dir.path);
    assert_int_equal(mkdir(inner, 0700), 0);
    snprintf(inner, sizeof(inner), "%s/deep/link", dir.path);
    assert_int_equal(symlink("/etc", inner), 0);
    snprintf(inner, sizeof(inner), "%s", dir.path);
    hb_rundir_remove(&dir);
    assert_int_equal(stat(inner, &facts), -1);
    assert_int_equal(stat("/etc", &facts), 0);
    hb_rundir_remove(&dir);
}

static void only_old_directories_that_nobody_holds_are_swept_away(void **state HB_UNUSED)
{
    const struct utimbuf long_ago = {0, 0};
    struct hb_rundir held, left, fresh;
    struct stat facts;
    char temporary[] = "/tmp/hb-test-XXXXXX";

    assert_non_null(mkdtemp(temporary));
    setenv("TMPDIR", temporary, 1);
    assert_int_equal(hb_rundir_make(&held, NULL), 0);
    assert_int_equal(hb_rundir_make(&left, NULL), 0);
    assert_int_equal(hb_rundir_make(&fresh, NULL), 0);
    assert_int_equal(utime(held.path, &long_ago), 0);
    assert_int_equal(utime(left.path, &long_ago), 0);
    close(left.lock_fd); /* as a killed runner does */
    left.lock_fd = -1;
    close(fresh.lock_fd);
    fresh.lock_fd = -1;
    hb_rundir_remove_stale();
    assert_int_equal(stat(held.path, &facts), 0);
    assert_int_equal(stat(fresh.path, &facts), 0);
    assert_int_equal(stat(left.path, &facts), -1);
    hb_rundir_remove(&held);
    hb_rundir_remove(&fresh);
    assert_int_equal(rmdir(temporary), 0);
    unsetenv("TMPDIR");
}

static void due_instants_are_counted_as_a_walk_counts_them(void **state HB_UNUSED)
{
    const struct hb_rate rate = {5000, HB_ARRIVALS_POISSON};
    const struct hb_span span = {.total_ns = HB_NS_PER_S};
    uint64_t *offsets;
    size_t count;
    struct hb_rundir dir;
    struct hb_due due;

    assert_int_equal(hb_rundir_make(&dir, NULL), 0);
    assert_int_equal(hb_due_make(&due, &dir, &rate, &span, 3, NULL), 0);
    assert_int_equal(hb_schedule_make(&rate, &span, 3, &offsets, &count, NULL), 0);
    assert_int_equal(due.count, count);
    for (int64_t at = -HB_NS_PER_MS; at < 2 * HB_NS_PER_S; at += 7654321) {
        size_t before = 0;

        while (before < count && (int64_t)offsets[before] < at)
            before++;
        assert_int_equal(hb_due_count_before(&due, at), before);
    }
    assert_int_equal(hb_due_count_before(&due, (int64_t)offsets[17]), 17);
    free(offsets);
    hb_due_release(&due);
    hb_rundir_remove(&dir);
}

/* ---- messages ---- */

static int parse_ready(const char *line, struct hb_error *err)
{
    struct hb_ready ready;
    int result = hb_ready_parse(line, strlen(line), &ready, err);

    if (result == 0)
        hb_ready_release(&ready);
    return result;
}

static void ready_lines_are_checked_key_by_key(void **state HB_UNUSED)
{
    static const struct {
        const char *line, *why; /* NULL: accepted */
    } cases[] = {
        {"{\"type\":\"ready\",\"protocol\":1,\"http\":\"1.1\",\"clock_ns\":5}", NULL},
        {"{\"type\":\"ready\",\"protocol\":1,\"http\":\"2\",\"clock_ns\":5,\"new\":[1]}", NULL},
        {"{\"type\":\"ready\",\"protocol\":2,\"http\":\"1.1\",\"clock_ns\":5}", "version 1"},
        {"{\"type\":\"ready\",\"http\":\"1.1\",\"clock_ns\":5}", "version 1"},
        {"{\"type\":\"ready\",\"protocol\":1,\"http\":\"3\",\"clock_ns\":5}", "\"http\""},
        {"{\"type\":\"ready\",\"protocol\":1,\"http\":\"1.1\"}", "\"clock_ns\""},
        {"{\"type\":\"ready\",\"protocol\":1,\"http\":\"1.1\",\"clock_ns\":-5}", "\"clock_ns\""},
        {"{\"type\":\"ready\",\"protocol\":1,\"http\":\"1.1\",\"clock_ns\":1.5}", "\"clock_ns\""},
        {"{\"type\":\"done\"}", "expected a ready line"},
        {"[]", "no JSON object"},
        {"", "no JSON object"},
        {"{\"type\":\"ready\",\"type\":\"ready\"}", "no JSON object"},
        {"{\"type\":\"error\",\"class\":\"limit\",\"message\":\"vm.max_map_count\"}",
         "vm.max_map_count"},
        {"{\"type\":\"error\"}", "no reason"},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct hb_error err = {0};

        assert_int_equal(parse_ready(cases[i].line, &err), cases[i].why == NULL ? 0 : -1);
        if (cases[i].why != NULL && strstr(err.message, cases[i].why) == NULL)
            fail_msg("%s: %s", cases[i].line, err.message);
    }
}

static void done_lines_are_checked_key_by_key(void **state HB_UNUSED)
{
    static const char *const good =
        "{\"type\":\"done\",\"requests\":7,\"unsent\":1,\"unfinished\":2,\"connections\":null,"
        "\"bytes\":70}";
    static const char *const bad[] = {
        "{\"type\":\"done\",\"unsent\":1,\"unfinished\":2,\"connections\":3,\"bytes\":70}",
        "{\"type\":\"done\",\"requests\":7,\"unsent\":1,\"unfinished\":2,\"bytes\":70}",
        "{\"type\":\"done\",\"requests\":7,\"unsent\":1,\"unfinished\":2,\"connections\":\"3\","
        "\"bytes\":70}",
        "{\"type\":\"done\",\"requests\":-7,\"unsent\":1,\"unfinished\":2,\"connections\":3,"
        "\"bytes\":70}",
    };
    struct hb_done done;

    assert_int_equal(hb_done_parse(good, strlen(good), &done, NULL), 0);
    assert_int_equal(done.requests, 7);
    assert_int_equal(done.connections, -1);
    assert_int_equal(done.bytes, 70);
    for (size_t i = 0; i < HB_ARRAY_LEN(bad); i++)
        assert_int_equal(hb_done_parse(bad[i], strlen(bad[i]), &done, NULL), -1);
}

/* ---- log tails ---- */

static void a_tail_keeps_the_last_whole_lines(void **state HB_UNUSED)
{
    struct hb_tail tail = {.total_bytes = 0};
    char line[64], *text;

    assert_null(hb_tail_text(&tail));
    for (int i = 0; i < 5000; i++) {
        int length = snprintf(line, sizeof(line), "line %d\n", i);

        hb_tail_add(&tail, line, (size_t)length);
    }
    text = hb_tail_text(&tail);
    assert_true(strlen(text) > HB_TAIL_BYTES - 64 && strlen(text) <= HB_TAIL_BYTES);
    assert_int_equal(strncmp(text, "line ", 5), 0);
    assert_string_equal(text + strlen(text) - 10, "line 4999\n");
    free(text);
}

static void foreign_text_is_made_harmless(void **state HB_UNUSED)
{
    struct hb_tail tail = {.total_bytes = 0};
    char *text;

    hb_tail_add(&tail, "a\033[2J\0b\xff\xc3\xa9\t\xc2\x9b\xed\xa0\x80\n", 17);
    text = hb_tail_text(&tail);
    assert_string_equal(text, "a?[2J?b?\xc3\xa9\t??"
                              "???\n");
    free(text);
}

/* ---- cool-down ---- */

static void a_cool_down_is_longer_only_for_ports_and_load(void **state HB_UNUSED)
{
    const struct hb_cooldown cooldown = {HB_NS_PER_S, 1000};
    const struct hb_cooldown brief = {HB_NS_PER_MS, 1000};
    const struct hb_cooldown none = {0, 1000};
    const struct hb_host_state calm = {28000, 100, 1, 2}, busy = {28000, 100, 3, 2},
                               full = {28000, 26500, 1, 2}, unknown = {0, 0, 0, 1};

    assert_non_null(hb_cooldown_reason(&cooldown, &calm, HB_NS_PER_S - 1));
    assert_null(hb_cooldown_reason(&cooldown, &calm, HB_NS_PER_S));
    assert_null(hb_cooldown_reason(&cooldown, &unknown, HB_NS_PER_S));
    assert_non_null(hb_cooldown_reason(&cooldown, &busy, HB_NS_PER_S));
    assert_null(hb_cooldown_reason(&cooldown, &busy, HB_COOLDOWN_LOAD_CAP_NS));
    assert_non_null(hb_cooldown_reason(&cooldown, &full, HB_COOLDOWN_LOAD_CAP_NS));
    assert_null(hb_cooldown_reason(&cooldown, &full, HB_COOLDOWN_PORTS_CAP_NS));
    assert_non_null(hb_cooldown_reason(&brief, &busy, HB_NS_PER_MS));
    assert_null(hb_cooldown_reason(&brief, &busy, HB_COOLDOWN_LOAD_FACTOR * HB_NS_PER_MS));
    assert_null(hb_cooldown_reason(&none, &busy, 0));
    assert_non_null(hb_cooldown_reason(&none, &full, 0));
}

static void the_machine_can_be_read(void **state HB_UNUSED)
{
    struct hb_host_state host;
    struct hb_host_cpu cpu;

    hb_host_state_read(&host);
    assert_true(host.ports_total > 1000 && host.cores >= 1);
    hb_host_cpu_read(&cpu);
    assert_true(cpu.known && cpu.busy_ns > 0 && cpu.steal_ns >= 0);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_job_says_what_the_protocol_page_says),
        cmocka_unit_test(tasks_are_shared_out_evenly_and_none_is_lost),
        cmocka_unit_test(text_that_is_not_utf8_is_refused),
        cmocka_unit_test(a_job_that_is_too_long_is_refused),
        cmocka_unit_test(a_run_directory_is_private_and_goes_with_its_contents),
        cmocka_unit_test(only_old_directories_that_nobody_holds_are_swept_away),
        cmocka_unit_test(due_instants_are_counted_as_a_walk_counts_them),
        cmocka_unit_test(ready_lines_are_checked_key_by_key),
        cmocka_unit_test(done_lines_are_checked_key_by_key),
        cmocka_unit_test(a_tail_keeps_the_last_whole_lines),
        cmocka_unit_test(foreign_text_is_made_harmless),
        cmocka_unit_test(a_cool_down_is_longer_only_for_ports_and_load),
        cmocka_unit_test(the_machine_can_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
