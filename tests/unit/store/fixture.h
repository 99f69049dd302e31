/* A small scenario with its plan, a database in a folder of its own, and results made by hand. */
#ifndef HB_TESTS_STORE_FIXTURE_H
#define HB_TESTS_STORE_FIXTURE_H

#include <setjmp.h>
#include <stdarg.h>
#include <stddef.h>
#include <stdint.h>

#include <cmocka.h>

#include "base/arena.h"
#include "store/store.h"

#define FIXTURE_CELLS 4u
#define FIXTURE_ROUNDS 3u
#define FIXTURE_RUNS (FIXTURE_CELLS * FIXTURE_ROUNDS)

struct fixture {
    struct hb_arena arena;
    struct hb_entry entries[2];
    struct hb_server_spec server;
    struct hb_client_spec clients[2];
    struct hb_request request;
    struct hb_url_spec url;
    uint32_t concurrency[2];
    int64_t duration_ns;
    struct hb_rate rate;
    enum hb_http protocol;
    enum hb_profile profile;
    struct hb_scenario scenario;
    struct hb_plan plan;
    char folder[64];
    char path[96]; /* of the database; not there yet */
};

void fixture_init(struct fixture *fixture);
void fixture_release(struct fixture *fixture); /* removes the folder */

/* cmocka setup and teardown: *state is a struct fixture. */
int fixture_setup(void **state);
int fixture_teardown(void **state);

/* Expand the scenario again, after a change. */
void fixture_plan(struct fixture *fixture);

struct hb_sweep_info fixture_info(const struct fixture *fixture);
struct hb_store *fixture_open(const struct fixture *fixture, enum hb_store_mode mode);
int64_t fixture_begin(struct fixture *fixture, struct hb_store *store);

/* A run that went well: verified = 1,000 + run, one failure by timeout. Release it. */
void fixture_result(struct fixture *fixture, size_t run, struct hb_run_result *ret_result);
void fixture_save(struct fixture *fixture, struct hb_store *store, int64_t sweep_id, size_t run);

/* The first column of a query's first row, through a connection of its own. */
int64_t fixture_integer(const struct fixture *fixture, const char *sql);
double fixture_real(const struct fixture *fixture, const char *sql);
const char *fixture_text(struct fixture *fixture, const char *sql); /* in the arena */

/* Run statements on the file, through a connection of its own: as another program would. */
void fixture_sql(const struct fixture *fixture, const char *sql);
void fixture_sql_fails(const struct fixture *fixture, const char *sql, const char *part_of_message);

#endif
