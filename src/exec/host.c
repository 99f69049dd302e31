/*
 * Readings of /proc that concern the whole machine. Each file is small and read at once; what
 * cannot be read counts as unknown, never as zero load.
 */
#include "exec/host.h"

#include <fcntl.h>
#include <inttypes.h>
#include <stdio.h>
#include <string.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/fd.h"
#include "base/macros.h"

#define READ_BYTES 4096 /* of the beginning of a file */

static bool read_start(const char *path, char text[READ_BYTES])
{
    HB_CLEANUP(hb_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    ssize_t count = fd >= 0 ? read(fd, text, READ_BYTES - 1) : -1;

    if (count < 0)
        return false;
    text[count] = '\0';
    return true;
}

void hb_host_cpu_read(struct hb_host_cpu *ret_cpu)
{
    char text[READ_BYTES];
    uint64_t user, nice, system, idle, iowait, irq, softirq, steal;
    int64_t tick_ns = HB_NS_PER_S / sysconf(_SC_CLK_TCK);

    *ret_cpu = (struct hb_host_cpu){.known = false};
    if (!read_start("/proc/stat", text) ||
        sscanf(text,
               "cpu %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64 " %" SCNu64
               " %" SCNu64 " %" SCNu64,
               &user, &nice, &system, &idle, &iowait, &irq, &softirq, &steal) != 8)
        return;
    ret_cpu->known = true;
    ret_cpu->busy_ns = (int64_t)(user + nice + system) * tick_ns;
    ret_cpu->steal_ns = (int64_t)steal * tick_ns;
}

/* The number after `name` in the line that begins with `line`. */
static uint64_t find_number(const char *text, const char *line, const char *name)
{
    const char *at = strstr(text, line);
    uint64_t number = 0;

    at = at != NULL ? strstr(at, name) : NULL;
    if (at != NULL)
        (void)sscanf(at + strlen(name), "%" SCNu64, &number);
    return number;
}

static uint64_t read_ports_used(void)
{
    char text[READ_BYTES];
    uint64_t used = 0;

    if (read_start("/proc/net/sockstat", text))
        used = find_number(text, "TCP:", "inuse ") + find_number(text, "TCP:", "tw ");
    if (read_start("/proc/net/sockstat6", text))
        used += find_number(text, "TCP6:", "inuse ");
    return used;
}

static uint64_t read_ports_total(void)
{
    char text[READ_BYTES];
    unsigned first, last;

    if (!read_start("/proc/sys/net/ipv4/ip_local_port_range", text) ||
        sscanf(text, "%u %u", &first, &last) != 2 || last < first)
        return 0;
    return last - first + 1;
}

static unsigned read_runnable(void)
{
    char text[READ_BYTES];
    unsigned runnable;

    if (!read_start("/proc/loadavg", text) || sscanf(text, "%*s %*s %*s %u/", &runnable) != 1 ||
        runnable == 0)
        return 0;
    return runnable - 1;
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
