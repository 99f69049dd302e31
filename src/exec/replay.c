/*
 * A worker session without supervision: no deadlines, no keeper, no resource monitor. The worker is
 * in the terminal's foreground process group, so Ctrl-C reaches it directly; we stay to tidy up.
 */
#include "exec/replay.h"

#include <errno.h>
#include <fcntl.h>
#include <inttypes.h>
#include <poll.h>
#include <spawn.h>
#include <stdlib.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/memory.h"
#include "base/sample.h"
#include "exec/due.h"
#include "exec/interrupt.h"
#include "exec/job.h"
#include "exec/message.h"
#include "exec/pin.h"
#include "exec/placement.h"
#include "exec/rundir.h"
#include "exec/samples.h"
#include "exec/tail.h"
#include "exec/topology.h"
#include "exec/variables.h"

#define LEAD_NS (5 * HB_NS_PER_MS)
#define A_DAY_NS (86400 * HB_NS_PER_S)

struct session {
    const struct hb_replay *replay;
    const struct hb_scenario *scenario;
    bool from_file; /* {input} */
    struct hb_arena arena;
    struct hb_interrupt interrupt;
    struct hb_placement placement;
    struct hb_topology *topology;
    struct hb_rundir dir;
    struct hb_due due;
    struct hb_job job;
    struct hb_buf job_line;
    char input_path[PATH_MAX];
    char **argv;
    int stdin_fd, stdout_fd, samples_fd; /* our ends */
    pid_t pid;
    struct hb_buf output; /* of the worker's current line */
    bool told_to_go;
    struct hb_run_result result;
    struct hb_judge judge;
    struct hb_sample_stream stream;
    struct hb_sample_reader reader;
};

/* ---- what is shown ---- */

static void show(const struct session *session, const char *who, const char *line)
{
    HB_CLEANUP(hb_free_ptr) char *masked = hb_secrets_masked(session->replay->secrets, line);

    hb_make_printable(masked);
    fprintf(session->replay->out, "%s %s\n", who, masked);
    fflush(session->replay->out);
}

static void show_own(const struct session *session, const struct hb_buf *line)
{
    HB_CLEANUP(hb_free_ptr) char *text = hb_strndup(hb_buf_text(line), line->length - 1);

    show(session, "runner:", text);
}

static void show_summary(const struct session *session)
{
    const struct hb_run_result *result = &session->result;

    fprintf(session->replay->out,
            "samples: %" PRIu64 " requests, of which in the window %" PRIu64 " verified, %" PRIu64
            " failed\n",
            session->stream.requests, hb_tally_verified(&result->window),
            hb_tally_failed(&result->window));
    if (result->response.count > 0)
        fprintf(session->replay->out, "response time: mean %.3f ms, p50 %.3f ms, p99 %.3f ms\n",
                hb_hist_mean(&result->response) / 1e6,
                (double)hb_hist_quantile(&result->response, 0.50) / 1e6,
                (double)hb_hist_quantile(&result->response, 0.99) / 1e6);
}

/* ---- preparation ---- */

static int64_t window_ns(const struct session *session)
{
    return session->from_file ? A_DAY_NS
                              : session->scenario->durations_ns[session->replay->cell->duration];
}

static int make_schedule(struct session *session, struct hb_error *err)
{
    const struct hb_rate *rate = &session->scenario->rates[session->replay->cell->rate];
    int64_t warmup_ns = session->scenario->run.warmup_ns;
    int64_t window_ns = session->scenario->durations_ns[session->replay->cell->duration];
    const struct hb_span span = {warmup_ns + window_ns, warmup_ns, window_ns};

    if (rate->per_second <= 0)
        return 0;
    if (hb_due_make(&session->due, &session->dir, rate, &span, session->scenario->run.seed, err) <
        0)
        return -1;
    session->job.schedule = session->due.path;
    session->job.schedule_count = session->due.count;
    return 0;
}

