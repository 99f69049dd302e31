/*
 * What one run yields: the value that the executor hands to its sink. It is plain data; nothing in
 * it refers to a live process. The store writes it down, the command line shows it.
 *
 * Units are in the names. Instants ending in _ns are CLOCK_MONOTONIC unless they say wall.
 */
#ifndef HB_EXEC_RESULT_H
#define HB_EXEC_RESULT_H

#include <stdbool.h>
#include <stdint.h>

#include "base/sample.h"
#include "measure/hist.h"
#include "plan/plan.h"

enum hb_run_status {
    HB_RUN_OK,      /* measured something; may still carry trust flags and failed requests */
    HB_RUN_FAILED,  /* a worker crashed, hung, lied or could not start; or nothing was verified */
    HB_RUN_SKIPPED, /* the client or server is not available and the scenario says skip */
    HB_RUN_INTERRUPTED, /* Ctrl-C: not kept, stays pending */
    HB_RUN_NOT_NEEDED,  /* its cell was known well enough without it (rounds.until_ci) */
};

enum hb_run_purpose {
    HB_PURPOSE_MEASURED, /* an ordinary run; the only kind in the benchmark_results view */
    HB_PURPOSE_SMOKE,    /* one request */
    HB_PURPOSE_CEILING,  /* the yardstick client: the most that the server gives under this load */
    HB_PURPOSE_FLOOR,    /* a client that sends nothing: what the harness itself takes */
    HB_PURPOSE_CONTROL,  /* the base of two subjects once more, held against itself */
};

const char *hb_run_status_name(enum hb_run_status status);    /* "ok", "failed", "skipped", … */
const char *hb_run_purpose_name(enum hb_run_purpose purpose); /* "measured", "smoke", … */

/* What a run of a plan is for, unless it is of a smoke test. */
enum hb_run_purpose hb_run_purpose(const struct hb_plan *plan, size_t run);

/* Why a result should not be believed; bits of hb_run_result.flags. */
enum hb_flag {
    HB_FLAG_ERRORS = 1 << 0,          /* some requests failed */
    HB_FLAG_TOO_FEW_SAMPLES = 1 << 1, /* fewer than 10 samples beyond p99 */
    HB_FLAG_CLIENT_SATURATED =
        1 << 2, /* the client used 95 % of its cores, or one core of a single loop */
    HB_FLAG_SERVER_LIMITED =
        1 << 3, /* the server used 90 % of its cores, or the client got 70 % of the ceiling */
    HB_FLAG_GENERATOR_LATE = 1 << 4, /* open loop: under 99 % of the scheduled requests were sent */
    HB_FLAG_NOT_STEADY = 1 << 5,     /* the per-second rate drifts over the window */
    HB_FLAG_COUNT_MISMATCH =
        1 << 6, /* client, runner and server disagree on the number of requests */
    HB_FLAG_CONNECTION_CHURN =
        1 << 7, /* more connections than the concurrency, or some opened in the window */
    HB_FLAG_LITTLES_LAW = 1 << 8, /* closed loop: concurrency is not throughput × mean latency */
    HB_FLAG_HOST_CONTENDED = 1 << 9,   /* steal, or other programs' CPU time, in the window */
    HB_FLAG_VARYING_LENGTH = 1 << 10,  /* verified bodies of one request differ in length */
    HB_FLAG_SERVER_DEGRADED = 1 << 11, /* a program behind the one that clients reach ended */
    HB_FLAG_COUNT = 12
};

const char *hb_flag_name(unsigned bit_number);    /* "errors"; bit_number from 0 */
const char *hb_flag_meaning(unsigned bit_number); /* a sentence for people */

/* Requests of one phase by outcome, as judged by the runner. outcomes[HB_OUTCOME_OK] are verified.
 */
struct hb_tally {
    uint64_t outcomes[HB_OUTCOME_COUNT];
    uint64_t bytes; /* of verified responses' bodies */
};

uint64_t hb_tally_verified(const struct hb_tally *tally);
uint64_t hb_tally_failed(const struct hb_tally *tally);

/* Resources of a process tree over the measured window, read from outside. */
struct hb_usage {
    bool known; /* false for a server that is not ours */
    int64_t cpu_ns;
    uint64_t rss_avg_bytes, rss_peak_bytes;
    uint64_t voluntary_switches, involuntary_switches;
    uint64_t read_bytes, written_bytes; /* rchar, wchar: all reads and writes, sockets included
                                           where the kernel counts them */
    int64_t runqueue_wait_ns;
    uint32_t processes, threads; /* most seen at once */
};

