/*
 * The executor: carries out the runs of a plan one after another. For each round and server it
 * brings the topology up, runs the cells in their planned order, each in fresh worker processes,
 * and takes the topology away. It knows neither the store nor the terminal: finished runs and
 * progress go to a sink.
 *
 * One single-threaded loop supervises everything; SIGINT and SIGTERM are taken through a signalfd
 * while it runs.
 */
#ifndef HB_EXEC_EXECUTOR_H
#define HB_EXEC_EXECUTOR_H

#include "base/error.h"
#include "exec/result.h"
#include "plan/plan.h"
#include "registry/registry.h"

enum hb_exec_phase {
    HB_PHASE_WIRE, /* once in a while, before a run */
    HB_PHASE_SERVER_START,
    HB_PHASE_WORKER_START,
    HB_PHASE_WARMUP,
    HB_PHASE_WINDOW,
    HB_PHASE_DRAIN,
    HB_PHASE_COOLDOWN,
};

const char *hb_exec_phase_name(enum hb_exec_phase phase); /* "warm-up", "measuring", … */

/* Emitted at every change of phase and a few times a second in between. */
struct hb_exec_progress {
    size_t runs_done, runs_total; /* of those to be executed now */
    size_t run;                   /* index into plan->runs */
    enum hb_exec_phase phase;
    double requests_per_second; /* verified, over the last interval */
    uint64_t failed;            /* failed requests of this run so far */
    int64_t remaining_ns;       /* estimate for everything that is left */
};

/* What a server turned out to be when it was started. */
struct hb_server_facts {
    const struct hb_server_spec *server;
    const char *version;       /* "" when unknown */
    const char *configuration; /* command lines and files as they took effect; "" when not ours */
};

struct hb_wire_profile;

/* What a client sends, looked at once for all cells that send the same. */
struct hb_wire_result {
    const struct hb_plan *plan;
    size_t cell;                           /* the first of them: plan->wire_first[cell] == cell */
    const struct hb_wire_profile *profile; /* NULL: it could not be taken */
    const char *failure;                   /* why; else "" */
};

struct hb_exec_sink {
    void *context;
    /* A server was started, in each round again; borrowed for the call. May be NULL. When it cannot
     * be kept, the server counts as one that did not start. */
    int (*server_started)(void *context, const struct hb_server_facts *facts, struct hb_error *err);
    /* A wire profile; borrowed for the call. An error ends the sweep. NULL: none is taken. */
    int (*wire)(void *context, const struct hb_wire_result *result, struct hb_error *err);
    /* May be NULL. Must not block. */
    void (*progress)(void *context, const struct hb_exec_progress *progress);
    /* A finished run, or one that was not needed; borrowed for the call. An error here ends the
     * sweep: a result that cannot be kept is lost work. */
    int (*finished)(void *context, const struct hb_run_result *result, struct hb_error *err);
    /* Something a person should know but no failure ("nginx died and was started again"). May be
     * NULL. */
    void (*notice)(void *context, const char *text);
};

/* A run that succeeded before a sweep was interrupted. */
struct hb_exec_earlier {
    size_t run; /* index into plan->runs */
    double requests_per_second;
};

/*
 * Which of the planned runs are made. Each is asked about when its turn comes; one that is not
 * needed is told to the sink with HB_RUN_NOT_NEEDED and costs nothing. All runs that are still to
 * come are asked about at the start of each round, too, to tell how long the rest will take: the
 * answer is then what is known by now.
 */
struct hb_exec_policy {
    void *context;
    /* Whether enough is known without this run. Not asked about yardsticks. */
    bool (*suffices)(void *context, size_t run);
    /* A run has ended, well or not, or was not needed; borrowed for the call. Before the sink is
     * told. Not those of yardsticks. */
    void (*learn)(void *context, const struct hb_run_result *result);
};

struct hb_exec_options {
    const struct hb_registry *registry;
    const size_t *runs; /* indices into plan->runs still to do, in plan order, those of yardsticks
                           last; NULL: all */
    size_t runs_count;
    const struct hb_exec_earlier *earlier; /* of a resumed sweep: what it knows already */
    size_t earlier_count;
    const struct hb_exec_policy *policy; /* borrowed; NULL: the scenario's rounds.until_ci */
    bool smoke;                          /* one verified request a cell */
    int64_t monitor_interval_ns;         /* of the resource monitor; 100 ms by default */
    int64_t ready_limit_ns;              /* for a worker to get ready; 0: 10 s and 5 ms a task */
    int64_t budget_ns; /* stop after the whole round in which it is used up, or before one that will
                          not fit; 0: none */
};

struct hb_exec_summary {
    size_t ok, failed, skipped; /* runs, without the yardsticks */
    size_t not_needed;          /* left out, since their cells were known well enough */
    size_t left;                /* not made for want of time, or because of an interrupt */
    bool interrupted;           /* SIGINT or SIGTERM */
    bool budget_reached;        /* runs are left because of budget_ns */
    int64_t wall_ns;
};

/*
 * Runs fail one by one, never the sweep: -1 is for what makes going on pointless (the sink failed,
 * no server can start in any round, our helper programs are missing). When interrupted: 0, with
 * summary.interrupted; whatever was started is gone.
 */
int hb_exec_sweep(const struct hb_plan *plan, const struct hb_exec_options *options,
                  const struct hb_exec_sink *sink, struct hb_exec_summary *ret_summary,
                  struct hb_error *err) HB_MUST_CHECK;

#endif
