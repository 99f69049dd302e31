/* Reading the facts, most of them from files of one line. Judging them is left to checkup.c. */
#include "exec/machine.h"

#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/resource.h>

#include "exec/cgroup.h"
#include "exec/host.h"
#include "exec/placement.h"
#include "exec/proc_file.h"
#include "exec/strace.h"
#include "exec/wire_counts.h"

#define READ_BYTES 4096
#define CPU_FOLDER "/sys/devices/system/cpu"
#define CLOCK_FOLDER "/sys/devices/system/clocksource/clocksource0"

/* The first line of a file; "" when it cannot be read. */
static void read_line(const char *path, char line[HB_MACHINE_WORD_BYTES])
{
    if (hb_proc_read(path, line, HB_MACHINE_WORD_BYTES) != 0)
        line[0] = '\0';
    line[strcspn(line, "\n")] = '\0';
}

static int64_t read_number(const char *path)
{
    char line[HB_MACHINE_WORD_BYTES];

    read_line(path, line);
    return line[0] != '\0' ? strtoll(line, NULL, 10) : HB_MACHINE_UNKNOWN;
}

/* The number behind a word of a file; -1 when it is not there. */
static double number_behind(const char *path, const char *word)
{
    char text[READ_BYTES];
    const char *at;

    if (hb_proc_read(path, text, sizeof text) != 0 || (at = strstr(text, word)) == NULL)
        return HB_MACHINE_UNKNOWN;
    return strtod(at + strlen(word), NULL);
}

static int64_t swapped_kb(void)
{
    double total = number_behind("/proc/meminfo", "SwapTotal:");
    double available = number_behind("/proc/meminfo", "SwapFree:");

    return total < 0 || available < 0 ? HB_MACHINE_UNKNOWN : (int64_t)(total - available);
}

static double steal(void)
{
    struct hb_host_cpu cpu;

    hb_host_cpu_read(&cpu);
    if (!cpu.known || cpu.busy_ns + cpu.steal_ns <= 0)
        return HB_MACHINE_UNKNOWN;
    return (double)cpu.steal_ns / (double)(cpu.busy_ns + cpu.steal_ns);
}

static int64_t descriptors(void)
{
    struct rlimit limit;

    if (getrlimit(RLIMIT_NOFILE, &limit) != 0 || limit.rlim_max > (rlim_t)INT64_MAX)
        return INT64_MAX;
    return (int64_t)limit.rlim_max;
}

/* Intel's driver says "no turbo", the others say "boost". */
static void read_turbo(struct hb_machine *machine)
{
    static const struct {
        const char *path, *off;
        char on;
    } drivers[] = {
        {CPU_FOLDER "/intel_pstate/no_turbo", "1", '0'},
        {CPU_FOLDER "/cpufreq/boost", "0", '1'},
    };

    machine->turbo = HB_MACHINE_UNKNOWN;
    for (size_t i = 0; i < HB_ARRAY_LEN(drivers); i++) {
        char line[HB_MACHINE_WORD_BYTES];

        read_line(drivers[i].path, line);
        if (line[0] == '\0')
            continue;
        machine->turbo = line[0] == drivers[i].on;
        snprintf(machine->turbo_switch, sizeof machine->turbo_switch, "%s > %s", drivers[i].off,
                 drivers[i].path);
        return;
    }
}

static void read_load(struct hb_machine *machine)
{
    double pressure = number_behind("/proc/pressure/cpu", "some avg10=");

    if (getloadavg(&machine->load, 1) != 1)
        machine->load = HB_MACHINE_UNKNOWN;
    machine->pressure = pressure < 0 ? HB_MACHINE_UNKNOWN : pressure / 100;
    machine->steal = steal();
}

static void read_cpus(struct hb_machine *machine)
{
    char text[READ_BYTES];
    struct hb_cpu_map map;
    int64_t smt = read_number(CPU_FOLDER "/smt/active");
    const char *flags;

    hb_cpu_map_read(&map);
    machine->cpus = CPU_COUNT(&map.allowed);
    machine->cpu_quota = hb_cgroup_cpu_quota();
    machine->smt = smt == 0 || smt == 1 ? (int)smt : HB_MACHINE_UNKNOWN;
    flags = hb_proc_read("/proc/cpuinfo", text, sizeof text) == 0 ? strstr(text, "\nflags") : NULL;
    machine->virtual_machine =
        flags != NULL ? strstr(flags, " hypervisor") != NULL : HB_MACHINE_UNKNOWN;
    read_line(CPU_FOLDER "/cpu0/cpufreq/scaling_governor", machine->governor);
    read_turbo(machine);
}

void hb_machine_read(struct hb_machine *ret_machine)
{
    struct hb_host_state state;
    char path[PATH_MAX];

    *ret_machine = (struct hb_machine){.cpus = 0};
    ret_machine->counts_system_calls = hb_strace_find(path, NULL) == 0;
    ret_machine->counts_instructions = hb_wire_instruction_counter(NULL);
    hb_host_state_read(&state);
    read_cpus(ret_machine);
    read_load(ret_machine);
    read_line(CLOCK_FOLDER "/current_clocksource", ret_machine->clock_source);
    read_line(CLOCK_FOLDER "/available_clocksource", ret_machine->clock_sources);
    ret_machine->available_kb = (int64_t)number_behind("/proc/meminfo", "MemAvailable:");
    ret_machine->swapped_kb = swapped_kb();
    ret_machine->descriptors = descriptors();
    ret_machine->ports = state.ports_total > 0 ? (int64_t)state.ports_total : HB_MACHINE_UNKNOWN;
    ret_machine->somaxconn = read_number("/proc/sys/net/core/somaxconn");
}
