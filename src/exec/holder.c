/* Four words of /proc. A process id means something within one boot and one namespace only. */
#include "exec/holder.h"

#include <inttypes.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "exec/proc_file.h"
#include "exec/process_tree.h"

struct facts {
    char boot[40], namespace[40];
    long pid;
    uint64_t started; /* clock ticks after the boot; 0: there is no such process */
};

static void read_place(struct facts *facts)
{
    ssize_t length;

    if (hb_proc_read("/proc/sys/kernel/random/boot_id", facts->boot, sizeof facts->boot) != 0)
        facts->boot[0] = '\0';
    facts->boot[strcspn(facts->boot, "\n")] = '\0';
    length = readlink("/proc/self/ns/pid", facts->namespace, sizeof facts->namespace - 1);
    facts->namespace[length > 0 ? length : 0] = '\0';
}

/* A zombie runs no sweep. */
static uint64_t started_at(long pid)
{
    struct hb_process process;

    if (hb_process_read((pid_t)pid, &process) != 0 || strchr("ZX", process.state) != NULL)
        return 0;
    return process.start_ticks;
}

void hb_holder_self(char ret_holder[HB_HOLDER_BYTES])
{
    struct facts facts = {.pid = (long)getpid()};

    read_place(&facts);
    snprintf(ret_holder, HB_HOLDER_BYTES, "%s %s %ld %" PRIu64, facts.boot, facts.namespace,
             facts.pid, started_at(facts.pid));
}

/* 0, or -1 when it is not what hb_holder_self() writes. */
static int parse(const char *holder, struct facts *ret)
{
    const char *words[4];

    for (unsigned i = 0; i < 4; i++) {
        words[i] = hb_proc_word(holder, i);
        if (*words[i] == '\0')
            return -1;
    }
    snprintf(ret->boot, sizeof ret->boot, "%.*s", (int)strcspn(words[0], " "), words[0]);
    snprintf(ret->namespace, sizeof ret->namespace, "%.*s", (int)strcspn(words[1], " "), words[1]);
    ret->pid = strtol(words[2], NULL, 10);
    ret->started = strtoull(words[3], NULL, 10);
    return ret->pid > 0 && ret->started > 0 ? 0 : -1;
}

enum hb_holder_state hb_holder_look(const char *holder)
{
    struct facts here = {0}, there = {0};

    read_place(&here);
    if (parse(holder, &there) != 0 || here.boot[0] == '\0')
        return HB_HOLDER_UNKNOWN;
    if (strcmp(here.boot, there.boot) != 0)
        return HB_HOLDER_GONE;
    if (strcmp(here.namespace, there.namespace) != 0)
        return HB_HOLDER_UNKNOWN;
    return started_at(there.pid) == there.started ? HB_HOLDER_ALIVE : HB_HOLDER_GONE;
}
