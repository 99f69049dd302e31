/*
 * A worker's life without a window: job, ready, go, samples that are only counted, done. The same
 * supervision as for measured runs (worker.c), and hard limits on the time of each step.
 */
#include "exec/wire_run.h"

#include <errno.h>
#include <poll.h>
#include <stdio.h>
#include <string.h>
#include <sys/prctl.h>
#include <time.h>

#include "base/clock.h"
#include "base/memory.h"
#include "exec/job.h"
#include "exec/stillness.h"
#include "exec/variables.h"
#include "exec/worker.h"

#define LEAD_NS (2 * HB_NS_PER_MS)
#define GRACE_NS (200 * HB_NS_PER_MS)

/* A client waits when it slept in so many looks on end; one that never does gets its answer late.
 */
#define LOOKS 2
#define LOOK_EVERY_NS (40 * HB_NS_PER_US)
#define LOOK_SLACK_NS 1UL /* the kernel's usual 50 us would double it */
#define HELD_LIMIT_NS (1 * HB_NS_PER_S)

struct limits {
    int64_t ready_ns, load_ns, drain_ns, exit_ns;
};

/* Slow endpoints get fewer requests than `load_ns` has room for. */
static const struct limits usual = {
    20 * HB_NS_PER_S,
    3 * HB_NS_PER_S,
    1 * HB_NS_PER_S,
    4 * HB_NS_PER_S,
};
static const struct limits of_slow_ones = {
    180 * HB_NS_PER_S,
    60 * HB_NS_PER_S,
    10 * HB_NS_PER_S,
    60 * HB_NS_PER_S,
};

enum { SLOT_INTERRUPT, SLOT_RELAY, SLOT_WORKER, SLOTS = SLOT_WORKER + HB_WORKER_SLOTS };

struct state {
    const struct hb_wire_run *run;
    const struct limits *limits;
    struct hb_arena arena;
    struct hb_job job;
    struct hb_worker worker;
    struct hb_worker_sink sink;
    struct hb_judge judge;
    struct hb_run_result result;
    int64_t deadline_ns;
    int64_t held_since_ns; /* 0: nothing is held back */
    unsigned still_looks;
};

/* ---- beginning ---- */

static size_t count_words(const char *const *words)
{
    size_t count = 0;

    while (words != NULL && words[count] != NULL)
        count++;
    return count;
}

static int make_argv(struct state *state, const char ***ret_argv, struct hb_error *err)
{
    const struct hb_wire_setup *setup = state->run->setup;
    const struct hb_client_spec *client = &setup->plan->scenario->clients[setup->cell->client];
    size_t prefix = count_words(state->run->prefix), count;
    const char **argv;
    char **command;

    if (hb_registry_command(setup->registry, client->entry, client->entry->command, client->mode,
                            &state->arena, &command, err) < 0)
        return -1;
    count = count_words((const char *const *)command);
    argv = hb_arena_calloc(&state->arena, prefix + count + 1, sizeof *argv);
    if (prefix > 0)
        memcpy(argv, state->run->prefix, prefix * sizeof *argv);
    memcpy(argv + prefix, command, count * sizeof *command);
    *ret_argv = argv;
    return 0;
}

static int start(struct state *state, struct hb_error *err)
{
    static const char *const repeatable[] = {"PYTHONHASHSEED=0", NULL}, *const as_it_is[] = {NULL};
    const struct hb_wire_setup *setup = state->run->setup;
    HB_CLEANUP(hb_free_ptr)
    char **variables =
        hb_variables_join(setup->plan->scenario->clients[setup->cell->client].environment,
                          state->run->repeatable ? repeatable : as_it_is);
    HB_CLEANUP(hb_buf_release) struct hb_buf line = {.maximum = HB_PROTOCOL_LINE_MAX};
    const char **argv = NULL;
    struct hb_spawn_spec spec = {
        .variables = (const char *const *)variables,
        .directory = state->run->dir->path,
        .cpus = setup->cpus,
        .grace_ns = GRACE_NS,
        .wants_samples = true,
        .fixed_addresses = state->run->repeatable,
        .counts_instructions = state->run->counts_instructions,
        .stderr_fd = -1,
    };

    state->job = (struct hb_job){
        .plan = setup->plan,
        .cell = setup->cell,
        .base_url = state->run->base_url,
        .authority = hb_topology_authority(setup->topology),
        .processes = 1,
        .concurrency = 1,
        .max_requests = state->run->requests,
        .directory = state->run->dir->path,
        .without_ticks = true,
    };
    if (make_argv(state, &argv, err) < 0 || hb_job_line(&state->job, 0, &line, err) < 0)
        return -1;
    spec.argv = argv;
    state->deadline_ns = hb_now_ns() + state->limits->ready_ns;
    return hb_worker_start(&state->worker, &setup->registry->paths, &spec, &line,
                           &state->result.workers[0], err);
}

static void go(struct state *state)
{
    const struct hb_wire_setup *setup = state->run->setup;
    const struct limits *limits = state->limits;
    HB_CLEANUP(hb_buf_release) struct hb_buf line = {.maximum = HB_PROTOCOL_LINE_MAX};
    struct hb_go_times times = {.start_ns = hb_now_ns() + LEAD_NS};
    struct hb_judge_rules rules = {
        .start_ns = times.start_ns,
        .span_ns = limits->load_ns + limits->drain_ns + limits->exit_ns,
        .expect = setup->plan->scenario->urls[setup->cell->url].expect,
        .ends_ns = state->run->ends_ns,
        .ends_max = state->run->ends_ns != NULL ? state->run->requests : 0,
    };

    times.stop_ns = times.start_ns + limits->load_ns;
    times.drain_ns = times.stop_ns + limits->drain_ns;
    if (setup->cell->method == HB_METHOD_HEAD)
        rules.expect.length_bytes = -1;
    hb_judge_init(&state->judge, &rules, &state->result);
    state->sink.judge = &state->judge;
    state->deadline_ns = times.drain_ns + limits->exit_ns;
    hb_go_line(&times, &line);
    hb_worker_go(&state->worker, &line);
}

