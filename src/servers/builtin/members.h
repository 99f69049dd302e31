/* The members of httpbin's answers that describe the request; /stream, /delay and /anything share
 * them. */
#ifndef HB_SERVERS_BUILTIN_MEMBERS_H
#define HB_SERVERS_BUILTIN_MEMBERS_H

#include "servers/builtin/exchange.h"
#include "servers/builtin/json_writer.h"
#include "servers/builtin/payload.h"

enum hb_member {
    HB_MEMBER_ARGS = 1 << 0,
    HB_MEMBER_DATA = 1 << 1,
    HB_MEMBER_FILES = 1 << 2,
    HB_MEMBER_FORM = 1 << 3,
    HB_MEMBER_GZIPPED = 1 << 4,
    HB_MEMBER_HEADERS = 1 << 5,
    HB_MEMBER_JSON = 1 << 6,
    HB_MEMBER_METHOD = 1 << 7,
    HB_MEMBER_ORIGIN = 1 << 8,
    HB_MEMBER_URL = 1 << 9,

    HB_MEMBERS_GET = HB_MEMBER_ARGS | HB_MEMBER_HEADERS | HB_MEMBER_ORIGIN | HB_MEMBER_URL,
    HB_MEMBERS_BODY = HB_MEMBER_DATA | HB_MEMBER_FILES | HB_MEMBER_FORM,
};

/* Write the chosen members, in alphabetical order, into an open object. False when a body exceeds a
 * limit. */
bool hb_members_write(struct hb_exchange *exchange, struct hb_json *json, unsigned members);

/* Answer 200 with the chosen members as an indented object. */
void hb_reply_members(struct hb_exchange *exchange, unsigned members);

#endif
