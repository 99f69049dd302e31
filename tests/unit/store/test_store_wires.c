/* Wire profiles in the store: kept once, found by any cell that shares them, without secrets. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "config/secrets.h"

static const struct hb_wire_header headers[] = {{"Host", "{server}"}, {"X-Token", "pass/word+1"}};
static const struct hb_wire_request seen[] = {{.line = "GET /get?key=pass%2Fword%2b1 HTTP/1.1",
                                               .headers = headers,
                                               .headers_count = 2,
                                               .framing = "none",
                                               .body_as_given = true,
                                               .bytes = 90,
                                               .count = 5}};
static const struct hb_wire_call calls[] = {{"sendto", 1}, {"poll", 0.5}};
static const struct hb_wire_profile profile = {
    .client_version = "2.32.5",
    .requests = 5,
    .verified = 5,
    .connections = 1,
    .bytes_sent = 90,
    .bytes_received = 300,
    .seen = seen,
    .seen_count = 1,
    .seen_why = "",
    .seen_note = "",
    .system_calls = 1.5,
    .system_calls_why = "",
    .calls = calls,
    .calls_count = 2,
    .instructions = 71000.5,
    .instructions_spread = 0.002,
    .instructions_why = "",
    .instructions_how = "callgrind",
    .instructions_low = 100,
    .instructions_high = 1100,
};

static int64_t begin(struct fixture *f, struct hb_store *store)
{
    f->scenario.run.wire = HB_WIRE_SYSTEM_CALLS;
    fixture_plan(f);
    return fixture_begin(f, store);
}

static void save(struct fixture *f, struct hb_store *store, int64_t sweep_id, size_t cell,
                 const struct hb_wire_profile *sent, const char *failure)
{
    const struct hb_wire_result result = {&f->plan, f->plan.wire_first[cell], sent, failure};
    struct hb_error err = {0};

    if (hb_store_save_wire(store, sweep_id, &result, &err) != 0)
        fail_msg("%s", err.message);
}

static struct hb_wire_row *load(struct fixture *f, struct hb_store *store, int64_t sweep_id,
                                size_t *count)
{
    struct hb_wire_row *rows;
    struct hb_error err = {0};

    if (hb_store_load_wires(store, sweep_id, &f->arena, &rows, count, &err) != 0)
        fail_msg("%s", err.message);
    return rows;
}

static void a_profile_comes_back_as_it_went_in(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = begin(f, store);
    struct hb_wire_row *rows;
    size_t count;

    save(f, store, sweep_id, 0, &profile, "");
    save(f, store, sweep_id, FIXTURE_CELLS - 1, NULL, "it did not start");
    rows = load(f, store, sweep_id, &count);
    assert_int_equal(count, 2);
    assert_string_equal(rows[0].client, "requests");
    assert_string_equal(rows[0].url, "/get");
    assert_string_equal(rows[0].failure, "");
    assert_int_equal(rows[0].sent.seen_count, 1);
    assert_string_equal(rows[0].sent.seen[0].line, seen[0].line);
    assert_string_equal(rows[0].sent.seen[0].headers[1].value, "pass/word+1");
    assert_true(rows[0].sent.system_calls == 1.5);
    assert_int_equal(rows[0].sent.calls_count, 2);
    assert_string_equal(rows[1].client, "httpx/async");
    assert_string_equal(rows[1].failure, "it did not start");
    assert_true(rows[1].sent.bytes_sent < 0);
    hb_store_close(store);
}

static void the_first_of_several_is_kept(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = begin(f, store);

    save(f, store, sweep_id, 0, &profile, "");
    save(f, store, sweep_id, 0, NULL, "once more");
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM wires WHERE failure IS NULL"), 1);
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM wires"), 1);
    hb_store_close(store);
}

static void every_cell_that_shares_a_profile_finds_it(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = begin(f, store), ordinal;
    struct hb_error err = {0};
    char id[HB_CELL_ID_BYTES];

    for (size_t i = 0; i < f->plan.cells_count; i++) {
        hb_cell_format_id(&f->plan.cells[i], id);
        assert_int_equal(hb_store_find_wire(store, sweep_id, id, &ordinal, &err), 0);
        assert_int_equal(ordinal, f->plan.wire_first[i]);
    }
    assert_int_equal(hb_store_find_wire(store, sweep_id, "", &ordinal, &err), -1);
    assert_int_equal(err.code, HB_ERR_INPUT);
    assert_int_equal(hb_store_find_wire(store, sweep_id, "nothing", &ordinal, &err), -1);
    assert_int_equal(err.code, HB_ERR_NOT_FOUND);
    hb_store_close(store);
}

static void counts_of_every_cell_are_those_of_its_profile(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = begin(f, store);
    struct hb_counts_row *rows;
    struct hb_error err = {0};
    size_t count;

    save(f, store, sweep_id, 0, &profile, "");
    save(f, store, sweep_id, FIXTURE_CELLS - 1, NULL, "it did not start");
    assert_int_equal(hb_store_load_counts(store, sweep_id, &f->arena, &rows, &count, &err), 0);
    assert_int_equal(count, f->plan.cells_count);
    for (size_t i = 0; i < count; i++) {
        bool first = f->plan.wire_first[i] == 0;

        assert_int_equal(rows[i].wire_ordinal, f->plan.wire_first[i]);
        assert_string_equal(rows[i].subject, "");
        assert_true(rows[i].counts.instructions_per_request == (first ? 71000.5 : -1));
        assert_int_equal(rows[i].counts.connections, first ? 1 : -1);
        assert_true(first == (rows[i].counts.failure[0] == '\0'));
    }
    assert_string_equal(rows[0].counts.how, "callgrind");
    assert_int_equal(rows[0].counts.requests_high, 1100);
    assert_true(rows[0].counts.bytes_per_request == 390);
    assert_true(rows[0].counts.system_calls_per_request == 1.5);
    assert_string_equal(rows[count - 1].counts.failure, "it did not start");
    assert_int_equal(fixture_integer(f, "SELECT count(*) FROM wires WHERE instructions > 71000 AND "
                                        "instructions_by = 'callgrind'"),
                     1);
    hb_store_close(store);
}

static void a_sweep_takes_its_profiles_along_when_it_goes(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = begin(f, store);
    struct hb_error err = {0};

    save(f, store, sweep_id, 0, &profile, "");
    assert_int_equal(hb_store_remove_sweep(store, sweep_id, &err), 0);
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM wires"), 0);
    hb_store_close(store);
}

static void secrets_are_masked_even_as_a_client_escapes_them(void **state)
{
    struct fixture *f = *state;
    HB_CLEANUP(hb_secrets_release) struct hb_secrets secrets;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = begin(f, store);
    struct hb_wire_row *rows;
    size_t count;

    hb_secrets_init(&secrets);
    hb_secrets_add(&secrets, "pass/word+1");
    hb_store_set_secrets(store, &secrets);
    save(f, store, sweep_id, 0, &profile, "");
    rows = load(f, store, sweep_id, &count);
    assert_string_equal(rows[0].sent.seen[0].line, "GET *** HTTP/1.1");
    assert_string_equal(rows[0].sent.seen[0].headers[1].value, "***");
    assert_null(strstr(rows[0].profile_json, "word"));
    hb_store_close(store);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(a_profile_comes_back_as_it_went_in),
        WITH_FIXTURE(the_first_of_several_is_kept),
        WITH_FIXTURE(every_cell_that_shares_a_profile_finds_it),
        WITH_FIXTURE(counts_of_every_cell_are_those_of_its_profile),
        WITH_FIXTURE(a_sweep_takes_its_profiles_along_when_it_goes),
        WITH_FIXTURE(secrets_are_masked_even_as_a_client_escapes_them),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
