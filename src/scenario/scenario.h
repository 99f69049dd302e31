/*
 * One scenario, read, checked and filled with defaults: what to compare and how to run it.
 * The language is described in docs/scenario-reference.md, made from the same field tables that
 * parse it.
 *
 * Everything lives in the arena given to hb_scenario_load(). Every array axis has at least one
 * value. Strings that came from the environment are secrets: the `canonical` texts keep them
 * unexpanded.
 */
#ifndef HB_SCENARIO_SCENARIO_H
#define HB_SCENARIO_SCENARIO_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/arena.h"
#include "base/error.h"
#include "config/place.h"
#include "registry/registry.h"
#include "scenario/gate_options.h"

struct hb_buf;
struct hb_diags;
struct hb_node;
struct hb_secrets;

enum hb_method {
    HB_METHOD_GET,
    HB_METHOD_POST,
    HB_METHOD_PUT,
    HB_METHOD_PATCH,
    HB_METHOD_DELETE,
    HB_METHOD_HEAD,
    HB_METHOD_OPTIONS,
    HB_METHOD_COUNT
};

const char *hb_method_name(enum hb_method method);

struct hb_tls {
    bool verify;             /* default true */
    const char *ca;          /* PEM file; NULL: the system's */
    const char *cert, *key;  /* client certificate; NULL: none */
    const char *server_name; /* NULL: the host of the URL */
};

/*
 * A named variant of what is measured: every cell is run once for each. The first is the base, that
 * the others are held against. What a subject changes is in the axes already: each client is there
 * once for each subject, and each server once for all subjects that reach the same one.
 */
struct hb_subject {
    const char *name; /* "base", "head" */
    bool control;     /* the base once more, in some of the cells: what differs then is noise */
    struct hb_place place;
};

#define HB_SUBJECTS_MAX 16 /* without the control */
#define HB_SUBJECT_CONTROL_NAME "control"
#define HB_NO_SUBJECT UINT32_MAX
#define HB_ALL_SUBJECTS 0

/* An axis value of `servers`. Those of different subjects are one value to whoever looks at the
 * axis: they have name and canonical text in common. */
struct hb_server_spec {
    const char *name;     /* label: "builtin", "staging" */
    const char *instance; /* "nginx [head]" of a subject's own; NULL: the name */
    uint32_t subjects;    /* bits 1 << subject; HB_ALL_SUBJECTS unless a subject has its own */
    const struct hb_entry *entry; /* NULL for an origin of the user's own */
    const char *url;              /* base URL of such an origin; else NULL */
    bool https;                   /* clients reach it over TLS */
    struct hb_tls tls;            /* of a server that this program starts: only `verify` is meant */
    const char *options_json;     /* canonical JSON of the entry's own options; "{}" */
    const char *config;           /* path of a template instead of the entry's first; NULL: none */
    const char *version;          /* that its version command must tell of; NULL: any */
    const char
        *canonical; /* canonical JSON of the axis value, defaults left out, secrets unexpanded */
    struct hb_place place;
};

/* Unique: what is started, or reached. */
static inline const char *hb_server_instance(const struct hb_server_spec *server)
{
    return server->instance != NULL ? server->instance : server->name;
}

static inline bool hb_server_serves(const struct hb_server_spec *server, uint32_t subject)
{
    return server->subjects == HB_ALL_SUBJECTS ||
           (subject != HB_NO_SUBJECT && (server->subjects >> subject & 1) != 0);
}

/* An axis value of `clients`: with subjects subjects_count of them, one behind the other, that have
 * label, library and canonical text in common. Those of yardsticks have no subject. */
struct hb_client_spec {
    const char *label;   /* "httpx/async", "libcurl/sync"; unique but for the subject */
    const char *library; /* "httpx", "httpx@0.27.2": what results are grouped by */
    uint32_t subject;    /* index into the scenario's; HB_NO_SUBJECT: there are none */
    const struct hb_entry *entry;
    enum hb_mode mode;
    const char *options_json;       /* canonical JSON, defaults filled in, as the worker gets it */
    const char *const *environment; /* "NAME=value" that the worker gets besides the few that all
                                       get; NULL-terminated; may be secret; NULL: none */
    const char *canonical;
    struct hb_place place;
};

struct hb_header {
    const char *name, *value; /* value expanded: may be secret */
    bool ours;                /* not written by the scenario: it makes clients alike, and is left
                                 out where they are to be as they come (stock) */
};

/* One request that a worker sends; a URL entry with `variants` has several. */
struct hb_request {
    const char *url;  /* as written, expanded: "/get?x=1" relative to the server */
    const void *body; /* NULL: none */
    size_t body_bytes;
};

struct hb_expect {
    unsigned status;      /* 0: any 2xx */
    int64_t length_bytes; /* -1: not checked */
};

