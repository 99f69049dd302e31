/*
 * Inside the scenario layer: a scenario as it is written. The field tables of language.c fill these
 * structs; the other files make a struct hb_scenario of them. A member that could not be read is
 * NULL or zero, and has been reported.
 */
#ifndef HB_SCENARIO_LANGUAGE_H
#define HB_SCENARIO_LANGUAGE_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "config/fields.h"
#include "registry/definition.h"
#include "scenario/scenario.h"

#define HB_CONCURRENCY_MAX 1000000 /* whatever the machine and its limits allow */

struct hb_raw_tls {
    bool verify;
    const char *ca, *cert, *key, *server_name;
    const struct hb_node *node; /* NULL: not written */
};

struct hb_raw_server {
    const char *name;
    const struct hb_node *url;
    const char *use, *config, *version;
    struct hb_raw_tls tls;
    const struct hb_node *options; /* the keys that are not ours */
    const struct hb_node *node;
};

struct hb_raw_client {
    const char *name;
    int mode; /* index into "sync", "async"; meaningful when the key was written */
    const struct hb_node *version, *python;
    const struct hb_node **packages;
    size_t packages_count;
    const struct hb_node *environment; /* NULL: not written */
    const struct hb_node *options;
    const struct hb_node *node;
};

struct hb_raw_expect {
    int64_t status, length;
    const struct hb_node *node;
};

struct hb_raw_variant {
    const struct hb_node *url, *body;
    const char *body_file;
    const struct hb_node *node;
};

struct hb_raw_url {
    const struct hb_node *url;
    int *methods; /* enum hb_method */
    size_t methods_count;
    const struct hb_node *headers, *body;
    const char *body_file;
    struct hb_raw_expect expect;
    struct hb_raw_variant *variants;
    size_t variants_count;
    const char *variants_file;
    const struct hb_node *node;
};

struct hb_raw_rate {
    double per_second; /* 0: closed loop */
    int arrivals;
    int64_t burst, every_ns; /* 0: not written */
    const struct hb_node *node;
};

struct hb_raw_matrix {
    struct hb_raw_server *servers;
    size_t servers_count;
    struct hb_raw_client *clients;
    size_t clients_count;
    struct hb_raw_url *urls;
    size_t urls_count;
    int *methods;
    size_t methods_count;
    int64_t *concurrency;
    size_t concurrency_count;
    int64_t *durations;
    size_t durations_count;
    struct hb_raw_rate *rates;
    size_t rates_count;
    int *protocols; /* index into "http/1.1", "h2" */
    size_t protocols_count;
    int *profiles; /* index into "tuned", "stock" */
    size_t profiles_count;
    const struct hb_node *node;
};

struct hb_raw_pattern {
    const char *server, *client, *method, *url, *concurrency, *duration, *rate, *protocol, *profile;
    const struct hb_node *node;
};

struct hb_raw_include {
    struct hb_raw_server server;
    struct hb_raw_client client;
    struct hb_raw_url url;
    int method;
    int64_t concurrency, duration;
    struct hb_raw_rate rate;
    int protocol, profile;
    const struct hb_node *node;
};

struct hb_raw_request {
    const struct hb_node *headers;
    int64_t timeout_ns, connect_timeout_ns;
    bool keepalive;
};

struct hb_raw_cpus {
    const char *client, *server;
    const struct hb_node *node;
};

struct hb_raw_rounds {
    int64_t min, max; /* max 0: not written */
    double until_ci;  /* 0: not written */
    const struct hb_node *node;
};

struct hb_raw_run {
    int64_t warmup_ns, cooldown_ns, drain_ns, seed, processes;
    struct hb_raw_rounds rounds;
    struct hb_raw_cpus cpus;
    int missing_clients, missing_servers;
    double allow_failed;
    bool yardstick;
    int wire; /* enum hb_wire */
    const struct hb_node *node;
};

struct hb_raw_threshold_override {
    struct hb_raw_pattern pattern;
    const struct hb_node *values[HB_METRIC_COUNT];
};

struct hb_raw_thresholds {
    const struct hb_node *values[HB_METRIC_COUNT];
    struct hb_raw_threshold_override *overrides;
    size_t overrides_count;
};

struct hb_raw_margin {
    double relative;
    int64_t floor_integer; /* one of the two, by the metric */
    double floor_real;
    int weight; /* enum hb_gate_weight */
    const struct hb_node *node;
};

struct hb_raw_margins {
    struct hb_raw_margin of[HB_GATE_METRICS];
    const struct hb_node *node; /* NULL: not written */
};

struct hb_raw_gate_override {
    struct hb_raw_pattern pattern;
    struct hb_raw_margins margins;
};

struct hb_raw_pairs {
    int64_t screen, confirm, pooled; /* pooled 0: not written */
    const struct hb_node *node;
};

struct hb_raw_gate {
    int64_t budget_ns;
    int basis; /* enum hb_gate_basis */
    struct hb_raw_margins margins;
    struct hb_raw_gate_override *overrides;
    size_t overrides_count;
    double must_resolve; /* 0: not written */
    int on_inconclusive; /* index into "pass", "fail" */
    struct hb_raw_pairs pairs;
    double route_above, alpha, suite_margin;
    int64_t sentinels;
    const struct hb_node *node; /* NULL: not written */
};

/* What a subject changes; members that were not written are NULL or 0. */
struct hb_raw_patch {
    const char *name;
    const struct hb_node **packages;
    size_t packages_count;
    const struct hb_node *python, *version;
    const struct hb_node **command;
    size_t command_count;
    const struct hb_node *environment;
    struct hb_raw_server server; /* its node NULL: not written */
    const struct hb_node *url;
    const struct hb_node *node;
};

struct hb_raw_define {
    struct raw_entry *clients;
    size_t clients_count;
};

struct hb_raw_scenario {
    const char *name, *description;
    const char *extends; /* never set: the document has followed it */
    struct hb_raw_define define;
    struct hb_raw_matrix matrix;
    struct hb_raw_pattern *excludes;
    size_t excludes_count;
    struct hb_raw_include *includes;
    size_t includes_count;
    struct hb_raw_request request;
    struct hb_raw_run run;
    struct hb_raw_thresholds thresholds;
    struct hb_raw_patch *subjects;
    size_t subjects_count;
    struct hb_raw_gate gate;
    const char **allow_remote;
    size_t allow_remote_count;
    const struct hb_node *node;
};

extern const struct hb_table hb_scenario_table, hb_server_table, hb_gate_table, hb_subject_table,
    hb_thresholds_table;

#endif
