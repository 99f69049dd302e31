/*
 * Reads the runner's job and go lines: tables of fields for the numbers, and the checks that keep
 * a header or URL from smuggling anything into a request. What a client can do with the job is for
 * worker.c and the client to say.
 */
#include "clients/native/job.h"

#include <jansson.h>
#include <string.h>
#include <strings.h>

#include "base/buf.h"
#include "base/memory.h"
#include "base/sample.h"
#include "clients/native/fields.h"

#define INT(type, member, key, must, low, high)                                                    \
    {                                                                                              \
        key, offsetof(struct type, member), low, high, HB_FIELD_INT, must                          \
    }
#define BOOL(type, member, key)                                                                    \
    {                                                                                              \
        key, offsetof(struct type, member), 0, 0, HB_FIELD_BOOL, false                             \
    }
#define STRING(type, member, key, must)                                                            \
    {                                                                                              \
        key, offsetof(struct type, member), 0, 0, HB_FIELD_STRING, must                            \
    }

/* What every line starts with. */
struct envelope {
    const char *type;
    int64_t protocol;
};

/* The parts of a job that are not kept as they came. */
struct job_parts {
    const char *http;
    const char *body_path;
    int64_t body_bytes;
};

static const struct hb_field envelope_fields[] = {
    STRING(envelope, type, "type", true),
    INT(envelope, protocol, "protocol", false, 1, INT32_MAX),
};
static const struct hb_field job_fields[] = {
    STRING(hb_job, client, "client", true),
    STRING(hb_job, mode, "mode", true),
    STRING(hb_job, profile, "profile", false),
    INT(hb_job, concurrency, "concurrency", true, 1, HB_JOB_CONCURRENCY_MAX),
    INT(hb_job, ramp_ns, "ramp_ns", false, 0, HB_JOB_NS_MAX / HB_JOB_CONCURRENCY_MAX),
    INT(hb_job, timeout_ns, "timeout_ns", true, 1, HB_JOB_NS_MAX),
    INT(hb_job, connect_timeout_ns, "connect_timeout_ns", false, 1, HB_JOB_NS_MAX),
    INT(hb_job, max_requests, "max_requests", false, 0, INT64_MAX),
    INT(hb_job, tick_ns, "tick_ns", false, 0, HB_JOB_NS_MAX),
    BOOL(hb_job, keepalive, "keepalive"),
};
static const struct hb_field http_fields[] = {
    STRING(job_parts, http, "http", false),
};
static const struct hb_field process_fields[] = {
    INT(hb_job, process_index, "index", true, 0, INT32_MAX),
    INT(hb_job, process_count, "count", true, 1, INT32_MAX),
};
static const struct hb_field tls_fields[] = {
    BOOL(hb_tls, verify, "verify"),
    STRING(hb_tls, ca, "ca", false),
    STRING(hb_tls, cert, "cert", false),
    STRING(hb_tls, key, "key", false),
    STRING(hb_tls, server_name, "server_name", false),
};
static const struct hb_field schedule_fields[] = {
    STRING(hb_job, schedule_path, "path", true),
    INT(hb_job, schedule_count, "count", true, 0, INT64_MAX / 8),
};
static const struct hb_field request_fields[] = {
    STRING(hb_request, method, "method", true),
    STRING(hb_request, url, "url", true),
};
static const struct hb_field body_fields[] = {
    STRING(job_parts, body_path, "body_path", false),
    INT(job_parts, body_bytes, "body_bytes", false, 0, HB_JOB_BODY_MAX),
};
static const struct hb_field go_fields[] = {
    INT(hb_go, start_ns, "start_ns", true, 0, HB_JOB_NS_MAX),
    INT(hb_go, stop_ns, "stop_ns", true, 0, HB_JOB_NS_MAX),
    INT(hb_go, drain_ns, "drain_ns", true, 0, HB_JOB_NS_MAX),
};

#define READ_FIELDS(object, where, fields, arena, record, err)                                     \
    hb_fields_read(object, where, fields, HB_ARRAY_LEN(fields), arena, record, err)

static const char *const methods[] = {"GET", "POST", "PUT", "PATCH", "DELETE", "HEAD", "OPTIONS"};

static void free_json(json_t **value)
{
    json_decref(*value);
}

static json_t *parse_line(const char *line, size_t length, const char *type, struct hb_arena *arena,
                          struct hb_error *err)
{
    struct envelope envelope = {NULL, HB_PROTOCOL_VERSION};
    json_error_t problem;
    HB_CLEANUP(free_json) json_t *root = json_loadb(line, length, JSON_REJECT_DUPLICATES, &problem);