/* An axis value of `urls`. Its own methods and headers are merged with the scenario's already. */
struct hb_url_spec {
    const char *url;  /* label, as written (secrets unexpanded) */
    unsigned methods; /* bits 1 << enum hb_method that this URL is used with */
    const struct hb_header *headers;
    size_t headers_count;
    const struct hb_request *requests; /* at least one */
    size_t requests_count;
    struct hb_expect expect;
    const char *canonical; /* includes the request digest: headers, bodies (hashed), expectation */
    struct hb_place place;
};

enum hb_arrivals {
    HB_ARRIVALS_CONSTANT,
    HB_ARRIVALS_POISSON,
    HB_ARRIVALS_BURSTS,
};

/* An axis value of `rate`; per_second 0 means a closed loop. */
struct hb_rate {
    double per_second; /* the mean, of bursts too */
    enum hb_arrivals arrivals;
    uint32_t burst;   /* requests that become due together; 0: no bursts */
    int64_t every_ns; /* from one burst to the next */
};

/* A pattern over axes: `exclude`, `--filter`, overrides. Globs as in fnmatch; an absent axis
 * matches all. */
struct hb_pattern {
    const char *server, *client, *method, *url, *concurrency, *duration, *rate, *protocol, *profile;
    struct hb_place place;
};

/* An `include` entry: a whole cell; axes with a single value may be left out. Indices into the axes
 * (appended when new). */
struct hb_include {
    size_t server, client, url, concurrency, duration, rate, protocol, profile;
    enum hb_method method;
    struct hb_place place;
};

/* How many of each axis's last values only `include` entries and yardsticks use: the matrix is the
 * product of the values before them. All 0 when they add none. */
struct hb_appended {
    size_t servers, clients, urls, concurrency, durations, rates, protocols, profiles;
};

#define HB_YARDSTICK_NONE UINT32_MAX

/* The axis values that the plan makes yardsticks of: indices, or HB_YARDSTICK_NONE. */
struct hb_yardsticks {
    uint32_t clients[HB_YARDSTICK_COUNT]; /* the client that marks the ceiling of a kind of load */
    uint32_t floor;                       /* the client that sends nothing */
    uint32_t duration;                    /* the longest window that they get */
    uint32_t rate;                        /* a closed loop */
    uint32_t profile;                     /* tuned */
};

enum hb_missing {
    HB_MISSING_ERROR,
    HB_MISSING_SKIP,
};

/* What is looked at besides measuring, once for all cells that send the same. */
enum hb_wire {
    HB_WIRE_NONE,
    HB_WIRE_REQUESTS,     /* requests, bytes, connections */
    HB_WIRE_SYSTEM_CALLS, /* and system calls a request, where strace is installed */
    HB_WIRE_INSTRUCTIONS, /* and instructions a request, of native clients and CPython */
};

#define HB_ROUNDS_FOR_INTERVAL 5 /* fewer observations give no interval worth the name */

struct hb_run_options {
    int64_t warmup_ns;   /* default 1 s */
    int64_t cooldown_ns; /* default 200 ms */
    int64_t drain_ns;    /* how long requests in flight may take after the window; default 5 s */
    unsigned rounds;     /* default 5; the most there are when until_ci says when to stop */
    unsigned rounds_min; /* the least; equal to `rounds` without until_ci */
    double until_ci;     /* half width of the interval of requests/s, as a share of the estimate, at
                            which a cell is known well enough; 0: all rounds are made */
    double allow_failed; /* share of runs that may fail without making the sweep fail; default 0 */
    bool yardstick;      /* default true */
    enum hb_wire wire;   /* default system_calls */
    uint64_t seed;       /* default 1 */
    unsigned processes;  /* worker processes a run; default 1 */
    const char *client_cpus, *server_cpus; /* "0-1,3"; NULL: chosen by the executor */
    enum hb_missing missing_clients;       /* default error */
    enum hb_missing missing_servers;       /* default error */
};

enum hb_metric {
    HB_METRIC_REQUESTS_PER_SECOND,
    HB_METRIC_ERROR_RATE, /* fraction 0…1 of verified + failed */
    HB_METRIC_MEAN,       /* response times, ns */
    HB_METRIC_P50,
    HB_METRIC_P90,
    HB_METRIC_P95,
    HB_METRIC_P99,
    HB_METRIC_P999,
    HB_METRIC_MAX,
    HB_METRIC_CPU_PER_REQUEST, /* ns */
    HB_METRIC_RSS_PEAK,        /* bytes */
    HB_METRIC_COUNT
};

const char *hb_metric_name(enum hb_metric metric); /* as a scenario writes it: "p99" */

struct hb_threshold {
    enum hb_metric metric;
    enum { HB_BELOW, HB_AT_MOST, HB_ABOVE, HB_AT_LEAST, HB_NO_BOUND } comparison;
    double value;     /* in the metric's unit */
    const char *text; /* as written: "<250ms" */
    struct hb_place place;
};

/* Other thresholds for the cells that a pattern names. */
struct hb_threshold_override {
    struct hb_pattern pattern;
    const struct hb_threshold *thresholds; /* one a metric at most */
    size_t count;
};

