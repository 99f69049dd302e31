/*
 * The least that as many threads cost a run, whatever client they belong to: makes them, lets each
 * send a request on a connection of its own, and after a last request of each waits for their end
 * and for that of the process. No library is in it; what it takes, a client with a thread a task
 * cannot save. Prints ms of each of three parts, least and median of the rounds.
 */
#include <arpa/inet.h>
#include <pthread.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/socket.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/assert.h"
#include "base/clock.h"
#include "base/memory.h"

#define ROUNDS 15
#define STACK_BYTES (256u << 10) /* as the worker kit's threads */

enum { MADE, CONNECTED, ANSWERED };

static struct {
    pthread_mutex_t lock;
    pthread_cond_t changed;
    int phase;
    _Atomic int finished; /* requests */
    struct sockaddr_in server;
} shared = {PTHREAD_MUTEX_INITIALIZER, PTHREAD_COND_INITIALIZER, MADE, 0, {0}};

static void wait_for(int phase)
{
    pthread_mutex_lock(&shared.lock);
    while (shared.phase < phase)
        pthread_cond_wait(&shared.changed, &shared.lock);
    pthread_mutex_unlock(&shared.lock);
}

static void announce(int phase)
{
    pthread_mutex_lock(&shared.lock);
    shared.phase = phase;
    pthread_cond_broadcast(&shared.changed);
    pthread_mutex_unlock(&shared.lock);
}

static void *send_requests(void *unused)
{
    static const char request[] = "GET /get HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n";
    char answer[4096];
    struct linger at_once = {1, 0}; /* no TIME_WAIT, or the next benchmark waits for its ports */
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    HB_ASSERT(setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once)) == 0);

    for (int phase = CONNECTED; phase <= ANSWERED; phase++) {
        wait_for(phase);
        if (phase == CONNECTED)
            HB_ASSERT(connect(fd, (struct sockaddr *)&shared.server, sizeof(shared.server)) == 0);
        HB_ASSERT(send(fd, request, strlen(request), MSG_NOSIGNAL) == (ssize_t)strlen(request));
        HB_ASSERT(recv(fd, answer, sizeof(answer), 0) > 0);
        atomic_fetch_add(&shared.finished, 1);
    }
    return unused; /* the connection is closed with the process */
}

static void make(pthread_t *threads, int count)
{
    pthread_attr_t attributes;

    pthread_attr_init(&attributes);
    pthread_attr_setstacksize(&attributes, STACK_BYTES);
    for (int i = 0; i < count; i++)
        if (pthread_create(&threads[i], &attributes, send_requests, NULL) != 0) {
            fprintf(stderr, "only %d of %d threads could be started\n", i, count);
            _exit(EXIT_FAILURE);
        }
    pthread_attr_destroy(&attributes);
}

/* In a process of its own; `instants`: before, made, last request sent, all ended. */
_Noreturn static void live(int count, int64_t *instants)
{
    pthread_t *threads = hb_calloc((size_t)count, sizeof(*threads));

    instants[0] = hb_now_ns();
    make(threads, count);
    instants[1] = hb_now_ns();
    announce(CONNECTED);
    while (atomic_load(&shared.finished) < count)
        hb_sleep_until_ns(hb_now_ns() + HB_NS_PER_MS);
    instants[2] = hb_now_ns();
    announce(ANSWERED);
    for (int i = 0; i < count; i++)
        pthread_join(threads[i], NULL);
    instants[3] = hb_now_ns();
    _exit(EXIT_SUCCESS);
}

static int compare(const void *a, const void *b)
{
    double x = *(const double *)a, y = *(const double *)b;

    return (x > y) - (x < y);
}

static void print(const char *what, double *ms)
{
    qsort(ms, ROUNDS, sizeof(*ms), compare);
    printf("| %s | %.1f / %.1f |\n", what, ms[0], ms[ROUNDS / 2]);
}

static double ms_between(int64_t from_ns, int64_t to_ns)
{
    return (double)(to_ns - from_ns) / (double)HB_NS_PER_MS;
}

int main(int argc, char **argv)
{
    static double makes[ROUNDS], answers[ROUNDS], exits[ROUNDS], sums[ROUNDS];
    int count = argc > 2 ? atoi(argv[2]) : 1000;
    int64_t *instants = mmap(NULL, 4096, PROT_READ | PROT_WRITE, MAP_SHARED | MAP_ANONYMOUS, -1, 0);

    if (argc < 2 || instants == MAP_FAILED) {
        fprintf(stderr, "usage: thread_floor PORT [THREADS]\n");
        return 2;
    }
    shared.server.sin_family = AF_INET;
    shared.server.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    shared.server.sin_port = htons((uint16_t)atoi(argv[1]));
    for (int i = 0; i < ROUNDS; i++) {
        pid_t pid = fork();
        int status;

        if (pid == 0)
            live(count, instants);
        if (pid < 0 || waitpid(pid, &status, 0) != pid || status != 0)
            return EXIT_FAILURE;
        makes[i] = ms_between(instants[0], instants[1]);
        answers[i] = ms_between(instants[2], instants[3]);
        exits[i] = ms_between(instants[3], hb_now_ns());
        sums[i] = makes[i] + answers[i] + exits[i];
    }
    printf("| part of %d threads | least / median, ms |\n|---|---:|\n", count);
    print("made", makes);
    print("a request each, and their ends", answers);
    print("end of the process, connections included", exits);
    print("all of it", sums);
    return EXIT_SUCCESS;
}
