/*
 * A program that behaves the way programs under test sometimes do: ignores SIGTERM, daemonises,
 * forks without end, burns a known amount of CPU. Started by the tests of the keeper and the
 * monitor; `unruly WHAT [NUMBER]`. Everything it leaves behind ends by itself after a minute.
 */
#include <dirent.h>
#include <fcntl.h>
#include <pthread.h>
#include <sched.h>
#include <signal.h>
#include <stdatomic.h>
#include <stdbool.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/resource.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/macros.h"

#define LIFE_LIMIT_S 60

static void say(const char *text)
{
    ssize_t written = write(STDOUT_FILENO, text, strlen(text));

    (void)written;
}

_Noreturn static void stay(void)
{
    for (;;)
        pause();
}

static int exit_with(long code)
{
    return (int)code;
}

static int die_by(long signal_number)
{
    raise((int)signal_number);
    return 0;
}

static int ignore_sigterm(long unused HB_UNUSED)
{
    signal(SIGTERM, SIG_IGN);
    say("up\n");
    stay();
}

/* A grandchild in a session of its own, deaf to SIGTERM, while the program itself ends. */
static int daemonise(long unused HB_UNUSED)
{
    int ready[2];
    pid_t between;
    char byte;

    if (pipe(ready) != 0)
        return 1;
    between = fork();
    if (between == 0) {
        setsid();
        if (fork() != 0)
            _exit(0);
        signal(SIGTERM, SIG_IGN);
        close(ready[0]);
        close(ready[1]);
        alarm(LIFE_LIMIT_S);
        stay();
    }
    close(ready[1]);
    if (read(ready[0], &byte, 1) != 0 || waitpid(between, NULL, 0) != between)
        return 1;
    say("up\n"); /* the daemon is there, and nothing of what made it */
    return 0;
}

static int daemonise_and_stay(long unused)
{
    if (daemonise(unused) != 0)
        return 1;
    stay();
}

/* Every process forks as fast as it can, until `limit` have been born; every third leaves its
 * session. */
static int bomb(long limit)
{
    atomic_long *born =
        mmap(NULL, sizeof *born, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (born == MAP_FAILED)
        return 1;
    signal(SIGTERM, SIG_IGN);
    say("up\n");
    for (;;) {
        long mine = atomic_fetch_add(born, 1);

        if (mine >= limit)
            break;
        if (fork() == 0) {
            alarm(LIFE_LIMIT_S);
            if (mine % 3 == 0)
                setsid();
        }
    }
    stay();
}

static void burn_until(long milliseconds)
{
    struct rusage usage;

    do {
        for (volatile int i = 0; i < 20000; ++i)
            continue;
        getrusage(RUSAGE_SELF, &usage);
    } while (usage.ru_utime.tv_sec * 1000 + usage.ru_utime.tv_usec / 1000 +
                 usage.ru_stime.tv_sec * 1000 + usage.ru_stime.tv_usec / 1000 <
             milliseconds);
}

/* False at the end of standard input. */
static bool await_line(void)
{
    char byte = 0;

    while (read(STDIN_FILENO, &byte, 1) == 1) {
        if (byte == '\n')
            return true;
    }
    return false;
}

static long long cpu_us(int who)
{
    struct rusage usage;

    getrusage(who, &usage);
    return (usage.ru_utime.tv_sec + usage.ru_stime.tv_sec) * 1000000LL + usage.ru_utime.tv_usec +
           usage.ru_stime.tv_usec;
}

/*
 * After a line on standard input: burn `milliseconds` here, as much in a child, and as much in a
 * grandchild that ends at once; print the sum as getrusage knows it, and stay.
 */
static int burn_tree(long milliseconds)
{
    long long before_us;
    char text[64];

    say("up\n");
    (void)await_line();
    before_us = cpu_us(RUSAGE_SELF);
    if (fork() == 0) {
        if (fork() == 0) {
            burn_until(milliseconds);
            _exit(0);
        }
        burn_until(milliseconds);
        wait(NULL);
        _exit(0);
    }
    burn_until(milliseconds + before_us / 1000);
    wait(NULL);
    snprintf(text, sizeof text, "%lld\n",
             cpu_us(RUSAGE_SELF) - before_us + cpu_us(RUSAGE_CHILDREN));
    say(text);
    stay();
}

/* `milliseconds` of CPU, in a child that stays alive. */
static int burn_and_stay(long milliseconds)
{
    char text[64];

    say("up\n");
    (void)await_line();
    if (fork() == 0) {
        burn_until(milliseconds);
        snprintf(text, sizeof text, "%lld\n", cpu_us(RUSAGE_SELF));
        say(text);
        stay();
    }
    stay();
}

static void *idle(void *unused)
{
    stay();
    return unused;
}

/* `count` idle threads beside the main one. */
static int threads(long count)
{
    pthread_t thread;
    pthread_attr_t attributes;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, 65536);
    for (long i = 0; i < count; ++i) {
        if (pthread_create(&thread, &attributes, idle, NULL) != 0)
            return 1;
    }
    say("up\n");
    stay();
}

