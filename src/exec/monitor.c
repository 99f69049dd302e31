/*
 * Sampling a process tree. Each reading costs three system calls' worth of /proc a process, so that
 * it can be taken many times a second beside what is being measured; anything dearer is read at the
 * window's ends only (activity.c).
 *
 * Processes once seen stay followed wherever they are moved in the tree, by (number, start time):
 * numbers are reused.
 */
#include "exec/monitor.h"

#include <stdlib.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "exec/activity.h"

struct followed {
    pid_t pid;
    uint64_t start_ticks;
    bool outside;             /* a keeper: its own use is not the tree's */
    int64_t cpu_ns;           /* its own, as last seen */
    int64_t reaped_before_ns; /* of children that had ended before we looked */
};

struct hb_monitor {
    struct followed *followed; /* living at the last reading */
    size_t count, capacity;
    struct hb_process_list list; /* item i is what /proc said of followed[i] */
    bool settled;                /* false until the roots' present descendants were found */
    int64_t ended_cpu_ns;        /* of processes that are gone, as last seen */
    int64_t cpu_ns;              /* of the tree, ever growing */

    /* the window */
    int64_t start_cpu_ns;
    struct hb_activity_snapshot start_activity;
    uint64_t samples;
    uint64_t rss_sum_bytes;
    struct hb_usage usage;
};

struct hb_monitor *hb_monitor_new(void)
{
    return hb_alloc(sizeof(struct hb_monitor));
}

void hb_monitor_free(struct hb_monitor *monitor)
{
    if (monitor == NULL)
        return;
    hb_process_list_release(&monitor->list);
    hb_activity_snapshot_release(&monitor->start_activity);
    free(monitor->followed);
    free(monitor);
}

static struct followed *follow(struct hb_monitor *monitor, const struct hb_process *process)
{
    struct followed *followed;

    monitor->followed =
        hb_grow(monitor->followed, &monitor->capacity, monitor->count, sizeof *monitor->followed);
    followed = &monitor->followed[monitor->count++];
    *followed = (struct followed){.pid = process->pid, .start_ticks = process->start_ticks};
    if (!monitor->settled)
        followed->reaped_before_ns = process->reaped_cpu_ns;
    return followed;
}

static bool is_followed(const struct hb_monitor *monitor, pid_t pid)
{
    for (size_t i = 0; i < monitor->count; ++i) {
        if (monitor->followed[i].pid == pid)
            return true;
    }
    return false;
}

static void add_root(struct hb_monitor *monitor, pid_t pid, bool outside)
{
    struct hb_process process;

    if (monitor->count >= HB_PROCESS_LIST_MAX || is_followed(monitor, pid) ||
        hb_process_read(pid, &process) != 0)
        return;
    monitor->settled = false;
    follow(monitor, &process)->outside = outside;
}

void hb_monitor_add_root(struct hb_monitor *monitor, pid_t root)
{
    add_root(monitor, root, false);
}

void hb_monitor_add_child(struct hb_monitor *monitor, const struct hb_child *child)
{
    add_root(monitor, child->keeper_pid, true);
}

/* Bring `followed` and `list` up to date: drop what has ended, add what was born. */
static void find_processes(struct hb_monitor *monitor)
{
    struct hb_process process;
    size_t kept = 0;

    monitor->list.count = 0;
    for (size_t i = 0; i < monitor->count; ++i) {
        struct followed *followed = &monitor->followed[i];

        if (hb_process_read(followed->pid, &process) == 0 &&
            process.start_ticks == followed->start_ticks) {
            hb_process_list_add(&monitor->list, &process);
            monitor->followed[kept++] = *followed;
        } else if (!followed->outside) {
            monitor->ended_cpu_ns += followed->cpu_ns;
        }
    }
    monitor->count = kept;
    hb_process_list_add_descendants(&monitor->list);
    while (monitor->count < monitor->list.count)
        (void)follow(monitor, &monitor->list.items[monitor->count]);
    monitor->settled = true;
}

