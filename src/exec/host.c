/*
 * Readings of /proc that concern the whole machine. Each file is small and read at once; what
 * cannot be read counts as unknown, never as zero load.
 */
#include "exec/host.h"

#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/macros.h"
#include "exec/proc_file.h"

#define READ_BYTES 4096 /* of the beginning of a file */

/* Words of the first line of /proc/stat, "cpu  user nice system idle iowait irq softirq steal". */
enum { STAT_USER = 1, STAT_NICE, STAT_SYSTEM, STAT_STEAL = 8 };

static uint64_t word_number(const char *text, unsigned index)
{
    return strtoull(hb_proc_word(text, index), NULL, 10);
}

void hb_host_cpu_read(struct hb_host_cpu *ret_cpu)
{
    char text[READ_BYTES];
    int64_t tick_ns = HB_NS_PER_S / sysconf(_SC_CLK_TCK);

    *ret_cpu = (struct hb_host_cpu){.known = false};
    if (hb_proc_read("/proc/stat", text, sizeof(text)) < 0)
        return;
    ret_cpu->known = true;
    ret_cpu->busy_ns = (int64_t)(word_number(text, STAT_USER) + word_number(text, STAT_NICE) +
                                 word_number(text, STAT_SYSTEM)) *
                       tick_ns;
    ret_cpu->steal_ns = (int64_t)word_number(text, STAT_STEAL) * tick_ns;
}

/* The number after `name` in the line that begins with `line`. */
static uint64_t find_number(const char *text, const char *line, const char *name)
{
    const char *at = strstr(text, line);

    at = at != NULL ? strstr(at, name) : NULL;
    return at != NULL ? strtoull(at + strlen(name), NULL, 10) : 0;
}

static uint64_t read_ports_used(void)
{
    char text[READ_BYTES];
    uint64_t used = 0;

    if (hb_proc_read("/proc/net/sockstat", text, sizeof(text)) == 0)
        used = find_number(text, "TCP:", "inuse ") + find_number(text, "TCP:", "tw ");
    if (hb_proc_read("/proc/net/sockstat6", text, sizeof(text)) == 0)
        used += find_number(text, "TCP6:", "inuse ");
    return used;
}

static uint64_t read_ports_total(void)
{
    char text[READ_BYTES];
    uint64_t first, last;

    if (hb_proc_read("/proc/sys/net/ipv4/ip_local_port_range", text, sizeof(text)) < 0)
        return 0;
    first = word_number(text, 0);
    last = word_number(text, 1);
    return last >= first ? last - first + 1 : 0;
}

/* "0.04 0.10 0.06 2/345 4711": two tasks run or want to, of which one is the caller. */
static unsigned read_runnable(void)
{
    char text[READ_BYTES];
    uint64_t runnable;

    if (hb_proc_read("/proc/loadavg", text, sizeof(text)) < 0)
        return 0;
    runnable = word_number(text, 3);
    return runnable > 0 ? (unsigned)runnable - 1 : 0;
}

void hb_host_state_read(struct hb_host_state *ret_state)
{
    long cores = sysconf(_SC_NPROCESSORS_ONLN);

    *ret_state = (struct hb_host_state){
        .ports_total = read_ports_total(),
        .ports_used = read_ports_used(),
        .runnable = read_runnable(),
        .cores = cores > 0 ? (unsigned)cores : 1,
    };
}
