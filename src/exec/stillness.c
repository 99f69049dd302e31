/* Read from /proc: a few files of a few threads. */
#include "exec/stillness.h"

#include <dirent.h>
#include <stdio.h>
#include <stdlib.h>

#include "exec/process_tree.h"

#define PATH_BYTES 64

static void close_folder(DIR **folder)
{
    if (*folder != NULL)
        closedir(*folder);
}

/* A thread that is gone does nothing, either. */
static bool sleeps(pid_t thread)
{
    struct hb_process process;

    return hb_process_read(thread, &process) != 0 || process.state == 'S' || process.state == 'Z';
}

static bool all_threads_sleep(const struct hb_process *process)
{
    char path[PATH_BYTES];
    const struct dirent *entry;

    if (process->threads <= 1)
        return process->state == 'S' || process->state == 'Z';
    snprintf(path, sizeof path, "/proc/%d/task", (int)process->pid);
    HB_CLEANUP(close_folder) DIR *threads = opendir(path);
    while (threads != NULL && (entry = readdir(threads)) != NULL)
        if (entry->d_name[0] != '.' && !sleeps((pid_t)strtol(entry->d_name, NULL, 10)))
            return false;
    return true;
}

bool hb_is_still(pid_t root)
{
    HB_CLEANUP(hb_process_list_release) struct hb_process_list list = {0};
    struct hb_process process;

    if (hb_process_read(root, &process) != 0)
        return true;
    hb_process_list_add(&list, &process);
    hb_process_list_add_descendants(&list);
    for (size_t i = 0; i < list.count; i++)
        if (!all_threads_sleep(&list.items[i]))
            return false;
    return true;
}
