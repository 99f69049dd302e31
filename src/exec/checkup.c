/* The checks, one function each, in the order in which they are shown. The thresholds stand where
 * they are used. */
#include "exec/checkup.h"

#include <inttypes.h>
#include <stdio.h>
#include <string.h>

#include "base/assert.h"
#include "base/macros.h"

#define CALM_LOAD_PER_CPU 0.25
#define CALM_LOAD 0.5
#define CALM_PRESSURE 0.10
#define STEAL_NOTED 0.002
#define STEAL_WARNED 0.01
#define ENOUGH_MEMORY_KB (512 << 10)
#define LARGE_CONCURRENCY 10000 /* the default limit of a scenario's concurrency */
#define SPARE_DESCRIPTORS 64

static const char *const verdict_names[] = {
    [HB_CHECK_GOOD] = "good",
    [HB_CHECK_NOTE] = "note",
    [HB_CHECK_WARNING] = "warning",
    [HB_CHECK_UNKNOWN] = "unknown",
};

const char *hb_check_verdict_name(enum hb_check_verdict verdict)
{
    HB_ASSERT((size_t)verdict < HB_ARRAY_LEN(verdict_names));
    return verdict_names[verdict];
}

/* What a check finds, and what helps; formats as printf() takes them. */
#define SAY(check, found, ...)                                                                     \
    ((check)->verdict = (found), snprintf((check)->what, sizeof(check)->what, __VA_ARGS__))
#define MEND(check, ...) snprintf((check)->remedy, sizeof(check)->remedy, __VA_ARGS__)

static void check_cores(const struct hb_machine *machine, struct hb_check *check)
{
    if (machine->cpus < 2) {
        SAY(check, HB_CHECK_WARNING, "client and server share one CPU");
        MEND(check, "give the machine or container two CPUs or more; figures of client and server "
                    "limit each other");
    } else {
        SAY(check, HB_CHECK_GOOD, "%d CPUs: client and server are kept apart", machine->cpus);
    }
}

static void check_quota(const struct hb_machine *machine, struct hb_check *check)
{
    if (machine->cpu_quota <= 0) {
        SAY(check, HB_CHECK_GOOD, "no CPU quota is set");
        return;
    }
    SAY(check, machine->cpu_quota < 2 ? HB_CHECK_WARNING : HB_CHECK_NOTE,
        "client and server share a quota of %.2f CPUs", machine->cpu_quota);
    MEND(check, "raise the quota (docker: --cpus, systemd: CPUQuota=) to two CPUs or more, or "
                "expect pauses in both");
}

static void check_load(const struct hb_machine *machine, struct hb_check *check)
{
    double calm = CALM_LOAD_PER_CPU * machine->cpus;

    if (machine->load < 0)
        return;
    if (machine->load <= CALM_LOAD || machine->load <= calm) {
        SAY(check, HB_CHECK_GOOD, "the load average is %.2f", machine->load);
        return;
    }
    SAY(check, HB_CHECK_WARNING, "the load average is %.2f on %d CPUs", machine->load,
        machine->cpus);
    MEND(check, "end other programs (ps -eo pcpu,pid,args --sort=-pcpu | head), or expect noisy "
                "figures");
}

static void check_pressure(const struct hb_machine *machine, struct hb_check *check)
{
    if (machine->pressure < 0)
        return;
    SAY(check, machine->pressure > CALM_PRESSURE ? HB_CHECK_WARNING : HB_CHECK_GOOD,
        "programs waited for a CPU in %.0f %% of the last 10 s", 100 * machine->pressure);
    if (check->verdict == HB_CHECK_WARNING)
        MEND(check, "end other programs (ps -eo pcpu,pid,args --sort=-pcpu | head)");
}

