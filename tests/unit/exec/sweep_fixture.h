/*
 * A plan made by hand: one cell a client, so that tests of the executor need neither YAML nor the
 * planner. Results are copied into a list as they come.
 */
#ifndef HB_TESTS_SWEEP_FIXTURE_H
#define HB_TESTS_SWEEP_FIXTURE_H

#include <stdbool.h>
#include <stddef.h>

#include "exec/executor.h"

#define FIXTURE_MAX_CLIENTS 32
#define FIXTURE_MAX_RESULTS 64

/* What a test looks at; plain copies. */
struct seen_result {
    size_t run;
    enum hb_run_status status;
    enum hb_run_purpose purpose;
    char failure[HB_ERROR_MESSAGE_BYTES];
    char log[512];
    unsigned flags;
    uint64_t verified, failed, scheduled, unsent, warmup_verified;
    double window_s, requests_per_second;
    int64_t client_cpu_ns, response_mean_ns, service_mean_ns, wall_ns;
    bool server_counted;
    uint64_t server_requests, server_window_requests;
    char client_version[64];
};

struct sweep_fixture {
    struct hb_arena arena;
    struct hb_registry registry;
    struct hb_entry entries[FIXTURE_MAX_CLIENTS];
    struct hb_client_spec clients[FIXTURE_MAX_CLIENTS];
    struct hb_server_spec server;
    struct hb_url_spec url;
    struct hb_request request;
    uint32_t concurrency;
    int64_t duration_ns;
    struct hb_rate rate;
    enum hb_http http;
    enum hb_profile profile;
    struct hb_scenario scenario;
    struct hb_cell cells[FIXTURE_MAX_CLIENTS];
    struct hb_plan_run runs[FIXTURE_MAX_RESULTS];
    struct hb_plan plan;

    struct hb_exec_options options;
    struct hb_exec_sink sink;
    struct hb_exec_summary summary;
    struct hb_error err;
    struct seen_result seen[FIXTURE_MAX_RESULTS];
    size_t seen_count;
    size_t yardsticks; /* so many of the clients, the last ones, are yardsticks */
    struct hb_exec_progress last_progress;
    size_t notices, progresses;
    bool phases[8];    /* by enum hb_exec_phase: was seen */
    size_t fail_after; /* the sink refuses the result after so many; 0: never */
};

/* An origin that nobody contacts, a short window, and no clients yet. */
void fixture_init(struct sweep_fixture *fixture);
void fixture_release(struct sweep_fixture *fixture);

/* A client with a command of its own (NULL-terminated words that outlive the fixture). */
void fixture_add_client(struct sweep_fixture *fixture, const char *const *command);

/* The scripted worker with one of its behaviours. */
void fixture_add_scripted(struct sweep_fixture *fixture, const char *behaviour);

/* Carry out all clients' cells, `rounds` times; those of yardsticks once. */
int fixture_sweep(struct sweep_fixture *fixture, unsigned rounds);

#endif