/* ---- answers that are held back ---- */

static bool is_holding(const struct state *state)
{
    return state->run->relay != NULL && hb_relay_holds(state->run->relay);
}

static void look(struct state *state)
{
    int64_t now_ns = hb_now_ns();

    if (!is_holding(state)) {
        state->held_since_ns = 0;
        return;
    }
    if (state->held_since_ns == 0) {
        state->held_since_ns = now_ns;
        state->still_looks = 0;
    }
    state->still_looks = hb_is_still(state->worker.child.pid) ? state->still_looks + 1 : 0;
    if (state->still_looks < LOOKS && now_ns < state->held_since_ns + HELD_LIMIT_NS)
        return;
    hb_relay_let_pass(state->run->relay);
    state->held_since_ns = 0;
}

/* ---- the loop ---- */

static int await(const struct state *state, struct pollfd slots[SLOTS], struct hb_error *err)
{
    int64_t wait_ns = state->deadline_ns - hb_now_ns();
    struct timespec limit;

    if (wait_ns <= 0)
        return hb_fail(err, HB_ERR_RUN, "the worker did not %s in time",
                       hb_worker_overdue(&state->worker));
    slots[SLOT_INTERRUPT] = (struct pollfd){state->run->setup->interrupt_fd, POLLIN, 0};
    slots[SLOT_RELAY] =
        (struct pollfd){state->run->relay != NULL ? hb_relay_fd(state->run->relay) : -1, POLLIN, 0};
    hb_worker_poll(&state->worker, true, &slots[SLOT_WORKER]);
    if (is_holding(state) && wait_ns > LOOK_EVERY_NS)
        wait_ns = LOOK_EVERY_NS;
    limit = (struct timespec){wait_ns / HB_NS_PER_S, wait_ns % HB_NS_PER_S};
    if (ppoll(slots, SLOTS, &limit, NULL) < 0 && errno != EINTR)
        return hb_fail_errno(err, errno, "poll");
    return 0;
}

static int loop(struct state *state, struct hb_error *err)
{
    while (state->worker.state != HB_WORKER_ENDED) {
        struct pollfd slots[SLOTS] = {0};

        if (await(state, slots, err) < 0)
            return -1;
        if (slots[SLOT_INTERRUPT].revents != 0)
            return hb_fail(err, HB_ERR_INTERRUPTED, "interrupted");
        if (slots[SLOT_RELAY].revents != 0)
            hb_relay_serve(state->run->relay);
        look(state);
        if (hb_worker_serve(&state->worker, &slots[SLOT_WORKER], &state->sink, err) < 0)
            return -1;
        if (state->worker.state == HB_WORKER_READY)
            go(state);
    }
    return 0;
}

/* ---- the end ---- */

/* The last line that the worker wrote often says more than how it ended. */
static int fail_with_log(struct state *state, struct hb_error *err)
{
    HB_CLEANUP(hb_free_ptr) char *log = hb_worker_log_text(&state->worker);
    size_t length = log != NULL ? strlen(log) : 0;
    char *last;

    if (err->code == HB_ERR_INTERRUPTED || length == 0)
        return -1;
    if (log[length - 1] == '\n')
        log[length - 1] = '\0';
    last = strrchr(log, '\n');
    return hb_fail(err, err->code, "%.400s (%.400s)", hb_arena_strdup(&state->arena, err->message),
                   last != NULL ? last + 1 : log);
}

static void copy_text(char *copy, size_t bytes, const char *text)
{
    snprintf(copy, bytes, "%s", text != NULL ? text : "");
}

static void finish(struct state *state, struct hb_wire_run_result *ret)
{
    const struct hb_worker_report *report = &state->result.workers[0];

    hb_judge_finish(&state->judge);
    *ret = (struct hb_wire_run_result){.requests = state->worker.totals.requests,
                                       .verified = state->judge.verified,
                                       .instructions = state->worker.child.exit.instructions};
    copy_text(ret->client_version, sizeof ret->client_version, report->client_version);
    copy_text(ret->runtime, sizeof ret->runtime, report->runtime);
}

static void release(struct state *state)
{
    hb_worker_release(&state->worker);
    hb_sample_reader_release(&state->sink.reader);
    hb_run_result_release(&state->result);
    hb_arena_release(&state->arena);
}

int hb_wire_run(const struct hb_wire_run *run, struct hb_wire_run_result *ret_result,
                struct hb_error *err)
{
    struct state state = {.run = run, .limits = run->is_slow ? &of_slow_ones : &usual};
    int result;

    hb_arena_init(&state.arena);
    hb_sample_reader_init(&state.sink.reader);
    hb_run_result_init(&state.result, NULL, 0);
    state.result.workers = hb_calloc(1, sizeof *state.result.workers);
    state.result.workers_count = 1;
    result = start(&state, err);
    (void)prctl(PR_SET_TIMERSLACK, LOOK_SLACK_NS);
    if (result == 0)
        result = loop(&state, err);
    (void)prctl(PR_SET_TIMERSLACK, 0UL); /* as it was */
    if (result == 0)
        finish(&state, ret_result);
    else
        result = fail_with_log(&state, err);
    release(&state);
    return result;
}
