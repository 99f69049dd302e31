/*
 * What a sample costs the runner: CPU time of reading and judging a stream through a pipe of the
 * real size, written by a child as workers write it (4,096 bytes at a time). Prints nanoseconds a
 * sample for a closed and an open loop, and by how much resident memory grows over as many samples
 * as an hour has at 16,000/s; with an argument, exits 1 when a sample costs more than that.
 */
#include <fcntl.h>
#include <poll.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <time.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/rng.h"
#include "exec/samples.h"

#define BATCHES 40000
#define HOUR_BATCHES 450000
#define BATCH (HB_SAMPLE_BATCH_BYTES / sizeof(struct hb_sample))
#define FETCH_NS HB_NS_PER_MS /* as often as the run's loop does at this rate */

/* Latencies of a realistic spread: 100 µs and a long tail. */
static void write_samples(int fd, bool open_loop, size_t batches, int64_t start_ns)
{
    struct hb_sample batch[BATCH];
    struct hb_rng rng = {7};

    for (size_t i = 0; i < batches; i++) {
        for (size_t k = 0; k < BATCH; k++) {
            uint64_t due_ns = (uint64_t)start_ns + i * 2000 + k;
            uint64_t late_us = open_loop ? hb_rng_below(&rng, 50) : 0;

            batch[k] = (struct hb_sample){
                .start_ns = due_ns + late_us * 1000,
                .end_ns = due_ns + late_us * 1000 + 50000 + hb_rng_below(&rng, 100000) +
                          (hb_rng_below(&rng, 100) == 0 ? hb_rng_below(&rng, 10000000) : 0),
                .lag_us = (uint32_t)late_us,
                .ttfb_us = 40 + (uint32_t)hb_rng_below(&rng, 100),
                .bytes = 1024,
                .status = 200,
            };
        }
        if (hb_fd_write_all(fd, batch, sizeof(batch), NULL) < 0)
            _exit(1);
    }
    _exit(0);
}

static int64_t cpu_ns(void)
{
    struct timespec used;

    clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &used);
    return (int64_t)used.tv_sec * HB_NS_PER_S + used.tv_nsec;
}

static void fail(const struct hb_error *err)
{
    fprintf(stderr, "runner_sample_cost: %s\n", err->message);
    exit(1);
}

static long resident_kb(void)
{
    long pages = 0;
    FILE *file = fopen("/proc/self/statm", "re");

    if (file == NULL || fscanf(file, "%*d %ld", &pages) != 1)
        exit(1);
    fclose(file);
    return pages * (sysconf(_SC_PAGESIZE) / 1024);
}

struct cost {
    double sample_ns;       /* of this process's CPU */
    long first_kb, last_kb; /* resident after a hundredth of the samples, and after all */
};

static struct cost measure(bool open_loop, size_t batches)
{
    /* The samples' instants lie up to a second after the start, and must not lie in the future. */
    int64_t start_ns = hb_now_ns() - 20 * HB_NS_PER_S;
    struct hb_judge_rules rules = {start_ns, 30 * HB_NS_PER_S, open_loop, {200, 1024}};
    struct hb_sample_stream stream = {0};
    struct hb_sample_reader reader;
    struct hb_run_result result;
    struct hb_judge judge;
    struct hb_error err = {0};
    struct cost cost = {0};
    int64_t used_ns;
    ssize_t count = HB_READ_NOTHING;
    pid_t child;
    int ends[2];

    hb_run_result_init(&result, NULL, 0);
    hb_judge_init(&judge, &rules, &result);
    hb_judge_open_window(&judge, start_ns);
    hb_sample_reader_init(&reader);
    if (pipe2(ends, O_CLOEXEC) < 0 || fcntl(ends[0], F_SETPIPE_SZ, 1 << 20) < 0 ||
        hb_fd_set_nonblocking(ends[0], &err) < 0)
        fail(&err);
    child = fork();
    if (child == 0)
        write_samples(ends[1], open_loop, batches, start_ns);
    close(ends[1]);
    used_ns = cpu_ns();
    while (count != 0) {
        if (count == HB_READ_NOTHING)
            hb_sleep_until_ns(hb_now_ns() + FETCH_NS);
        count = hb_sample_reader_read(&reader, &judge, &stream, ends[0], &err);
        if (count == -1)
            fail(&err);
        if (cost.first_kb == 0 && stream.records > batches * BATCH / 100)
            cost.first_kb = resident_kb();
    }
    used_ns = cpu_ns() - used_ns;
    cost.last_kb = resident_kb();
    close(ends[0]);
    waitpid(child, NULL, 0);
    hb_judge_finish(&judge);
    if (hb_tally_verified(&result.window) != (uint64_t)batches * BATCH)
        exit(1);
    hb_run_result_release(&result);
    hb_sample_reader_release(&reader);
    cost.sample_ns = (double)used_ns / (double)(batches * BATCH);
    return cost;
}

int main(int argc, char **argv)
{
    double limit = argc > 1 ? atof(argv[1]) : 1e9;
    double closed = measure(false, BATCHES).sample_ns, open = measure(true, BATCHES).sample_ns;
    struct cost hour = measure(true, HOUR_BATCHES);

    printf("| loop | ns of CPU a sample | samples | resident memory grows by "
           "|\n|---|---:|---:|---:|\n");
    printf("| closed | %.1f | %zu | |\n", closed, BATCHES * BATCH);
    printf("| open | %.1f | %zu | |\n", open, BATCHES * BATCH);
    printf("| an hour, open, 16,000/s | %.1f | %zu | %ld KiB of %ld |\n", hour.sample_ns,
           HOUR_BATCHES * BATCH, hour.last_kb - hour.first_kb, hour.last_kb);
    return closed > limit || open > limit;
}
