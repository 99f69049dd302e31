/*
 * Results in SQLite. One file holds many sweeps. The plan is inserted as pending rows; a finished
 * run is one transaction; so a sweep that was interrupted or killed goes on where it was.
 *
 * Schema version in PRAGMA user_version; older files are migrated forward, newer ones refused. A
 * file that holds the old tool's table `benchmark_results` keeps its rows in `legacy_results`, and
 * the view `benchmark_results` shows both (columns in docs/data-model.md).
 *
 * Errors name the file and what to do about it. A store is used by one thread.
 */
#ifndef HB_STORE_STORE_H
#define HB_STORE_STORE_H

#include <stdbool.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "exec/counts.h"
#include "exec/executor.h"
#include "exec/result.h"
#include "exec/wire.h"
#include "plan/plan.h"

struct hb_store;
struct hb_secrets;

enum hb_store_mode {
    HB_STORE_READ,  /* must exist and hold a sweep; of what is in it, nothing is changed */
    HB_STORE_WRITE, /* created when missing; migrated when old */
};

int hb_store_open(const char *path, enum hb_store_mode mode, struct hb_store **ret_store,
                  struct hb_error *err) HB_MUST_CHECK;
void hb_store_close(struct hb_store *store);

/*
 * Values to mask in every text that is stored from now on (also within JSON, however it is
 * escaped). Borrowed until the store is closed; NULL: nothing is secret. Call it right after
 * opening, before beginning or resuming a sweep.
 */
void hb_store_set_secrets(struct hb_store *store, const struct hb_secrets *secrets);

/* What a sweep is, beside its plan. Borrowed for the call. */
struct hb_sweep_info {
    const struct hb_scenario *scenario;
    const char *tool_version;
    const char *revision;         /* of the repository the scenario lies in; "" when unknown */
    const char *environment_json; /* hb_environment_json() */
    const char *fingerprint;
    const char *const *tags;           /* "K=V", NULL-terminated */
    const char *directory;             /* absolute: where the runner was started */
    const char *const *client_folders; /* --clients, NULL-terminated; NULL: none */
    enum hb_run_purpose purpose;
};

enum hb_sweep_status {
    HB_SWEEP_RUNNING,     /* in progress, or the runner was killed: then read as interrupted */
    HB_SWEEP_COMPLETE,    /* no run is pending */
    HB_SWEEP_INTERRUPTED, /* Ctrl-C: --resume goes on */
    HB_SWEEP_BUDGET,      /* whole rounds were left out for lack of time; --resume goes on */
};

const char *hb_sweep_status_name(enum hb_sweep_status status);

/* What a run's figures depend on beside its cell, as JSON: sweeps.settings. The caller frees. */
char *hb_run_settings_json(const struct hb_run_options *run);

/* Insert the sweep, its environment, cells and all runs as pending. */
int hb_store_begin_sweep(struct hb_store *store, const struct hb_sweep_info *info,
                         const struct hb_plan *plan, int64_t *ret_sweep_id,
                         struct hb_error *err) HB_MUST_CHECK;

/*
 * A finished run: its row, workers, histograms and series, in one transaction. Runs with
 * HB_RUN_INTERRUPTED stay pending. HB_ERR_INTERNAL, with nothing changed, for a run that is not
 * pending, or whose histograms count other than its tally.
 */
int hb_store_save_run(struct hb_store *store, int64_t sweep_id, const struct hb_run_result *result,
                      struct hb_error *err) HB_MUST_CHECK;

/* What a server of the sweep turned out to be. Of several starts the first is kept: they differ in
 * ports and folders only. */
int hb_store_save_server(struct hb_store *store, int64_t sweep_id,
                         const struct hb_server_facts *facts, struct hb_error *err) HB_MUST_CHECK;

/* What a client of the sweep sends. Of several the first is kept: a resumed sweep looks again. */
int hb_store_save_wire(struct hb_store *store, int64_t sweep_id,
                       const struct hb_wire_result *result, struct hb_error *err) HB_MUST_CHECK;

/* HB_ERR_INTERNAL for HB_SWEEP_COMPLETE while runs are pending. */
int hb_store_end_sweep(struct hb_store *store, int64_t sweep_id, enum hb_sweep_status status,
                       struct hb_error *err) HB_MUST_CHECK;

