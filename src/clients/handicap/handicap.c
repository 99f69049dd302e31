/*
 * A shared object that makes any client slower by a known amount, to prove that a gate sees it:
 * preloaded into a worker (LD_PRELOAD), it spends time before each send on a socket, in the thread
 * that sends. So the time is part of the request, as that of a slower library would be.
 *
 *   HB_HANDICAP_CPU=0.08        burn CPU: 8 % of what the thread has used since its last send
 *   HB_HANDICAP_DELAY_NS=50000  sleep before each send
 *
 * It works for what sends through the C library: C, CPython and Node. Go's net/http makes its
 * system calls itself. One write(2) or send(2) a request is what clients make of requests without a
 * body; the share of CPU is right however many there are, a delay is one for each.
 */
#include <errno.h>
#include <pthread.h>
#include <stdbool.h>
#include <stdint.h>
#include <stdlib.h>
#include <sys/socket.h>
#include <sys/syscall.h>
#include <sys/uio.h>
#include <time.h>
#include <unistd.h>

#define NS_PER_S 1000000000LL
#define DELAY_MAX_NS (10 * NS_PER_S)
#define SHARE_MAX 10.0
#define SENDS_A_READING 4
#define READINGS 200

static double share;                  /* of the CPU time used */
static int64_t delay_ns;              /* before each send */
static int64_t reading_ns;            /* what it costs to read the thread's clock */
static _Thread_local unsigned sends;  /* of this thread */
static _Thread_local int64_t owed_ns; /* still to burn; negative: too much was */
static _Thread_local int64_t used_ns; /* CPU time of this thread after its last send; 0: none yet */

static int64_t thread_cpu_ns(void)
{
    struct timespec now;

    (void)clock_gettime(CLOCK_THREAD_CPUTIME_ID, &now);
    return now.tv_sec * NS_PER_S + now.tv_nsec;
}

static int64_t cost_of_reading(void)
{
    int64_t began_ns = thread_cpu_ns();

    for (int i = 0; i < READINGS - 1; i++)
        (void)thread_cpu_ns();
    return (thread_cpu_ns() - began_ns) / READINGS;
}

static pthread_once_t is_read = PTHREAD_ONCE_INIT;

static void read_environment(void)
{
    const char *cpu = getenv("HB_HANDICAP_CPU");
    const char *delay = getenv("HB_HANDICAP_DELAY_NS");

    share = cpu != NULL ? strtod(cpu, NULL) : 0;
    delay_ns = delay != NULL ? strtoll(delay, NULL, 10) : 0;
    if (!(share > 0 && share <= SHARE_MAX))
        share = 0;
    if (delay_ns < 0 || delay_ns > DELAY_MAX_NS)
        delay_ns = 0;
    reading_ns = cost_of_reading();
}

/* A reading takes up to a microsecond, which would be a handicap of its own to a fast client: so it
 * is made at every few sends, what it costs is part of what is burnt, and what was burnt too much
 * or too little is made up for the next time. */
static void burn(void)
{
    int64_t now_ns;

    if (++sends % SENDS_A_READING != 0)
        return;
    now_ns = thread_cpu_ns();
    if (used_ns > 0)
        owed_ns += (int64_t)((double)(now_ns - used_ns) * share) - reading_ns;
    while (owed_ns > 0) {
        used_ns = now_ns;
        now_ns = thread_cpu_ns();
        owed_ns -= now_ns - used_ns;
    }
    used_ns = now_ns;
}

static void sleep_for(int64_t ns)
{
    struct timespec left = {.tv_sec = ns / NS_PER_S, .tv_nsec = ns % NS_PER_S};

    while (nanosleep(&left, &left) < 0 && errno == EINTR)
        continue;
}

static void handicap(void)
{
    int saved = errno;

    (void)pthread_once(&is_read, read_environment);
    if (delay_ns > 0)
        sleep_for(delay_ns);
    if (share > 0)
        burn();
    errno = saved;
}

/* Workers also write samples to a pipe, and event loops to their own descriptors. */
static bool is_socket(int fd)
{
    socklen_t length = sizeof(int);
    int saved = errno;
    int type;
    bool result = getsockopt(fd, SOL_SOCKET, SO_TYPE, &type, &length) == 0 && type == SOCK_STREAM;

    errno = saved;
    return result;
}

#define EXPORT __attribute__((visibility("default")))

EXPORT ssize_t send(int fd, const void *bytes, size_t count, int flags)
{
    handicap();
    return syscall(SYS_sendto, fd, bytes, count, flags, NULL, 0);
}

EXPORT ssize_t sendmsg(int fd, const struct msghdr *message, int flags)
{
    handicap();
    return syscall(SYS_sendmsg, fd, message, flags);
}

EXPORT ssize_t write(int fd, const void *bytes, size_t count)
{
    if (is_socket(fd))
        handicap();
    return syscall(SYS_write, fd, bytes, count);
}

EXPORT ssize_t writev(int fd, const struct iovec *parts, int count)
{
    if (is_socket(fd))
        handicap();
    return syscall(SYS_writev, fd, parts, count);
}
