/* Who sends which request, and when. */
#include "clients/native/pacer.h"

#include <pthread.h>

#include "test_support.h"

static void a_closed_loop_numbers_its_requests_and_never_ends(void **state HB_UNUSED)
{
    struct hb_job job = {.process_count = 1};
    struct hb_pacer pacer;
    uint64_t k;

    assert_int_equal(hb_pacer_init(&pacer, &job, NULL), 0);
    for (uint64_t i = 0; i < 100; i++) {
        assert_true(hb_pacer_take(&pacer, &k));
        assert_int_equal(k, i);
    }
    assert_int_equal(hb_pacer_due(&pacer, k, 5, 77), 77);
    assert_int_equal(hb_pacer_unsent(&pacer, 100), 0);
    hb_pacer_release(&pacer);
}

/* The oracle: each k below the count belongs to exactly one process, k mod count. */
static void processes_share_the_schedule_without_gaps(void **state HB_UNUSED)
{
    uint64_t offsets[23];

    for (uint64_t i = 0; i < HB_ARRAY_LEN(offsets); i++)
        offsets[i] = i * 10;
    for (int64_t count = 1; count <= 30; count++) {
        int seen[HB_ARRAY_LEN(offsets)] = {0};

        for (int64_t index = 0; index < count; index++) {
            struct hb_job job = {.process_index = index,
                                 .process_count = count,
                                 .schedule_path = path_of_bytes(offsets, sizeof(offsets)),
                                 .schedule_count = HB_ARRAY_LEN(offsets)};
            struct hb_pacer pacer;
            uint64_t k, taken = 0;

            assert_int_equal(hb_pacer_init(&pacer, &job, NULL), 0);
            assert_int_equal(close(atoi(job.schedule_path + strlen("/proc/self/fd/"))), 0);
            for (; hb_pacer_take(&pacer, &k); taken++) {
                assert_true(k < HB_ARRAY_LEN(offsets));
                assert_int_equal(k % (uint64_t)count, index);
                assert_int_equal(hb_pacer_due(&pacer, k, 1000, 0), 1000 + (int64_t)k * 10);
                seen[k]++;
            }
            assert_int_equal(hb_pacer_unsent(&pacer, taken), 0);
            hb_pacer_release(&pacer);
        }
        for (size_t i = 0; i < HB_ARRAY_LEN(seen); i++)
            assert_int_equal(seen[i], 1);
    }
}

static void max_requests_limits_and_the_rest_is_unsent(void **state HB_UNUSED)
{
    uint64_t offsets[] = {0, 1, 2, 3, 4};
    struct hb_job job = {.process_count = 1,
                         .max_requests = 2,
                         .schedule_path = path_of_bytes(offsets, sizeof(offsets)),
                         .schedule_count = 5};
    struct hb_pacer pacer;
    uint64_t k;

    assert_int_equal(hb_pacer_init(&pacer, &job, NULL), 0);
    assert_true(hb_pacer_peek(&pacer, &k) && hb_pacer_take(&pacer, &k));
    assert_true(hb_pacer_peek(&pacer, &k) && hb_pacer_take(&pacer, &k));
    assert_false(hb_pacer_peek(&pacer, &k));
    assert_false(hb_pacer_take(&pacer, &k));
    assert_int_equal(hb_pacer_unsent(&pacer, 2), 3);
    hb_pacer_release(&pacer);
}

static void schedules_that_lie_are_refused(void **state HB_UNUSED)
{
    uint64_t descending[] = {1, 0};
    uint64_t too_late[] = {UINT64_MAX};
    const struct {
        const char *path;
        int64_t count;
    } cases[] = {
        {"/nonexistent", 1},
        {strdup(path_of_bytes(descending, sizeof(descending))), 2},
        {strdup(path_of_bytes(descending, sizeof(descending))), 3},
        {strdup(path_of_bytes(too_late, sizeof(too_late))), 1},
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(cases); i++) {
        struct hb_job job = {
            .process_count = 1, .schedule_path = cases[i].path, .schedule_count = cases[i].count};
        struct hb_error err = {0};
        struct hb_pacer pacer;

        assert_int_equal(hb_pacer_init(&pacer, &job, &err), -1);
        assert_non_null(strstr(err.message, "schedule"));
        hb_pacer_release(&pacer);
        if (i > 0)
            free((void *)(uintptr_t)cases[i].path);
    }
}

enum { THREADS = 4, TAKES = 20000 };

static void *take_many(void *argument)
{
    struct hb_pacer *pacer = argument;
    uint64_t k, sum = 0;

    while (hb_pacer_take(pacer, &k))
        sum += k;
    return (void *)(uintptr_t)sum;
}

static void threads_take_each_request_once(void **state HB_UNUSED)
{
    struct hb_job job = {.process_count = 1, .max_requests = TAKES};
    pthread_t threads[THREADS];
    struct hb_pacer pacer;
    uint64_t sum = 0;

    assert_int_equal(hb_pacer_init(&pacer, &job, NULL), 0);
    for (int i = 0; i < THREADS; i++)
        assert_int_equal(pthread_create(&threads[i], NULL, take_many, &pacer), 0);
    for (int i = 0; i < THREADS; i++) {
        void *part;

        pthread_join(threads[i], &part);
        sum += (uintptr_t)part;
    }
    assert_int_equal(sum, (uint64_t)TAKES * (TAKES - 1) / 2);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(a_closed_loop_numbers_its_requests_and_never_ends),
        cmocka_unit_test(processes_share_the_schedule_without_gaps),
        cmocka_unit_test(max_requests_limits_and_the_rest_is_unsent),
        cmocka_unit_test(schedules_that_lie_are_refused),
        cmocka_unit_test(threads_take_each_request_once),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
