/*
 * A loopback TCP relay between a client and a server, to see what crosses: it listens on a port of
 * its own, passes everything on unchanged both ways, counts it, and shows what the client sends.
 * For the few requests of a wire profile, never for measured runs: it costs a copy and two system
 * calls a piece. It can hold back what servers send until it is told to let it pass.
 *
 * Non-blocking, single-threaded: poll hb_relay_fd() for reading and call hb_relay_serve().
 */
#ifndef HB_EXEC_RELAY_H
#define HB_EXEC_RELAY_H

#include <stdbool.h>
#include <stddef.h>
#include <stdint.h>

#include "base/error.h"

/* At a time, and of those that somebody looks at, ever; further ones are closed at once. */
#define HB_RELAY_MAX_CONNECTIONS 256u

struct hb_relay;

struct hb_relay_counts {
    uint64_t connections;
    uint64_t sent, received; /* bytes, as the client sees it */
};

struct hb_relay_spec {
    const char *url; /* of the server: "http://127.0.0.1:43211"; a name is looked up */
    /* Bytes that the client sent on its connection of that number, from 0. NULL: nobody looks. */
    void (*saw)(void *context, size_t connection, const char *data, size_t length);
    void *context;
    bool holds_answers; /* until hb_relay_let_pass() */
};

int hb_relay_start(const struct hb_relay_spec *spec, struct hb_relay **ret_relay,
                   struct hb_error *err) HB_MUST_CHECK;

/* The URL to give to the client: scheme and host of the server's, and the relay's port. The host is
 * kept so that certificates fit; it must be a name or address of this machine. */
const char *hb_relay_url(const struct hb_relay *relay);
const char *hb_relay_authority(const struct hb_relay *relay); /* "127.0.0.1:40001" */

int hb_relay_fd(const struct hb_relay *relay);
void hb_relay_serve(struct hb_relay *relay);

/* Whether something of the server's is held back; and pass on what is held at this time. */
bool hb_relay_holds(const struct hb_relay *relay);
void hb_relay_let_pass(struct hb_relay *relay);

struct hb_relay_counts hb_relay_counts(const struct hb_relay *relay);

void hb_relay_stop(struct hb_relay *relay); /* NULL-safe */

#endif
