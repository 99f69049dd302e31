/*
 * Walking the process tree. The kernel lists the children of every thread in
 * /proc/PID/task/TID/children, which costs microseconds for a tree of a few processes but one file
 * a thread; a process with thousands of threads (or a kernel without that file) makes one pass over
 * the parents of all processes the cheaper way. Both see the same tree.
 */
#include "exec/process_tree.h"

#include <ctype.h>
#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/fd.h"
#include "base/memory.h"
#include "exec/proc_file.h"

#define MAX_THREADS_TO_WALK 32
#define PROC_PATH_BYTES 64

void hb_process_list_release(struct hb_process_list *list)
{
    free(list->items);
    *list = (struct hb_process_list){0};
}

static bool contains(const struct hb_process_list *list, pid_t pid)
{
    for (size_t i = 0; i < list->count; ++i) {
        if (list->items[i].pid == pid)
            return true;
    }
    return false;
}

static void append(struct hb_process_list *list, const struct hb_process *process)
{
    if (list->count >= HB_PROCESS_LIST_MAX)
        return;
    list->items = hb_grow(list->items, &list->capacity, list->count, sizeof *list->items);
    list->items[list->count++] = *process;
}

void hb_process_list_add(struct hb_process_list *list, const struct hb_process *process)
{
    if (!contains(list, process->pid))
        append(list, process);
}

/* Words of the line behind the process's name, from its state on (proc(5) counts from 3 there). */
enum stat_word {
    STAT_STATE = 0,
    STAT_PARENT = 1,
    STAT_REAPED_USER = 13,
    STAT_REAPED_SYSTEM = 14,
    STAT_THREADS = 17,
    STAT_START = 19,
    STAT_RSS = 21,
};

static int64_t stat_number(const char *words, enum stat_word which)
{
    return strtoll(hb_proc_word(words, which), NULL, 10);
}

int hb_process_read(pid_t pid, struct hb_process *ret_process)
{
    char path[PROC_PATH_BYTES], text[1024];
    const char *words;
    int64_t reaped_ticks;

    /* the main thread's file: the process's own has the same, but adds up all threads' times first
     */
    snprintf(path, sizeof path, "/proc/%d/task/%d/stat", (int)pid, (int)pid);
    if (hb_proc_read(path, text, sizeof text) != 0)
        return -1;
    words = strrchr(text, ')'); /* the name before it may hold anything */
    if (words == NULL || *hb_proc_word(++words, STAT_RSS) == '\0')
        return -1;
    reaped_ticks = stat_number(words, STAT_REAPED_USER) + stat_number(words, STAT_REAPED_SYSTEM);
    *ret_process = (struct hb_process){
        .pid = pid,
        .parent = (pid_t)stat_number(words, STAT_PARENT),
        .state = *hb_proc_word(words, STAT_STATE),
        .start_ticks = (uint64_t)stat_number(words, STAT_START),
        .reaped_cpu_ns = reaped_ticks * (HB_NS_PER_S / sysconf(_SC_CLK_TCK)),
        .rss_bytes = (uint64_t)stat_number(words, STAT_RSS) * (uint64_t)sysconf(_SC_PAGESIZE),
        .threads = (uint32_t)stat_number(words, STAT_THREADS),
    };
    return 0;
}

/* Add the processes that one thread has started. */
static void add_children_of_thread(struct hb_process_list *list, pid_t pid, pid_t thread)
{
    char path[PROC_PATH_BYTES], chunk[4096];
    struct hb_process child;
    pid_t number = 0;
    ssize_t got;

    snprintf(path, sizeof path, "/proc/%d/task/%d/children", (int)pid, (int)thread);
    HB_CLEANUP(hb_fd_close) int fd = open(path, O_RDONLY | O_CLOEXEC);
    if (fd < 0)
        return;
    while ((got = read(fd, chunk, sizeof chunk)) > 0) {
        for (ssize_t i = 0; i < got; ++i) {
            if (isdigit((unsigned char)chunk[i])) {
                number = number * 10 + (chunk[i] - '0');
                continue;
            }
            if (number > 0 && hb_process_read(number, &child) == 0)
                hb_process_list_add(list, &child);
            number = 0;
        }
    }
}

static void close_dir(DIR **dir)
{
    if (*dir != NULL)
        closedir(*dir);
}

/* The next entry that is a number; 0 at the end. */
static pid_t next_number(DIR *dir)
{
    struct dirent *entry;

    while ((entry = readdir(dir)) != NULL) {
        if (isdigit((unsigned char)entry->d_name[0]))
            return (pid_t)strtol(entry->d_name, NULL, 10);
    }
    return 0;
}

static void add_children(struct hb_process_list *list, const struct hb_process *process)
{
    char path[PROC_PATH_BYTES];
    pid_t thread;

    if (process->threads <= 1) {
        add_children_of_thread(list, process->pid, process->pid);
        return;
    }
    snprintf(path, sizeof path, "/proc/%d/task", (int)process->pid);
    HB_CLEANUP(close_dir) DIR *threads = opendir(path);
    while (threads != NULL && (thread = next_number(threads)) != 0)
        add_children_of_thread(list, process->pid, thread);
}

/* By the children files; false when that is impossible or too dear. */
static bool add_by_walking(struct hb_process_list *list)
{
    if (access("/proc/thread-self/children", F_OK) != 0)
        return false;
    for (size_t i = 0; i < list->count; ++i) {
        struct hb_process process = list->items[i]; /* the array may move */

        if (process.threads > MAX_THREADS_TO_WALK)
            return false;
        add_children(list, &process);
    }
    return true;
}

/* By the parents of all processes. */
static void add_by_parents(struct hb_process_list *list)
{
    HB_CLEANUP(hb_process_list_release) struct hb_process_list all = {0};
    HB_CLEANUP(close_dir) DIR *proc = opendir("/proc");
    struct hb_process process;
    pid_t pid;

    while (proc != NULL && (pid = next_number(proc)) != 0) {
        if (hb_process_read(pid, &process) == 0)
            append(&all, &process);
    }
    for (size_t i = 0; i < list->count; ++i) {
        for (size_t k = 0; k < all.count; ++k) {
            if (all.items[k].parent == list->items[i].pid)
                hb_process_list_add(list, &all.items[k]);
        }
    }
}

void hb_process_list_add_descendants(struct hb_process_list *list)
{
    size_t given = list->count;

    if (add_by_walking(list))
        return;
    list->count = given;
    add_by_parents(list);
}