/*
 * For --resume: the newest measured sweep that is not complete and whose scenario hash, plan (cells
 * and order) and seed equal those given; it is HB_SWEEP_RUNNING again. No run may be left: a runner
 * can be killed after the last. 0 in *ret_sweep_id when no sweep of that name is unfinished; one
 * that is, but is of another scenario, seed or plan, is named in the error (HB_ERR_NOT_FOUND).
 * *ret_runs: indices into plan->runs still pending, in plan order (so that yardsticks are last), in
 * `arena`.
 */
int hb_store_resume(struct hb_store *store, const struct hb_plan *plan, struct hb_arena *arena,
                    int64_t *ret_sweep_id, size_t **ret_runs, size_t *ret_runs_count,
                    struct hb_error *err) HB_MUST_CHECK;

/* ---- reading ---- */

struct hb_sweep_row {
    int64_t id;
    const char *scenario_name, *scenario_hash, *status, *purpose, *fingerprint, *tool_version,
        *revision;
    const char *scenario_path; /* as it was given */
    const char *scenario_text, *environment_json, *tags_json;
    const char *origin_json; /* hb_origin_read(); "" in older sweeps */
    const char *holder;      /* hb_holder_look(): whose process it is or was; "" in older sweeps */
    const char *settings_json; /* what runs depend on beside their cells; "" in older sweeps */
    int64_t started_wall_ns, ended_wall_ns; /* 0 when not ended */
    uint64_t seed;
    unsigned rounds;
    size_t cells_count, runs_count, runs_pending, runs_failed, runs_not_needed; /* no yardsticks */
};

/* Whether --tag, or the command that made the sweep, gave it a label of this name. */
bool hb_sweep_has_tag(const struct hb_sweep_row *sweep, const char *key);

#define HB_TAG_BISECT "bisect" /* a step of a bisection: of no use to who looks for the newest */

/* One row of `runs`, joined with its cell: everything but histograms and series. Texts are "" where
 * there is none; figures of a pending run are 0, or -1 where that means unknown. */
struct hb_run_row {
    int64_t id;
    unsigned round, attempt, position; /* position: order of execution, from 0 */
    unsigned ordinal;                  /* of the cell in the plan; each subject's has its own */
    const char *cell_id, *client, *mode, *server, *method, *url, *client_library, *client_version,
        *runtime;
    const char *subject;   /* "base", "head"; "" without subjects */
    const char *contender; /* who is held against others: the client, "httpx/async [head]" */
    const char *series;    /* what makes the cell's id, the window's length aside: canonical JSON */
    const char *http, *options_json;
    const char *profile; /* "tuned", "stock" */
    uint32_t concurrency;
    const char *arrivals; /* "closed": a loop; else "constant", "poisson", "bursts" */
    double rate;          /* requests a second, of bursts the mean; 0: closed loop */
    uint32_t burst;       /* requests due together; 0: no bursts */
    int64_t every_ns;     /* from one burst to the next */
    int64_t duration_ns;  /* as the cell says */
    const char *purpose;  /* "measured", "smoke", "control"; of yardsticks "ceiling", "floor" */
    const char *status;   /* "pending", "ok", "failed", "skipped" */
    const char *failure, *log_tail;
    unsigned flags;
    int64_t started_wall_ns, ended_wall_ns, window_ns;
    uint64_t verified, failed, unsent, unfinished, scheduled, bytes;
    uint64_t outcomes[HB_OUTCOME_COUNT];
    double requests_per_second; /* derived: verified / window */
    int64_t response_mean_ns, response_p50_ns, response_p90_ns, response_p95_ns, response_p99_ns,
        response_p999_ns, response_min_ns, response_max_ns;
    int64_t client_cpu_ns, server_cpu_ns, harness_cpu_ns; /* -1: unknown */
    uint64_t client_rss_avg_bytes, client_rss_peak_bytes, server_rss_peak_bytes;
    uint64_t voluntary_switches, involuntary_switches;
    int64_t connections;     /* opened, by the worker; -1: unknown */
    int64_t server_requests; /* counted by the server over the whole run; -1: unknown */
    const char *client_cpus, *server_cpus;
    int64_t proxy_cpu_ns,
        backends_cpu_ns;      /* of a server of several programs; -1: unknown, or one */
    int64_t window_offset_ns; /* from the run's start to the window's: the warm-up, as it was */
    uint64_t connects_in_window, body_bytes_min, body_bytes_max;
    int64_t server_connections, server_bytes_in, server_bytes_out; /* whole run; -1: unknown */
    int64_t client_runqueue_wait_ns;                               /* in the window; -1: unknown */
    unsigned client_threads;                                       /* most seen at once */
    double load_average;                                           /* before the run */
    int64_t host_busy_ns, host_steal_ns; /* of all programs, and taken by other machines, in the
                                            window; -1: unknown */
};