    if (root == NULL) {
        hb_fail(err, HB_ERR_INPUT, "the %s line is not JSON: %s", type, problem.text);
        return NULL;
    }
    if (READ_FIELDS(root, type, envelope_fields, arena, &envelope, err) != 0)
        return NULL;
    if (strcmp(envelope.type, type) != 0) {
        hb_fail(err, HB_ERR_INPUT, "a \"%s\" line was expected, not \"%.40s\"", type,
                envelope.type);
        return NULL;
    }
    if (envelope.protocol != HB_PROTOCOL_VERSION) {
        hb_fail(err, HB_ERR_UNAVAILABLE, "this worker speaks protocol version %d only",
                HB_PROTOCOL_VERSION);
        return NULL;
    }
    return HB_TAKE(root);
}

static bool known_method(const char *method)
{
    for (size_t i = 0; i < HB_ARRAY_LEN(methods); i++)
        if (strcmp(methods[i], method) == 0)
            return true;
    return false;
}

static bool is_token(const char *text)
{
    static const char allowed[] = "!#$%&'*+-.^_`|~0123456789"
                                  "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ";

    return text[0] != '\0' && text[strspn(text, allowed)] == '\0';
}

/* No control character but the tab: nothing that ends a line. */
static bool is_field_value(const char *text)
{
    for (; *text != '\0'; text++)
        if (((unsigned char)*text < 0x20 && *text != '\t') || *text == 0x7f)
            return false;
    return true;
}

static bool is_url(const char *url)
{
    if (strncmp(url, "http://", 7) != 0 && strncmp(url, "https://", 8) != 0)
        return false;
    for (; *url != '\0'; url++)
        if (*url <= 0x20 || *url >= 0x7f) /* char may be signed: bytes beyond ASCII fail too */
            return false;
    return true;
}

static int read_header(const json_t *pair, struct hb_header *header, struct hb_arena *arena,
                       struct hb_error *err)
{
    const char *name = json_string_value(json_array_get(pair, 0));
    const char *value = json_string_value(json_array_get(pair, 1));

    if (json_array_size(pair) != 2 || name == NULL || value == NULL)
        return hb_fail(err, HB_ERR_INPUT, "headers: a pair of strings is needed");
    if (!is_token(name))
        return hb_fail(err, HB_ERR_INPUT, "headers: \"%.80s\" is not a header name", name);
    if (!is_field_value(value))
        return hb_fail(err, HB_ERR_INPUT, "headers: the value of %.80s has a control character",
                       name);
    header->name = hb_arena_strdup(arena, name);
    header->value = hb_arena_strdup(arena, value);
    return 0;
}

static int read_headers(const json_t *array, struct hb_request *request, struct hb_arena *arena,
                        struct hb_error *err)
{
    if (array == NULL || json_is_null(array))
        return 0;
    if (!json_is_array(array))
        return hb_fail(err, HB_ERR_INPUT, "headers: a list of pairs is needed");
    request->header_count = json_array_size(array);
    request->headers = hb_arena_calloc(arena, request->header_count, sizeof(*request->headers));
    for (size_t i = 0; i < request->header_count; i++)
        if (read_header(json_array_get(array, i), &request->headers[i], arena, err) != 0)
            return -1;
    return 0;
}

static int read_body(const json_t *object, struct hb_request *request, struct hb_arena *arena,
                     struct hb_error *err)
{
    struct job_parts parts = {.body_bytes = -1};
    HB_CLEANUP(hb_buf_release) struct hb_buf content;

    hb_buf_init(&content, HB_JOB_BODY_MAX);
    if (READ_FIELDS(object, "requests", body_fields, arena, &parts, err) != 0)
        return -1;
    if (parts.body_path == NULL)
        return 0;
    if (hb_buf_read_file(&content, parts.body_path, err) != 0)
        return hb_wrap(err, "body_path");
    if (parts.body_bytes >= 0 && (size_t)parts.body_bytes != content.length)
        return hb_fail(err, HB_ERR_INPUT, "body_path: the file has %zu bytes, not %lld",
                       content.length, (long long)parts.body_bytes);
    request->body = hb_arena_memdup(arena, hb_buf_text(&content), content.length + 1);
    request->body_bytes = content.length;
    return 0;
}

static int read_request(const json_t *object, struct hb_request *request, struct hb_arena *arena,
                        struct hb_error *err)
{
    if (READ_FIELDS(object, "requests", request_fields, arena, request, err) != 0)
        return -1;
    if (!known_method(request->method))
        return hb_fail(err, HB_ERR_INPUT, "requests: method \"%.40s\" is not known",
                       request->method);
    if (!is_url(request->url))
        return hb_fail(err, HB_ERR_INPUT, "requests: \"%.200s\" is not an http or https URL",
                       request->url);
    if (read_headers(json_object_get(object, "headers"), request, arena, err) != 0)
        return hb_wrap(err, "requests");
    return read_body(object, request, arena, err);
}

static int read_requests(const json_t *array, struct hb_job *job, struct hb_error *err)
{
    job->request_count = json_array_size(array); /* 0 also when it is no array */
    if (job->request_count == 0)
        return hb_fail(err, HB_ERR_INPUT, "job.requests: a list of at least one is needed");
    job->requests = hb_arena_calloc(&job->arena, job->request_count, sizeof(*job->requests));
    for (size_t i = 0; i < job->request_count; i++)
        if (read_request(json_array_get(array, i), &job->requests[i], &job->arena, err) != 0)
            return hb_wrap(err, "job: entry %zu", i);
    return 0;
}

