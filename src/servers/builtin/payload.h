/* A request body as httpbin understands it: form fields and files, or else raw data that may be
 * JSON. */
#ifndef HB_SERVERS_BUILTIN_PAYLOAD_H
#define HB_SERVERS_BUILTIN_PAYLOAD_H

#include "servers/builtin/fields.h"
#include "servers/builtin/json_writer.h"

enum {
    HB_FORM_FIELDS_MAX = 100000, /* of an urlencoded form */
    HB_FIELD_BYTES_MAX = 500000, /* of one field of a multipart form: Flask's default */
    HB_JSON_BYTES_MAX = 8 << 20, /* a longer body is not looked at as JSON */
};

struct hb_payload {
    struct hb_fields form, files;
    struct hb_span data;
};

/* Spans point into `body` and `arena`. False when a limit is exceeded: answer 413. */
bool hb_payload_parse(struct hb_payload *ret_payload, struct hb_arena *arena,
                      struct hb_span content_type, struct hb_span body);

/* Members of a JSON object: "data" and files as text or as a data: URL, "json" as a value or null.
 */
void hb_payload_write_data(const struct hb_payload *payload, struct hb_json *json);
void hb_payload_write_files(struct hb_payload *payload, struct hb_json *json);
void hb_payload_write_json(const struct hb_payload *payload, struct hb_json *json);

#endif
