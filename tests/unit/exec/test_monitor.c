/* The monitor against programs whose use of the machine is known from inside or by construction. */
#include "child_fixture.h"

#include <stdlib.h>
#include <sys/wait.h>

#include "base/fd.h"
#include "exec/monitor.h"

#define INTERVAL_MS 50

static void send_line(const struct hb_child *child)
{
    assert_int_equal(write(child->stdin_fd, "\n", 1), 1);
}

/* Sample at the usual pace until the program says how much CPU it used; microseconds. */
static double sample_until_told(struct hb_monitor *monitor, const struct hb_child *child)
{
    struct pollfd told = {.fd = child->stdout_fd, .events = POLLIN};
    char line[64];

    while (poll(&told, 1, INTERVAL_MS) == 0)
        hb_monitor_sample(monitor);
    read_text(child->stdout_fd, line, sizeof line, 1);
    return strtod(line, NULL);
}

static void assert_within(double measured, double truth, double tolerance)
{
    if (measured < truth * (1 - tolerance) || measured > truth * (1 + tolerance))
        fail_msg("measured %.0f, truth %.0f", measured, truth);
}

static struct hb_usage watch(const char *act, const char *number, bool from_keeper,
                             double *ret_truth_us)
{
    struct hb_monitor *monitor = hb_monitor_new();
    struct hb_child child;
    struct hb_usage usage;
    int64_t start_ns, end_ns;

    start(&child, act, number);
    await_up(&child);
    if (from_keeper)
        hb_monitor_add_child(monitor, &child);
    else
        hb_monitor_add_root(monitor, child.pid);
    start_ns = hb_monitor_window_start(monitor);
    send_line(&child);
    *ret_truth_us = sample_until_told(monitor, &child);
    end_ns = hb_monitor_window_end(monitor, &usage);
    assert_true(start_ns < end_ns && end_ns <= hb_now_ns());
    hb_monitor_free(monitor);
    hb_child_release(&child);
    return usage;
}

static void cpu_of_processes_that_end_within_the_window_is_exact(void **state HB_UNUSED)
{
    double truth_us;
    struct hb_usage usage = watch("burn-tree", "500", false, &truth_us);

    assert_true(usage.known);
    assert_true(truth_us >= 1490e3); /* three of 500 ms each, by another clock of the kernel */
    assert_within((double)usage.cpu_ns / 1e3, truth_us, 0.02);
    assert_int_equal(usage.processes, 3);
}

static void cpu_of_a_child_that_lives_on_is_exact(void **state HB_UNUSED)
{
    double truth_us;
    struct hb_usage usage = watch("burn-and-stay", "500", true, &truth_us);

    assert_within((double)usage.cpu_ns / 1e3, truth_us, 0.02);
    assert_int_equal(usage.processes, 2);       /* the keeper is none of them */
    assert_true(usage.voluntary_switches >= 1); /* the parent went to sleep */
}

static void what_daemonises_is_still_counted(void **state HB_UNUSED)
{
    struct hb_monitor *monitor = hb_monitor_new();
    struct hb_child child;
    struct hb_usage usage;

    start(&child, "daemonise-and-stay", NULL);
    await_up(&child);
    hb_monitor_add_child(monitor, &child);
    (void)hb_monitor_window_start(monitor);
    (void)hb_monitor_window_end(monitor, &usage);
    assert_int_equal(usage.processes, 2);
    hb_monitor_free(monitor);
    hb_child_release(&child);
}

static void cpu_never_goes_back_when_processes_vanish(void **state HB_UNUSED)
{
    struct hb_monitor *monitor = hb_monitor_new();
    struct hb_child child;
    struct hb_usage before, after;

    start(&child, "burn-and-stay", "100");
    await_up(&child);
    hb_monitor_add_root(monitor, child.pid);
    (void)hb_monitor_window_start(monitor);
    send_line(&child);
    (void)sample_until_told(monitor, &child);
    (void)hb_monitor_window_end(monitor, &before);
    hb_child_release(&child);
    (void)hb_monitor_window_end(monitor, &after);
    assert_true(before.cpu_ns >= 99 * HB_NS_PER_MS);
    assert_true(after.cpu_ns >= before.cpu_ns);
    hb_monitor_free(monitor);
}