/* A server of a sweep. */
struct hb_server_row {
    const char *server, *version, *configuration;
};

/* One program of a server in a run; -1: unknown. */
struct hb_hop_row {
    int64_t run_id;
    unsigned hop; /* 0: what clients reach */
    const char *name;
    unsigned ended; /* 1: by itself, before the run was over */
    int64_t cpu_ns, rss_avg_bytes, rss_peak_bytes, requests, connections, bytes_in, bytes_out,
        window_requests, window_connections;
};

/* What a client sent, and to whom: shared by all cells with these values, whatever their
 * concurrency, duration and rate. */
struct hb_wire_row {
    int64_t ordinal;     /* of the first of them */
    const char *cell_id; /* its id */
    const char *client, *client_library, *mode, *server, *method, *url, *protocol;
    const char *subject;      /* "base", "head"; "" without subjects */
    const char *failure;      /* why there is no profile; else "" */
    const char *profile_json; /* "" when there is none */
    struct hb_wire_profile sent;
};

/* What a request of one cell costs in countable things; those of its wire profile. */
struct hb_counts_row {
    const char *cell_id, *subject; /* "" without subjects */
    int64_t wire_ordinal;          /* of the profile */
    struct hb_counts counts;
};

/* As in struct hb_run_result. */
enum hb_hist_kind {
    HB_HIST_RESPONSE,
    HB_HIST_SERVICE, /* in a closed loop the same as HB_HIST_RESPONSE, and stored once */
    HB_HIST_FAILED,
    HB_HIST_TTFB,
    HB_HIST_CONNECT,
    HB_HIST_LAG,
    HB_HIST_KIND_COUNT
};

const char *hb_hist_kind_name(enum hb_hist_kind kind);

/* All sweeps, newest first. */
int hb_store_list_sweeps(struct hb_store *store, struct hb_arena *arena,
                         struct hb_sweep_row **ret_rows, size_t *ret_count,
                         struct hb_error *err) HB_MUST_CHECK;

/* selector: an id, "latest", "latest~N", or the name of a pinned one. HB_ERR_NOT_FOUND says which
 * there are. */
int hb_store_find_sweep(struct hb_store *store, const char *selector, struct hb_arena *arena,
                        struct hb_sweep_row *ret_row, struct hb_error *err) HB_MUST_CHECK;

/* The runs of a sweep in order of execution, without the yardsticks' and those that were not
 * needed.
 */
int hb_store_load_runs(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                       struct hb_run_row **ret_rows, size_t *ret_count,
                       struct hb_error *err) HB_MUST_CHECK;

/*
 * The sweep's yardsticks, made once beside its runs: purpose "ceiling" is what the yardstick client
 * (`client`) got from a server of ours under the load of the cells with the same server, method,
 * url, http and concurrency (closed loop); there is at most one "floor", what the harness itself
 * takes: a client that sends nothing. Those not made (yet) have another status than "ok".
 */
int hb_store_load_yardsticks(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                             struct hb_run_row **ret_rows, size_t *ret_count,
                             struct hb_error *err) HB_MUST_CHECK;

/* What a worker said of itself; texts are "" where it said nothing. */
struct hb_worker_row {
    const char *http, *ready_json, *done_json; /* the whole lines */
    int64_t connections;                       /* -1: unknown */
};

/* The workers of a run, in `arena`. */
int hb_store_load_workers(struct hb_store *store, int64_t run_id, struct hb_arena *arena,
                          struct hb_worker_row **ret_rows, size_t *ret_count,
                          struct hb_error *err) HB_MUST_CHECK;

/* What the library of a client cannot obey, as its workers said. */
struct hb_unhonoured_row {
    const char *client, *what, *why;
};

/* Those of a sweep, each once, by client; in `arena`. Beyond 1,000 they are left out. */
int hb_store_load_unhonoured(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                             struct hb_unhonoured_row **ret_rows, size_t *ret_count,
                             struct hb_error *err) HB_MUST_CHECK;

/* The servers of a sweep, by name, and the programs of all its runs in order of execution; in
 * `arena`. */
