/*
 * How a profile is taken. Cleartext HTTP/1.1 needs one short run: the relay reads it. What it
 * cannot read (TLS, HTTP/2) is still counted, and a second run with a single request tells what
 * setting up a connection takes; the request itself is then looked at over HTTP, where the server
 * speaks that too and the client would send the same.
 */
#include "exec/wire.h"

#include <stdlib.h>
#include <string.h>

#include "base/memory.h"
#include "config/diag.h"
#include "config/secrets.h"
#include "exec/job.h"
#include "exec/wire_counts.h"
#include "exec/wire_run.h"
#include "exec/wire_stream.h"

#define TEXT_MAX_BYTES (512u << 10) /* nothing is cut: half a secret is not masked */

struct capture {
    const struct hb_wire_setup *setup;
    struct hb_arena *arena;
    struct hb_rundir dir;
    uint64_t *body_hashes; /* of the bodies that the scenario gives */
    size_t bodies_count;
    const char *authority; /* of the relay: written as {server} */
    char runtime[128];     /* as the client told it; "" when it did not */
    struct hb_wire_stream streams[HB_RELAY_MAX_CONNECTIONS];
    struct hb_wire_request seen[HB_WIRE_MAX_DIFFERENT];
    size_t seen_count;
};

/* ---- text that was sent ---- */

static const char *const credentials[] = {"Authorization", "Proxy-Authorization", "Cookie",
                                          "X-Api-Key", "X-Auth-Token"};

static bool is_credential(const struct hb_wire_line *line)
{
    for (size_t i = 0; i < HB_ARRAY_LEN(credentials); i++)
        if (hb_wire_line_is(line, credentials[i]))
            return true;
    return false;
}

/* "Bearer ***": the scheme is no secret, and worth comparing. */
static const char *mask_credential(struct hb_arena *arena, const char *value, size_t length)
{
    const char *space = memchr(value, ' ', length);
    size_t scheme = space != NULL ? (size_t)(space - value) : 0;

    for (size_t i = 0; i < scheme; i++)
        if (strchr("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz-", value[i]) == NULL)
            return HB_SECRET_MASK;
    return scheme > 0 ? hb_arena_printf(arena, "%.*s " HB_SECRET_MASK, (int)scheme, value)
                      : HB_SECRET_MASK;
}

/* Printable, with the address of the relay as {server}. */
static const char *make_text(const struct capture *capture, const char *text, size_t length)
{
    HB_CLEANUP(hb_buf_release) struct hb_buf printable = {.maximum = TEXT_MAX_BYTES};
    HB_CLEANUP(hb_buf_release) struct hb_buf named = {.maximum = TEXT_MAX_BYTES};
    const char *at, *found;

    hb_escape(&printable, text, length, length);
    for (at = hb_buf_text(&printable); (found = strstr(at, capture->authority)) != NULL;
         at = found + strlen(capture->authority)) {
        hb_buf_append(&named, at, (size_t)(found - at));
        hb_buf_puts(&named, "{server}");
    }
    hb_buf_puts(&named, at);
    return hb_arena_strdup(capture->arena, hb_buf_text(&named));
}

/* ---- requests ---- */

static size_t count_lines(const struct hb_wire_message *message)
{
    struct hb_wire_line line;
    size_t at = 0, count = 0;

    while (hb_wire_next_line(message->head, message->head_bytes, &at, &line))
        count++;
    return count;
}

static bool is_body_as_given(const struct capture *capture, const struct hb_wire_message *message)
{
    for (size_t i = 0; i < capture->bodies_count; i++)
        if (capture->body_hashes[i] == message->body_hash)
            return true;
    return false;
}

static struct hb_wire_request describe(const struct capture *capture,
                                       const struct hb_wire_message *message)
{
    struct hb_wire_header *headers =
        hb_arena_calloc(capture->arena, count_lines(message), sizeof *headers);
    struct hb_wire_request request = {
        .headers = headers,
        .framing = hb_wire_framing_name(message->framing),
        .body_bytes = message->body_bytes,
        .body_as_given = is_body_as_given(capture, message),
        .bytes = message->bytes,
        .count = 1,
    };
    struct hb_wire_line line;
    size_t at = 0;

    (void)hb_wire_next_line(message->head, message->head_bytes, &at, &line);
    request.line = make_text(capture, line.value, line.value_length);
    while (hb_wire_next_line(message->head, message->head_bytes, &at, &line))
        headers[request.headers_count++] = (struct hb_wire_header){
            .name = make_text(capture, line.name, line.name_length),
            .value = is_credential(&line)
                         ? mask_credential(capture->arena, line.value, line.value_length)
                         : make_text(capture, line.value, line.value_length)};
    return request;
}

