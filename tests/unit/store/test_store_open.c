/* Which files are accepted, and what is said of those that are not. */
#include "fixture.h"

#include <sqlite3.h>
#include <stdio.h>
#include <string.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/memory.h"
#include "store/db.h"
#include "store/schema.h"

static void check_refused(const struct fixture *f, enum hb_store_mode mode, enum hb_error_code code,
                          const char *part_of_message)
{
    struct hb_store *store = NULL;
    struct hb_error err = {0};

    assert_int_equal(hb_store_open(f->path, mode, &store, &err), -1);
    assert_null(store);
    assert_int_equal(err.code, code);
    if (strstr(err.message, part_of_message) == NULL || strstr(err.message, f->path) == NULL)
        fail_msg("\"%s\" lacks \"%s\" or the path", err.message, part_of_message);
}

static void write_file(const struct fixture *f, const char *text)
{
    FILE *file = fopen(f->path, "w");

    assert_non_null(file);
    fputs(text, file);
    fclose(file);
}

static void a_new_file_is_a_single_one_of_the_current_version(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    size_t version;

    hb_migrations(&version);
    fixture_begin(f, store);
    assert_int_equal(fixture_integer(f, "PRAGMA user_version"), version);
    assert_int_equal(fixture_integer(f, "PRAGMA application_id"), HB_STORE_APPLICATION_ID);
    assert_string_equal(fixture_text(f, "PRAGMA journal_mode"), "delete");
    assert_string_equal(fixture_text(f, "PRAGMA integrity_check"), "ok");
    hb_store_close(store);
    hb_store_close(fixture_open(f, HB_STORE_WRITE));
    hb_store_close(fixture_open(f, HB_STORE_READ));
}

static void reading_needs_a_file_with_sweeps(void **state)
{
    struct fixture *f = *state;

    check_refused(f, HB_STORE_READ, HB_ERR_NOT_FOUND, "there is no results database");
    assert_int_not_equal(access(f->path, F_OK), 0);
    write_file(f, "");
    check_refused(f, HB_STORE_READ, HB_ERR_NOT_FOUND, "holds no sweep");
}

static void reading_changes_nothing(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_error err = {0};
    int64_t sweep_id = fixture_begin(f, store);

    hb_store_close(store);
    store = fixture_open(f, HB_STORE_READ);
    assert_int_equal(hb_store_remove_sweep(store, sweep_id, &err), -1);
    hb_store_close(store);
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM sweeps"), 1);
}

static void what_is_no_database_is_refused_and_left_alone(void **state)
{
    struct fixture *f = *state;
    HB_CLEANUP(hb_buf_release) struct hb_buf content;
    struct hb_error err = {0};

    write_file(f, "these are the notes of last summer, not a database at all\n");
    check_refused(f, HB_STORE_WRITE, HB_ERR_INPUT, "is not an SQLite database");
    check_refused(f, HB_STORE_READ, HB_ERR_INPUT, "is not an SQLite database");
    hb_buf_init(&content, 1000);
    assert_int_equal(hb_buf_read_file(&content, f->path, &err), 0);
    assert_non_null(strstr(hb_buf_text(&content), "last summer"));
}

static void databases_of_other_programs_are_refused(void **state)
{
    struct fixture *f = *state;

    fixture_sql(f, "CREATE TABLE bookmarks (url TEXT)");
    check_refused(f, HB_STORE_WRITE, HB_ERR_INPUT, "another program");
    fixture_sql(f, "DROP TABLE bookmarks; CREATE TABLE benchmark_results (id, gpu, tokens)");
    check_refused(f, HB_STORE_WRITE, HB_ERR_INPUT, "another program");
    fixture_sql(f, "DROP TABLE benchmark_results; PRAGMA application_id = 4711");
    check_refused(f, HB_STORE_WRITE, HB_ERR_INPUT, "another program");
    fixture_sql(f, "PRAGMA application_id = 0; PRAGMA user_version = 12");
    check_refused(f, HB_STORE_READ, HB_ERR_INPUT, "another program");
}

static void newer_files_are_refused(void **state)
{
    struct fixture *f = *state;

    hb_store_close(fixture_open(f, HB_STORE_WRITE));
    fixture_sql(f, "PRAGMA user_version = 99");
    check_refused(f, HB_STORE_WRITE, HB_ERR_INPUT, "newer version");
    check_refused(f, HB_STORE_READ, HB_ERR_INPUT, "newer version");
    assert_int_equal(fixture_integer(f, "PRAGMA user_version"), 99);
}

