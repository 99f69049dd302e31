/*
 * System calls are counted in one run, between the ends of two of its requests. What counts
 * instructions knows only the total, so these are the difference of a run of few requests and one
 * of many. How many depends on what a request costs under the tool: enough that what still varies
 * (the start of an interpreter, a collection of garbage more or less) disappears in them, few
 * enough to wait for.
 */
#include "exec/wire_counts.h"

#include <errno.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "exec/callgrind.h"
#include "exec/event_counter.h"
#include "exec/strace.h"
#include "exec/wire_run.h"

/* System calls are counted from the end of one request to the end of another; from the middle of
 * all where a slow endpoint makes them fewer. */
#define CALLS_FIRST 20
#define CALLS_LAST 120
#define CALLS_LEAST 8

#define LOG_NAME "calls"
#define LOG_MAX_BYTES (128LL << 20)       /* tens of seconds of calls and nothing else */
#define CLOCK_SET_NS (100 * HB_NS_PER_US) /* what one traced call takes */

#define LONGER_RUNS 3   /* at most; the figure is their median */
#define AGREEMENT 0.003 /* of two that make a third unnecessary, relative */

struct pair {
    uint64_t few, many; /* requests */
};

#define FAST_PAIR                                                                                  \
    {                                                                                              \
        100, 1100                                                                                  \
    } /* natively, or of native programs under callgrind */
#define SLOW_PAIR                                                                                  \
    {                                                                                              \
        20, 220                                                                                    \
    } /* of interpreters under callgrind */

static int too_few(uint64_t made, uint64_t asked, struct hb_error *err)
{
    return hb_fail(err, HB_ERR_RUN,
                   "%llu of %llu requests were made: the server is too slow to count them in time, "
                   "or the client stopped early",
                   (unsigned long long)made, (unsigned long long)asked);
}

/* What counts. */
struct manner {
    const char *const *prefix;
    bool is_slow, counts_instructions;
    int64_t *ends_ns; /* room for as many as requests; NULL: nobody asks */
};

static void stop_relay(struct hb_relay **relay)
{
    hb_relay_stop(*relay);
}

/* A run of a counting, the same each time: answers come when the client waits for them, however
 * busy the machine is. */
static int run_repeatably(const struct hb_wire_counting *counting, uint64_t requests,
                          const struct manner *manner, struct hb_wire_run_result *ret,
                          struct hb_error *err)
{
    const struct hb_relay_spec spec = {.url = hb_topology_url(counting->setup->topology),
                                       .holds_answers = true};
    HB_CLEANUP(stop_relay) struct hb_relay *relay = NULL;
    struct hb_wire_run run = {
        .setup = counting->setup,
        .dir = counting->dir,
        .prefix = manner->prefix,
        .is_slow = manner->is_slow,
        .counts_instructions = manner->counts_instructions,
        .repeatable = true,
        .requests = requests,
        .ends_ns = manner->ends_ns,
    };

    if (hb_relay_start(&spec, &relay, err) < 0)
        return -1;
    run.relay = relay;
    run.base_url = hb_relay_url(relay);
    return hb_wire_run(&run, ret, err);
}

/* ---- system calls ---- */

static void close_log(FILE **log)
{
    if (*log != NULL)
        fclose(*log);
}

/* Between the ends of two requests lie whole requests, whatever the client does when. The log lies
 * where the client may write. */
static int count_between(const struct hb_wire_counting *counting, int64_t from_wall_ns,
                         int64_t to_wall_ns, struct hb_call_counts *ret, struct hb_error *err)
{
    int fd = hb_fd_open_plain(counting->dir->lock_fd, LOG_NAME, LOG_MAX_BYTES, err);
    HB_CLEANUP(close_log) FILE *log = fd >= 0 ? fdopen(fd, "r") : NULL;

    if (fd < 0)
        return hb_wrap(err, "the log of strace");
    if (log == NULL)
        return hb_fail_errno(err, errno, "the log of strace");
    return hb_strace_count(log, from_wall_ns, to_wall_ns, counting->arena, ret, err);
}

/* The run's ends are by the steady clock, and strace writes the time of day: what lies between the
 * two must be the same all along. */