int hb_store_load_servers(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                          struct hb_server_row **ret_rows, size_t *ret_count,
                          struct hb_error *err) HB_MUST_CHECK;
int hb_store_load_hops(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                       struct hb_hop_row **ret_rows, size_t *ret_count,
                       struct hb_error *err) HB_MUST_CHECK;

/* What a request of each cell costs in countable things; of every cell whose requests were looked
 * at, in the order of the plan. In `arena`. */
int hb_store_load_counts(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                         struct hb_counts_row **ret_rows, size_t *ret_count,
                         struct hb_error *err) HB_MUST_CHECK;

/* The wire profiles of a sweep, in the order of its cells; in `arena`. Those of one server, method,
 * url and protocol (as one compares) are next to each other. */
int hb_store_load_wires(struct hb_store *store, int64_t sweep_id, struct hb_arena *arena,
                        struct hb_wire_row **ret_rows, size_t *ret_count,
                        struct hb_error *err) HB_MUST_CHECK;

/* The ordinal of the profile that the cell whose id begins with `prefix` shares; of subjects, the
 * base's. HB_ERR_NOT_FOUND
 * when there is no such cell, HB_ERR_INPUT when there are several with different profiles. */
int hb_store_find_wire(struct hb_store *store, int64_t sweep_id, const char *prefix,
                       int64_t *ret_ordinal, struct hb_error *err) HB_MUST_CHECK;

/* Add a run's stored histogram to `into` (merged, never averaged); nothing when it has none. */
int hb_store_merge_hist(struct hb_store *store, int64_t run_id, enum hb_hist_kind kind,
                        struct hb_hist *into, struct hb_error *err) HB_MUST_CHECK;

/* The per-second series of a run, in `arena`. */
int hb_store_load_series(struct hb_store *store, int64_t run_id, struct hb_arena *arena,
                         struct hb_second **ret_seconds, size_t *ret_count,
                         struct hb_error *err) HB_MUST_CHECK;

/* A sweep with a name, which stays what later ones are compared with. */
struct hb_pin_row {
    const char *name;
    int64_t sweep_id, pinned_wall_ns;
};

/* A letter, then letters, digits, '.', '_' and '-', at most 64; not "latest". */
bool hb_store_is_pin_name(const char *name);

/* HB_ERR_INPUT for a bad name, or one that is taken: a pin never moves by itself. */
int hb_store_pin(struct hb_store *store, const char *name, int64_t sweep_id,
                 struct hb_error *err) HB_MUST_CHECK;
int hb_store_unpin(struct hb_store *store, const char *name, struct hb_error *err) HB_MUST_CHECK;

/* By name, in `arena`. */
int hb_store_load_pins(struct hb_store *store, struct hb_arena *arena, struct hb_pin_row **ret_rows,
                       size_t *ret_count, struct hb_error *err) HB_MUST_CHECK;

/* What somebody said of a change point: of a series (gate/trend.h), where it first shows. */
struct hb_annotation_row {
    const char *series, *metric, *fingerprint;
    int64_t sweep_id;  /* the first after the change; the annotation goes with it */
    const char *state; /* "accepted", "ignored" or "fixed" */
    const char *note;  /* "": none */
    int64_t written_wall_ns;
};

/* Written anew where there is one. */
int hb_store_annotate(struct hb_store *store, const struct hb_annotation_row *annotation,
                      struct hb_error *err) HB_MUST_CHECK;
/* No error where there is none. */
int hb_store_clear_annotation(struct hb_store *store, const struct hb_annotation_row *annotation,
                              struct hb_error *err) HB_MUST_CHECK;
/* In the order written, in `arena`. */
int hb_store_load_annotations(struct hb_store *store, struct hb_arena *arena,
                              struct hb_annotation_row **ret_rows, size_t *ret_count,
                              struct hb_error *err) HB_MUST_CHECK;

/* `sweeps rm` and `sweeps prune`: remove everything of a sweep and give the space back. One that is
 * pinned is not removed: HB_ERR_INPUT, and pruning leaves it out. */
int hb_store_remove_sweep(struct hb_store *store, int64_t sweep_id,
                          struct hb_error *err) HB_MUST_CHECK;
int hb_store_prune(struct hb_store *store, size_t keep_newest, size_t *ret_removed,
                   struct hb_error *err) HB_MUST_CHECK;

#endif