static void check_virtualisation(const struct hb_machine *machine, struct hb_check *check)
{
    double steal = machine->steal;

    if (machine->virtual_machine < 0 && steal < 0)
        return;
    if (machine->virtual_machine != 1 && steal < STEAL_NOTED) {
        SAY(check, HB_CHECK_GOOD, "no hypervisor is seen");
        return;
    }
    SAY(check, steal >= STEAL_WARNED ? HB_CHECK_WARNING : HB_CHECK_NOTE,
        "this is a virtual machine; others took %.1f %% of its CPU time since it started",
        steal > 0 ? 100 * steal : 0);
    MEND(check, "use a machine of your own, or compare CPU a request, which suffers least");
}

static void check_governor(const struct hb_machine *machine, struct hb_check *check)
{
    if (machine->governor[0] == '\0')
        return;
    if (strcmp(machine->governor, "performance") == 0) {
        SAY(check, HB_CHECK_GOOD, "the CPU frequency governor is performance");
        return;
    }
    SAY(check, HB_CHECK_WARNING, "the CPU frequency governor is %s", machine->governor);
    MEND(check, "cpupower frequency-set -g performance");
}

static void check_turbo(const struct hb_machine *machine, struct hb_check *check)
{
    if (machine->turbo < 0)
        return;
    SAY(check, machine->turbo == 1 ? HB_CHECK_NOTE : HB_CHECK_GOOD, "turbo is %s",
        machine->turbo == 1 ? "on: the frequency depends on temperature and neighbours" : "off");
    if (machine->turbo == 1)
        MEND(check, "echo %s", machine->turbo_switch);
}

static void check_smt(const struct hb_machine *machine, struct hb_check *check)
{
    if (machine->smt < 0)
        return;
    SAY(check, machine->smt == 1 ? HB_CHECK_NOTE : HB_CHECK_GOOD,
        "simultaneous multithreading is %s",
        machine->smt == 1 ? "on: two CPUs share a core" : "off");
    if (machine->smt == 1)
        MEND(check, "echo off > /sys/devices/system/cpu/smt/control");
}

/* Those that are not read in user space make each reading a system call, and a slow one. */
static void check_clock(const struct hb_machine *machine, struct hb_check *check)
{
    static const char *const fast[] = {"tsc", "kvm-clock", "arch_sys_counter",
                                       "hyperv_clocksource_tsc_page"};

    if (machine->clock_source[0] == '\0')
        return;
    for (size_t i = 0; i < HB_ARRAY_LEN(fast); i++) {
        if (strcmp(machine->clock_source, fast[i]) == 0) {
            SAY(check, HB_CHECK_GOOD, "the clock source is %s", machine->clock_source);
            return;
        }
    }
    SAY(check, HB_CHECK_WARNING, "reading the clock is slow: its source is %s",
        machine->clock_source);
    if (strstr(machine->clock_sources, "tsc") != NULL)
        MEND(check, "echo tsc > /sys/devices/system/clocksource/clocksource0/current_clocksource");
    else
        MEND(check, "boot with tsc=reliable, if the CPU's counter is; there is: %s",
             machine->clock_sources);
}

static void check_memory(const struct hb_machine *machine, struct hb_check *check)
{
    if (machine->available_kb < 0)
        return;
    SAY(check, machine->available_kb < ENOUGH_MEMORY_KB ? HB_CHECK_WARNING : HB_CHECK_GOOD,
        "%" PRId64 " MiB of memory are available", machine->available_kb >> 10);
    if (check->verdict == HB_CHECK_WARNING)
        MEND(check, "end other programs (ps -eo rss,pid,args --sort=-rss | head)");
}

static void check_swap(const struct hb_machine *machine, struct hb_check *check)
{
    if (machine->swapped_kb < 0)
        return;
    if (machine->swapped_kb == 0) {
        SAY(check, HB_CHECK_GOOD, "nothing is swapped out");
        return;
    }
    SAY(check, HB_CHECK_NOTE, "%" PRId64 " KiB of memory are swapped out", machine->swapped_kb);
    MEND(check, "swapoff -a && swapon -a");
}