static int run_traced(const struct hb_wire_counting *counting, const struct manner *manner,
                      struct hb_wire_run_result *ret, int64_t *ret_wall_offset_ns,
                      struct hb_error *err)
{
    int64_t offset_ns = hb_wall_offset_ns();

    if (run_repeatably(counting, CALLS_LAST, manner, ret, err) < 0)
        return -1;
    if (llabs(hb_wall_offset_ns() - offset_ns) > CLOCK_SET_NS)
        return hb_fail(err, HB_ERR_RUN, "the machine's clock was set meanwhile");
    *ret_wall_offset_ns = offset_ns;
    return 0;
}

static int by_calls_then_name(const void *left, const void *right)
{
    const struct hb_wire_call *a = left, *b = right;

    return a->per_request != b->per_request ? (a->per_request < b->per_request ? 1 : -1)
                                            : strcmp(a->name, b->name);
}

static void fill_calls(const struct hb_wire_counting *counting, const struct hb_call_counts *counts,
                       uint64_t requests, struct hb_wire_profile *profile)
{
    struct hb_wire_call *calls = hb_arena_calloc(counting->arena, counts->count, sizeof *calls);

    for (size_t i = 0; i < counts->count; i++) {
        double each = (double)counts->calls[i].calls / (double)requests;

        if (each >= 0.01)
            calls[profile->calls_count++] = (struct hb_wire_call){counts->calls[i].name, each};
    }
    qsort(calls, profile->calls_count, sizeof *calls, by_calls_then_name);
    profile->calls = calls;
    profile->system_calls = (double)counts->total / (double)requests;
}

int hb_wire_count_calls(const struct hb_wire_counting *counting, struct hb_wire_profile *profile,
                        struct hb_error *err)
{
    char strace[PATH_MAX];
    const char *path = hb_arena_printf(counting->arena, "%s/" LOG_NAME, counting->dir->path);
    const char *words[HB_STRACE_WORDS + 1] = {NULL};
    int64_t ends_ns[CALLS_LAST] = {0};
    const struct manner manner = {.prefix = words, .ends_ns = ends_ns};
    struct hb_wire_run_result done;
    struct hb_call_counts counts = {0};
    uint64_t first, last;
    int64_t wall_ns = 0;

    if (hb_strace_find(strace, err) < 0)
        return -1;
    hb_strace_prefix(strace, path, words);
    if (run_traced(counting, &manner, &done, &wall_ns, err) < 0)
        return -1;
    if (done.requests < CALLS_LEAST)
        return too_few(done.requests, CALLS_LAST, err);
    first = done.requests < 2 * CALLS_FIRST ? done.requests / 2 : CALLS_FIRST;
    last = done.requests < CALLS_LAST ? done.requests : CALLS_LAST; /* some make more than asked */
    if (count_between(counting, wall_ns + ends_ns[first - 1], wall_ns + ends_ns[last - 1], &counts,
                      err) < 0)
        return -1;
    fill_calls(counting, &counts, last - first, profile);
    return 0;
}

/* ---- instructions: what counts them ---- */

/* Whether the counter can be opened; that it counts is seen when it has. */
static bool has_events(void)
{
    int fd = hb_event_counter_instructions();

    if (fd >= 0)
        close(fd);
    return fd >= 0;
}

const char *hb_wire_instruction_counter(struct hb_error *err)
{
    char valgrind[PATH_MAX];

    if (has_events())
        return "perf";
    return hb_callgrind_find(valgrind, err) == 0 ? "callgrind" : NULL;
}

static bool is_native(const struct hb_entry *client)
{
    return strcmp(client->language, "c") == 0;
}

const char *hb_wire_uncountable(const struct hb_entry *client, const char *runtime)
{
    if (is_native(client))
        return NULL;
    if (strcmp(client->language, "python") != 0)
        return "they repeat only for native clients and for CPython";
    if (runtime != NULL && strncmp(runtime, "CPython", strlen("CPython")) != 0)
        return "of the Pythons, they repeat only for CPython";
    return NULL;
}

/* ---- instructions: the runs ---- */

struct counted {
    uint64_t requests, instructions;
};

static int run_with_events(const struct hb_wire_counting *counting, uint64_t requests,
                           struct counted *ret, struct hb_error *err)
{
    const struct manner manner = {.counts_instructions = true};
    struct hb_wire_run_result done;

