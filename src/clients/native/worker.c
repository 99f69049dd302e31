/*
 * One conversation with the runner: job, ready, go, samples, done. Leaves driving the client to
 * threads.c or loop.c, and what the client is to the program that calls hb_worker_main().
 */
#include "clients/native/worker.h"

#include <errno.h>
#include <fcntl.h>
#include <signal.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/prctl.h>
#include <sys/signalfd.h>
#include <unistd.h>

#include "base/clock.h"
#include "base/fd.h"
#include "base/memory.h"
#include "base/sample.h"
#include "clients/native/limits.h"
#include "clients/native/lines.h"

struct session {
    struct hb_worker worker;
    struct hb_lines lines;
    void *state;
    int answer_fd; /* what standard output was */
    const char *version;
};

/* Our lines go to a copy of standard output; what a library prints goes to standard error. */
static int move_output_aside(int *ret_fd, struct hb_error *err)
{
    *ret_fd = fcntl(STDOUT_FILENO, F_DUPFD_CLOEXEC, HB_SAMPLE_FD + 1);
    if (*ret_fd < 0 || dup2(STDERR_FILENO, STDOUT_FILENO) < 0)
        return hb_fail_errno(err, errno, "move standard output aside");
    return 0;
}

static int watch_signals(int *ret_fd, struct hb_error *err)
{
    sigset_t stop;

    signal(SIGPIPE, SIG_IGN);
    sigemptyset(&stop);
    sigaddset(&stop, SIGTERM);
    sigprocmask(SIG_BLOCK, &stop, NULL); /* threads inherit it */
    *ret_fd = signalfd(-1, &stop, SFD_CLOEXEC | SFD_NONBLOCK);
    return *ret_fd >= 0 ? 0 : hb_fail_errno(err, errno, "signalfd");
}

static int open_session(struct session *session, struct hb_error *err)
{
    session->worker.sample_fd = HB_SAMPLE_FD;
    if (fcntl(HB_SAMPLE_FD, F_SETFD, FD_CLOEXEC) != 0)
        return hb_fail_errno(err, errno, "descriptor %d, for samples", HB_SAMPLE_FD);
    if (move_output_aside(&session->answer_fd, err) != 0 ||
        watch_signals(&session->worker.signal_fd, err) != 0)
        return -1;
    prctl(PR_SET_TIMERSLACK, 1UL); /* ns: sleeping until a request is due must be precise */
    hb_lines_init(&session->lines, STDIN_FILENO, session->worker.signal_fd, HB_PROTOCOL_LINE_MAX);
    return 0;
}

static int answer(const struct session *session, json_t *message, struct hb_error *err)
{
    HB_CLEANUP(hb_free_ptr) char *text = json_dumps(message, JSON_COMPACT);
    HB_CLEANUP(hb_free_ptr) char *line = NULL;

    json_decref(message);
    if (text == NULL) /* json_pack() refused a string that is not UTF-8 */
        return hb_fail(err, HB_ERR_INTERNAL, "the answer is not valid UTF-8");
    line = hb_asprintf("%s\n", text);
    return hb_fd_write_all(session->answer_fd, line, strlen(line), err);
}

static const char *error_class(enum hb_error_code code)
{
    return code == HB_ERR_UNAVAILABLE ? "unsupported" : code == HB_ERR_LIMIT ? "limit" : "internal";
}

/* The exit status after an error line. */
static int report_error(const struct session *session, const struct hb_error *problem)
{
    struct hb_error err;

    if (answer(session,
               json_pack("{s:s, s:s, s:s}", "type", "error", "class", error_class(problem->code),
                         "message", problem->message),
               &err) != 0)
        fprintf(stderr, "%s\n%s\n", problem->message, err.message);
    return EXIT_FAILURE;
}

static int choose_client(struct hb_worker *worker, const struct hb_worker_client *const *clients,
                         size_t count, struct hb_error *err)
{
    for (size_t i = 0; i < count; i++)
        if (strcmp(clients[i]->name, worker->job.client) == 0 &&
            strcmp(clients[i]->mode, worker->job.mode) == 0)
            worker->client = clients[i];
    if (worker->client != NULL)
        return 0;
    return hb_fail(err, HB_ERR_UNAVAILABLE, "there is no client %.80s in mode %.40s here",
                   worker->job.client, worker->job.mode);
}

static int check_abilities(const struct hb_worker *worker, struct hb_error *err)
{
    const struct hb_worker_client *client = worker->client;

    if (hb_job_needs_tls(&worker->job) && !client->speaks_https)
        return hb_fail(err, HB_ERR_UNAVAILABLE, "%s speaks cleartext HTTP only, not https",
                       client->name);
    if (worker->job.http2 && !client->speaks_http2)
        return hb_fail(err, HB_ERR_UNAVAILABLE, "%s does not speak HTTP/2", client->name);
    if (worker->job.http2 && hb_job_has_cleartext(&worker->job))
        return hb_fail(err, HB_ERR_UNAVAILABLE, "HTTP/2 needs an https URL");
    return 0;
}