static int make_job(struct session *session, struct hb_error *err)
{
    const struct hb_replay *replay = session->replay;

    session->job = (struct hb_job){
        .plan = replay->plan,
        .cell = replay->cell,
        .base_url = hb_topology_url(session->topology),
        .authority = hb_topology_authority(session->topology),
        .processes = 1,
        .concurrency = session->scenario->concurrency[replay->cell->concurrency],
        .ramp_ns = hb_job_ramp_ns(replay->plan, replay->cell, 1),
        .max_requests = replay->max_requests,
        .directory = session->dir.path,
    };
    if (hb_job_write_bodies(&session->job, &session->dir, err) < 0 ||
        make_schedule(session, err) < 0)
        return -1;
    return hb_job_line(&session->job, 0, &session->job_line, err);
}

/* A prefix word with {input} replaced by the file's path. */
static char *expand_word(struct session *session, const char *word)
{
    const char *at = strstr(word, HB_REPLAY_INPUT);

    if (at == NULL)
        return hb_arena_strdup(&session->arena, word);
    return hb_arena_printf(&session->arena, "%.*s%s%s", (int)(at - word), word, session->input_path,
                           at + strlen(HB_REPLAY_INPUT));
}

static size_t count_words(const char *const *words)
{
    size_t count = 0;

    while (words != NULL && words[count] != NULL)
        count++;
    return count;
}

static int make_argv(struct session *session, struct hb_error *err)
{
    const struct hb_replay *replay = session->replay;
    const struct hb_client_spec *client = &session->scenario->clients[replay->cell->client];
    size_t prefix_count = count_words(replay->prefix), count;
    char **command;

    if (hb_registry_command(replay->registry, client->entry, client->entry->command, client->mode,
                            &session->arena, &command, err) < 0)
        return -1;
    count = count_words((const char *const *)command);
    session->argv =
        hb_arena_calloc(&session->arena, prefix_count + count + 1, sizeof(*session->argv));
    for (size_t i = 0; i < prefix_count; i++)
        session->argv[i] = expand_word(session, replay->prefix[i]);
    memcpy(session->argv + prefix_count, command, count * sizeof(*command));
    return 0;
}

/* ---- go ---- */

/* Judge by the planned instants: here nothing else is read at them. */
static void make_go(struct session *session, struct hb_buf *line)
{
    const struct hb_url_spec *url = &session->scenario->urls[session->replay->cell->url];
    struct hb_go_times times = {.start_ns = hb_now_ns() + LEAD_NS};
    int64_t open_ns = times.start_ns + session->scenario->run.warmup_ns;
    struct hb_judge_rules rules = {
        .start_ns = times.start_ns,
        .open_loop = session->job.schedule != NULL,
        .expect = url->expect,
    };

    times.stop_ns = open_ns + window_ns(session);
    times.drain_ns = times.stop_ns + session->scenario->run.drain_ns;
    rules.span_ns = times.drain_ns - times.start_ns;
    if (session->replay->cell->method == HB_METHOD_HEAD)
        rules.expect.length_bytes = -1;
    hb_judge_init(&session->judge, &rules, &session->result);
    hb_judge_open_window(&session->judge, open_ns);
    hb_judge_close_window(&session->judge, times.stop_ns);
    hb_go_line(&times, line);
    session->told_to_go = true;
}

static int go(struct session *session, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf line = {.maximum = HB_PROTOCOL_LINE_MAX};

    make_go(session, &line);
    show_own(session, &line);
    return hb_fd_write_all(session->stdin_fd, line.data, line.length, err);
}

/* Both lines, for a debugger to feed to the worker. */
static int write_input_file(struct session *session, struct hb_error *err)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf lines = {.maximum = 2 * HB_PROTOCOL_LINE_MAX};

    hb_buf_append(&lines, session->job_line.data, session->job_line.length);
    make_go(session, &lines);
    return hb_rundir_write(&session->dir, "input", lines.data, lines.length, session->input_path,
                           err);
}

/* ---- the process ---- */

/* Index: descriptor of the worker; -1: left as it is. */
struct ends {
    int fds[HB_SAMPLE_FD + 1];
};

static void close_ends(struct ends *ends)
{
    for (size_t i = 0; i < HB_ARRAY_LEN(ends->fds); i++)
        hb_fd_close(&ends->fds[i]);
}