/* CPU time of one process, all its threads, ended ones too. Keeps the old value when it is gone. */
static void read_cpu(struct followed *followed)
{
    clockid_t clock;
    struct timespec time;

    if (clock_getcpuclockid(followed->pid, &clock) == 0 && clock_gettime(clock, &time) == 0)
        followed->cpu_ns = (int64_t)time.tv_sec * HB_NS_PER_S + time.tv_nsec;
}

/*
 * The tree's CPU time: the living by their clocks; the ended by the larger of what we saw of them
 * (up to a sample too little) and what their parents reaped (grained in ticks; nothing from parents
 * that do not wait). Returns when.
 */
static int64_t take_reading(struct hb_monitor *monitor)
{
    int64_t living_ns = 0, reaped_ns = 0, ended_ns, total_ns, instant_ns;

    find_processes(monitor);
    instant_ns = hb_now_ns();
    for (size_t i = 0; i < monitor->count; ++i) {
        struct followed *followed = &monitor->followed[i];

        reaped_ns += monitor->list.items[i].reaped_cpu_ns - followed->reaped_before_ns;
        if (followed->outside)
            continue;
        read_cpu(followed);
        living_ns += followed->cpu_ns;
    }
    ended_ns = reaped_ns > monitor->ended_cpu_ns ? reaped_ns : monitor->ended_cpu_ns;
    total_ns = living_ns + ended_ns;
    if (total_ns > monitor->cpu_ns)
        monitor->cpu_ns = total_ns;
    return instant_ns;
}

static void update_sizes(struct hb_monitor *monitor)
{
    struct hb_usage *usage = &monitor->usage;
    uint32_t processes = 0, threads = 0;
    uint64_t rss_bytes = 0;

    for (size_t i = 0; i < monitor->count; ++i) {
        const struct hb_process *process = &monitor->list.items[i];

        if (monitor->followed[i].outside || process->state == 'Z')
            continue;
        ++processes;
        threads += process->threads;
        rss_bytes += process->rss_bytes;
    }
    ++monitor->samples;
    monitor->rss_sum_bytes += rss_bytes;
    if (rss_bytes > usage->rss_peak_bytes)
        usage->rss_peak_bytes = rss_bytes;
    if (processes > usage->processes)
        usage->processes = processes;
    if (threads > usage->threads)
        usage->threads = threads;
}

void hb_monitor_sample(struct hb_monitor *monitor)
{
    (void)take_reading(monitor);
    update_sizes(monitor);
}

int64_t hb_monitor_window_start(struct hb_monitor *monitor)
{
    int64_t instant_ns = take_reading(monitor);

    monitor->start_cpu_ns = monitor->cpu_ns;
    monitor->samples = 0;
    monitor->rss_sum_bytes = 0;
    monitor->usage = (struct hb_usage){0};
    update_sizes(monitor);
    hb_activity_snapshot_take(&monitor->start_activity, &monitor->list);
    return instant_ns;
}

int64_t hb_monitor_window_end(struct hb_monitor *monitor, struct hb_usage *ret_usage)
{
    HB_CLEANUP(hb_activity_snapshot_release) struct hb_activity_snapshot end_activity = {0};
    struct hb_activity activity;
    int64_t instant_ns = take_reading(monitor);

    update_sizes(monitor);
    hb_activity_snapshot_take(&end_activity, &monitor->list);
    activity = hb_activity_between(&monitor->start_activity, &end_activity);

    *ret_usage = monitor->usage;
    ret_usage->known = true;
    ret_usage->cpu_ns = monitor->cpu_ns - monitor->start_cpu_ns;
    ret_usage->rss_avg_bytes = monitor->rss_sum_bytes / monitor->samples;
    ret_usage->voluntary_switches = activity.voluntary_switches;
    ret_usage->involuntary_switches = activity.involuntary_switches;
    ret_usage->runqueue_wait_ns = activity.runqueue_wait_ns;
    ret_usage->read_bytes = activity.read_bytes;
    ret_usage->written_bytes = activity.written_bytes;
    return instant_ns;
}
