/* No secret is anywhere in the file: looked for byte by byte, whatever the schema says. */
#include "fixture.h"

#include <stdio.h>
#include <string.h>

#include "base/buf.h"
#include "base/memory.h"
#include "config/secrets.h"
#include "store/mask.h"

#define PLAIN "s3cr3t-t0ken-value"
#define QUOTED "quo\"ted\\secret"

static void fill_with_secrets(struct hb_run_result *result)
{
    struct hb_worker_report *worker = &result->workers[0];

    snprintf(result->failure, sizeof(result->failure), "connect to http://u:" PLAIN "@host/");
    result->log_tail = hb_strdup("Authorization: Bearer " PLAIN "\nand " QUOTED);
    hb_free_ptr(&worker->ready_json);
    hb_free_ptr(&worker->done_json);
    hb_free_ptr(&worker->runtime);
    worker->runtime = hb_strdup("CPython " PLAIN);
    worker->ready_json =
        hb_strdup("{\"libraries\":{\"" PLAIN
                  "\":\"quo\\\"ted\\\\secret\"},\"x\":[\"s3cr3t\\u002dt0ken-value\"]}");
    worker->done_json = hb_strdup("not JSON at all: " PLAIN);
}

static void save_with_secrets(struct fixture *f, struct hb_store *store)
{
    static const char *const tags[] = {"token=" PLAIN, PLAIN, "q=" QUOTED, NULL};
    struct hb_sweep_info info = fixture_info(f);
    struct hb_run_result result;
    struct hb_error err = {0};
    int64_t sweep_id;

    info.tags = tags;
    info.environment_json = "{\"variables\":{\"TOKEN\":\"" PLAIN "\"}}";
    assert_int_equal(hb_store_begin_sweep(store, &info, &f->plan, &sweep_id, &err), 0);
    fixture_result(f, 0, &result);
    fill_with_secrets(&result);
    assert_int_equal(hb_store_save_run(store, sweep_id, &result, &err), 0);
    hb_run_result_release(&result);
}

static bool file_contains(const struct fixture *f, const char *text)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf content;
    struct hb_error err = {0};

    hb_buf_init(&content, 16 << 20);
    assert_int_equal(hb_buf_read_file(&content, f->path, &err), 0);
    return memmem(content.data, content.length, text, strlen(text)) != NULL;
}

static void no_secret_reaches_the_file(void **state)
{
    struct fixture *f = *state;
    HB_CLEANUP(hb_secrets_release) struct hb_secrets secrets;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);

    hb_secrets_init(&secrets);
    hb_secrets_add(&secrets, PLAIN);
    hb_secrets_add(&secrets, QUOTED);
    f->server.url = "https://user:" PLAIN "@example.test";
    f->url.url = "/get?key=" PLAIN;
    f->scenario.text = "headers: {Authorization: " PLAIN "}\n";
    f->clients[0].options_json = "{\"proxy\":\"quo\\\"ted\\\\secret\"}";
    hb_store_set_secrets(store, &secrets);
    save_with_secrets(f, store);
    hb_store_close(store);
    assert_false(file_contains(f, "s3cr3t"));
    assert_false(file_contains(f, "ted\\secret"));
    assert_false(file_contains(f, "ted\\\\secret"));
    assert_true(file_contains(f, "Authorization: Bearer " HB_SECRET_MASK));
    assert_string_equal(fixture_text(f, "SELECT ready FROM workers"),
                        "{\"libraries\":{\"***\":\"***\"},\"x\":[\"***\"]}");
    assert_string_equal(fixture_text(f, "SELECT server_url FROM cells"),
                        "https://user:***@example.test");
}

static void without_secrets_texts_are_stored_as_they_are(void **state)
{
    struct fixture *f = *state;
    struct hb_store *store = fixture_open(f, HB_STORE_WRITE);

    save_with_secrets(f, store);
    hb_store_close(store);
    assert_true(file_contains(f, "Authorization: Bearer " PLAIN));
}

static void json_keeps_its_meaning_when_it_is_masked(void **state)
{
    HB_CLEANUP(hb_secrets_release) struct hb_secrets secrets;
    HB_CLEANUP(hb_free_ptr) char *text = NULL;

    (void)state;
    hb_secrets_init(&secrets);
    hb_secrets_add(&secrets, "hidden");
    text = hb_mask_json(&secrets, "{\"b\":[1,2.5,null,true,{\"a\":\"was hidden here\"}],\"a\":1}");
    assert_string_equal(text, "{\"b\":[1,2.5,null,true,{\"a\":\"was *** here\"}],\"a\":1}");
    assert_null(hb_mask_json(&secrets, NULL));
}

#define WITH_FIXTURE(test) cmocka_unit_test_setup_teardown(test, fixture_setup, fixture_teardown)

int main(void)
{
    const struct CMUnitTest tests[] = {
        WITH_FIXTURE(no_secret_reaches_the_file),
        WITH_FIXTURE(without_secrets_texts_are_stored_as_they_are),
        WITH_FIXTURE(json_keeps_its_meaning_when_it_is_masked),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
