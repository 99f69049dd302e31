/*
 * Defaults that the environment may set. The lowest in precedence: a scenario's keys and the
 * command line come before them.
 */
#ifndef HB_CONFIG_ENVIRONMENT_H
#define HB_CONFIG_ENVIRONMENT_H

#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

struct hb_environment {
    int64_t default_concurrency; /* HTTP_BENCHMARK_DEFAULT_CONCURRENCY; at most max_concurrency */
    int64_t default_duration_ns; /* HTTP_BENCHMARK_DEFAULT_DURATION_SECONDS */
    int64_t max_concurrency;     /* HTTP_BENCHMARK_MAX_CONCURRENCY */
    const char *database_path;   /* HTTP_BENCHMARK_SQLITE_DB_PATH; of getenv(), not owned */
    int64_t monitoring_interval_ns; /* HTTP_BENCHMARK_RESOURCE_MONITORING_INTERVAL, in seconds */
};

/* One row a variable, for help and documentation. */
struct hb_environment_row {
    const char *variable;
    const char *default_text;
    const char *help;
};
void hb_environment_each(void (*visit)(const struct hb_environment_row *row, void *context),
                         void *context);

/* Read and check them; the message names the variable, its value and what is allowed. */
int hb_environment_read(struct hb_environment *ret_environment, struct hb_error *err) HB_MUST_CHECK;

#endif