static int read_http(const json_t *root, struct hb_job *job, struct hb_error *err)
{
    struct job_parts parts = {.http = "1.1"};

    if (READ_FIELDS(root, "job", http_fields, &job->arena, &parts, err) != 0)
        return -1;
    job->http2 = strcmp(parts.http, "2") == 0;
    if (!job->http2 && strcmp(parts.http, "1.1") != 0)
        return hb_fail(err, HB_ERR_INPUT, "job.http: \"1.1\" or \"2\" is needed, not \"%.40s\"",
                       parts.http);
    return 0;
}

/* An object that may be left out. */
static int read_part(const json_t *root, const char *key, const struct hb_field *fields,
                     size_t count, struct hb_job *job, void *record, struct hb_error *err)
{
    const json_t *part = json_object_get(root, key);

    if (part == NULL || json_is_null(part))
        return 0;
    if (hb_fields_read(part, key, fields, count, &job->arena, record, err) != 0)
        return hb_wrap(err, "job");
    return 0;
}

#define READ_PART(root, key, fields, job, record, err)                                             \
    read_part(root, key, fields, HB_ARRAY_LEN(fields), job, record, err)

/* None of the native clients declares an option, so none may be given. */
static int refuse_options(const json_t *root, struct hb_error *err)
{
    json_t *options = json_object_get(root, "options");
    const char *first = json_object_iter_key(json_object_iter(options));

    if (first == NULL)
        return 0;
    return hb_fail(err, HB_ERR_UNAVAILABLE, "job.options: there is no option \"%.80s\"", first);
}

static void set_defaults(struct hb_job *job)
{
    *job = (struct hb_job){.process_count = 1, .keepalive = true, .tls = {.verify = true}};
    hb_arena_init(&job->arena);
}

int hb_job_parse(struct hb_job *job, const char *line, size_t length, struct hb_error *err)
{
    HB_CLEANUP(free_json) json_t *root = NULL;

    set_defaults(job);
    root = parse_line(line, length, "job", &job->arena, err);
    if (root == NULL || READ_FIELDS(root, "job", job_fields, &job->arena, job, err) != 0)
        return -1;
    if (job->connect_timeout_ns == 0)
        job->connect_timeout_ns = job->timeout_ns;
    if (READ_PART(root, "process", process_fields, job, job, err) != 0 ||
        READ_PART(root, "tls", tls_fields, job, &job->tls, err) != 0 ||
        READ_PART(root, "schedule", schedule_fields, job, job, err) != 0)
        return -1;
    if (job->process_index >= job->process_count)
        return hb_fail(err, HB_ERR_INPUT, "job.process: the index must be below the count");
    if (read_http(root, job, err) != 0 || refuse_options(root, err) != 0)
        return -1;
    return read_requests(json_object_get(root, "requests"), job, err);
}

void hb_job_release(struct hb_job *job)
{
    hb_arena_release(&job->arena);
}

int hb_go_parse(struct hb_go *ret_go, const char *line, size_t length, struct hb_error *err)
{
    struct hb_arena arena;
    struct hb_go go = {0};
    json_t *root;
    int result;

    hb_arena_init(&arena);
    root = parse_line(line, length, "go", &arena, err);
    result = root == NULL ? -1 : READ_FIELDS(root, "go", go_fields, &arena, &go, err);
    json_decref(root);
    hb_arena_release(&arena);
    if (result != 0)
        return -1;
    if (go.start_ns > go.stop_ns || go.stop_ns > go.drain_ns)
        return hb_fail(err, HB_ERR_INPUT, "go: start, stop and drain must follow one another");
    *ret_go = go;
    return 0;
}

static bool any_url_starts_with(const struct hb_job *job, const char *prefix)
{
    for (size_t i = 0; i < job->request_count; i++)
        if (strncmp(job->requests[i].url, prefix, strlen(prefix)) == 0)
            return true;
    return false;
}

bool hb_job_is_stock(const struct hb_job *job)
{
    return job->profile != NULL && strcmp(job->profile, "stock") == 0;
}

bool hb_job_needs_tls(const struct hb_job *job)
{
    return any_url_starts_with(job, "https://");
}

bool hb_job_has_cleartext(const struct hb_job *job)
{
    return any_url_starts_with(job, "http://");
}

bool hb_request_has_header(const struct hb_request *request, const char *name)
{
    for (size_t i = 0; i < request->header_count; i++)
        if (strcasecmp(request->headers[i].name, name) == 0)
            return true;
    return false;
}

bool hb_request_sends_body(const struct hb_request *request)
{
    return request->body != NULL || request->method[0] == 'P'; /* POST, PUT, PATCH */
}