/* Touch `megabytes` of memory. */
static int memory(long megabytes)
{
    size_t bytes = (size_t)megabytes << 20;
    char *block = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);

    if (block == MAP_FAILED)
        return 1;
    memset(block, 1, bytes);
    say("up\n");
    stay();
}

/* Say what was inherited: open descriptors, session, group, descriptor limit, CPUs, directory. */
static int inherited(long unused HB_UNUSED)
{
    DIR *dir = opendir("/proc/self/fd");
    struct dirent *entry;
    struct rlimit limit;
    cpu_set_t cpus;
    char directory[4096];

    if (dir == NULL)
        return 1;
    printf("fds");
    while ((entry = readdir(dir)) != NULL) {
        if (entry->d_name[0] != '.' && atoi(entry->d_name) != dirfd(dir))
            printf(" %s", entry->d_name);
    }
    closedir(dir);
    getrlimit(RLIMIT_NOFILE, &limit);
    sched_getaffinity(0, sizeof cpus, &cpus);
    printf("\nown session %d\nown group %d\nnofile %llu\ncpus %d\ndirectory %s\n",
           getsid(0) == getpid(), getpgrp() == getpid(), (unsigned long long)limit.rlim_cur,
           CPU_COUNT(&cpus), getcwd(directory, sizeof directory));
    return 0;
}

/* ---- servers that keep to the protocol of the runner's topologies, more or less ---- */

static void complain(const char *text)
{
    ssize_t written = write(STDERR_FILENO, text, strlen(text));

    (void)written;
}

static int fail_to_start(long unused HB_UNUSED)
{
    complain("reading the configuration\nport 80: Permission denied\n");
    return 3;
}

static int say_nothing(long unused HB_UNUSED)
{
    stay();
}

static void be_ready(void)
{
    say("{\"type\": \"ready\", \"host\": \"127.0.0.1\", \"port\": 4711, \"version\": \"1.0\"}\n");
}

/* Write `lines` lines to both outputs before each answer. */
static int chatter(long lines)
{
    be_ready();
    for (;;) {
        for (long i = 0; i < lines; ++i) {
            complain("GET / 200 this is a line of an access log, as long as such lines are\n");
            say("and this is another one, on standard output, where nobody expects it\n");
        }
        if (!await_line())
            return 0;
        say("{\"type\": \"counts\", \"requests\": 5, \"connections\": 4, \"bytes_in\": 3, "
            "\"bytes_out\": 2}\n");
    }
}

static int never_answer(long unused HB_UNUSED)
{
    be_ready();
    stay();
}

/* Answer the first question with something else than numbers. */
static int answer_wrongly(long unused HB_UNUSED)
{
    be_ready();
    (void)await_line();
    say("{\"type\": \"counts\", \"requests\": -1, \"connections\": \"many\"}\n");
    stay();
}

static int end_when_asked(long unused HB_UNUSED)
{
    be_ready();
    (void)await_line();
    complain("assertion failed\n");
    return 1;
}

static const struct {
    const char *name;
    int (*act)(long number);
} acts[] = {
    {"exit", exit_with},
    {"die", die_by},
    {"ignore-sigterm", ignore_sigterm},
    {"daemonise", daemonise},
    {"daemonise-and-stay", daemonise_and_stay},
    {"bomb", bomb},
    {"burn-tree", burn_tree},
    {"burn-and-stay", burn_and_stay},
    {"threads", threads},
    {"memory", memory},
    {"inherited", inherited},
    {"fail-to-start", fail_to_start},
    {"say-nothing", say_nothing},
    {"chatter", chatter},
    {"never-answer", never_answer},
    {"answer-wrongly", answer_wrongly},
    {"end-when-asked", end_when_asked},
};

int main(int argc, char **argv)
{
    alarm(LIFE_LIMIT_S);
    for (size_t i = 0; argc > 1 && i < HB_ARRAY_LEN(acts); ++i) {
        if (strcmp(argv[1], acts[i].name) == 0)
            return acts[i].act(argc > 2 ? strtol(argv[2], NULL, 10) : 0);
    }
    return 64;
}
