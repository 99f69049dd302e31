/* Machines made up: each fault is found by its own check alone, with a remedy, and none on a good
 * machine. */
#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>
#include <stdio.h>
#include <string.h>

#include <cmocka.h>

#include "base/macros.h"
#include "exec/checkup.h"

static const struct hb_machine good = {
    .cpus = 8,
    .load = 0.3,
    .pressure = 0.01,
    .steal = 0,
    .available_kb = 8 << 20,
    .descriptors = 1 << 20,
    .ports = 28232,
    .somaxconn = 4096,
    .governor = "performance",
    .clock_source = "tsc",
    .clock_sources = "tsc hpet",
    .counts_system_calls = true,
    .counts_instructions = "callgrind",
};

static const struct hb_machine unknown = {
    .cpus = 8,
    .load = -1,
    .pressure = -1,
    .steal = -1,
    .available_kb = -1,
    .swapped_kb = -1,
    .descriptors = INT64_MAX,
    .ports = -1,
    .somaxconn = -1,
    .turbo = -1,
    .smt = -1,
    .virtual_machine = -1,
    .counts_system_calls = true,
    .counts_instructions = "perf",
};

static void a_good_machine_needs_no_remedy(void **state HB_UNUSED)
{
    struct hb_check checks[HB_CHECKS_MAX];
    size_t count = hb_checkup(&good, checks);

    for (size_t i = 0; i < count; i++) {
        assert_int_equal(checks[i].verdict, HB_CHECK_GOOD);
        assert_string_equal(checks[i].remedy, "");
    }
}

static void what_cannot_be_read_is_unknown_and_no_fault(void **state HB_UNUSED)
{
    struct hb_check checks[HB_CHECKS_MAX];
    size_t count = hb_checkup(&unknown, checks), unknowns = 0;

    for (size_t i = 0; i < count; i++) {
        assert_true(checks[i].verdict == HB_CHECK_UNKNOWN || checks[i].verdict == HB_CHECK_GOOD);
        unknowns += checks[i].verdict == HB_CHECK_UNKNOWN;
    }
    assert_int_equal(unknowns, count - 5); /* cores, quota, descriptors, counters are known */
}

struct fault {
    const char *check;
    enum hb_check_verdict verdict;
    const char *remedy; /* part of it */
    void (*break_it)(struct hb_machine *m);
};

#define BREAK(name, what)                                                                          \
    static void name(struct hb_machine *m)                                                         \
    {                                                                                              \
        what;                                                                                      \
    }

BREAK(break_cores, m->cpus = 1)
BREAK(break_quota, m->cpu_quota = 1.5)
BREAK(break_quota_more, m->cpu_quota = 4)
BREAK(break_load, m->load = 2.1)
BREAK(break_pressure, m->pressure = 0.4)
BREAK(break_virtualisation, m->virtual_machine = 1)
BREAK(break_virtualisation_more, m->steal = 0.05)
BREAK(break_governor, strcpy(m->governor, "powersave"))
BREAK(break_turbo, m->turbo = 1; strcpy(m->turbo_switch, "1 > /x"))
BREAK(break_smt, m->smt = 1)
BREAK(break_clock, strcpy(m->clock_source, "hpet"))
BREAK(break_clock_more, strcpy(m->clock_source, strcpy(m->clock_sources, "xen")))
BREAK(break_memory, m->available_kb = 100 << 10)
BREAK(break_swap, m->swapped_kb = 5000)
BREAK(break_open_files, m->descriptors = 4096)
BREAK(break_local_ports, m->ports = 10000)
BREAK(break_accept_queue, m->somaxconn = 128)
BREAK(break_system_calls, m->counts_system_calls = false)
BREAK(break_instructions, m->counts_instructions = NULL)

static const struct fault faults[] = {
    {"cores", HB_CHECK_WARNING, "two CPUs", break_cores},
    {"quota", HB_CHECK_WARNING, "--cpus", break_quota},
    {"quota", HB_CHECK_NOTE, "--cpus", break_quota_more},
    {"load", HB_CHECK_WARNING, "ps -eo", break_load},
    {"pressure", HB_CHECK_WARNING, "ps -eo", break_pressure},
    {"virtualisation", HB_CHECK_NOTE, "machine of your own", break_virtualisation},
    {"virtualisation", HB_CHECK_WARNING, "own", break_virtualisation_more},
    {"governor", HB_CHECK_WARNING, "cpupower", break_governor},
    {"turbo", HB_CHECK_NOTE, "echo 1 > /x", break_turbo},
    {"smt", HB_CHECK_NOTE, "echo off", break_smt},
    {"clock", HB_CHECK_WARNING, "echo tsc", break_clock},
    {"clock", HB_CHECK_WARNING, "there is: xen", break_clock_more},
    {"memory", HB_CHECK_WARNING, "rss", break_memory},
    {"swap", HB_CHECK_NOTE, "swapoff", break_swap},
    {"open files", HB_CHECK_NOTE, "ulimit -Hn 10064", break_open_files},
    {"local ports", HB_CHECK_NOTE, "ip_local_port_range", break_local_ports},
    {"accept queue", HB_CHECK_NOTE, "somaxconn=4096", break_accept_queue},
    {"system calls", HB_CHECK_NOTE, "apt-get install strace", break_system_calls},
    {"instructions", HB_CHECK_NOTE, "apt-get install valgrind", break_instructions},
};

static void each_fault_is_found_by_its_check_alone(void **state HB_UNUSED)
{
    for (size_t f = 0; f < HB_ARRAY_LEN(faults); f++) {
        struct hb_check checks[HB_CHECKS_MAX];
        struct hb_machine machine = good;
        size_t count, found = 0;

        faults[f].break_it(&machine);
        count = hb_checkup(&machine, checks);
        for (size_t i = 0; i < count; i++) {
            if (checks[i].verdict == HB_CHECK_GOOD)
                continue;
            assert_string_equal(checks[i].name, faults[f].check);
            assert_int_equal(checks[i].verdict, faults[f].verdict);
            if (strstr(checks[i].remedy, faults[f].remedy) == NULL)
                fail_msg("%s: %s", checks[i].name, checks[i].remedy);
            found++;
        }
        if (found != 1)
            fail_msg("fault %zu (%s) was found %zu times", f, faults[f].check, found);
    }
}

static void this_machine_can_be_read(void **state HB_UNUSED)
{
    struct hb_check checks[HB_CHECKS_MAX];
    struct hb_machine machine;
    size_t count;

    hb_machine_read(&machine);
    assert_true(machine.cpus >= 1);
    assert_true(machine.descriptors > 0);
    assert_true(machine.steal <= 1 && machine.pressure <= 1);
    count = hb_checkup(&machine, checks);
    for (size_t i = 0; i < count; i++) {
        print_message("%s: %s\n", checks[i].name, checks[i].what);
        assert_true(checks[i].what[0] != '\0');
        if (checks[i].verdict == HB_CHECK_NOTE || checks[i].verdict == HB_CHECK_WARNING)
            assert_true(checks[i].remedy[0] != '\0');
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_good_machine_needs_no_remedy),
        cmocka_unit_test(what_cannot_be_read_is_unknown_and_no_fault),
        cmocka_unit_test(each_fault_is_found_by_its_check_alone),
        cmocka_unit_test(this_machine_can_be_read),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