static int open_pipe(int *ret_ours, int *ret_theirs, bool we_read, struct hb_error *err)
{
    int ends[2];

    if (pipe2(ends, O_CLOEXEC) < 0)
        return hb_fail_errno(err, errno, "pipe");
    *ret_ours = ends[we_read ? 0 : 1];
    *ret_theirs = ends[we_read ? 1 : 0];
    return 0;
}

static int open_pipes(struct session *session, struct ends *theirs, struct hb_error *err)
{
    if (open_pipe(&session->samples_fd, &theirs->fds[HB_SAMPLE_FD], true, err) < 0)
        return -1;
    (void)fcntl(session->samples_fd, F_SETPIPE_SZ, HB_SAMPLE_READ_BYTES);
    if (session->from_file)
        return 0;
    if (open_pipe(&session->stdin_fd, &theirs->fds[STDIN_FILENO], false, err) < 0 ||
        open_pipe(&session->stdout_fd, &theirs->fds[STDOUT_FILENO], true, err) < 0)
        return -1;
    return 0;
}

static int spawn(struct session *session, const struct ends *theirs, struct hb_error *err)
{
    posix_spawn_file_actions_t actions;
    posix_spawnattr_t attributes;
    sigset_t signals;
    int failure = 0;
    HB_CLEANUP(hb_free_ptr)
    char **environment =
        hb_variables_join(session->scenario->clients[session->replay->cell->client].environment,
                          (const char *const *)environ);

    posix_spawn_file_actions_init(&actions);
    posix_spawnattr_init(&attributes);
    for (int i = 0; i <= HB_SAMPLE_FD; i++)
        if (theirs->fds[i] >= 0)
            failure |= posix_spawn_file_actions_adddup2(&actions, theirs->fds[i], i);
    sigemptyset(&signals);
    failure |= posix_spawnattr_setsigmask(&attributes, &signals);
    sigaddset(&signals, SIGPIPE);
    failure |= posix_spawnattr_setsigdefault(&attributes, &signals);
    failure |=
        posix_spawnattr_setflags(&attributes, POSIX_SPAWN_SETSIGMASK | POSIX_SPAWN_SETSIGDEF);
    if (failure == 0)
        failure = posix_spawnp(&session->pid, session->argv[0], &actions, &attributes,
                               session->argv, environment);
    posix_spawn_file_actions_destroy(&actions);
    posix_spawnattr_destroy(&attributes);
    return failure == 0 ? 0 : hb_fail_errno(err, failure, "%s", session->argv[0]);
}

static int start(struct session *session, struct hb_error *err)
{
    HB_CLEANUP(close_ends) struct ends theirs = {{-1, -1, -1, -1}};
    HB_CLEANUP(hb_pin_undo) struct hb_pin pin = {.pinned = false};

    if (open_pipes(session, &theirs, err) < 0 ||
        hb_pin_self(&pin, session->placement.client, err) < 0 || spawn(session, &theirs, err) < 0)
        return -1;
    show_own(session, &session->job_line);
    if (session->from_file)
        return 0;
    return hb_fd_write_all(session->stdin_fd, session->job_line.data, session->job_line.length,
                           err);
}

/* ---- listening ---- */

static int take_line(struct session *session, struct hb_error *err)
{
    struct hb_ready ready;

    show(session, "worker:", hb_buf_text(&session->output));
    if (session->told_to_go)
        return 0;
    if (hb_ready_parse(hb_buf_text(&session->output), session->output.length, &ready, err) < 0)
        return -1;
    hb_ready_release(&ready);
    return go(session, err);
}

static int read_output(struct session *session, struct hb_error *err)
{
    char chunk[4096];
    ssize_t count = read(session->stdout_fd, chunk, sizeof(chunk));

    if (count <= 0)
        hb_fd_close(&session->stdout_fd);
    for (ssize_t i = 0; i < count; i++) {
        if (chunk[i] != '\n') {
            hb_buf_putc(&session->output, chunk[i]);
            continue;
        }
        if (take_line(session, err) < 0)
            return -1;
        hb_buf_clear(&session->output);
    }
    return 0;
}

