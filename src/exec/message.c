/*
 * Parsing of what a worker says. The lines come from a program under test, so every key is checked
 * for its type and range, and every quoted text is cut short and made printable.
 */
#include "exec/message.h"

#include <jansson.h>
#include <stdbool.h>
#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "base/sample.h"
#include "exec/tail.h"

#define QUOTE_BYTES 300
#define TEXT_MAX_BYTES 128 /* of a version, a runtime's name */

static void release_json(json_t **json)
{
    json_decref(*json);
}

/* Fail with `before` and a piece of foreign text. */
static int fail_quoting(struct hb_error *err, enum hb_error_code code, const char *before,
                        const char *text, size_t length)
{
    char quote[QUOTE_BYTES + 1];

    if (length > QUOTE_BYTES)
        length = QUOTE_BYTES;
    memcpy(quote, text, length);
    quote[length] = '\0';
    hb_make_printable_bytes(quote, length);
    return hb_fail(err, code, "%s%s", before, quote);
}

static int parse_object(const char *line, size_t length, json_t **ret_object, struct hb_error *err)
{
    json_t *object = json_loadb(line, length, JSON_REJECT_DUPLICATES, NULL);

    if (!json_is_object(object)) {
        json_decref(object);
        return fail_quoting(err, HB_ERR_RUN,
                            "the worker wrote something that is no JSON object: ", line, length);
    }
    *ret_object = object;
    return 0;
}

static bool has_type(const json_t *object, const char *type)
{
    const char *text = json_string_value(json_object_get(object, "type"));

    return text != NULL && strcmp(text, type) == 0;
}

/* A worker that cannot do its job says why. */
static int fail_with_its_error(const json_t *object, struct hb_error *err)
{
    const char *class = json_string_value(json_object_get(object, "class"));
    const char *text = json_string_value(json_object_get(object, "message"));
    enum hb_error_code code =
        class != NULL && strcmp(class, "unavailable") == 0 ? HB_ERR_UNAVAILABLE : HB_ERR_RUN;

    if (text == NULL)
        text = "it gave no reason";
    return fail_quoting(err, code, "the worker cannot do this: ", text, strlen(text));
}

static int get_count(const json_t *object, const char *key, uint64_t *ret_count,
                     struct hb_error *err)
{
    const json_t *value = json_object_get(object, key);

    if (!json_is_integer(value) || json_integer_value(value) < 0)
        return hb_fail(err, HB_ERR_RUN, "the worker's line has no count \"%s\"", key);
    *ret_count = (uint64_t)json_integer_value(value);
    return 0;
}

/* A short printable copy; NULL when `value` is no string. */
static char *copy_text(const json_t *value)
{
    const char *text = json_string_value(value);
    char *copy;

    if (text == NULL)
        return NULL;
    copy = hb_strndup(text, TEXT_MAX_BYTES);
    hb_make_printable(copy);
    return copy;
}

/* "CPython 3.11.7" of {"name": "CPython", "version": "3.11.7"}. */
static char *copy_runtime(const json_t *runtime)
{
    const char *name = json_string_value(json_object_get(runtime, "name"));
    const char *version = json_string_value(json_object_get(runtime, "version"));
    char *copy;

    if (name == NULL)
        return NULL;
    copy = hb_asprintf("%.*s%s%.*s", TEXT_MAX_BYTES, name, version != NULL ? " " : "",
                       TEXT_MAX_BYTES, version != NULL ? version : "");
    hb_make_printable(copy);
    return copy;
}

static int check_version(const json_t *object, struct hb_error *err)
{
    const json_t *version = json_object_get(object, "protocol");

    if (!json_is_integer(version) || json_integer_value(version) != HB_PROTOCOL_VERSION)
        return hb_fail(err, HB_ERR_RUN, "the worker does not speak version %d of the protocol",
                       HB_PROTOCOL_VERSION);
    return 0;
}

static int check_http(const json_t *object, struct hb_error *err)
{
    const char *http = json_string_value(json_object_get(object, "http"));

    if (http == NULL || (strcmp(http, "1.1") != 0 && strcmp(http, "2") != 0))
        return hb_fail(err, HB_ERR_RUN, "the worker's ready line has no \"http\" of 1.1 or 2");
    return 0;
}

int hb_ready_parse(const char *line, size_t length, struct hb_ready *ret_ready,
                   struct hb_error *err)
{
    HB_CLEANUP(release_json) json_t *object = NULL;
    uint64_t clock_ns;

    if (parse_object(line, length, &object, err) < 0)
        return -1;
    if (has_type(object, "error"))
        return fail_with_its_error(object, err);
    if (!has_type(object, "ready"))
        return fail_quoting(err, HB_ERR_RUN, "expected a ready line, the worker wrote: ", line,
                            length);
    if (check_version(object, err) < 0 || check_http(object, err) < 0 ||
        get_count(object, "clock_ns", &clock_ns, err) < 0)
        return -1;
    *ret_ready = (struct hb_ready){
        .client_version = copy_text(json_object_get(json_object_get(object, "client"), "version")),
        .runtime = copy_runtime(json_object_get(object, "runtime")),
        .http = copy_text(json_object_get(object, "http")),
        .clock_ns = (int64_t)clock_ns,
        .pid = json_integer_value(json_object_get(object, "pid")),
    };
    return 0;
}

void hb_ready_release(struct hb_ready *ready)
{
    free(ready->client_version);
    free(ready->runtime);
    free(ready->http);
    *ready = (struct hb_ready){0};
}

/* null or a count. */
static int get_connections(const json_t *object, int64_t *ret_connections, struct hb_error *err)
{
    uint64_t count = 0;

    if (json_is_null(json_object_get(object, "connections"))) {
        *ret_connections = -1;
        return 0;
    }
    if (get_count(object, "connections", &count, err) < 0)
        return -1;
    *ret_connections = (int64_t)count;
    return 0;
}

int hb_done_parse(const char *line, size_t length, struct hb_done *ret_done, struct hb_error *err)
{
    HB_CLEANUP(release_json) json_t *object = NULL;
    struct hb_done done = {0};

    if (parse_object(line, length, &object, err) < 0)
        return -1;
    if (has_type(object, "error"))
        return fail_with_its_error(object, err);
    if (!has_type(object, "done"))
        return fail_quoting(err, HB_ERR_RUN, "expected a done line, the worker wrote: ", line,
                            length);
    if (get_count(object, "requests", &done.requests, err) < 0 ||
        get_count(object, "unsent", &done.unsent, err) < 0 ||
        get_count(object, "unfinished", &done.unfinished, err) < 0 ||
        get_count(object, "bytes", &done.bytes, err) < 0 ||
        get_connections(object, &done.connections, err) < 0)
        return -1;
    *ret_done = done;
    return 0;
}