static void check_descriptors(const struct hb_machine *machine, struct hb_check *check)
{
    int64_t needed = LARGE_CONCURRENCY + SPARE_DESCRIPTORS;

    if (machine->descriptors >= needed) {
        SAY(check, HB_CHECK_GOOD, "a process may open enough files for %d connections",
            LARGE_CONCURRENCY);
        return;
    }
    SAY(check, HB_CHECK_NOTE,
        "a process may open %" PRId64 " files: a concurrency of %d needs %" PRId64,
        machine->descriptors, LARGE_CONCURRENCY, needed);
    MEND(check, "as root: ulimit -Hn %" PRId64 " (docker: --ulimit nofile=%" PRId64 ")", needed,
         needed);
}

/* Connections stay in TIME_WAIT for a minute, so more are needed than are open at once. */
static void check_ports(const struct hb_machine *machine, struct hb_check *check)
{
    if (machine->ports < 0)
        return;
    if (machine->ports >= INT64_C(2) * LARGE_CONCURRENCY) {
        SAY(check, HB_CHECK_GOOD, "%" PRId64 " local ports to connect from", machine->ports);
        return;
    }
    SAY(check, HB_CHECK_NOTE,
        "%" PRId64
        " local ports to connect from: high concurrency waits for ports to be free again",
        machine->ports);
    MEND(check, "sysctl -w net.ipv4.ip_local_port_range='1024 65535'");
}

static void check_somaxconn(const struct hb_machine *machine, struct hb_check *check)
{
    if (machine->somaxconn < 0)
        return;
    if (machine->somaxconn >= 4096) {
        SAY(check, HB_CHECK_GOOD, "accept queues may hold %" PRId64 " connections",
            machine->somaxconn);
        return;
    }
    SAY(check, HB_CHECK_NOTE,
        "accept queues hold %" PRId64 " connections: more that come at once are retried after 1 s",
        machine->somaxconn);
    MEND(check, "sysctl -w net.core.somaxconn=4096");
}

static void check_system_calls(const struct hb_machine *machine, struct hb_check *check)
{
    if (machine->counts_system_calls) {
        SAY(check, HB_CHECK_GOOD, "system calls are counted by strace");
        return;
    }
    SAY(check, HB_CHECK_NOTE, "system calls are not counted: strace is not installed");
    MEND(check, "apt-get install strace");
}

static void check_instructions(const struct hb_machine *machine, struct hb_check *check)
{
    if (machine->counts_instructions != NULL) {
        SAY(check, HB_CHECK_GOOD, "instructions are counted by %s", machine->counts_instructions);
        return;
    }
    SAY(check, HB_CHECK_NOTE,
        "instructions are not counted: the processor's counter is not offered (perf), and valgrind "
        "is not installed");
    MEND(check, "apt-get install valgrind, or sysctl -w kernel.perf_event_paranoid=2");
}

static const struct {
    const char *name;
    bool spoils;
    void (*check)(const struct hb_machine *machine, struct hb_check *check);
} checks[] = {
    {"cores", true, check_cores},
    {"quota", true, check_quota},
    {"load", true, check_load},
    {"pressure", false, check_pressure},
    {"virtualisation", false, check_virtualisation},
    {"governor", true, check_governor},
    {"turbo", false, check_turbo},
    {"smt", false, check_smt},
    {"clock", true, check_clock},
    {"memory", true, check_memory},
    {"swap", false, check_swap},
    {"open files", false, check_descriptors},
    {"local ports", false, check_ports},
    {"accept queue", false, check_somaxconn},
    {"system calls", false, check_system_calls},
    {"instructions", false, check_instructions},
};

_Static_assert(HB_ARRAY_LEN(checks) <= HB_CHECKS_MAX, "room for every check");

size_t hb_checkup(const struct hb_machine *machine, struct hb_check ret_checks[HB_CHECKS_MAX])
{
    for (size_t i = 0; i < HB_ARRAY_LEN(checks); i++) {
        struct hb_check *check = &ret_checks[i];

        *check = (struct hb_check){.name = checks[i].name, .spoils = checks[i].spoils};
        SAY(check, HB_CHECK_UNKNOWN, "cannot be read here");
        checks[i].check(machine, check);
    }
    return HB_ARRAY_LEN(checks);
}
