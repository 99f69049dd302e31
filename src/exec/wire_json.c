/* Wire profiles as JSON, for the store and the exports. What is read back may be a stranger's file:
 * every type is checked, and what is missing is unknown. */
#include <jansson.h>
#include <string.h>

#include "exec/wire.h"

static void release_json(json_t **json)
{
    json_decref(*json);
}

/* ---- writing ---- */

static json_t *known(double value)
{
    return value >= 0 ? json_real(value) : json_null();
}

/* How the instructions were counted; null when they were not. */
static json_t *counting_json(const struct hb_wire_profile *profile)
{
    if (profile->instructions < 0)
        return json_null();
    return json_pack("{s:s, s:o, s:[I, I]}", "by", profile->instructions_how, "spread",
                     known(profile->instructions_spread), "requests",
                     (json_int_t)profile->instructions_low, (json_int_t)profile->instructions_high);
}

static json_t *request_json(const struct hb_wire_request *request)
{
    json_t *headers = json_array();

    for (size_t i = 0; i < request->headers_count; i++)
        json_array_append_new(
            headers, json_pack("[s, s]", request->headers[i].name, request->headers[i].value));
    return json_pack("{s:s, s:o, s:s, s:I, s:b, s:I, s:I}", "line", request->line, "headers",
                     headers, "framing", request->framing, "body_bytes",
                     (json_int_t)request->body_bytes, "body_as_given", request->body_as_given,
                     "bytes", (json_int_t)request->bytes, "count", (json_int_t)request->count);
}

static json_t *seen_json(const struct hb_wire_profile *profile)
{
    json_t *seen = json_array();

    for (size_t i = 0; i < profile->seen_count; i++)
        json_array_append_new(seen, request_json(&profile->seen[i]));
    return seen;
}

static json_t *calls_json(const struct hb_wire_profile *profile)
{
    json_t *calls = json_object();

    for (size_t i = 0; i < profile->calls_count; i++)
        json_object_set_new(calls, profile->calls[i].name,
                            json_real(profile->calls[i].per_request));
    return calls;
}

static int append(const char *text, size_t length, void *buf)
{
    hb_buf_append(buf, text, length);
    return 0;
}

void hb_wire_put_json(const struct hb_wire_profile *profile, struct hb_buf *ret_json)
{
    HB_CLEANUP(release_json)
    json_t *object = json_pack(
        "{s:s, s:I, s:I, s:I, s:o, s:o, s:o, s:o, s:o, s:s, s:s, s:o, s:s, s:o, s:o, s:s, s:o}",
        "client_version", profile->client_version, "requests", (json_int_t)profile->requests,
        "verified", (json_int_t)profile->verified, "connections", (json_int_t)profile->connections,
        "bytes_sent", known(profile->bytes_sent), "bytes_received", known(profile->bytes_received),
        "setup_sent", known(profile->setup_sent), "setup_received", known(profile->setup_received),
        "seen", seen_json(profile), "seen_why", profile->seen_why, "seen_note", profile->seen_note,
        "system_calls", known(profile->system_calls), "system_calls_why", profile->system_calls_why,
        "calls", calls_json(profile), "instructions", known(profile->instructions),
        "instructions_why", profile->instructions_why, "instructions_counted",
        counting_json(profile));

    (void)json_dump_callback(object, append, ret_json, JSON_COMPACT | JSON_REAL_PRECISION(9));
}

/* ---- reading ---- */

static const char *text_of(json_t *object, const char *key, struct hb_arena *arena)
{
    const char *text = json_string_value(json_object_get(object, key));

    return hb_arena_strdup(arena, text != NULL ? text : "");
}

static uint64_t count_of(json_t *object, const char *key)
{
    json_int_t value = json_integer_value(json_object_get(object, key));

    return value > 0 ? (uint64_t)value : 0;
}

static double known_of(json_t *object, const char *key)
{
    json_t *value = json_object_get(object, key);

    return json_is_number(value) ? json_number_value(value) : -1;
}