/* What a server counted. */
struct hb_server_counts {
    bool known;       /* requests and connections */
    bool bytes_known; /* and bytes too */
    uint64_t requests, connections, bytes_in, bytes_out;
};

/* What was counted between two readings; unknown when either is. */
struct hb_server_counts hb_server_counts_since(const struct hb_server_counts *now,
                                               const struct hb_server_counts *before);

/* One program of a server that consists of several: a proxy, an instance behind it. Requests that a
 * proxy's health checks send are among those that an instance counts. */
struct hb_hop_report {
    char name[96];                  /* "nginx", "builtin 2" */
    bool ended;                     /* by itself, before the run was over */
    struct hb_usage usage;          /* over the window */
    struct hb_server_counts counts; /* over the whole run */
    struct hb_server_counts window; /* over the measured window */
};

/* One second of the run, from its start: the within-run series. A request stands in the second in
 * which it ended (open loop: in which it was due). */
struct hb_second {
    uint32_t verified, failed;
    int64_t response_sum_ns; /* of verified */
    int64_t response_max_ns;
};

#define HB_RUN_MAX_SECONDS 86400

#define HB_WORKER_LINE_KEPT_BYTES 65536 /* longer ready and done lines are not kept */

/* What a worker said of itself. Strings are malloc'd and owned by the result; NULL when not said.
 */
struct hb_worker_report {
    char *client_version, *runtime; /* "2.32.5", "CPython 3.11.7" */
    char *http;                     /* "1.1" */
    char *ready_json, *done_json;   /* the whole lines, bounded; NULL when not received */
    int64_t pid;
    int64_t connections; /* -1: unknown */
};

struct hb_run_result {
    const struct hb_plan *plan;
    size_t run; /* index into plan->runs */
    enum hb_run_purpose purpose;
    unsigned attempt; /* from 1 */
    enum hb_run_status status;
    char failure[HB_ERROR_MESSAGE_BYTES]; /* "" when ok */
    char *log_tail; /* last lines of the workers' (or server's) standard error; may be NULL */
    unsigned flags; /* bits of enum hb_flag */

    int64_t started_wall_ns, ended_wall_ns;
    int64_t start_ns, ended_ns;
    /* The window lies between the two instants at which the resources were read, so requests and
     * CPU are of exactly the same time. 0 when the run did not get that far. */
    int64_t window_start_ns, window_end_ns;

    struct hb_tally warmup, window;
    uint64_t scheduled; /* open loop: due in the window; closed loop: 0 */
    uint64_t unsent, unfinished;
    uint64_t connects_in_window;             /* connect samples that ended in the window */
    uint64_t body_bytes_min, body_bytes_max; /* of verified responses */

    struct hb_hist response;   /* verified, from the due instant */
    struct hb_hist service;    /* verified, from the start */
    struct hb_hist failed;     /* failed requests, from the due instant */
    struct hb_hist ttfb;       /* verified; empty where the client cannot see it */
    struct hb_hist connect;    /* connection set-ups of the whole run */
    struct hb_hist lag;        /* lateness of loop ticks in the window */
    struct hb_second *seconds; /* malloc'd */
    size_t seconds_count;

    struct hb_usage client, server;
    int64_t harness_cpu_ns;                  /* the runner's own, over the window */
    int64_t host_busy_ns, host_steal_ns;     /* of all programs, and taken by other machines, over
                                                the window; -1: unknown */
    struct hb_server_counts server_counts;   /* over the whole run */
    struct hb_server_counts server_window;   /* over the measured window */
    char client_cpus[256], server_cpus[256]; /* "1"; "" when not pinned */
    double load_average;                     /* before the run */

    struct hb_worker_report *workers; /* malloc'd array */
    size_t workers_count;
    struct hb_hop_report *hops; /* malloc'd array, what clients reach first; none when the server is
                                   a single program */
    size_t hops_count;
};

/* `plan` may be NULL. Allocates the histograms; attempt 1, a purpose as the plan says (measured, or
 * a yardstick's), and failed until proved otherwise. */
void hb_run_result_init(struct hb_run_result *result, const struct hb_plan *plan, size_t run);
void hb_run_result_release(struct hb_run_result *result);

/* Seconds of the measured window; verified responses a second; CPU nanoseconds a verified request
 * (0 when none). */
double hb_run_window_s(const struct hb_run_result *result);
double hb_run_requests_per_second(const struct hb_run_result *result);
double hb_run_cpu_per_request_ns(const struct hb_run_result *result);

#endif
