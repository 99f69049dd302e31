/* Finding and reading our own control group's files. */
#include "exec/cgroup.h"

#include <linux/limits.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "exec/proc_file.h"

#define TEXT_BYTES 4096

/*
 * The path behind "…:CONTROLLER:" (version 1) or "0::" (version 2) in /proc/self/cgroup, without
 * the line's end; -1 when there is no such line.
 */
static int group_path(const char *marker, char path[PATH_MAX])
{
    char text[TEXT_BYTES];
    const char *line;

    if (hb_proc_read("/proc/self/cgroup", text, sizeof text) != 0 ||
        (line = strstr(text, marker)) == NULL)
        return -1;
    line += strlen(marker);
    snprintf(path, PATH_MAX, "%.*s", (int)strcspn(line, "\n"), line);
    return 0;
}

/* Read a file of our group. Inside a container the path may be the host's: then the root is ours.
 */
static int read_group(const char *marker, const char *mount, const char *file, char *text,
                      size_t capacity)
{
    char group[PATH_MAX], path[2 * PATH_MAX];

    if (group_path(marker, group) != 0)
        return -1;
    snprintf(path, sizeof path, "/sys/fs/cgroup%s%s/%s", mount, group, file);
    if (hb_proc_read(path, text, capacity) == 0)
        return 0;
    snprintf(path, sizeof path, "/sys/fs/cgroup%s/%s", mount, file);
    return hb_proc_read(path, text, capacity);
}

/* Both numbers as texts: quota and period; a quota of "max" or "-1" is none. */
static double quotient(const char *quota, const char *period)
{
    double quota_us = strtod(quota, NULL);
    double period_us = strtod(period, NULL);

    return quota_us > 0 && period_us > 0 ? quota_us / period_us : 0;
}

double hb_cgroup_cpu_quota(void)
{
    static const char *const places[][2] = {{":cpu,cpuacct:", "/cpu,cpuacct"}, {":cpu:", "/cpu"}};
    char quota[64], period[64];

    if (read_group("0::", "", "cpu.max", quota, sizeof quota) == 0)
        return quotient(quota, hb_proc_word(quota, 1));
    for (size_t i = 0; i < HB_ARRAY_LEN(places); ++i) {
        const char *marker = places[i][0], *mount = places[i][1];

        if (read_group(marker, mount, "cpu.cfs_quota_us", quota, sizeof quota) == 0 &&
            read_group(marker, mount, "cpu.cfs_period_us", period, sizeof period) == 0)
            return quotient(quota, period);
    }
    return 0;
}

uint64_t hb_cgroup_tasks_left(void)
{
    static const char *const places[][2] = {{"0::", ""}, {":pids:", "/pids"}};

    for (size_t i = 0; i < HB_ARRAY_LEN(places); ++i) {
        char limit_text[64], used_text[64];
        uint64_t limit, used;

        if (read_group(places[i][0], places[i][1], "pids.max", limit_text, sizeof limit_text) !=
                0 ||
            read_group(places[i][0], places[i][1], "pids.current", used_text, sizeof used_text) !=
                0)
            continue;
        if (strncmp(limit_text, "max", strlen("max")) == 0)
            return UINT64_MAX;
        limit = strtoull(limit_text, NULL, 10);
        used = strtoull(used_text, NULL, 10);
        return limit > used ? limit - used : 0;
    }
    return UINT64_MAX;
}
