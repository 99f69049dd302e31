/*
 * Starting programs so that nothing is ever left behind.
 *
 * Between the runner and each worker or server stands a keeper process (libexec/hb-keeper): a child
 * subreaper, in a session of its own (so that Ctrl-C at the terminal reaches the runner alone),
 * holding the read end of a pipe whose write end only the runner has. When the program ends, the
 * runner dies (even by SIGKILL), or the runner closes the pipe, the keeper ends every descendant,
 * gently (SIGTERM) and then hard (SIGKILL), and reports how the program ended. Everything is
 * event-driven; the runner polls `status_fd`.
 */
#ifndef HB_EXEC_KEEPER_H
#define HB_EXEC_KEEPER_H

#include <stdbool.h>
#include <stdint.h>
#include <sys/types.h>

#include "base/error.h"
#include "base/paths.h"

struct hb_spawn_spec {
    const char *const
        *argv; /* NULL-terminated; argv[0] is looked up in PATH unless it has a slash */
    const char *const
        *environment; /* "K=V", NULL-terminated: the whole environment; NULL: a minimal one */
    const char *const *variables; /* more of them, in place of those with equal names; NULL: none */
    const char *directory;        /* working directory; NULL: the runner's */
    const char *cpus;             /* "0-1,3" to pin to; NULL or "": not pinned */
    int64_t grace_ns;             /* between SIGTERM and SIGKILL */
    bool wants_samples;           /* open descriptor 3 of the child as a 1 MiB pipe to us */
    bool fixed_addresses;         /* the same layout of memory in each start, where allowed */
    bool counts_instructions;     /* of the whole tree, by the processor's counter */
    int stderr_fd;                /* the child's standard error; -1: a pipe to us (log_fd) */
};

/* How a child ended. */
struct hb_exit {
    bool exited; /* else killed by `signal` */
    int code;    /* exit code */
    int signal;
    int64_t cpu_ns;       /* user + system of the whole tree, from its rusage: a cross-check */
    int64_t instructions; /* in user space; -1: not counted */
    uint64_t leftovers;   /* descendants still running when the program ended by itself */
    bool survivors;       /* some could not be ended, even by SIGKILL */
};

struct hb_child {
    pid_t keeper_pid; /* 0 once it has been waited for */
    pid_t pid;        /* of the program itself; its descendants are the tree to account for */
    int stdin_fd;     /* write end; ours to close: -1 once closed */
    int stdout_fd;    /* read end, non-blocking */
    int samples_fd;   /* read end, non-blocking; -1 unless asked for */
    int log_fd;       /* read end of standard error, non-blocking; -1 when given elsewhere */
    int life_fd;      /* closing it makes the keeper end everything */
    int status_fd;    /* readable when the program has ended and its descendants are gone */
    int64_t grace_ns;
    struct hb_exit exit; /* valid once keeper_pid is 0 */
};

/*
 * Start a program under a keeper and return once it has been executed. Fails with the program's own
 * error ("nginx: No such file or directory").
 *
 * The program gets descriptors 0, 1, 2 (and 3), a session of its own, default signal dispositions,
 * and as many descriptors as the hard limit allows.
 */
int hb_child_spawn(struct hb_child *ret_child, const struct hb_paths *paths,
                   const struct hb_spawn_spec *spec, struct hb_error *err) HB_MUST_CHECK;

/* Ask the program to stop (SIGTERM to the program only). */
void hb_child_terminate(const struct hb_child *child);

/*
 * Have the keeper begin to end everything, and return at once: SIGTERM to all descendants now,
 * SIGKILL after grace_ns. For ending several children side by side before releasing each.
 */
void hb_child_end(struct hb_child *child);

/*
 * Wait up to timeout_ns for the end; 1 and fills ret_exit when it came, 0 on time-out, -1 on error
 * (the keeper itself was killed). timeout 0 only looks. May be called again after the end.
 */
int hb_child_wait(struct hb_child *child, int64_t timeout_ns, struct hb_exit *ret_exit,
                  struct hb_error *err) HB_MUST_CHECK;

/* End everything now (the keeper's gentle-then-hard procedure, waited for), close all descriptors.
 * Idempotent; NULL-safe; a zeroed struct is fine. */
void hb_child_release(struct hb_child *child);

#endif