static void memory_and_threads_are_seen(void **state HB_UNUSED)
{
    static const struct {
        const char *act, *number;
        uint64_t rss_bytes;
        uint32_t threads;
    } cases[] = {
        {"memory", "64", 64 << 20, 1}, {"threads", "40", 0, 41}, {"threads", "300", 0, 301}};

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); ++i) {
        struct hb_monitor *monitor = hb_monitor_new();
        struct hb_child child;
        struct hb_usage usage;

        start(&child, cases[i].act, cases[i].number);
        await_up(&child);
        hb_monitor_add_root(monitor, child.pid);
        (void)hb_monitor_window_start(monitor);
        hb_monitor_sample(monitor);
        (void)hb_monitor_window_end(monitor, &usage);
        assert_true(usage.rss_peak_bytes >= cases[i].rss_bytes);
        assert_true(usage.rss_peak_bytes < cases[i].rss_bytes + (48 << 20));
        assert_true(usage.rss_avg_bytes <= usage.rss_peak_bytes);
        assert_int_equal(usage.threads, cases[i].threads);
        assert_int_equal(usage.processes, 1);
        hb_monitor_free(monitor);
        hb_child_release(&child);
    }
}

static void reads_and_writes_are_counted(void **state HB_UNUSED)
{
    struct hb_monitor *monitor = hb_monitor_new();
    struct hb_usage usage;
    char block[4096] = {0};
    FILE *null_file = fopen("/dev/null", "we");

    hb_monitor_add_root(monitor, getpid());
    (void)hb_monitor_window_start(monitor);
    for (int i = 0; i < 100; ++i)
        assert_int_equal(write(fileno(null_file), block, sizeof block), sizeof block);
    (void)hb_monitor_window_end(monitor, &usage);
    assert_in_range(usage.written_bytes, 100 * sizeof block, 101 * sizeof block);
    fclose(null_file);
    hb_monitor_free(monitor);
}

static void a_process_that_never_was_costs_nothing(void **state HB_UNUSED)
{
    struct hb_monitor *monitor = hb_monitor_new();
    struct hb_usage usage;
    pid_t gone = fork();

    if (gone == 0)
        _exit(0);
    assert_int_equal(waitpid(gone, NULL, 0), gone);
    hb_monitor_add_root(monitor, gone);
    (void)hb_monitor_window_start(monitor);
    hb_monitor_sample(monitor);
    (void)hb_monitor_window_end(monitor, &usage);
    assert_int_equal(usage.cpu_ns, 0);
    assert_int_equal(usage.processes, 0);
    hb_monitor_free(monitor);
    hb_monitor_free(NULL);
}

static int64_t own_cpu_ns(void)
{
    struct timespec time;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
    return (int64_t)time.tv_sec * HB_NS_PER_S + time.tv_nsec;
}

/* Ten samples a second must stay below one per cent of a core. */
static void a_sample_is_cheap(void **state HB_UNUSED)
{
    struct hb_monitor *monitor = hb_monitor_new();
    struct hb_child child;
    const int samples = 200;
    int64_t cost_ns;

    start(&child, "ignore-sigterm", NULL);
    await_up(&child);
    hb_monitor_add_child(monitor, &child);
    hb_monitor_sample(monitor);
    cost_ns = own_cpu_ns();
    for (int i = 0; i < samples; ++i)
        hb_monitor_sample(monitor);
    cost_ns = (own_cpu_ns() - cost_ns) / samples;
    print_message("%lld us of CPU a sample\n", (long long)(cost_ns / HB_NS_PER_US));
    assert_true(cost_ns < HB_NS_PER_MS);
    hb_monitor_free(monitor);
    hb_child_release(&child);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(cpu_of_processes_that_end_within_the_window_is_exact),
        cmocka_unit_test(cpu_of_a_child_that_lives_on_is_exact),
        cmocka_unit_test(what_daemonises_is_still_counted),
        cmocka_unit_test(cpu_never_goes_back_when_processes_vanish),
        cmocka_unit_test(memory_and_threads_are_seen),
        cmocka_unit_test(reads_and_writes_are_counted),
        cmocka_unit_test(a_process_that_never_was_costs_nothing),
        cmocka_unit_test(a_sample_is_cheap),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
