/* The event loop of the kit, driven by a client whose requests end at once or never. */
#include "clients/native/loop.h"

#include <sys/eventfd.h>

#include "base/clock.h"
#include "test_support.h"

enum { TASKS = 3 };

struct fixture {
    struct hb_loop loop;
    struct hb_worker worker;
    struct hb_request request;
    int samples[2];
    bool never_ends;
    bool connects; /* for ever */
    unsigned started, most_in_flight, expired;
    int readable[2]; /* descriptors that are ready from the start; 0: none */
    unsigned events;
    uint64_t expected; /* the event that was announced last; 0: none */
};

static void watch_readable(struct fixture *fixture)
{
    for (size_t i = 0; i < HB_ARRAY_LEN(fixture->readable); i++) {
        struct epoll_event event = {.events = EPOLLIN};

        fixture->readable[i] = eventfd(1, EFD_CLOEXEC);
        event.data.u64 = (uint64_t)fixture->readable[i];
        assert_int_equal(
            epoll_ctl(fixture->loop.epoll_fd, EPOLL_CTL_ADD, fixture->readable[i], &event), 0);
    }
}

static void start(void *client, size_t task, const struct hb_request *request, int64_t start_ns)
{
    static const struct hb_reply reply = {.status = 200};
    struct fixture *fixture = client;

    assert_ptr_equal(request, &fixture->request);
    assert_true(task < TASKS);
    fixture->started++;
    if (fixture->loop.in_flight > fixture->most_in_flight)
        fixture->most_in_flight = (unsigned)fixture->loop.in_flight;
    if (!fixture->never_ends)
        hb_loop_end(&fixture->loop, task, start_ns + 1, &reply);
}

static void ready(void *client, const struct epoll_event *event)
{
    struct fixture *fixture = client;
    uint64_t value;

    if (fixture->events++ > 0)
        assert_int_equal(event->data.u64, fixture->expected);
    assert_int_equal(read((int)event->data.u64, &value, sizeof(value)), sizeof(value));
}

static void expect(void *client, const struct epoll_event *event)
{
    ((struct fixture *)client)->expected = event->data.u64;
}

static int64_t deadline(const void *client HB_UNUSED)
{
    return INT64_MAX;
}

static void attend(void *client HB_UNUSED, int64_t now_ns HB_UNUSED)
{
    fail_msg("the client has no deadline");
}

static bool connecting(const void *client, size_t task HB_UNUSED)
{
    return ((const struct fixture *)client)->connects;
}

static void expire(void *client, size_t task)
{
    static const struct hb_reply reply = {.outcome = HB_OUTCOME_TIMEOUT};
    struct fixture *fixture = client;

    fixture->expired++;
    hb_loop_end(&fixture->loop, task, hb_now_ns(), &reply);
}

static const struct hb_loop_driver driver = {
    .start = start,
    .ready = ready,
    .expect = expect,
    .deadline = deadline,
    .attend = attend,
    .connecting = connecting,
    .expire = expire,
};

/* To run for `duration_ns`, and `drain_ns` more if need be. */
static void prepare(struct fixture *fixture, int64_t duration_ns, int64_t drain_ns)
{
    int64_t start_ns = hb_now_ns() + HB_NS_PER_MS;

    assert_int_equal(pipe2(fixture->samples, O_NONBLOCK), 0);
    fixture->worker.sample_fd = fixture->samples[1];
    fixture->worker.job.concurrency = TASKS;
    fixture->worker.job.process_count = 1;
    fixture->worker.job.requests = &fixture->request;
    fixture->worker.job.request_count = 1;
    if (fixture->worker.job.timeout_ns == 0)
        fixture->worker.job.timeout_ns = HB_NS_PER_S;
    if (fixture->worker.job.connect_timeout_ns == 0)
        fixture->worker.job.connect_timeout_ns = HB_NS_PER_S;
    fixture->worker.go =
        (struct hb_go){start_ns, start_ns + duration_ns, start_ns + duration_ns + drain_ns};
    if (fixture->worker.signal_fd == 0)
        fixture->worker.signal_fd = eventfd(0, EFD_CLOEXEC);
    assert_int_equal(hb_pacer_init(&fixture->worker.pacer, &fixture->worker.job, NULL), 0);
    assert_int_equal(hb_loop_init(&fixture->loop, &fixture->worker, &driver, fixture, NULL), 0);
}

static void run(struct fixture *fixture, int64_t duration_ns, int64_t drain_ns)
{
    prepare(fixture, duration_ns, drain_ns);
    hb_loop_run(&fixture->loop);
}

static void clean_up(struct fixture *fixture)
{
    hb_loop_release(&fixture->loop);
    hb_pacer_release(&fixture->worker.pacer);
    close(fixture->worker.signal_fd);
    close(fixture->samples[0]);
    close(fixture->samples[1]);
}

static void max_requests_ends_a_closed_loop_early(void **state HB_UNUSED)
{
    struct fixture fixture = {.worker.job.max_requests = 50};

    run(&fixture, 5 * HB_NS_PER_S, 0);
    assert_int_equal(fixture.started, 50);
    assert_int_equal(fixture.worker.totals.started, 50);
    assert_int_equal(fixture.worker.totals.requests, 50);
    assert_true(hb_now_ns() < fixture.worker.go.stop_ns);
    clean_up(&fixture);
}

