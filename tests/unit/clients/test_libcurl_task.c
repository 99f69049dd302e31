/* libcurl's results in our taxonomy, and handles that accept every option we set. */
#include "clients/native/libcurl_task.h"

#include "test_support.h"

static void results_map_to_the_taxonomy(void **state HB_UNUSED)
{
    assert_int_equal(hb_curl_outcome(CURLE_OK), HB_OUTCOME_OK);
    assert_int_equal(hb_curl_outcome(CURLE_COULDNT_RESOLVE_HOST), HB_OUTCOME_DNS);
    assert_int_equal(hb_curl_outcome(CURLE_COULDNT_CONNECT), HB_OUTCOME_CONNECT);
    assert_int_equal(hb_curl_outcome(CURLE_PEER_FAILED_VERIFICATION), HB_OUTCOME_TLS);
    assert_int_equal(hb_curl_outcome(CURLE_OPERATION_TIMEDOUT), HB_OUTCOME_TIMEOUT);
    assert_int_equal(hb_curl_outcome(CURLE_GOT_NOTHING), HB_OUTCOME_RESET);
    assert_int_equal(hb_curl_outcome(CURLE_PARTIAL_FILE), HB_OUTCOME_LENGTH);
    assert_int_equal(hb_curl_outcome(CURLE_WEIRD_SERVER_REPLY), HB_OUTCOME_PROTOCOL);
    assert_int_equal(hb_curl_outcome(CURLE_OUT_OF_MEMORY), HB_OUTCOME_CLIENT_EXCEPTION);
}

static void every_result_is_a_failure_but_ok(void **state HB_UNUSED)
{
    for (int code = CURLE_OK + 1; code < CURL_LAST; code++) {
        enum hb_outcome outcome = hb_curl_outcome((CURLcode)code);

        assert_true(outcome > HB_OUTCOME_OK && outcome < HB_OUTCOME_COUNT);
        assert_true(outcome != HB_OUTCOME_STATUS && outcome != HB_OUTCOME_VERIFY);
    }
}

static bool list_has(const struct curl_slist *list, const char *line)
{
    for (; list != NULL; list = list->next)
        if (strcmp(list->data, line) == 0)
            return true;
    return false;
}

static void libcurl_is_told_to_add_nothing_that_was_not_given(void **state HB_UNUSED)
{
    struct hb_header headers[] = {{"accept", "text/plain"}, {"X-Empty", ""}};
    struct hb_request request = {
        .method = "POST", .url = "http://a", .headers = headers, .header_count = 2};
    struct hb_job job = {.requests = &request, .request_count = 1};
    struct hb_curl_plan plan;

    assert_int_equal(hb_curl_plan_init(&plan, &job, NULL), 0);
    assert_true(list_has(plan.headers[0], "accept: text/plain"));
    assert_true(list_has(plan.headers[0], "X-Empty;"));
    assert_true(list_has(plan.headers[0], "Content-Type:"));
    assert_true(list_has(plan.headers[0], "Expect:"));
    assert_false(list_has(plan.headers[0], "Accept:"));
    hb_curl_plan_release(&plan);
}

/* Each line of the list is looked at for each request. */
static void a_request_without_body_needs_no_word_about_its_headers(void **state HB_UNUSED)
{
    struct hb_request request = {.method = "GET", .url = "http://a"};
    struct hb_job job = {.requests = &request, .request_count = 1};
    struct hb_curl_plan plan;

    assert_int_equal(hb_curl_plan_init(&plan, &job, NULL), 0);
    assert_true(list_has(plan.headers[0], "Accept:"));
    assert_null(plan.headers[0]->next);
    hb_curl_plan_release(&plan);
}

static void every_option_is_accepted(void **state HB_UNUSED)
{
    struct hb_request request = {.method = "GET", .url = "http://a"};
    const struct hb_job jobs[] = {
        {.timeout_ns = 1, .connect_timeout_ns = INT64_MAX / 4, .keepalive = true},
        {.http2 = true,
         .timeout_ns = HB_NS_PER_S,
         .connect_timeout_ns = HB_NS_PER_S,
         .tls = {true, "/ca.pem", "/cert.pem", "/key.pem", NULL}},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(jobs); i++) {
        struct hb_job job = jobs[i];
        struct hb_error err = {0};
        struct hb_curl_plan plan;
        struct hb_curl_task task;

        job.requests = &request;
        job.request_count = 1;
        assert_int_equal(hb_curl_plan_init(&plan, &job, &err), 0);
        assert_int_equal(hb_curl_task_init(&task, &plan, &err), 0);
        hb_curl_task_release(&task);
        hb_curl_plan_release(&plan);
    }
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(results_map_to_the_taxonomy),
        cmocka_unit_test(every_result_is_a_failure_but_ok),
        cmocka_unit_test(libcurl_is_told_to_add_nothing_that_was_not_given),
        cmocka_unit_test(a_request_without_body_needs_no_word_about_its_headers),
        cmocka_unit_test(every_option_is_accepted),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
