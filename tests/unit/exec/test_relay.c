/* The relay, as far as wire profiles do not show it: answers that it holds back. */
#include "../test.h"
#include "exec/relay.h"

#include <netinet/in.h>
#include <poll.h>
#include <stdlib.h>
#include <string.h>
#include <sys/socket.h>
#include <unistd.h>

#include "base/buf.h"
#include "base/macros.h"

enum { SHORT_MS = 50, LONG_MS = 2000 };

/* A server of one connection, a client, and the relay between them. */
struct between {
    struct hb_relay *relay;
    int listener, client, server;
};

static struct sockaddr_in loopback(unsigned port)
{
    return (struct sockaddr_in){.sin_family = AF_INET,
                                .sin_port = htons((uint16_t)port),
                                .sin_addr.s_addr = htonl(INADDR_LOOPBACK)};
}

static unsigned listen_anywhere(int *ret_fd)
{
    struct sockaddr_in address = loopback(0);
    socklen_t length = sizeof address;

    *ret_fd = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(bind(*ret_fd, (struct sockaddr *)&address, length), 0);
    assert_int_equal(listen(*ret_fd, 4), 0);
    assert_int_equal(getsockname(*ret_fd, (struct sockaddr *)&address, &length), 0);
    return ntohs(address.sin_port);
}

static void serve(const struct between *between)
{
    struct pollfd slot = {hb_relay_fd(between->relay), POLLIN, 0};

    while (poll(&slot, 1, SHORT_MS) == 1)
        hb_relay_serve(between->relay);
}

static void connect_through(struct between *between, bool holds)
{
    char url[64];
    const struct hb_relay_spec spec = {.url = url, .holds_answers = holds};
    struct sockaddr_in address;
    struct hb_error err = {0};

    snprintf(url, sizeof url, "http://127.0.0.1:%u", listen_anywhere(&between->listener));
    assert_int_equal(hb_relay_start(&spec, &between->relay, &err), 0);
    address =
        loopback((unsigned)strtoul(strrchr(hb_relay_authority(between->relay), ':') + 1, NULL, 10));
    between->client = socket(AF_INET, SOCK_STREAM, 0);
    assert_int_equal(connect(between->client, (struct sockaddr *)&address, sizeof address), 0);
    serve(between);
    between->server = accept(between->listener, NULL, NULL);
    assert_true(between->server >= 0);
}

static void part(struct between *between)
{
    close(between->client);
    close(between->server);
    close(between->listener);
    hb_relay_stop(between->relay);
}

static bool has_something(int fd, int wait_ms)
{
    struct pollfd slot = {fd, POLLIN, 0};

    return poll(&slot, 1, wait_ms) == 1;
}

static void an_answer_is_held_until_it_may_pass(void **state HB_UNUSED)
{
    struct between between;
    char text[16] = "";

    connect_through(&between, true);
    assert_int_equal(send(between.client, "ask", 3, 0), 3);
    serve(&between);
    assert_true(has_something(between.server, LONG_MS)); /* requests pass */
    assert_false(hb_relay_holds(between.relay));
    assert_int_equal(send(between.server, "answer", 6, 0), 6);
    serve(&between);
    assert_true(hb_relay_holds(between.relay));
    assert_false(has_something(between.client, SHORT_MS));
    hb_relay_let_pass(between.relay);
    assert_int_equal(recv(between.client, text, sizeof text, 0), 6);
    assert_string_equal(text, "answer");
    assert_false(hb_relay_holds(between.relay));
    part(&between);
}

static void the_end_of_a_connection_is_held_like_an_answer(void **state HB_UNUSED)
{
    struct between between;
    char byte;

    connect_through(&between, true);
    assert_int_equal(shutdown(between.server, SHUT_WR), 0);
    serve(&between);
    assert_true(hb_relay_holds(between.relay));
    assert_false(has_something(between.client, SHORT_MS));
    hb_relay_let_pass(between.relay);
    assert_int_equal(recv(between.client, &byte, 1, 0), 0);
    assert_false(hb_relay_holds(between.relay));
    part(&between);
}

static void a_relay_that_was_not_told_to_hold_holds_nothing(void **state HB_UNUSED)
{
    struct between between;

    connect_through(&between, false);
    assert_int_equal(send(between.server, "x", 1, 0), 1);
    serve(&between);
    assert_true(has_something(between.client, LONG_MS));
    assert_false(hb_relay_holds(between.relay));
    part(&between);
}

/* One who only counts takes any number of connections, one after another. */
static void
connections_of_which_nobody_looks_at_the_bytes_are_not_limited_in_number(void **state HB_UNUSED)
{
    struct between between;
    struct sockaddr_in address;

    connect_through(&between, true);
    address =
        loopback((unsigned)strtoul(strrchr(hb_relay_authority(between.relay), ':') + 1, NULL, 10));
    for (unsigned i = 0; i < HB_RELAY_MAX_CONNECTIONS + 2; i++) {
        struct pollfd slot = {hb_relay_fd(between.relay), POLLIN, 0};
        int again = socket(AF_INET, SOCK_STREAM, 0), server;

        assert_int_equal(connect(again, (struct sockaddr *)&address, sizeof address), 0);
        for (server = -1; server < 0;) {
            assert_int_equal(poll(&slot, 1, LONG_MS), 1);
            hb_relay_serve(between.relay);
            if (has_something(between.listener, 0))
                server = accept(between.listener, NULL, NULL);
        }
        close(server);
        close(again);
        while (poll(&slot, 1, 0) == 1)
            hb_relay_serve(between.relay);
        hb_relay_let_pass(between.relay);
    }
    assert_int_equal(hb_relay_counts(between.relay).connections, HB_RELAY_MAX_CONNECTIONS + 3);
    part(&between);
}

int main(void)
{
    const struct CMUnitTest tests[] = {
        cmocka_unit_test(an_answer_is_held_until_it_may_pass),
        cmocka_unit_test(the_end_of_a_connection_is_held_like_an_answer),
        cmocka_unit_test(a_relay_that_was_not_told_to_hold_holds_nothing),
        cmocka_unit_test(connections_of_which_nobody_looks_at_the_bytes_are_not_limited_in_number),
    };

    return cmocka_run_group_tests(tests, NULL, NULL);
}