static bool is_same(const struct hb_wire_request *a, const struct hb_wire_request *b)
{
    if (strcmp(a->line, b->line) != 0 || a->headers_count != b->headers_count ||
        strcmp(a->framing, b->framing) != 0 || a->body_bytes != b->body_bytes ||
        a->body_as_given != b->body_as_given)
        return false;
    for (size_t i = 0; i < a->headers_count; i++)
        if (strcmp(a->headers[i].name, b->headers[i].name) != 0 ||
            strcmp(a->headers[i].value, b->headers[i].value) != 0)
            return false;
    return true;
}

static void take_request(void *context, const struct hb_wire_message *message)
{
    struct capture *capture = context;
    struct hb_wire_request request = describe(capture, message);

    for (size_t i = 0; i < capture->seen_count; i++) {
        if (is_same(&capture->seen[i], &request)) {
            capture->seen[i].count++;
            return;
        }
    }
    if (capture->seen_count < HB_WIRE_MAX_DIFFERENT)
        capture->seen[capture->seen_count++] = request;
}

static void see_bytes(void *context, size_t connection, const char *data, size_t length)
{
    struct capture *capture = context;

    hb_wire_stream_feed(&capture->streams[connection], data, length);
}

static void begin_streams(struct capture *capture)
{
    capture->seen_count = 0;
    for (size_t i = 0; i < HB_RELAY_MAX_CONNECTIONS; i++)
        hb_wire_stream_init(&capture->streams[i], take_request, capture);
}

static void end_streams(struct capture *capture)
{
    for (size_t i = 0; i < HB_RELAY_MAX_CONNECTIONS; i++)
        hb_wire_stream_release(&capture->streams[i]);
}

/* ---- runs through the relay ---- */

struct passed {
    struct hb_wire_run_result run;
    struct hb_relay_counts counts;
    const char *opaque; /* why the first connection could not be read; NULL: it could */
};

static int run_through(struct capture *capture, struct hb_relay *relay, uint64_t requests,
                       struct passed *ret, struct hb_error *err)
{
    const struct hb_wire_run run = {
        .setup = capture->setup,
        .base_url = hb_relay_url(relay),
        .relay = relay,
        .dir = &capture->dir,
        .requests = requests,
    };

    capture->authority =
        hb_arena_strdup(capture->arena, hb_relay_authority(relay)); /* outlives it */
    if (hb_wire_run(&run, &ret->run, err) < 0)
        return -1;
    hb_relay_serve(relay);
    ret->counts = hb_relay_counts(relay);
    ret->opaque = capture->streams[0].opaque;
    return 0;
}

static int pass(struct capture *capture, const char *url, uint64_t requests, struct passed *ret,
                struct hb_error *err)
{
    const struct hb_relay_spec spec = {.url = url, .saw = see_bytes, .context = capture};
    struct hb_relay *relay = NULL;
    int result;

    if (hb_relay_start(&spec, &relay, err) < 0)
        return -1;
    begin_streams(capture);
    result = run_through(capture, relay, requests, ret, err);
    end_streams(capture);
    hb_relay_stop(relay);
    return result;
}

static void keep_seen(struct capture *capture, struct hb_wire_profile *profile)
{
    profile->seen =
        hb_arena_memdup(capture->arena, capture->seen, capture->seen_count * sizeof *capture->seen);
    profile->seen_count = capture->seen_count;
    profile->seen_why = capture->seen_count > 0 ? "" : "no whole request was seen";
}

static double per_request(uint64_t bytes, uint64_t requests)
{
    return requests > 0 ? (double)bytes / (double)requests : -1;
}

static void fill_readable(struct capture *capture, const struct passed *all,
                          struct hb_wire_profile *profile)
{
    keep_seen(capture, profile);
    profile->bytes_sent = per_request(all->counts.sent, all->run.requests);
    profile->bytes_received = per_request(all->counts.received, all->run.requests);
}

/* Of `many` requests, one more than `few`: what each of them takes beyond setting up. */
static double beyond(uint64_t many, uint64_t few, const struct passed *all,
                     const struct passed *single)
{
    return all->run.requests > single->run.requests && many >= few
               ? (double)(many - few) / (double)(all->run.requests - single->run.requests)
               : -1;
}

/* What is left of a run with one request without that request; nothing when every request has a
 * connection of its own, since then the set-up is part of each. */
static double rest(uint64_t bytes, double each)
{
    return each >= 0 && (double)bytes > each ? (double)bytes - each : each >= 0 ? 0 : -1;
}

static int fill_opaque(struct capture *capture, const struct passed *all,
                       struct hb_wire_profile *profile, struct hb_error *err)
{
    const char *http_url = hb_topology_http_url(capture->setup->topology);
    const struct hb_plan *plan = capture->setup->plan;
    struct passed single, plain;