static void a_damaged_file_is_called_damaged(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_sweep_row *rows;
    struct hb_error err = {0};
    size_t count;
    FILE *file;

    fixture_begin(f, store);
    hb_store_close(store);
    file = fopen(f->path, "r+");
    assert_non_null(file);
    for (long page = 1; page < 8; page++) { /* leave the header, spoil the pages behind it */
        fseek(file, page * 16384, SEEK_SET);
        fputs("\xff\xff\xff\xff\xff\xff\xff\xff", file);
    }
    fclose(file);
    store = fixture_open(f, HB_STORE_READ);
    assert_int_equal(hb_store_list_sweeps(store, &f->arena, &rows, &count, &err), -1);
    assert_non_null(strstr(err.message, "is damaged"));
    assert_non_null(strstr(err.message, f->path));
    hb_store_close(store);
}

static void a_folder_or_an_impossible_place_is_named(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = NULL;
    struct hb_error err = {0};

    assert_int_equal(hb_store_open(f->folder, HB_STORE_WRITE, &store, &err), -1);
    assert_non_null(strstr(err.message, f->folder));
    assert_int_equal(hb_store_open("/proc/nowhere/results.db", HB_STORE_WRITE, &store, &err), -1);
    assert_non_null(strstr(err.message, "is its folder there"));
    assert_int_equal(hb_store_open("", HB_STORE_WRITE, &store, &err), -1);
}

/* Root may write everything, so the check is made as somebody else. */
static void a_file_that_may_not_be_written_is_named(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    bool root = geteuid() == 0;

    fixture_begin(f, store);
    hb_store_close(store);
    assert_int_equal(chmod(f->path, 0444), 0);
    assert_int_equal(chmod(f->folder, 0555), 0);
    if (root)
        assert_int_equal(seteuid(65534), 0);
    check_refused(f, HB_STORE_WRITE, HB_ERR_INPUT, "cannot be written");
    hb_store_close(fixture_open(f, HB_STORE_READ));
    if (root)
        assert_int_equal(seteuid(0), 0);
    assert_int_equal(chmod(f->folder, 0755), 0);
}

static void a_locked_file_says_so(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_sweep_info info = fixture_info(f);
    struct hb_error err = {0};
    int64_t sweep_id;
    sqlite3 *other = NULL;

    sqlite3_busy_timeout(store->db, 20);
    assert_int_equal(sqlite3_open(f->path, &other), SQLITE_OK);
    assert_int_equal(sqlite3_exec(other, "BEGIN EXCLUSIVE", NULL, NULL, NULL), SQLITE_OK);
    assert_int_equal(hb_store_begin_sweep(store, &info, &f->plan, &sweep_id, &err), -1);
    assert_non_null(strstr(err.message, "is locked by another process"));
    assert_int_equal(sqlite3_exec(other, "COMMIT", NULL, NULL, NULL), SQLITE_OK);
    sqlite3_close(other);
    assert_int_equal(hb_store_begin_sweep(store, &info, &f->plan, &sweep_id, &err), 0);
    hb_store_close(store);
}

static void a_full_disk_loses_nothing_that_was_saved(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    int64_t sweep_id = fixture_begin(f, store);
    struct hb_error err = {0};
    size_t saved = 0;

    assert_int_equal(hb_db_exec(store, "PRAGMA max_page_count = 1", &err), 0); /* no more pages */
    for (; saved < FIXTURE_RUNS; saved++) {
        struct hb_run_result result;
        int outcome;

        fixture_result(f, saved, &result);
        result.log_tail = memset(hb_alloc(8001), 'x', 8000); /* more than the pages have room for */
        outcome = hb_store_save_run(store, sweep_id, &result, &err);
        hb_run_result_release(&result);
        if (outcome != 0)
            break;
    }
    assert_in_range(saved, 1, FIXTURE_RUNS - 1);
    assert_non_null(strstr(err.message, "the file system is full"));
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM runs WHERE status = 'ok'"), saved);
    assert_int_equal(hb_db_exec(store, "PRAGMA max_page_count = 1000000", &err), 0);
    fixture_save(f, store, sweep_id, saved); /* room again: it goes on */
    hb_store_close(store);
}

/* ---- migrations ---- */

static int make_shelf(struct hb_store *store, struct hb_error *err)
{
    return hb_db_exec(store, "CREATE TABLE shelf (width INTEGER)", err);
}

static int fill_shelf(struct hb_store *store, struct hb_error *err)
{
    return hb_db_exec(store, "INSERT INTO shelf VALUES (80)", err);
}

static int break_shelf(struct hb_store *store, struct hb_error *err)
{
    return hb_db_exec(store, "INSERT INTO shelves VALUES (80)", err);
}

#define MOST_STEPS 64

/* The real steps, then one that makes a table and `last`. */
static size_t add_steps(int (*last)(struct hb_store *, struct hb_error *),
                        struct hb_migration steps[MOST_STEPS])
{
    size_t count;
    const struct hb_migration *real = hb_migrations(&count);