static int read_samples(struct session *session, struct hb_error *err)
{
    ssize_t count;

    if (!session->told_to_go)
        return hb_fail(err, HB_ERR_RUN, "the worker wrote samples, or ended, before go");
    count = hb_sample_reader_read(&session->reader, &session->judge, &session->stream,
                                  session->samples_fd, err);
    if (count == 0)
        hb_fd_close(&session->samples_fd);
    return count == -1 ? -1 : 0;
}

static int listen_to_worker(struct session *session, struct hb_error *err)
{
    while (session->stdout_fd >= 0 || session->samples_fd >= 0) {
        struct pollfd slots[] = {{.fd = session->stdout_fd, .events = POLLIN},
                                 {.fd = session->samples_fd, .events = POLLIN}};

        if (poll(slots, HB_ARRAY_LEN(slots), -1) < 0 && errno != EINTR)
            return hb_fail_errno(err, errno, "poll");
        if (slots[0].revents != 0 && read_output(session, err) < 0)
            return -1;
        if (slots[1].revents != 0 && read_samples(session, err) < 0)
            return -1;
    }
    return 0;
}

static int wait_for_exit(struct session *session)
{
    int status = 0;

    /* Our ends first: a worker that waits for us, or writes to us, then ends. */
    hb_fd_close(&session->stdin_fd);
    hb_fd_close(&session->stdout_fd);
    hb_fd_close(&session->samples_fd);
    while (session->pid > 0 && waitpid(session->pid, &status, 0) < 0 && errno == EINTR)
        continue;
    return WIFSIGNALED(status) ? 128 + WTERMSIG(status) : WEXITSTATUS(status);
}

/* ---- beginning and end ---- */

static int converse(struct session *session, struct hb_error *err)
{
    const struct hb_server_spec *server =
        &session->scenario->servers[session->replay->cell->server];

    if (hb_placement_choose(&session->scenario->run, &session->placement, err) < 0 ||
        hb_topology_start(session->replay->registry, server, session->placement.server,
                          &session->topology, err) < 0)
        return -1;
    if (hb_rundir_make(&session->dir, err) < 0 || make_job(session, err) < 0)
        return -1;
    if (session->from_file && write_input_file(session, err) < 0)
        return -1;
    if (make_argv(session, err) < 0 || start(session, err) < 0)
        return -1;
    return listen_to_worker(session, err);
}

static bool wants_file(const char *const *prefix)
{
    for (size_t i = 0; i < count_words(prefix); i++)
        if (strstr(prefix[i], HB_REPLAY_INPUT) != NULL)
            return true;
    return false;
}

static void init_session(struct session *session, const struct hb_replay *replay)
{
    *session = (struct session){
        .replay = replay,
        .scenario = replay->plan->scenario,
        .from_file = wants_file(replay->prefix),
        .dir.lock_fd = -1,
        .due.fd = -1,
        .stdin_fd = -1,
        .stdout_fd = -1,
        .samples_fd = -1,
    };
    hb_arena_init(&session->arena);
    hb_buf_init(&session->job_line, HB_PROTOCOL_LINE_MAX);
    hb_buf_init(&session->output, HB_WORKER_LINE_MAX);
    hb_sample_reader_init(&session->reader);
    hb_run_result_init(&session->result, replay->plan, 0);
}

static void release_session(struct session *session)
{
    hb_topology_stop(session->topology);
    hb_due_release(&session->due);
    hb_rundir_remove(&session->dir);
    hb_sample_reader_release(&session->reader);
    hb_run_result_release(&session->result);
    hb_buf_release(&session->job_line);
    hb_buf_release(&session->output);
    hb_arena_release(&session->arena);
}

int hb_replay_run(const struct hb_replay *replay, int *ret_exit_code, struct hb_error *err)
{
    struct session session;
    int result;

    init_session(&session, replay);
    result = hb_interrupt_begin(&session.interrupt, err);
    if (result == 0) {
        result = converse(&session, err);
        *ret_exit_code = wait_for_exit(&session);
        if (session.told_to_go) {
            hb_judge_finish(&session.judge);
            show_summary(&session);
        }
        hb_interrupt_end(&session.interrupt);
    }
    release_session(&session);
    return result;
}
