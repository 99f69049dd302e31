/*
 * Wire profiles side by side: one row a fact (the request line, each header, bytes, system calls),
 * one cell a profile. Reports and the command `wire` show the same rows.
 */
#ifndef HB_REPORT_WIRE_ROWS_H
#define HB_REPORT_WIRE_ROWS_H

#include <stdbool.h>
#include <stddef.h>

#include "base/arena.h"
#include "base/buf.h"
#include "store/store.h"

#define HB_WIRE_ABSENT "(not sent)"

struct hb_wire_fact {
    const char *label;        /* "User-Agent", "system calls a request" */
    const char *const *cells; /* one a profile, never NULL; "" where it has nothing to say */
    bool differs;             /* not all of those that have something to say agree */
    bool is_sent; /* about what is sent, and the calls it takes: no version, no instructions */
};

/*
 * All facts in which profiles can be compared, in `arena`: what all of them lack is left out.
 * Counts of system calls agree when they are within 2 % or a tenth of a call; those of calls that
 * wait (poll, futex) within a whole one, since it is luck whether an answer is there yet. Bytes
 * agree when they are equal; encrypted ones within 3 %, since handshakes vary.
 */
void hb_wire_facts(const struct hb_wire_row *const *wires, size_t count, struct hb_arena *arena,
                   struct hb_wire_fact **ret_facts, size_t *ret_count);

/* Whether two profiles are of the same request to the same server, so that one compares them. */
bool hb_wire_same_request(const struct hb_wire_row *a, const struct hb_wire_row *b);

/* "GET /get on builtin", with the protocol unless it is HTTP/1.1. */
void hb_wire_describe(const struct hb_wire_row *wire, struct hb_buf *ret_text);

#endif