static void a_client_that_never_answers_has_one_request_a_task(void **state HB_UNUSED)
{
    struct fixture fixture = {.never_ends = true};

    run(&fixture, 20 * HB_NS_PER_MS, 10 * HB_NS_PER_MS);
    assert_int_equal(fixture.most_in_flight, TASKS);
    assert_int_equal(fixture.worker.totals.started, TASKS);
    assert_int_equal(fixture.worker.totals.requests, 0);
    assert_true(hb_now_ns() >= fixture.worker.go.drain_ns);
    clean_up(&fixture);
}

static void each_event_but_a_batch_s_first_is_announced(void **state HB_UNUSED)
{
    struct fixture fixture = {.never_ends = true};

    prepare(&fixture, 20 * HB_NS_PER_MS, 0);
    watch_readable(&fixture);
    hb_loop_run(&fixture.loop);
    assert_int_equal(fixture.events, 2);
    for (size_t i = 0; i < HB_ARRAY_LEN(fixture.readable); i++)
        close(fixture.readable[i]);
    clean_up(&fixture);
}

static void a_request_ends_when_its_time_is_over(void **state HB_UNUSED)
{
    struct fixture fixture = {.never_ends = true, .worker.job.timeout_ns = 20 * HB_NS_PER_MS};

    run(&fixture, 30 * HB_NS_PER_MS, 20 * HB_NS_PER_MS);
    assert_true(fixture.expired >= TASKS);
    assert_true(hb_now_ns() >= fixture.worker.go.start_ns + fixture.worker.job.timeout_ns);
    clean_up(&fixture);
}

static void the_time_to_connect_binds_who_connects(void **state HB_UNUSED)
{
    for (int connects = 0; connects <= 1; connects++) {
        struct fixture fixture = {.never_ends = true,
                                  .connects = connects != 0,
                                  .worker.job.connect_timeout_ns = 5 * HB_NS_PER_MS};

        run(&fixture, 20 * HB_NS_PER_MS, 20 * HB_NS_PER_MS);
        assert_int_equal(fixture.expired > 0, connects);
        clean_up(&fixture);
    }
}

static void the_ramp_lets_tasks_in_one_after_the_other(void **state HB_UNUSED)
{
    struct fixture fixture = {.never_ends = true, .worker.job.ramp_ns = HB_NS_PER_S};

    run(&fixture, 20 * HB_NS_PER_MS, 0);
    assert_int_equal(fixture.started, 1);
    clean_up(&fixture);
}

static void the_signal_stops_at_once(void **state HB_UNUSED)
{
    struct fixture fixture = {.never_ends = true, .worker.signal_fd = eventfd(1, EFD_CLOEXEC)};

    run(&fixture, 60 * HB_NS_PER_S, 60 * HB_NS_PER_S);
    assert_true(hb_now_ns() < fixture.worker.go.stop_ns);
    clean_up(&fixture);
}

static void the_schedule_is_kept(void **state HB_UNUSED)
{
    uint64_t offsets[20];
    struct hb_sample samples[20];
    struct fixture fixture = {.worker.job.schedule_count = HB_ARRAY_LEN(offsets)};

    for (uint64_t i = 0; i < HB_ARRAY_LEN(offsets); i++)
        offsets[i] = i * HB_NS_PER_MS;
    fixture.worker.job.schedule_path = path_of_bytes(offsets, sizeof(offsets));
    run(&fixture, 5 * HB_NS_PER_S, 0);
    assert_int_equal(read(fixture.samples[0], samples, sizeof(samples)), sizeof(samples));
    for (size_t i = 0; i < HB_ARRAY_LEN(samples); i++) {
        int64_t due_ns = fixture.worker.go.start_ns + (int64_t)offsets[i];
        int64_t late_ns = (int64_t)samples[i].start_ns - due_ns;

        assert_true(late_ns >= 0);
        assert_int_equal(samples[i].lag_us, late_ns / HB_NS_PER_US);
    }
    clean_up(&fixture);
}

static void ticks_say_when_they_were_due(void **state HB_UNUSED)
{
    struct hb_sample samples[64];
    struct fixture fixture = {.never_ends = true, .worker.job.tick_ns = 5 * HB_NS_PER_MS};
    ssize_t bytes;

    run(&fixture, 48 * HB_NS_PER_MS, 0);
    bytes = read(fixture.samples[0], samples, sizeof(samples));
    assert_true(bytes > 0);
    for (size_t i = 0; i < (size_t)bytes / sizeof(samples[0]); i++) {
        int64_t since_ns = (int64_t)samples[i].start_ns - fixture.worker.go.start_ns;

        assert_int_equal(samples[i].kind, HB_SAMPLE_TICK);
        assert_int_equal(since_ns % (5 * HB_NS_PER_MS), 0);
        assert_true(samples[i].end_ns >= samples[i].start_ns);
    }
    clean_up(&fixture);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(max_requests_ends_a_closed_loop_early),
        cmocka_unit_test(a_client_that_never_answers_has_one_request_a_task),
        cmocka_unit_test(each_event_but_a_batch_s_first_is_announced),
        cmocka_unit_test(a_request_ends_when_its_time_is_over),
        cmocka_unit_test(the_time_to_connect_binds_who_connects),
        cmocka_unit_test(the_ramp_lets_tasks_in_one_after_the_other),
        cmocka_unit_test(the_signal_stops_at_once),
        cmocka_unit_test(the_schedule_is_kept),
        cmocka_unit_test(ticks_say_when_they_were_due),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
