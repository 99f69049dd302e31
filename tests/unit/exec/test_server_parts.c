/* What servers are started and asked with: ports, figures told as text, one GET. */
#include "../test.h"

#include <arpa/inet.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/clock.h"
#include "exec/http_get.h"
#include "exec/port.h"
#include "exec/server_counts.h"

/* A socket of ours that listens on a port of loopback. */
static int listen_on(unsigned port)
{
    struct sockaddr_in address = {.sin_family = AF_INET,
                                  .sin_port = htons((uint16_t)port),
                                  .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
    int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);

    assert_int_equal(bind(fd, (struct sockaddr *)&address, sizeof address), 0);
    assert_int_equal(listen(fd, 4), 0);
    return fd;
}

static void chosen_ports_are_different_and_free(void **state HB_UNUSED)
{
    const struct hb_process_list nobody = {0};
    unsigned ports[8];

    assert_int_equal(hb_ports_pick(ports, 8, NULL), 0);
    for (size_t i = 0; i < 8; i++) {
        assert_in_range(ports[i], 1, 65535);
        assert_int_equal(hb_port_holder(ports[i], &nobody), HB_PORT_NOBODY);
        for (size_t j = 0; j < i; j++)
            assert_int_not_equal(ports[i], ports[j]);
    }
}

static void a_port_is_ours_only_when_a_process_of_ours_listens(void **state HB_UNUSED)
{
    HB_CLEANUP(hb_process_list_release) struct hb_process_list ours = {0};
    const struct hb_process_list others = {0};
    struct hb_process self;
    unsigned port;
    int fd;

    assert_int_equal(hb_ports_pick(&port, 1, NULL), 0);
    assert_int_equal(hb_process_read(getpid(), &self), 0);
    hb_process_list_add(&ours, &self);
    fd = listen_on(port);
    assert_int_equal(hb_port_holder(port, &ours), HB_PORT_OURS);
    assert_int_equal(hb_port_holder(port, &others), HB_PORT_STRANGER);
    close(fd);
    assert_int_equal(hb_port_holder(port, &ours), HB_PORT_NOBODY);
}

static struct hb_server_counts parse(const struct hb_entry_count *counts, size_t count,
                                     const char *text, uint64_t readings)
{
    const struct hb_entry_topology topology = {.counts = counts, .counts_count = count};
    struct hb_server_counts result;

    hb_server_counts_parse(&topology, text, readings, &result);
    return result;
}

static void figures_are_found_and_readings_taken_off(void **state HB_UNUSED)
{
    static const struct hb_entry_count counts[] = {
        {"connections", "^ ([0-9]+) [0-9]+ [0-9]+ $", 1},
        {"requests", "^ [0-9]+ [0-9]+ ([0-9]+) $", 1},
    };
    struct hb_server_counts found = parse(counts, 2,
                                          "Active connections: 1 \n"
                                          "server accepts handled requests\n"
                                          " 19 19 8303 \n"
                                          "Reading: 0 Writing: 1 Waiting: 0 \n",
                                          3);

    assert_true(found.known);
    assert_false(found.bytes_known);
    assert_int_equal(found.connections, 16);
    assert_int_equal(found.requests, 8300);
}

static void a_figure_told_in_parts_is_added_up(void **state HB_UNUSED)
{
    static const struct hb_entry_count counts[] = {
        {"requests", "^requests_total\\{code=\"[0-9]+\"\\} ([0-9]+)$", 0},
        {"connections", "^(a|b),([^,]*,){2}([0-9]+)", 0},
    };
    struct hb_server_counts found =
        parse(counts, 2,
              "requests_total{code=\"200\"} 40\nrequests_total{code=\"502\"} 2\n"
              "a,,x,7,9\nb,1,2,8,9\nc,1,2,100,9\n",
              1);

    assert_true(found.known);
    assert_int_equal(found.requests, 42);
    assert_int_equal(found.connections, 15);
}

static void what_is_not_there_is_unknown(void **state HB_UNUSED)
{
    static const struct hb_entry_count counts[] = {{"requests", "^r ([0-9]+)$", 0},
                                                   {"connections", "^c ([0-9]+)$", 0}};

    assert_true(parse(counts, 2, "r 1\nc 2\n", 1).known);
    assert_false(parse(counts, 2, "r 1\n", 1).known);
    assert_false(parse(counts, 2, "", 1).known);
    assert_false(parse(counts, 1, "r 1\n", 1).known);
    assert_false(parse(NULL, 0, "r 1\n", 1).known);
}

static void nobody_there_is_an_error_within_the_limit(void **state HB_UNUSED)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf url;
    struct hb_error err = {0};
    unsigned port;
    int64_t begin_ns;
    int fd;

    hb_buf_init(&url, 100);
    assert_int_equal(hb_ports_pick(&port, 1, NULL), 0);
    hb_buf_printf(&url, "http://127.0.0.1:%u/", port);
    assert_int_equal(hb_http_get(hb_buf_text(&url), NULL, HB_NS_PER_S, NULL, &err), -1);
    assert_int_equal(err.code, HB_ERR_RUN);
    fd = listen_on(port); /* and never answers */
    begin_ns = hb_now_ns();
    assert_int_equal(hb_http_get(hb_buf_text(&url), NULL, HB_NS_PER_S / 5, NULL, &err), -1);
    assert_true(hb_now_ns() - begin_ns < 5 * HB_NS_PER_S);
    close(fd);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(chosen_ports_are_different_and_free),
        cmocka_unit_test(a_port_is_ours_only_when_a_process_of_ours_listens),
        cmocka_unit_test(figures_are_found_and_readings_taken_off),
        cmocka_unit_test(a_figure_told_in_parts_is_added_up),
        cmocka_unit_test(what_is_not_there_is_unknown),
        cmocka_unit_test(nobody_there_is_an_error_within_the_limit),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