    assert_true(count + 2 <= MOST_STEPS);
    memcpy(steps, real, count * sizeof *steps);
    steps[count] = (struct hb_migration){(int)count + 1, make_shelf};
    steps[count + 1] = (struct hb_migration){(int)count + 2, last};
    return count + 2;
}

static void migrations_run_once_each_in_order(void **state)
{
    struct hb_migration steps[MOST_STEPS];
    size_t count = add_steps(fill_shelf, steps);
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_error err = {0};

    assert_int_equal(hb_migrate(store, steps, count, &err), 0);
    assert_int_equal(hb_migrate(store, steps, count, &err), 0);
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM shelf"), 1);
    assert_int_equal(fixture_integer(f, "PRAGMA user_version"), count);
    hb_store_close(store);
}

static void a_migration_that_fails_leaves_the_file_as_it_was(void **state)
{
    struct hb_migration steps[MOST_STEPS];
    size_t count = add_steps(break_shelf, steps);
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_error err = {0};
    char version[32];

    snprintf(version, sizeof version, "schema version %zu", count);
    assert_int_equal(hb_migrate(store, steps, count, &err), -1);
    assert_non_null(strstr(err.message, version));
    assert_int_equal(fixture_integer(f, "PRAGMA user_version"), count - 2);
    assert_int_equal(fixture_integer(f, "SELECT COUNT(*) FROM sqlite_schema WHERE name = 'shelf'"),
                     0);
    hb_store_close(store);
}

static void a_strangers_views_are_not_read(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_error err = {0};
    struct hb_second *seconds;
    size_t count;

    fixture_begin(f, store);
    hb_store_close(store);
    fixture_sql(f,
                "ALTER TABLE seconds RENAME TO aside;"
                "CREATE VIEW seconds AS WITH RECURSIVE r(x) AS "
                "(SELECT 1 UNION ALL SELECT x + 1 FROM r) SELECT 1 AS run_id, x AS second,"
                " 1 AS verified, 1 AS failed, 1 AS response_sum_ns, 1 AS response_max_ns FROM r");
    store = fixture_open(f, HB_STORE_READ);
    assert_int_equal(hb_store_load_series(store, 1, &f->arena, &seconds, &count, &err), -1);
    hb_store_close(store);
}

static void a_strangers_triggers_do_not_run(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_error err = {0};
    int64_t sweep_id = fixture_begin(f, store);

    fixture_sql(f, "CREATE TRIGGER t AFTER UPDATE ON sweeps BEGIN DELETE FROM runs; END");
    assert_int_equal(hb_store_end_sweep(store, sweep_id, HB_SWEEP_INTERRUPTED, &err), 0);
    hb_store_close(store);
    assert_true(fixture_integer(f, "SELECT COUNT(*) FROM runs") > 0);
}

static void a_value_of_gigabytes_is_refused(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);
    struct hb_server_row *servers;
    struct hb_error err = {0};
    size_t count;

    fixture_begin(f, store);
    hb_store_close(store);
    fixture_sql(f, "DROP TABLE servers; CREATE TABLE servers (sweep_id, server, version,"
                   " configuration AS (hex(zeroblob(400000000))));"
                   "INSERT INTO servers VALUES (1, 's', 'v')");
    store = fixture_open(f, HB_STORE_READ);
    assert_int_equal(hb_store_load_servers(store, 1, &f->arena, &servers, &count, &err), -1);
    hb_store_close(store);
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(a_new_file_is_a_single_one_of_the_current_version),
        WITH_FIXTURE(reading_needs_a_file_with_sweeps),
        WITH_FIXTURE(reading_changes_nothing),
        WITH_FIXTURE(what_is_no_database_is_refused_and_left_alone),
        WITH_FIXTURE(databases_of_other_programs_are_refused),
        WITH_FIXTURE(newer_files_are_refused),
        WITH_FIXTURE(a_damaged_file_is_called_damaged),
        WITH_FIXTURE(a_folder_or_an_impossible_place_is_named),
        WITH_FIXTURE(a_file_that_may_not_be_written_is_named),
        WITH_FIXTURE(a_locked_file_says_so),
        WITH_FIXTURE(a_full_disk_loses_nothing_that_was_saved),
        WITH_FIXTURE(migrations_run_once_each_in_order),
        WITH_FIXTURE(a_migration_that_fails_leaves_the_file_as_it_was),
        WITH_FIXTURE(a_strangers_views_are_not_read),
        WITH_FIXTURE(a_strangers_triggers_do_not_run),
        WITH_FIXTURE(a_value_of_gigabytes_is_refused),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
