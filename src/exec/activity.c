/* Counters of threads and processes from /proc, as differences between two snapshots. */
#include "exec/activity.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "exec/proc_file.h"

#define PATH_BYTES 96

void hb_activity_snapshot_release(struct hb_activity_snapshot *snapshot)
{
    free(snapshot->threads);
    *snapshot = (struct hb_activity_snapshot){0};
}

/* The number behind "\nNAME:" in a file of such lines; 0 when there is none. */
static uint64_t field(const char *text, const char *name)
{
    const char *found = strstr(text, name);

    return found != NULL ? strtoull(found + strlen(name), NULL, 10) : 0;
}

static void read_thread(pid_t process, pid_t thread, struct hb_activity *counts)
{
    char path[PATH_BYTES], text[4096];

    snprintf(path, sizeof path, "/proc/%d/task/%d/status", (int)process, (int)thread);
    if (hb_proc_read(path, text, sizeof text) == 0) {
        counts->voluntary_switches = field(text, "\nvoluntary_ctxt_switches:");
        counts->involuntary_switches = field(text, "\nnonvoluntary_ctxt_switches:");
    }
    snprintf(path, sizeof path, "/proc/%d/task/%d/schedstat", (int)process, (int)thread);
    if (hb_proc_read(path, text, sizeof text) == 0)
        counts->runqueue_wait_ns = strtoll(hb_proc_word(text, 1), NULL, 10);
}

static void read_threads(struct hb_activity_snapshot *snapshot, pid_t process)
{
    char path[PATH_BYTES];
    struct dirent *entry;
    DIR *dir;

    snprintf(path, sizeof path, "/proc/%d/task", (int)process);
    dir = opendir(path);
    if (dir == NULL)
        return;
    while (snapshot->count < HB_ACTIVITY_THREADS_MAX && (entry = readdir(dir)) != NULL) {
        struct hb_thread_activity activity = {.thread = (pid_t)strtol(entry->d_name, NULL, 10)};

        if (activity.thread <= 0)
            continue;
        read_thread(process, activity.thread, &activity.counts);
        snapshot->threads = hb_grow(snapshot->threads, &snapshot->capacity, snapshot->count,
                                    sizeof *snapshot->threads);
        snapshot->threads[snapshot->count++] = activity;
    }
    closedir(dir);
}

static void read_io(struct hb_activity_snapshot *snapshot, pid_t process)
{
    char path[PATH_BYTES], text[1024] = "\n";

    snprintf(path, sizeof path, "/proc/%d/io", (int)process);
    if (hb_proc_read(path, text + 1, sizeof text - 1) != 0)
        return;
    snapshot->read_bytes += field(text, "\nrchar:");
    snapshot->written_bytes += field(text, "\nwchar:");
}

static int by_thread(const void *left, const void *right)
{
    const struct hb_thread_activity *a = left, *b = right;

    return (a->thread > b->thread) - (a->thread < b->thread);
}

void hb_activity_snapshot_take(struct hb_activity_snapshot *snapshot,
                               const struct hb_process_list *processes)
{
    hb_activity_snapshot_release(snapshot);
    for (size_t i = 0; i < processes->count; ++i) {
        const struct hb_process *process = &processes->items[i];

        snapshot->threads_total += process->threads;
        read_io(snapshot, process->pid);
        read_threads(snapshot, process->pid);
    }
    if (snapshot->count > 0)
        qsort(snapshot->threads, snapshot->count, sizeof *snapshot->threads, by_thread);
}

static uint64_t growth(uint64_t before, uint64_t after)
{
    return after > before ? after - before : 0;
}

static const struct hb_activity *counts_of(const struct hb_activity_snapshot *snapshot,
                                           const struct hb_thread_activity *thread)
{
    static const struct hb_activity none;
    const struct hb_thread_activity *found =
        snapshot->count > 0 ? bsearch(thread, snapshot->threads, snapshot->count,
                                      sizeof *snapshot->threads, by_thread)
                            : NULL;

    return found != NULL ? &found->counts : &none;
}

struct hb_activity hb_activity_between(const struct hb_activity_snapshot *start,
                                       const struct hb_activity_snapshot *end)
{
    struct hb_activity sum = {
        .read_bytes = growth(start->read_bytes, end->read_bytes),
        .written_bytes = growth(start->written_bytes, end->written_bytes),
    };
    double scale = 1;

    for (size_t i = 0; i < end->count; ++i) {
        const struct hb_activity *now = &end->threads[i].counts;
        const struct hb_activity *then = counts_of(start, &end->threads[i]);

        sum.voluntary_switches += growth(then->voluntary_switches, now->voluntary_switches);
        sum.involuntary_switches += growth(then->involuntary_switches, now->involuntary_switches);
        sum.runqueue_wait_ns +=
            (int64_t)growth((uint64_t)then->runqueue_wait_ns, (uint64_t)now->runqueue_wait_ns);
    }
    if (end->count > 0 && end->threads_total > end->count)
        scale = (double)end->threads_total / (double)end->count;
    sum.voluntary_switches = (uint64_t)((double)sum.voluntary_switches * scale);
    sum.involuntary_switches = (uint64_t)((double)sum.involuntary_switches * scale);
    sum.runqueue_wait_ns = (int64_t)((double)sum.runqueue_wait_ns * scale);
    return sum;
}
