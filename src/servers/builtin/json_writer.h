/*
 * JSON as httpbin prints it: ASCII only, keys in the order they are given, either indented by two
 * spaces (Flask) or on one line (json.dumps). It writes straight into a buffer, because this is the
 * embedded server's hot path; jansson is used where JSON has to be read.
 */
#ifndef HB_SERVERS_BUILTIN_JSON_WRITER_H
#define HB_SERVERS_BUILTIN_JSON_WRITER_H

#include "base/buf.h"
#include "servers/builtin/fields.h"
#include "servers/builtin/span.h"

struct hb_json {
    struct hb_buf *out;
    unsigned depth;
    bool one_line;
    bool after_value; /* the next member needs a comma */
};

void hb_json_init(struct hb_json *json, struct hb_buf *out, bool one_line);

/* `key` is a plain ASCII literal, or NULL at the top. */
void hb_json_open(struct hb_json *json, const char *key);   /* { */
void hb_json_close(struct hb_json *json);                   /* } */
void hb_json_key(struct hb_json *json, struct hb_span key); /* "key": */
void hb_json_string(struct hb_json *json, const char *key, struct hb_span utf8);
void hb_json_literal(struct hb_json *json, const char *key, const char *text); /* null, true, 17 */

/* A string without a key, after hb_json_key(). Bytes that are not UTF-8 become U+FFFD. */
void hb_json_utf8(struct hb_json *json, struct hb_span text);
void hb_json_latin1(struct hb_json *json, struct hb_span text);

/* The same in pieces. Between begin and end the caller may append plain ASCII to `out` itself. */
void hb_json_utf8_begin(struct hb_json *json);
void hb_json_utf8_more(struct hb_json *json, struct hb_span text);
void hb_json_utf8_end(struct hb_json *json);

/* "key": {"name": "value", "twice": ["a", "b"]}; sorts the fields. */
void hb_json_fields(struct hb_json *json, const char *key, struct hb_fields *fields);

#endif