static struct hb_wire_request request_of(json_t *object, struct hb_arena *arena)
{
    json_t *headers = json_object_get(object, "headers");
    struct hb_wire_header *list =
        hb_arena_calloc(arena, json_array_size(headers) + 1, sizeof *list);
    struct hb_wire_request request = {
        .line = text_of(object, "line", arena),
        .headers = list,
        .headers_count = json_array_size(headers),
        .framing = text_of(object, "framing", arena),
        .body_bytes = count_of(object, "body_bytes"),
        .body_as_given = json_is_true(json_object_get(object, "body_as_given")),
        .bytes = count_of(object, "bytes"),
        .count = count_of(object, "count"),
    };

    for (size_t i = 0; i < request.headers_count; i++) {
        json_t *pair = json_array_get(headers, i);
        const char *name = json_string_value(json_array_get(pair, 0));
        const char *value = json_string_value(json_array_get(pair, 1));

        list[i].name = hb_arena_strdup(arena, name != NULL ? name : "");
        list[i].value = hb_arena_strdup(arena, value != NULL ? value : "");
    }
    return request;
}

static void read_seen(json_t *seen, struct hb_arena *arena, struct hb_wire_profile *ret)
{
    struct hb_wire_request *list = hb_arena_calloc(arena, json_array_size(seen) + 1, sizeof *list);

    ret->seen = list;
    ret->seen_count = json_array_size(seen);
    for (size_t i = 0; i < ret->seen_count; i++)
        list[i] = request_of(json_array_get(seen, i), arena);
}

static void read_calls(json_t *calls, struct hb_arena *arena, struct hb_wire_profile *ret)
{
    struct hb_wire_call *list = hb_arena_calloc(arena, json_object_size(calls) + 1, sizeof *list);
    const char *name;
    json_t *value;

    ret->calls = list;
    json_object_foreach(calls, name, value)
    {
        list[ret->calls_count++] =
            (struct hb_wire_call){hb_arena_strdup(arena, name), json_number_value(value)};
    }
}

static void read_counting(json_t *counting, struct hb_arena *arena, struct hb_wire_profile *ret)
{
    json_t *requests = json_object_get(counting, "requests");
    json_int_t low = json_integer_value(json_array_get(requests, 0));
    json_int_t high = json_integer_value(json_array_get(requests, 1));

    ret->instructions_spread = known_of(counting, "spread");
    ret->instructions_how = text_of(counting, "by", arena);
    ret->instructions_low = low > 0 ? (uint64_t)low : 0;
    ret->instructions_high = high > 0 ? (uint64_t)high : 0;
}

int hb_wire_from_json(const char *json, struct hb_arena *arena, struct hb_wire_profile *ret_profile,
                      struct hb_error *err)
{
    HB_CLEANUP(release_json) json_t *object = json_loads(json, JSON_REJECT_DUPLICATES, NULL);

    if (!json_is_object(object))
        return hb_fail(err, HB_ERR_INPUT, "a wire profile is no JSON object");
    *ret_profile = (struct hb_wire_profile){
        .client_version = text_of(object, "client_version", arena),
        .requests = count_of(object, "requests"),
        .verified = count_of(object, "verified"),
        .connections = count_of(object, "connections"),
        .bytes_sent = known_of(object, "bytes_sent"),
        .bytes_received = known_of(object, "bytes_received"),
        .setup_sent = known_of(object, "setup_sent"),
        .setup_received = known_of(object, "setup_received"),
        .seen_why = text_of(object, "seen_why", arena),
        .seen_note = text_of(object, "seen_note", arena),
        .system_calls = known_of(object, "system_calls"),
        .system_calls_why = text_of(object, "system_calls_why", arena),
        .instructions = known_of(object, "instructions"),
        .instructions_why = text_of(object, "instructions_why", arena),
    };
    read_counting(json_object_get(object, "instructions_counted"), arena, ret_profile);
    read_seen(json_object_get(object, "seen"), arena, ret_profile);
    read_calls(json_object_get(object, "calls"), arena, ret_profile);
    return 0;
}