static int prepare(struct session *session, const struct hb_worker_client *const *clients,
                   size_t count, const char *line, size_t length, struct hb_error *err)
{
    struct hb_worker *worker = &session->worker;

    if (hb_job_parse(&worker->job, line, length, err) != 0 ||
        choose_client(worker, clients, count, err) != 0 || check_abilities(worker, err) != 0 ||
        hb_pacer_init(&worker->pacer, &worker->job, err) != 0)
        return -1;
    if (hb_limits_make_room(hb_limits_descriptors((uint64_t)worker->job.concurrency,
                                                  worker->client->descriptors_per_task),
                            err) != 0)
        return -1;
    return worker->client->prepare(worker, &session->state, err);
}

void hb_worker_cannot_honour(json_t *ready, const char *what, const char *why)
{
    json_t *list = json_object_get(ready, "cannot_honour");

    json_array_append_new(list, json_pack("{s:s, s:s}", "what", what, "why", why));
}

static int say_ready(const struct session *session, struct hb_error *err)
{
    const struct hb_worker *worker = &session->worker;
    json_t *ready =
        json_pack("{s:s, s:i, s:{s:s, s:s}, s:{s:s, s:s}, s:s, s:i, s:[]}", "type", "ready",
                  "protocol", HB_PROTOCOL_VERSION, "client", "name", worker->client->name,
                  "version", session->version, "runtime", "name", "C", "version", __VERSION__,
                  "http", worker->job.http2 ? "2" : "1.1", "pid", (int)getpid(), "cannot_honour");

    if (worker->client->describe != NULL)
        worker->client->describe(worker, ready);
    json_object_set_new(ready, "clock_ns", json_integer(hb_now_ns()));
    return answer(session, ready, err);
}

static int say_done(const struct session *session, struct hb_error *err)
{
    const struct hb_totals *totals = &session->worker.totals;
    uint64_t unsent = hb_pacer_unsent(&session->worker.pacer, totals->started);

    close(session->worker.sample_fd);
    return answer(session,
                  json_pack("{s:s, s:I, s:I, s:I, s:I, s:I}", "type", "done", "requests",
                            (json_int_t)totals->requests, "unsent", (json_int_t)unsent,
                            "unfinished", (json_int_t)(totals->started - totals->requests),
                            "connections", (json_int_t)totals->connections, "bytes",
                            (json_int_t)totals->bytes),
                  err);
}

/* 0: a whole conversation, or a runner that went away before go. */
static int converse(struct session *session, const struct hb_worker_client *const *clients,
                    size_t count, struct hb_error *err)
{
    struct hb_worker *worker = &session->worker;
    const char *line;
    size_t length;
    int got = hb_lines_next(&session->lines, &line, &length, err);

    if (got != HB_LINE_READ)
        return got;
    if (prepare(session, clients, count, line, length, err) != 0 || say_ready(session, err) != 0)
        return -1;
    got = hb_lines_next(&session->lines, &line, &length, err);
    if (got != HB_LINE_READ)
        return got;
    if (hb_go_parse(&worker->go, line, length, err) != 0)
        return -1;
    worker->client->run(worker, session->state);
    return say_done(session, err);
}

static void close_session(struct session *session)
{
    if (session->worker.client != NULL)
        session->worker.client->release(session->state);
    hb_pacer_release(&session->worker.pacer);
    hb_job_release(&session->worker.job);
    hb_lines_release(&session->lines);
    hb_fd_close(&session->worker.signal_fd);
    hb_fd_close(&session->answer_fd);
}

/*
 * The kernel takes everything back sooner than we could give it: a thousand handles and threads
 * cost a run 20 ms. What looks for leaks wants to see it given back.
 */
_Noreturn static void leave(struct session *session, int status)
{
    if (session->worker.abandoned)
        _exit(status);
    if (HB_SANITIZED) {
        close_session(session);
        exit(status);
    }
    fflush(NULL); /* what libraries printed */
    _exit(status);
}

int hb_worker_main(int argc, char **argv, const struct hb_worker_client *const *clients,
                   size_t count, const char *version)
{
    struct session session = {.worker.signal_fd = -1, .answer_fd = -1, .version = version};
    struct hb_error err;
    int status = EXIT_SUCCESS;

    if (argc == 2 && strcmp(argv[1], "--version") == 0)
        return puts(version) < 0 ? EXIT_FAILURE : EXIT_SUCCESS;
    if (argc != 1) {
        fprintf(stderr,
                "usage: %s [--version]\nA worker of http-benchmark: it is started by the "
                "runner and speaks the worker protocol.\n",
                argv[0]);
        return EXIT_FAILURE;
    }
    if (open_session(&session, &err) != 0) {
        fprintf(stderr, "%s\n", err.message);
        return EXIT_FAILURE;
    }
    if (converse(&session, clients, count, &err) != 0)
        status = report_error(&session, &err);
    leave(&session, status);
}