struct hb_scenario {
    const char *name;
    const char *description;    /* "" when there is none */
    const char *path;           /* as the user named it */
    const char *text;           /* the file as it is, unexpanded: stored with the sweep */
    char hash[17];              /* of the resolved scenario, secrets unexpanded: 16 hex digits */
    const struct hb_node *root; /* the resolved tree, for `config`: hb_node_print_yaml() */

    const struct hb_server_spec *servers;
    size_t servers_count;
    const struct hb_client_spec *clients;
    size_t clients_count;
    const struct hb_url_spec *urls;
    size_t urls_count;
    unsigned methods; /* bits 1 << enum hb_method: the axis; a URL's own methods replace it */
    const uint32_t *concurrency;
    size_t concurrency_count;
    const int64_t *durations_ns;
    size_t durations_count;
    const struct hb_rate *rates;
    size_t rates_count;
    const enum hb_http *protocols;
    size_t protocols_count;
    const enum hb_profile *profiles;
    size_t profiles_count;

    const struct hb_subject *subjects; /* two or more, the base first, the control last; or none */
    size_t subjects_count;
    unsigned control_cells; /* in how many cells the control takes part; 0: there is none */

    const struct hb_pattern *excludes;
    size_t excludes_count;
    const struct hb_include *includes;
    size_t includes_count;
    struct hb_appended appended;
    struct hb_yardsticks yardsticks;

    int64_t timeout_ns, connect_timeout_ns;
    bool keepalive;
    struct hb_run_options run;
    const struct hb_threshold *thresholds;
    size_t thresholds_count;
    const struct hb_threshold_override *threshold_overrides; /* the last that matches wins */
    size_t threshold_overrides_count;
    struct hb_gate_options gate;                   /* defaults where the scenario says nothing */
    const char *const *allow_remote;               /* NULL-terminated host names */
    const struct hb_scenario_overrides *overrides; /* what was laid over the file; NULL: nothing */
};

/*
 * A patch, or one key of it, of a subject that is given beside the file. All whole patches (`key`
 * NULL) replace what the file says of their subject; keys are laid over it. Subjects that the file
 * does not know come behind its own, in this order.
 */
struct hb_subject_override {
    const char *flag;  /* who says so, for messages: "--head-install" */
    const char *name;  /* of the subject */
    const char *key;   /* NULL: the whole patch; "install", "command": one more value of the list;
                          "env": "NAME=VALUE"; or another key of a patch with one value */
    const char *value; /* of a whole patch: a mapping in YAML ("{…}"), or a word: see
                          docs/subjects.md. Variables are not expanded, and paths are relative to
                          the working directory. */
};

/* What the command line and the environment add. The texts must outlive the scenario. */
struct hb_scenario_overrides {
    const char *const *sets; /* "run.rounds=3", NULL-terminated; NULL: none */
    const struct hb_subject_override *subjects;
    size_t subjects_count;
    unsigned control_cells; /* how many of the cells a control takes part in; 0: none */
};

/*
 * Read, resolve (extends, ${…}, --set) and check the file at `path` ("-": standard input). All
 * problems in what the user wrote go to `diags`; -1 when there was any. -1 with no diagnostic:
 * `err` tells, for what is wrong elsewhere (an environment variable of ours). `secrets` collects
 * values that came from the environment.
 *
 * Nothing is started and nothing connected; files named by the scenario are read.
 */
int hb_scenario_load(const char *path, const struct hb_scenario_overrides *overrides,
                     const struct hb_registry *registry, struct hb_arena *arena,
                     struct hb_secrets *secrets, struct hb_scenario **ret_scenario,
                     struct hb_diags *diags, struct hb_error *err) HB_MUST_CHECK;

/* The same for a scenario in memory, as `bench` makes it of its flags. `name` stands for the path;
 * files it names are relative to the working directory. */
int hb_scenario_parse(const char *name, const char *text, size_t length,
                      const struct hb_scenario_overrides *overrides,
                      const struct hb_registry *registry, struct hb_arena *arena,
                      struct hb_secrets *secrets, struct hb_scenario **ret_scenario,
                      struct hb_diags *diags, struct hb_error *err) HB_MUST_CHECK;

/* The host of an origin that is not this machine by its name or address, in `arena`; else NULL. No
 * name is looked up: only "localhost" and loopback addresses are this machine. */
const char *hb_server_remote_host(const struct hb_server_spec *server, struct hb_arena *arena);

/* Diagnostics for every remote host that neither the scenario's `allow_remote` nor `allowed`
 * (NULL-terminated; NULL: none) names; -1 when there was any. */
int hb_scenario_check_remote(const struct hb_scenario *scenario, const char *const *allowed,
                             struct hb_diags *diags) HB_MUST_CHECK;

/* schemas/scenario.schema.json and docs/scenario-reference.md, made from the field tables. */
void hb_scenario_put_schema(struct hb_buf *ret);
void hb_scenario_put_reference(struct hb_buf *ret);

#endif