    if (run_repeatably(counting, requests, &manner, &done, err) < 0)
        return -1;
    if (done.instructions < 0)
        return hb_fail(err, HB_ERR_UNAVAILABLE, "the processor's counter did not count all along");
    *ret = (struct counted){done.requests, (uint64_t)done.instructions};
    return 0;
}

static int run_under_callgrind(const struct hb_wire_counting *counting, uint64_t requests,
                               struct counted *ret, struct hb_error *err)
{
    const char *words[HB_CALLGRIND_WORDS + 1];
    const struct manner manner = {.prefix = words, .is_slow = true};
    struct hb_wire_run_result done;
    char valgrind[PATH_MAX];

    if (hb_callgrind_find(valgrind, err) < 0)
        return -1;
    hb_callgrind_words(valgrind, words);
    if (run_repeatably(counting, requests, &manner, &done, err) < 0)
        return -1;
    ret->requests = done.requests;
    return hb_callgrind_take(counting->dir->path, &ret->instructions, err);
}

struct way {
    const char *name;
    int (*run)(const struct hb_wire_counting *counting, uint64_t requests, struct counted *ret,
               struct hb_error *err);
    struct pair native, python;
};

static int by_size(const void *left, const void *right)
{
    double a = *(const double *)left, b = *(const double *)right;

    return (a > b) - (a < b);
}

/* What a request takes, by one longer run; the shorter one hardly varies. */
static int count_longer(const struct way *way, const struct hb_wire_counting *counting,
                        uint64_t requests, const struct counted *few, struct counted *many,
                        double *ret_each, struct hb_error *err)
{
    if (way->run(counting, requests, many, err) < 0)
        return -1;
    if (many->requests < 2 * few->requests)
        return too_few(many->requests, requests, err);
    if (many->instructions < few->instructions)
        return hb_fail(err, HB_ERR_RUN, "%llu requests took fewer instructions than %llu",
                       (unsigned long long)many->requests, (unsigned long long)few->requests);
    *ret_each =
        (double)(many->instructions - few->instructions) / (double)(many->requests - few->requests);
    return 0;
}

/* Two longer runs, and a third where these do not agree: on a busy machine an answer comes late,
 * and a client that looks for it in vain takes some instructions more. */
static int count_by(const struct way *way, const struct hb_wire_counting *counting,
                    struct hb_wire_profile *profile, struct hb_error *err)
{
    const struct hb_plan *plan = counting->setup->plan;
    bool native = is_native(plan->scenario->clients[counting->setup->cell->client].entry);
    struct pair pair = native ? way->native : way->python;
    struct counted few = {0}, many = {0};
    double each[LONGER_RUNS];
    size_t count = 0;

    if (way->run(counting, pair.few, &few, err) < 0)
        return -1;
    do {
        if (count_longer(way, counting, pair.many, &few, &many, &each[count], err) < 0)
            return -1;
        qsort(each, ++count, sizeof *each, by_size);
        profile->instructions = (each[(count - 1) / 2] + each[count / 2]) / 2;
        profile->instructions_spread = (each[count - 1] - each[0]) / profile->instructions;
    } while (count < 2 || (count < LONGER_RUNS && profile->instructions_spread > AGREEMENT));
    profile->instructions_how = way->name;
    profile->instructions_low = few.requests;
    profile->instructions_high = many.requests;
    return 0;
}

int hb_wire_count_instructions(const struct hb_wire_counting *counting,
                               struct hb_wire_profile *profile, struct hb_error *err)
{
    static const struct way events = {"perf", run_with_events, FAST_PAIR, FAST_PAIR};
    static const struct way callgrind = {"callgrind", run_under_callgrind, FAST_PAIR, SLOW_PAIR};
    const struct hb_plan *plan = counting->setup->plan;
    const char *why = hb_wire_uncountable(
        plan->scenario->clients[counting->setup->cell->client].entry, counting->runtime);
    struct hb_error unreliable = {0};

    if (why != NULL)
        return hb_fail(err, HB_ERR_UNAVAILABLE, "%s", why);
    if (has_events()) {
        if (count_by(&events, counting, profile, &unreliable) == 0)
            return 0;
        if (unreliable.code != HB_ERR_UNAVAILABLE) {
            *err = unreliable;
            return -1;
        }
    }
    return count_by(&callgrind, counting, profile, err);
}