    if (pass(capture, hb_topology_url(capture->setup->topology), 1, &single, err) < 0)
        return -1;
    profile->bytes_sent = beyond(all->counts.sent, single.counts.sent, all, &single);
    profile->bytes_received = beyond(all->counts.received, single.counts.received, all, &single);
    profile->setup_sent = rest(single.counts.sent, profile->bytes_sent);
    profile->setup_received = rest(single.counts.received, profile->bytes_received);
    profile->seen_why = all->opaque;
    if (http_url == NULL ||
        plan->scenario->protocols[capture->setup->cell->protocol] != HB_HTTP_1_1)
        return 0;
    if (pass(capture, http_url, HB_WIRE_PROFILE_REQUESTS, &plain, err) < 0)
        return -1;
    keep_seen(capture, profile);
    profile->seen_note = "seen over HTTP, since the measured runs are encrypted";
    return 0;
}

static int capture_bytes(struct capture *capture, struct hb_wire_profile *profile,
                         struct hb_error *err)
{
    struct passed all;

    if (pass(capture, hb_topology_url(capture->setup->topology), HB_WIRE_PROFILE_REQUESTS, &all,
             err) < 0)
        return -1;
    profile->client_version = hb_arena_strdup(capture->arena, all.run.client_version);
    memcpy(capture->runtime, all.run.runtime, sizeof capture->runtime);
    profile->requests = all.run.requests;
    profile->verified = all.run.verified;
    profile->connections = all.counts.connections;
    if (all.opaque != NULL)
        return fill_opaque(capture, &all, profile, err);
    fill_readable(capture, &all, profile);
    return 0;
}

/* ---- counts ---- */

/* What can be counted, from which depth on. */
static const struct {
    enum hb_wire depth;
    const char *not_asked;
    hb_wire_count_fn *count;
    size_t why; /* of a text in the profile */
} countables[] = {
    {HB_WIRE_SYSTEM_CALLS, "not asked for: run.wire is not system_calls", hb_wire_count_calls,
     offsetof(struct hb_wire_profile, system_calls_why)},
    {HB_WIRE_INSTRUCTIONS, "", hb_wire_count_instructions,
     offsetof(struct hb_wire_profile, instructions_why)},
};

/* Not being able to count is no failure of the profile. */
static int capture_counts(struct capture *capture, struct hb_wire_profile *profile,
                          struct hb_error *err)
{
    const struct hb_wire_counting counting = {
        .setup = capture->setup,
        .dir = &capture->dir,
        .arena = capture->arena,
        .runtime = capture->runtime[0] != '\0' ? capture->runtime : NULL,
    };

    for (size_t i = 0; i < HB_ARRAY_LEN(countables); i++) {
        const char **why = (const char **)(void *)((char *)profile + countables[i].why);
        struct hb_error failure = {0};

        *why = countables[i].not_asked;
        if (capture->setup->depth < countables[i].depth)
            continue;
        *why = "";
        if (countables[i].count(&counting, profile, &failure) == 0)
            continue;
        if (failure.code == HB_ERR_INTERRUPTED) {
            *err = failure;
            return -1;
        }
        *why = make_text(capture, failure.message, strlen(failure.message));
    }
    return 0;
}

/* ---- the whole ---- */

static void hash_bodies(struct capture *capture)
{
    const struct hb_wire_setup *setup = capture->setup;
    const struct hb_url_spec *url = &setup->plan->scenario->urls[setup->cell->url];

    capture->bodies_count = url->requests_count;
    capture->body_hashes =
        hb_arena_calloc(capture->arena, url->requests_count, sizeof *capture->body_hashes);
    for (size_t i = 0; i < url->requests_count; i++)
        capture->body_hashes[i] = XXH64(url->requests[i].body != NULL ? url->requests[i].body : "",
                                        url->requests[i].body_bytes, 0);
}

static int write_bodies(const struct capture *capture, struct hb_error *err)
{
    const struct hb_job job = {.plan = capture->setup->plan, .cell = capture->setup->cell};

    return hb_job_write_bodies(&job, &capture->dir, err);
}

int hb_wire_capture(const struct hb_wire_setup *setup, struct hb_arena *arena,
                    struct hb_wire_profile *ret_profile, struct hb_error *err)
{
    struct capture *capture = hb_alloc(sizeof *capture);
    int result;

    *ret_profile = (struct hb_wire_profile){.client_version = "",
                                            .bytes_sent = -1,
                                            .bytes_received = -1,
                                            .seen_why = "",
                                            .seen_note = "",
                                            .system_calls = -1,
                                            .system_calls_why = "",
                                            .instructions = -1,
                                            .instructions_spread = -1,
                                            .instructions_why = "",
                                            .instructions_how = ""};
    capture->setup = setup;
    capture->arena = arena;
    capture->dir.lock_fd = -1;
    capture->authority = "";
    capture->runtime[0] = '\0';
    hash_bodies(capture);
    result = hb_rundir_make(&capture->dir, err);
    if (result == 0)
        result = write_bodies(capture, err);
    if (result == 0)
        result = capture_bytes(capture, ret_profile, err);
    if (result == 0)
        result = capture_counts(capture, ret_profile, err);
    hb_rundir_remove(&capture->dir);
    free(capture);
    return result;
}
